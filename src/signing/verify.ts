import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { ParseOption, XmlDocument, XmlElement, XmlError, XmlLibError, XmlText } from 'libxml2-wasm';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { isValidAt, readCertificate, type Certificate } from './certificate.js';
import { envelopedSignature, inclusiveC14n, signingProfiles, xmldsigNamespace } from './profiles.js';
import { madeByKey, verifierOf } from './publicKey.js';
import type { Suite } from './signer.js';

/** What a signature says, part by part, so that a person sees which part differs. Instants in UTC (ISO 8601). */
export interface SignatureVerdict {
  /** The message holds a signature, right or wrong. */
  signed: boolean;
  /** Everything holds: form, content, signature value, certificate. `problems` is empty exactly then. */
  ok: boolean;
  suite?: Suite;
  /** Id of the signing profile whose algorithm identifiers the message uses; missing when it mixes two. */
  profile?: string;
  keyName?: string;
  certificate?: {
    subject: string;
    issuer: string;
    serial: string;
    notBefore: string;
    notAfter: string;
    test: boolean;
  };
  /** Whether the content is what was signed: `expected` stands in the message, `actual` was computed. Base64. */
  digest?: { ok: boolean; expected: string; actual: string };
  /** Whether the signature value fits SignedInfo and the key. */
  signature?: { ok: boolean };
  /** Whether the certificate is the one the caller expects; missing when the caller named none. */
  certificateMatches?: boolean;
  problems: Fault[];
  /** What the reader of the verdict should know although nothing is wrong: self-asserted signer, test certificate. */
  notes: Fault[];
}

export interface VerifyOptions {
  /** The certificate the signer is known by: PEM, or Base64 of DER. Its key decides, never the one in the message. */
  certificate?: string;
  /** The instant at which the certificate must be valid (UTC); now when left out. */
  at?: Date;
}

/**
 * Verifies the XML signature of any message, also one of another program: pretty-printed, other prefixes, signature
 * before or after ExtendMessage. Answers with a verdict for any bytes; throws FaultError (S15) only when
 * `options.certificate` itself is unreadable.
 */
export async function verifyMessage(bytes: Buffer, options: VerifyOptions = {}): Promise<SignatureVerdict> {
  const expected =
    options.certificate === undefined
      ? undefined
      : readCertificate(options.certificate, 'options.certificate');
  const verdict: SignatureVerdict = { signed: false, ok: false, problems: [], notes: [] };
  const document = open(bytes, verdict.problems);
  if (!document) return verdict;
  try {
    judge(document, verdict, expected, options.at ?? new Date());
  } finally {
    document.dispose();
  }
  const { problems, notes, ...parts } = verdict;
  return { ...parts, ok: problems.length === 0, problems, notes };
}

const fault = (code: string, path: string, params?: Record<string, string>, hint?: string): Fault =>
  makeFault(code, path, params, hint);

/** Parses without network, external entities or entity substitution. Adds a fault and returns undefined on refusal. */
function open(bytes: Buffer, problems: Fault[]): XmlDocument | undefined {
  const refusal = refuseProlog(bytes);
  if (refusal) {
    problems.push(fault(refusal, 'message'));
    return undefined;
  }
  try {
    const option = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE;
    return XmlDocument.fromBuffer(bytes, { option });
  } catch (error) {
    const line = error instanceof XmlLibError ? String(error.details[0]?.line ?? 1) : '1';
    problems.push(fault('S01', 'message', { line }));
    return undefined;
  }
}

const xmlDeclaration =
  /^<\?xml\s+version\s*=\s*(["'])1\.0\1(?:\s+encoding\s*=\s*(["'])utf-8\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>/i;

/** Looks at what stands before the root, without a parser: encoding, XML version, DOCTYPE. Returns the fault code. */
function refuseProlog(bytes: Buffer): 'S02' | 'S03' | undefined {
  if (!isUtf8(bytes) || bytes.includes(0)) return 'S03';
  let at = bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
  const opening = bytes.toString('latin1', at, at + 200);
  if (/^<\?xml\s/.test(opening) && !xmlDeclaration.test(opening)) return 'S03';
  for (;;) {
    at = bytes.indexOf('<', at);
    if (at === -1) return undefined;
    const end =
      bytes.toString('latin1', at, at + 4) === '<!--' ? '-->' : bytes[at + 1] === 0x3f ? '?>' : undefined;
    if (end === undefined) return bytes[at + 1] === 0x21 ? 'S02' : undefined;
    at = bytes.indexOf(end, at + 2);
    if (at === -1) return undefined;
  }
}

/** The parts of a signature after its form was accepted. */
interface SignatureParts {
  signedInfo: XmlElement;
  method: string;
  digestMethod: string;
  digestValue: string;
  signatureValue: string;
  keyName: string | undefined;
  certificate: string | undefined;
}

function judge(
  document: XmlDocument,
  verdict: SignatureVerdict,
  expected: Certificate | undefined,
  at: Date,
): void {
  const { problems, notes } = verdict;
  const signature = onlySignature(document, verdict);
  if (!signature) return;
  const parts = readParts(signature, problems);
  if (!parts) return;

  const profiles = signingProfiles();
  const suite = profiles.suiteOf(parts.method);
  const hash = profiles.hashOf(parts.digestMethod);
  if (!suite) problems.push(fault('S10', 'Signature', { element: 'ds:SignatureMethod' }, parts.method));
  if (!hash) problems.push(fault('S10', 'Signature', { element: 'ds:DigestMethod' }, parts.digestMethod));
  if (suite) verdict.suite = suite;
  const profile = profiles.profileOf(parts.method, parts.digestMethod);
  if (profile) verdict.profile = profile.id;

  const embedded = embeddedCertificate(parts, problems);
  judgeCertificate(verdict, parts.keyName, embedded, expected, at);

  const signedInfo = canonical(parts.signedInfo, problems);
  signature.remove();
  const content = canonical(document, problems);
  if (signedInfo === undefined || content === undefined) return;
  if (hash) {
    const actual = createHash(hash).update(content).digest('base64');
    verdict.digest = { ok: actual === parts.digestValue, expected: parts.digestValue, actual };
    if (!verdict.digest.ok) problems.push(fault('S12', 'message', { expected: parts.digestValue, actual }));
  }

  const deciding = expected ?? embedded;
  if (!suite || !deciding) return;
  if (suite !== deciding.suite) {
    verdict.signature = { ok: false };
    problems.push(fault('S11', 'Signature', { algorithm: parts.method, suite: deciding.suite }));
    return;
  }
  const value = strictBase64(parts.signatureValue);
  verdict.signature = {
    ok: value !== undefined && verifierOf(deciding.publicKey)(Buffer.from(signedInfo), value),
  };
  if (!verdict.signature.ok) {
    const ours = value !== undefined && madeByKey(deciding.publicKey, value);
    problems.push(fault(ours ? 'S13' : 'S14', 'Signature'));
  }
  if (!expected) notes.push(fault('S19', 'Signature'));
}

/** The canonical form; undefined, with S67, where there is none. */
function canonical(node: XmlElement | XmlDocument, problems: Fault[]): string | undefined {
  try {
    return node.canonicalizeToString();
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    if (!problems.some(({ code }) => code === 'S67')) problems.push(fault('S67', 'message'));
    return undefined;
  }
}

/** The one signature, a child of the root; anything else is a wrapping trick or no signature at all. */
function onlySignature(document: XmlDocument, verdict: SignatureVerdict): XmlElement | undefined {
  const ds = { ds: xmldsigNamespace };
  const signatures = document.find('//ds:Signature', ds);
  verdict.signed = signatures.length > 0;
  const [signature] = signatures;
  if (!(signature instanceof XmlElement)) {
    verdict.problems.push(fault('S04', 'message'));
    return undefined;
  }
  if (signatures.length > 1) {
    verdict.problems.push(fault('S05', 'message', { count: String(signatures.length) }));
    return undefined;
  }
  if (!signature.parent?.isSameNode(document.root)) {
    verdict.problems.push(fault('S06', 'message'));
    return undefined;
  }
  if (document.find('//ds:SignedInfo', ds).length !== 1) {
    verdict.problems.push(fault('S07', 'Signature', { element: 'ds:SignedInfo' }));
    return undefined;
  }
  return signature;
}

/** Thrown inside `readParts` with the fault that stops it. */
class WrongForm extends Error {
  constructor(readonly fault: Fault) {
    super(fault.code);
  }
}

/** Reads a signature of exactly the allowed form; adds one fault and returns undefined for any other. */
function readParts(signature: XmlElement, problems: Fault[]): SignatureParts | undefined {
  try {
    const [signedInfo, signatureValue, keyInfo] = exactly(
      signature,
      'SignedInfo',
      'SignatureValue',
      'KeyInfo',
    );
    if (elements(signedInfo).filter((e) => is(e, 'Reference')).length !== 1) {
      throw new WrongForm(fault('S08', 'Signature'));
    }
    const [c14n, method, reference] = exactly(
      signedInfo,
      'CanonicalizationMethod',
      'SignatureMethod',
      'Reference',
    );
    if (reference.attr('URI')?.value !== '') throw new WrongForm(fault('S08', 'Signature'));
    if (algorithm(c14n) !== inclusiveC14n) {
      throw new WrongForm(
        fault('S10', 'Signature', { element: 'ds:CanonicalizationMethod' }, algorithm(c14n)),
      );
    }
    const [transforms, digestMethod, digestValue] = exactly(
      reference,
      'Transforms',
      'DigestMethod',
      'DigestValue',
    );
    const [transform, ...others] = elements(transforms);
    if (
      !transform ||
      !is(transform, 'Transform') ||
      others.length > 0 ||
      algorithm(transform) !== envelopedSignature
    ) {
      throw new WrongForm(fault('S09', 'Signature'));
    }
    return {
      signedInfo,
      method: algorithm(method),
      digestMethod: algorithm(digestMethod),
      digestValue: leaf(digestValue).replace(/\s+/g, ''),
      signatureValue: leaf(signatureValue).replace(/\s+/g, ''),
      ...readKeyInfo(keyInfo),
    };
  } catch (error) {
    if (!(error instanceof WrongForm)) throw error;
    problems.push(error.fault);
    return undefined;
  }
}

/**
 * KeyName and certificate; any KeyValue beside them is ignored, a key never comes from the message alone. What is no key at
 * all has no place there: no signature covers it.
 */
function readKeyInfo(keyInfo: XmlElement): Pick<SignatureParts, 'keyName' | 'certificate'> {
  if (keyInfo.get(`.//*[namespace-uri() != '${xmldsigNamespace}']`)) throw wrongForm(keyInfo);
  const names = elements(keyInfo).filter((e) => is(e, 'KeyName'));
  const certificates = elements(keyInfo)
    .filter((e) => is(e, 'X509Data'))
    .flatMap((data) => elements(data).filter((e) => is(e, 'X509Certificate')));
  if (names.length > 1 || certificates.length > 1) {
    throw new WrongForm(fault('S07', 'Signature', { element: 'ds:KeyInfo' }));
  }
  return {
    keyName: names[0] && leaf(names[0]).trim(),
    certificate: certificates[0] && leaf(certificates[0]).replace(/\s+/g, ''),
  };
}

function embeddedCertificate(parts: SignatureParts, problems: Fault[]): Certificate | undefined {
  try {
    const base64 = parts.certificate ?? '';
    if (!strictBase64(base64)) throw new FaultError([fault('S15', 'Signature')]);
    return readCertificate(base64, 'Signature');
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    problems.push(...error.faults);
    return undefined;
  }
}

function judgeCertificate(
  verdict: SignatureVerdict,
  keyName: string | undefined,
  embedded: Certificate | undefined,
  expected: Certificate | undefined,
  at: Date,
): void {
  const { problems, notes } = verdict;
  if (keyName !== undefined) verdict.keyName = keyName;
  if (expected) {
    verdict.certificateMatches = embedded?.base64 === expected.base64;
    if (embedded && !verdict.certificateMatches)
      problems.push(fault('S16', 'Signature', {}, embedded.serial));
  }
  if (!embedded) return;
  const { subject, issuer, serial, test } = embedded;
  const notBefore = embedded.notBefore.toISOString();
  const notAfter = embedded.notAfter.toISOString();
  verdict.certificate = { subject, issuer, serial, notBefore, notAfter, test };
  if (keyName !== undefined && keyName.toLowerCase() !== serial) {
    problems.push(fault('S18', 'Signature', { keyName, serial }));
  }
  if (!isValidAt(embedded, at)) problems.push(fault('S17', 'Signature', { notBefore, notAfter }));
  if (test) notes.push(fault('S20', 'Signature'));
}

const is = (element: XmlElement, name: string): boolean =>
  element.name === name && element.namespaceUri === xmldsigNamespace;

const wrongForm = (element: XmlElement): WrongForm =>
  new WrongForm(fault('S07', 'Signature', { element: `ds:${element.name}` }));

/** Child elements. Between them only white space: a comment or processing instruction has no place in a signature. */
function elements(parent: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let node = parent.firstChild; node; node = node.next) {
    if (node instanceof XmlElement) found.push(node);
    else if (!(node instanceof XmlText) || node.content.trim() !== '') throw wrongForm(parent);
  }
  return found;
}

/** The child elements of a parent, which must be these three in this order. */
function exactly(
  parent: XmlElement,
  ...names: [string, string, string]
): [XmlElement, XmlElement, XmlElement] {
  const found = elements(parent);
  const [first, second, third] = found;
  if (found.length !== 3 || !first || !second || !third || !found.every((e, i) => is(e, names[i] ?? ''))) {
    throw wrongForm(parent);
  }
  return [first, second, third];
}

/** The Algorithm of a method that has no parameters of its own (an HMACOutputLength, an XPath, …). */
function algorithm(element: XmlElement): string {
  if (elements(element).length > 0) throw wrongForm(element);
  return element.attr('Algorithm')?.value ?? '';
}

/** The text of an element that holds nothing but text. */
function leaf(element: XmlElement): string {
  for (let node = element.firstChild; node; node = node.next) {
    if (!(node instanceof XmlText)) throw wrongForm(element);
  }
  return element.content;
}

/** Decodes Base64 that has one form only: no stray characters, padding or trailing bits. */
function strictBase64(text: string): Buffer | undefined {
  const decoded = Buffer.from(text, 'base64');
  return decoded.length > 0 && decoded.toString('base64') === text ? decoded : undefined;
}
