import type { Clock } from '../base/clock.js';
import type { Messages } from '../messages/compile.js';
import type { SignerRegistry } from '../signing/signer.js';
import type { Queryable } from '../store/store.js';
import type { FilingKinds, Words } from './kinds.js';

/** What filings are made with; the journey puts it together. */
export interface FilingContext {
  clock: Clock;
  signers: SignerRegistry;
  messages: Messages;
  kinds: FilingKinds;
  words: Words;
  /** What follows when revisions of filings came into force or went out of it, for their documents. */
  follow(tx: Queryable, documentIds: string[]): Promise<string[]>;
}
