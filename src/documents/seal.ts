import type { Clock } from '../base/clock.js';
import { FaultError } from '../base/fault.js';
import type { UnsignedMessage } from '../messages/compile.js';
import type { FamilyDocument, FamilyMessage } from '../messages/families/family.js';
import type { Transfer } from '../messages/values.js';
import { passGate } from '../signing/gate.js';
import type { SigningProfile } from '../signing/profiles.js';
import { signMessage } from '../signing/sign.js';
import type { Signer } from '../signing/signer.js';

export interface SealContext {
  clock: Clock;
  profile: SigningProfile;
  transfer: Transfer;
}

/** The key is missing that a message of this kind is signed with. */
export class NoSigner extends Error {}

/**
 * The exact bytes of a message, signed as its family wants it and proved on a path that did not write them: nothing else
 * ever leaves.
 *
 * @throws NoSigner, GateError, FaultError with what the proof found, and whatever the writer or the key throws
 */
export async function sealMessage(
  message: FamilyMessage,
  guid: string,
  documents: readonly FamilyDocument[],
  signer: Signer | undefined,
  { clock, profile, transfer }: SealContext,
): Promise<Buffer> {
  const { seal } = message;
  const envelope = { guid, transfer };
  if (seal.signature === 'none') return proved(seal, seal.write(documents, envelope));
  if (!signer) throw new NoSigner();
  if (seal.signature === 'other') return proved(seal, await seal.write(documents, envelope, signer));
  return signAndVerify(seal.write(documents, envelope), signer, profile, clock.now());
}

/** Signs a message, then lets a separate code path verify the exact bytes. Throws GateError when it does not agree. */
export async function signAndVerify(
  unsigned: UnsignedMessage,
  signer: Signer,
  profile: SigningProfile,
  now: Date,
): Promise<Buffer> {
  const bytes = await signMessage(unsigned, signer, profile);
  passGate(bytes, { certificate: signer.certificate, profile, at: now });
  return bytes;
}

function proved(seal: { prove(bytes: Buffer): FaultError['faults'] }, bytes: Buffer): Buffer {
  const faults = seal.prove(bytes);
  if (faults.length > 0) throw new FaultError(faults);
  return bytes;
}
