import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { asn1, child, children, content, oidOf, oids, readDer, writeDer, type DerNode } from './der.js';
import { rsaPublicKey, sm2PublicKey, type PublicKey } from './publicKey.js';
import type { Suite } from './signer.js';

/** What a certificate says about itself. Validity in UTC. */
export interface Certificate {
  /** DER in Base64, one line, as `ds:X509Certificate` holds it. */
  readonly base64: string;
  /** Decided by the algorithm of the public key, never by settings. */
  readonly suite: Suite;
  /** Serial number in lower-case hex, an even number of digits: the `ds:KeyName` and card number. */
  readonly serial: string;
  /** Distinguished name in the order of the certificate, for example `C=CN, O=…, CN=…`. */
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The subject or issuer says that this is a test certificate. */
  readonly test: boolean;
  readonly publicKey: PublicKey;
}

/** Words by which a certificate of ours, or of a test centre, calls itself a test. */
const testMark = /TEST ONLY|仅供测试|测试证书/;

const attributeNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'T',
  '1.2.840.113549.1.9.1': 'E',
};

/**
 * Reads an X.509 certificate (RSA or SM2) in PEM, in DER, or in the Base64 of DER. `path` names the place in a fault.
 * Throws FaultError S15 when it is not one, or its key is neither RSA of at least 1024 bits nor SM2.
 */
export function readCertificate(input: string | Buffer, path = 'certificate'): Certificate {
  try {
    return parse(derOf(input));
  } catch (error) {
    throw new FaultError([makeFault('S15', path, {}, error instanceof Error ? error.message : undefined)]);
  }
}

/** True while the certificate is valid at this instant; both ends count. */
export const isValidAt = (certificate: Certificate, instant: Date): boolean =>
  certificate.notBefore <= instant && instant <= certificate.notAfter;

function derOf(input: string | Buffer): Buffer {
  if (Buffer.isBuffer(input) && input[0] === 0x30) return input;
  const text = input.toString();
  const pem = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(text);
  const base64 = (pem?.[1] ?? text).replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new Error('neither PEM, DER nor Base64');
  return Buffer.from(base64, 'base64');
}

function parse(der: Buffer): Certificate {
  const tbs = child(readDer(der), 0);
  const fields = children(tbs);
  if (fields[0]?.tagClass === asn1.Class.CONTEXT_SPECIFIC) fields.shift();
  const [serial, , issuer, validity, subject, spki] = fields;
  if (!serial || !issuer || !validity || !subject || !spki) throw new Error('incomplete certificate');
  const publicKey = publicKeyOf(spki);
  const subjectName = nameOf(subject);
  const issuerName = nameOf(issuer);
  return {
    base64: der.toString('base64'),
    suite: publicKey.kind === 'sm2' ? 'sm2-sm3' : 'rsa-sha1',
    serial: serialOf(serial),
    subject: subjectName,
    issuer: issuerName,
    notBefore: timeOf(child(validity, 0)),
    notAfter: timeOf(child(validity, 1)),
    test: testMark.test(subjectName) || testMark.test(issuerName),
    publicKey,
  };
}

function publicKeyOf(spki: DerNode): PublicKey {
  const algorithm = child(spki, 0);
  const oid = oidOf(child(algorithm, 0));
  let key: PublicKey | undefined;
  if (oid === oids.rsaEncryption) {
    key = rsaPublicKey(writeDer(spki));
  } else if (oid === oids.ecPublicKey && oidOf(child(algorithm, 1)) === oids.sm2Curve) {
    const bits = content(child(spki, 1));
    if (bits[0] === 0) key = sm2PublicKey(bits.subarray(1));
  }
  if (!key) throw new Error(`unsupported public key ${oid}`);
  return key;
}

function serialOf(node: DerNode): string {
  const bytes = content(node);
  return (bytes.length > 1 && bytes[0] === 0 ? bytes.subarray(1) : bytes).toString('hex');
}

function nameOf(name: DerNode): string {
  return children(name)
    .flatMap((set) => children(set))
    .map((pair) => {
      const oid = oidOf(child(pair, 0));
      return `${attributeNames[oid] ?? oid}=${textOf(child(pair, 1))
        .replace(/\p{Cc}/gu, '')
        .replace(/[,+\\]/g, '\\$&')}`;
    })
    .join(', ');
}

function textOf(node: DerNode): string {
  const bytes = content(node);
  if (node.type === asn1.Type.BMPSTRING) return Buffer.from(bytes).swap16().toString('utf16le');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function timeOf(node: DerNode): Date {
  const text = content(node).toString('latin1');
  const instant =
    node.type === asn1.Type.UTCTIME ? asn1.utcTimeToDate(text) : asn1.generalizedTimeToDate(text);
  if (Number.isNaN(instant.getTime())) throw new Error('unreadable validity');
  return instant;
}
