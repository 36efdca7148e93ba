import { constants, createHash, createPublicKey, publicDecrypt, verify, type KeyObject } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';

/** A public key as a certificate holds it. */
export type PublicKey =
  | { readonly kind: 'rsa'; readonly key: KeyObject }
  /** Uncompressed point in hex: `04`, x, y. */
  | { readonly kind: 'sm2'; readonly point: string };

/** True when `value` is the signature of `bytes` under this key; never throws. */
export type Verifier = (bytes: Buffer, value: Buffer) => boolean;

/** Order of the SM2 curve (GB/T 32918.5). */
const order = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

/**
 * Makes the verifier of a key: RSA PKCS#1 v1.5 with SHA-1, or SM2 with SM3, user id 1234567812345678 and raw r‖s.
 * `often` spends about 7 ms once on a table that makes every SM2 verification some five times faster.
 */
export function verifierOf(publicKey: PublicKey, often = false): Verifier {
  if (publicKey.kind === 'rsa') {
    const { key } = publicKey;
    return (bytes, value) => verify('RSA-SHA1', bytes, key, value);
  }
  const z = sm2.getZ(publicKey.point);
  const point = often ? sm2.precomputePublicKey(publicKey.point, 5) : publicKey.point;
  return (bytes, value) => {
    if (value.length !== 64 || !inRange(value.subarray(0, 32)) || !inRange(value.subarray(32))) return false;
    const e = createHash('sm3').update(z).update(bytes).digest();
    return sm2.doVerifySignature(e, value.toString('hex'), point);
  };
}

/** The library does not check that r and s lie in 1 … n−1, which GB/T 32918.2 demands before anything else. */
function inRange(half: Buffer): boolean {
  const value = BigInt(`0x${half.toString('hex')}`);
  return value > 0n && value < order;
}

/** RSA key from a DER SubjectPublicKeyInfo; undefined when it is not an RSA key of at least 1024 bits. */
export function rsaPublicKey(spki: Buffer): PublicKey | undefined {
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return key.asymmetricKeyType === 'rsa' && bits >= 1024 ? { kind: 'rsa', key } : undefined;
}

/** SM2 key from an uncompressed point; undefined when the point is not on the curve. */
export function sm2PublicKey(point: Buffer): PublicKey | undefined {
  if (point.length !== 65 || point[0] !== 4) return undefined;
  const hex = point.toString('hex');
  try {
    return sm2.verifyPublicKey(hex) ? { kind: 'sm2', point: hex } : undefined;
  } catch {
    return undefined;
  }
}

/** `DigestInfo` of SHA-1 up to the digest itself (RFC 8017 §9.2). */
const sha1DigestInfo = Buffer.from('3021300906052b0e03021a05000414', 'hex');

/** True when this RSA key made `value` over some SHA-1 digest, whichever bytes that was. SM2 cannot tell. */
export function madeByKey(publicKey: PublicKey, value: Buffer): boolean {
  if (publicKey.kind !== 'rsa') return false;
  try {
    const info = publicDecrypt({ key: publicKey.key, padding: constants.RSA_PKCS1_PADDING }, value);
    return (
      info.length === sha1DigestInfo.length + 20 &&
      info.subarray(0, sha1DigestInfo.length).equals(sha1DigestInfo)
    );
  } catch {
    return false;
  }
}
