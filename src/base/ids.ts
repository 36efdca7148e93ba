import { randomFillSync, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes are drawn for many ids at once: drawing them costs far more than all else of an id. */
const RANDOM = new Uint8Array(16 * 512);
let used = RANDOM.length;

function random(): Uint8Array {
  if (used === RANDOM.length) {
    randomFillSync(RANDOM);
    used = 0;
  }
  return RANDOM.subarray(used, (used += 16));
}

/**
 * Ids of one millisecond count on from a random number, so that each is greater than those before it: `v7` keeps this count
 * only where it draws the random bytes itself.
 */
let msecs = 0;
let seq = 0;

/** Row identity: UUID v7, so that indexes grow at their end. */
export function newId(): string {
  const bytes = random();
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    // The upper half of the 31 bits stays free to count into, also while a clock that was set back catches up.
    seq = ((bytes[6]! & 0x3f) << 24) | (bytes[7]! << 16) | (bytes[8]! << 8) | bytes[9]!;
  } else seq++;
  return v7({ random: bytes, msecs, seq });
}

/** A CEB guid: 36 characters, upper case (specification 202205, every message). */
export const newGuid = (): string => randomUUID().toUpperCase();
