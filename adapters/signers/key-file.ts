import { createHash, createPrivateKey, createPublicKey, sign as rsaSign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import forge from 'node-forge';
import { sm2 } from 'sm-crypto-v2';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { readCertificate, type Certificate } from '../../src/signing/certificate.js';
import { asn1, child, content, oidOf, oids, readDer, writeDer } from '../../src/signing/der.js';
import type { Signer } from '../../src/signing/signer.js';

/** A signer together with what its certificate says about itself. */
export interface CertifiedSigner extends Signer {
  readonly describes: Certificate;
}

export interface KeyFile {
  /**
   * Path of a file, or its content: a PEM private key (PKCS#8 plain or encrypted, PKCS#1, SEC1) of RSA or SM2, or the
   * bytes of an RSA PKCS#12 (.pfx, .p12).
   */
  key: string | Buffer;
  /** Path or content of the certificate (PEM or DER). May be left out for PKCS#12, which brings its own. */
  cert?: string | Buffer;
  passphrase?: string;
}

interface Loaded {
  bytes: Buffer;
  /** File name for faults; never the content. */
  name: string;
}

/**
 * Opens a key file as a signer. The key is parsed once and stays inside the signer.
 * Throws FaultError: S30 key unreadable or wrong passphrase, S32 unsupported algorithm, S36 no usable RSA key in the
 * PKCS#12, S15 certificate unreadable, S31 key and certificate do not belong together, S37 file missing.
 */
export function openKeyFile(file: KeyFile): CertifiedSigner {
  const key = load(file.key, 'key');
  const cert = file.cert === undefined ? undefined : load(file.cert, 'certificate');
  if (key.bytes[0] === 0x30) return openPkcs12(key, cert, file.passphrase ?? '');
  if (!cert) throw new FaultError([makeFault('S37', 'certificate', { file: 'cert.pem' })]);
  return signerOf(readPemKey(key, file.passphrase), readCertificate(cert.bytes, cert.name), key.name);
}

function load(source: string | Buffer, role: string): Loaded {
  if (Buffer.isBuffer(source)) return { bytes: source, name: role };
  if (source.includes('-----BEGIN ')) return { bytes: Buffer.from(source), name: role };
  try {
    return { bytes: readFileSync(source), name: basename(source) };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FaultError([makeFault(missing ? 'S37' : 'S30', role, { file: basename(source) })]);
  }
}

function readPemKey(key: Loaded, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: key.bytes, format: 'pem', passphrase });
  } catch {
    throw new FaultError([makeFault('S30', 'key', { file: key.name })]);
  }
}

function signerOf(key: KeyObject, certificate: Certificate, name: string): CertifiedSigner {
  const sign =
    key.asymmetricKeyType === 'rsa' ? rsaSigner(key, certificate) : sm2Signer(key, certificate, name);
  if (!sign) throw new FaultError([makeFault('S31', 'key', { file: name })]);
  const { suite, serial: keyName, base64 } = certificate;
  return { suite, keyName, certificate: base64, describes: certificate, sign };
}

/** PKCS#1 v1.5 with SHA-1 on a worker thread, so that several signatures run side by side. */
function rsaSigner(key: KeyObject, { publicKey }: Certificate): Signer['sign'] | undefined {
  if (publicKey.kind !== 'rsa' || !createPublicKey(key).equals(publicKey.key)) return undefined;
  return (signedInfo) =>
    new Promise((resolve, reject) => {
      rsaSign('RSA-SHA1', signedInfo, key, (error, value) => (error ? reject(error) : resolve(value)));
    });
}

/** SM2 with SM3; node:crypto cannot set the user id 1234567812345678, so only the parsing of the key is its work. */
function sm2Signer(key: KeyObject, { publicKey }: Certificate, name: string): Signer['sign'] | undefined {
  const d = sm2Scalar(key);
  if (d === undefined) throw new FaultError([makeFault('S32', 'key', { file: name })]);
  if (publicKey.kind !== 'sm2' || pointOf(d, name) !== publicKey.point) return undefined;
  const z = sm2.getZ(publicKey.point);
  return async (signedInfo) => {
    const e = createHash('sm3').update(z).update(signedInfo).digest();
    return Buffer.from(sm2.doSignature(e, d), 'hex');
  };
}

/** The public point of a private number; throws S30 for one outside 1 … n−1, which openssl reads all the same. */
function pointOf(d: string, name: string): string {
  try {
    return sm2.getPublicKeyFromPrivateKey(d);
  } catch {
    throw new FaultError([makeFault('S30', 'key', { file: name })]);
  }
}

/** The private number of an SM2 key in hex; undefined when the key is of another curve or algorithm. */
function sm2Scalar(key: KeyObject): string | undefined {
  const pkcs8 = readDer(key.export({ type: 'pkcs8', format: 'der' }));
  const algorithm = child(pkcs8, 1);
  if (oidOf(child(algorithm, 0)) !== oids.ecPublicKey) return undefined;
  const curve = child(algorithm, 1);
  if (curve.type !== asn1.Type.OID || oidOf(curve) !== oids.sm2Curve) return undefined;
  const ecPrivateKey = readDer(content(child(pkcs8, 2)));
  return content(child(ecPrivateKey, 1)).toString('hex').padStart(64, '0');
}

/** RSA PKCS#12, modern (PBES2) and legacy (RC2, 3DES), which node:crypto's own reader refuses. */
function openPkcs12(file: Loaded, cert: Loaded | undefined, passphrase: string): CertifiedSigner {
  let pfx: forge.pkcs12.Pkcs12Pfx;
  try {
    pfx = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(file.bytes.toString('latin1')), passphrase);
  } catch {
    throw new FaultError([makeFault('S30', 'key', { file: file.name })]);
  }
  const { keyBag, pkcs8ShroudedKeyBag, certBag } = forge.pki.oids as Record<string, string>;
  const bags = (bagType: string | undefined) =>
    bagType === undefined ? [] : (pfx.getBags({ bagType })[bagType] ?? []);
  const key = [...bags(pkcs8ShroudedKeyBag), ...bags(keyBag)].find((bag) => bag.key)?.key;
  if (!key) throw new FaultError([makeFault('S36', 'key', { file: file.name })]);
  const privateKey = createPrivateKey({
    key: writeDer(forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key))),
    format: 'der',
    type: 'pkcs8',
  });
  if (cert) return signerOf(privateKey, readCertificate(cert.bytes, cert.name), file.name);

  const certificates = bags(certBag).flatMap((bag) =>
    bag.cert ? [readCertificate(writeDer(forge.pki.certificateToAsn1(bag.cert)), file.name)] : [],
  );
  const publicKey = createPublicKey(privateKey);
  const own = certificates.find((c) => c.publicKey.kind === 'rsa' && publicKey.equals(c.publicKey.key));
  if (!own) {
    throw new FaultError([makeFault(certificates.length > 0 ? 'S31' : 'S36', 'key', { file: file.name })]);
  }
  return signerOf(privateKey, own, file.name);
}
