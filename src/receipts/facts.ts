import type { Fault } from '../base/fault.js';
import type { PushedFact } from '../filings/pushedKinds.js';
import type { Answer } from '../messages/families/family.js';

/** What a receipt file says of one document, as far as applying it needs. Texts are storable and within their limits. */
export type ReceiptFact = Answer;

/** What receipts and documents share: the answered message type and the business key, and the type of its receipts. */
export interface ReceiptKey {
  receiptOf: string;
  messageType: string;
  keyText: string;
}

/** What a file from the port turned out to be: receipts, messages sent unasked, or nothing that can be read. */
export type ReadFile =
  | { messageType: string; facts: ReceiptFact[] }
  | { messageType: string; pushed: PushedFact[] }
  | { messageType: string | null; faults: Fault[] };
