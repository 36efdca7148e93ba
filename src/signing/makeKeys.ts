import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type forge from 'node-forge';
import { sm2 } from 'sm-crypto-v2';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { asn1, oids, readDer, writeDer, type DerNode } from './der.js';
import type { Suite } from './signer.js';

export interface TestKeyRequest {
  suite: Suite;
  /** Common name of the certificate, for example the enterprise's code or name. */
  subject: string;
  /** Folder that receives `key.pem` and `cert.pem`; made when it does not exist. */
  out: string;
  /** Start of the validity (UTC), which lasts 365 days. */
  now: Date;
  /** An RSA key to certify instead of a new one, which takes a fifth of a second to make. */
  rsa?: KeyObject;
}

export interface TestKey {
  keyPath: string;
  certPath: string;
  /** Serial number in lower-case hex: the `ds:KeyName`. */
  serial: string;
}

const testOrganisation = 'TEST ONLY 仅供测试';
const testUnit = '测试证书 不得用于申报';
const validityDays = 365;

/**
 * Makes a key and a self-signed X.509 v3 certificate for tests and the sandbox: `key.pem` (PKCS#8, mode 0600) and
 * `cert.pem`, whose subject says that it is a test. Throws FaultError S34 when either file exists; nothing is written then.
 */
export function makeTestKeys(request: TestKeyRequest): TestKey {
  const keyPath = join(request.out, 'key.pem');
  const certPath = join(request.out, 'cert.pem');
  const taken = [keyPath, certPath].filter((file) => existsSync(file));
  if (taken.length > 0)
    throw new FaultError(
      taken.map((file) => makeFault('S34', 'out', { file })),
      409,
    );

  const { pkcs8, spki, algorithm, signTbs } = request.suite === 'sm2-sm3' ? sm2Key() : rsaKey(request.rsa);
  const serial = randomBytes(8);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40);
  const tbs = tbsCertificate(request, serial, algorithm, spki);
  const certificate = sequence(tbs, algorithm, bitString(signTbs(writeDer(tbs))));

  mkdirSync(request.out, { recursive: true });
  writeFileSync(keyPath, pem('PRIVATE KEY', pkcs8), { mode: 0o600, flag: 'wx' });
  writeFileSync(certPath, pem('CERTIFICATE', writeDer(certificate)), { mode: 0o644, flag: 'wx' });
  return { keyPath, certPath, serial: serial.toString('hex') };
}

interface NewKey {
  pkcs8: Buffer;
  spki: DerNode;
  /** AlgorithmIdentifier of the certificate's own signature. */
  algorithm: DerNode;
  signTbs(der: Buffer): Buffer;
}

function rsaKey(given?: KeyObject): NewKey {
  const privateKey = given ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const publicKey = createPublicKey(privateKey);
  return {
    pkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }),
    spki: readDer(publicKey.export({ type: 'spki', format: 'der' })),
    algorithm: sequence(oid(oids.sha256WithRsa), primitive(asn1.Type.NULL, '')),
    signTbs: (der) => sign('RSA-SHA256', der, privateKey),
  };
}

function sm2Key(): NewKey {
  const { privateKey, publicKey } = sm2.generateKeyPairHex();
  const point = Buffer.from(publicKey, 'hex');
  const algorithm = sequence(oid(oids.ecPublicKey), oid(oids.sm2Curve));
  const ecPrivateKey = sequence(
    integer(Buffer.from([1])),
    octets(Buffer.from(privateKey, 'hex')),
    tagged(1, bitString(point)),
  );
  const z = sm2.getZ(publicKey);
  return {
    pkcs8: writeDer(sequence(integer(Buffer.from([0])), algorithm, octets(writeDer(ecPrivateKey)))),
    spki: sequence(algorithm, bitString(point)),
    algorithm: sequence(oid(oids.sm2WithSm3)),
    signTbs: (der) => {
      const e = createHash('sm3').update(z).update(der).digest();
      return Buffer.from(sm2.doSignature(e, privateKey, { der: true }), 'hex');
    },
  };
}

function tbsCertificate(request: TestKeyRequest, serial: Buffer, algorithm: DerNode, spki: DerNode): DerNode {
  const name = sequence(
    attribute('2.5.4.6', primitive(asn1.Type.PRINTABLESTRING, 'CN')),
    attribute('2.5.4.10', utf8(testOrganisation)),
    attribute('2.5.4.11', utf8(testUnit)),
    attribute('2.5.4.3', utf8(request.subject)),
  );
  const end = new Date(request.now.getTime() + validityDays * 86_400_000);
  return sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(time(request.now), time(end)),
    name,
    spki,
    tagged(3, extensions(spki)),
  );
}

/** Basic constraints (no authority), key usage (digital signature, non-repudiation), subject key identifier. */
function extensions(spki: DerNode): DerNode {
  const critical = primitive(asn1.Type.BOOLEAN, '\xff');
  const keyId = createHash('sha1').update(writeDer(spki)).digest();
  return sequence(
    sequence(oid('2.5.29.19'), critical, octets(writeDer(sequence()))),
    sequence(oid('2.5.29.15'), critical, octets(Buffer.from([0x03, 0x02, 0x06, 0xc0]))),
    sequence(oid('2.5.29.14'), octets(writeDer(octets(keyId)))),
  );
}

const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class;
const primitive = (type: forge.asn1.Type, value: string): DerNode =>
  asn1.create(UNIVERSAL, type, false, value);
const sequence = (...parts: DerNode[]): DerNode => asn1.create(UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
const oid = (dotted: string): DerNode => primitive(asn1.Type.OID, asn1.oidToDer(dotted).getBytes());
const integer = (bytes: Buffer): DerNode => primitive(asn1.Type.INTEGER, bytes.toString('latin1'));
const octets = (bytes: Buffer): DerNode => primitive(asn1.Type.OCTETSTRING, bytes.toString('latin1'));
const bitString = (bytes: Buffer): DerNode => primitive(asn1.Type.BITSTRING, `\0${bytes.toString('latin1')}`);
const utf8 = (text: string): DerNode => primitive(asn1.Type.UTF8, Buffer.from(text).toString('latin1'));
const time = (instant: Date): DerNode => primitive(asn1.Type.UTCTIME, asn1.dateToUtcTime(instant));

function tagged(tag: number, inner: DerNode): DerNode {
  return asn1.create(CONTEXT_SPECIFIC, tag as forge.asn1.Type, true, [inner]);
}

function attribute(type: string, value: DerNode): DerNode {
  return asn1.create(UNIVERSAL, asn1.Type.SET, true, [sequence(oid(type), value)]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
