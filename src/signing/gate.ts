import { createHash } from 'node:crypto';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { scanCanonical } from './canonicalScan.js';
import { isValidAt, readCertificate, type Certificate } from './certificate.js';
import {
  envelopedSignature,
  inclusiveC14n,
  signingProfiles,
  xmldsigNamespace,
  type SigningProfile,
} from './profiles.js';
import { verifierOf, type Verifier } from './publicKey.js';

/** Which part of a message the gate refuses. */
export type GatePart = 'structure' | 'digest' | 'signature' | 'certificate';

export type GateVerdict = { ok: true } | { ok: false; part: GatePart; fault: Fault };

export interface GateExpectation {
  /** Base64 of the DER certificate that must be in KeyInfo: the `certificate` of the signer. */
  certificate: string;
  /** The profile the message must be signed under; any known one when left out. */
  profile?: SigningProfile;
  /** The instant of sending (UTC): the certificate must be valid then. Not checked when left out. */
  at?: Date;
}

/** A message that must not leave: the gate refused its bytes. */
export class GateError extends FaultError {
  constructor(
    readonly part: GatePart,
    fault: Fault,
  ) {
    super([fault], 500);
    this.name = 'GateError';
  }
}

/**
 * The gate between signing and sending. Judges the exact bytes of a file without a parser tree and without any code of
 * the signing side: canonical form, digest, SignedInfo with the namespaces it inherits, signature value, certificate.
 * It knows only the one form this gateway writes; foreign messages go to `verifyMessage`. Never throws for bad bytes.
 */
export function verifyCanonical(bytes: Buffer, expected: GateExpectation): GateVerdict {
  const scan = scanCanonical(bytes);
  if (!scan.ok) return refuse('structure', scan.code, { position: String(scan.position) });
  const { rootStart, signature } = scan;

  const block = bytes.toString('latin1', signature.start, signature.end);
  const found = signatureBlock.exec(block)?.groups;
  if (!found) return refuse('structure', 'S27', { position: String(signature.start) });
  const {
    signedInfo = '',
    method = '',
    digestMethod = '',
    digestValue = '',
    value = '',
    keyName = '',
  } = found;

  const profiles = signingProfiles();
  const profile = profiles.profileOf(method, digestMethod);
  const hash = profiles.hashOf(digestMethod);
  if (!profile || !hash)
    return refuse('structure', 'S10', { element: 'ds:SignatureMethod, ds:DigestMethod' });

  if (found.certificate !== expected.certificate) return refuse('certificate', 'S16');
  const known = knownCertificate(expected.certificate);
  if (!known) return refuse('certificate', 'S15');
  const { certificate, verifier } = known;
  if (keyName !== certificate.serial) {
    return refuse('certificate', 'S18', { keyName, serial: certificate.serial });
  }
  if (expected.at && !isValidAt(certificate, expected.at)) {
    return refuse('certificate', 'S17', {
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
    });
  }

  const suite = profiles.suiteOf(method);
  if (suite !== certificate.suite) {
    return refuse('structure', 'S11', { algorithm: method, suite: certificate.suite });
  }
  const { profile: wanted } = expected;
  if (wanted) {
    const { signature: wantedMethod, digest } = wanted.suites[suite];
    if (method !== wantedMethod || digestMethod !== digest.uri) {
      return refuse('structure', 'S28', { profile: wanted.id });
    }
  }

  const actual = createHash(hash)
    .update(bytes.subarray(rootStart, signature.start))
    .update(bytes.subarray(signature.end))
    .digest('base64');
  if (actual !== digestValue) return refuse('digest', 'S12', { expected: digestValue, actual });

  const signed = Buffer.from(
    `<ds:SignedInfo${inScope(scan.namespaces)}>${signedInfo}</ds:SignedInfo>`,
    'latin1',
  );
  const signatureValue = Buffer.from(value, 'base64');
  if (signatureValue.toString('base64') !== value || !verifier(signed, signatureValue)) {
    return refuse('signature', 'S14');
  }
  return { ok: true };
}

/** Lets bytes pass or throws GateError; the call that stands before every send. */
export function passGate(bytes: Buffer, expected: GateExpectation): void {
  const verdict = verifyCanonical(bytes, expected);
  if (!verdict.ok) throw new GateError(verdict.part, verdict.fault);
}

function refuse(part: GatePart, code: string, params: Record<string, string> = {}): GateVerdict {
  return { ok: false, part, fault: makeFault(code, 'message', params) };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const base64 = '[A-Za-z0-9+/]+={0,2}';

/** The only signature block the gate lets through, to the letter. */
const signatureBlock = new RegExp(
  `^<ds:Signature xmlns:ds="${escaped(xmldsigNamespace)}"><ds:SignedInfo>(?<signedInfo>` +
    `<ds:CanonicalizationMethod Algorithm="${escaped(inclusiveC14n)}"></ds:CanonicalizationMethod>` +
    '<ds:SignatureMethod Algorithm="(?<method>[^"<&]+)"></ds:SignatureMethod>' +
    `<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="${escaped(envelopedSignature)}"></ds:Transform></ds:Transforms>` +
    '<ds:DigestMethod Algorithm="(?<digestMethod>[^"<&]+)"></ds:DigestMethod>' +
    `<ds:DigestValue>(?<digestValue>${base64})</ds:DigestValue></ds:Reference>)</ds:SignedInfo>` +
    `<ds:SignatureValue>(?<value>${base64})</ds:SignatureValue>` +
    '<ds:KeyInfo><ds:KeyName>(?<keyName>[0-9a-f]+)</ds:KeyName>' +
    `<ds:X509Data><ds:X509Certificate>(?<certificate>${base64})</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>$`,
);

/** Namespace declarations that SignedInfo inherits, in canonical order. */
function inScope(rootNamespaces: ReadonlyMap<string, string>): string {
  const all = new Map(rootNamespaces).set('ds', xmldsigNamespace);
  return [...all.keys()]
    .sort()
    .map((prefix) => ` xmlns${prefix && `:${prefix}`}="${all.get(prefix)}"`)
    .join('');
}

interface KnownCertificate {
  certificate: Certificate;
  verifier: Verifier;
}

/** Parsed certificates of our own signers with their prepared keys (about 200 kB each for SM2), the latest last. */
const known = new Map<string, KnownCertificate>();
const knownLimit = 256;

function knownCertificate(base64Der: string): KnownCertificate | undefined {
  const hit = known.get(base64Der);
  if (hit) {
    known.delete(base64Der);
    known.set(base64Der, hit);
    return hit;
  }
  let certificate: Certificate;
  try {
    certificate = readCertificate(base64Der);
  } catch {
    return undefined;
  }
  const entry = { certificate, verifier: verifierOf(certificate.publicKey, true) };
  known.set(base64Der, entry);
  const oldest = known.keys().next();
  if (known.size > knownLimit && !oldest.done) known.delete(oldest.value);
  return entry;
}
