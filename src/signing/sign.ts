import { createHash } from 'node:crypto';
import {
  envelopedSignature,
  inclusiveC14n,
  signingProfiles,
  xmldsigNamespace,
  type SigningProfile,
} from './profiles.js';
import type { Signer } from './signer.js';

/**
 * A message as the writer hands it over: `head + tail` is the inclusive C14N form of the root element without its
 * signature, and the signature belongs between the two.
 */
export interface UnsignedMessage {
  /** Root name without prefix, for example `CEB603Message`. */
  messageType: string;
  guid: string;
  head: string;
  tail: string;
}

/** A message that only waits for its signature value; its text was encoded once and hashed. */
export interface PreparedMessage {
  /** The canonical SignedInfo: exactly the bytes a key signs. */
  readonly signedInfo: Buffer;
  /** SignedInfo as it stands in the file, without the inherited namespaces. */
  readonly element: string;
  readonly head: Buffer;
  readonly tail: Buffer;
}

const declaration = Buffer.from('<?xml version="1.0" encoding="UTF-8"?>');

/**
 * Prepares a message for a signer's suite under a profile. The canonical SignedInfo inherits the namespaces of the
 * root (inclusive C14N); without them no verifier would agree with the signature.
 * Throws when the head does not start with a canonical root start tag.
 */
export function prepareMessage(
  unsigned: UnsignedMessage,
  signer: Pick<Signer, 'suite'>,
  profile: SigningProfile = signingProfiles().default,
): PreparedMessage {
  const { signature, digest } = profile.suites[signer.suite];
  const head = Buffer.from(unsigned.head);
  const tail = Buffer.from(unsigned.tail);
  const digestValue = createHash(digest.hash).update(head).update(tail).digest('base64');
  const content =
    `<ds:CanonicalizationMethod Algorithm="${inclusiveC14n}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${signature}"></ds:SignatureMethod>` +
    `<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="${envelopedSignature}"></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${digest.uri}"></ds:DigestMethod>` +
    `<ds:DigestValue>${digestValue}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  return {
    signedInfo: Buffer.from(`<ds:SignedInfo${inheritedNamespaces(unsigned.head)}>${content}`),
    element: `<ds:SignedInfo>${content}`,
    head,
    tail,
  };
}

/** The exact bytes of the file: declaration, head, `ds:Signature`, tail; nothing else, not even a line feed. */
export function insertSignature(
  prepared: PreparedMessage,
  signer: Pick<Signer, 'keyName' | 'certificate'>,
  signatureValue: Buffer,
): Buffer {
  if (!/^[0-9a-f]+$/.test(signer.keyName)) throw new Error('the key name is not lower-case hex');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(signer.certificate)) throw new Error('the certificate is not Base64');
  const signature =
    `<ds:Signature xmlns:ds="${xmldsigNamespace}">${prepared.element}` +
    `<ds:SignatureValue>${signatureValue.toString('base64')}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:KeyName>${signer.keyName}</ds:KeyName>` +
    `<ds:X509Data><ds:X509Certificate>${signer.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`;
  return Buffer.concat([declaration, prepared.head, Buffer.from(signature), prepared.tail]);
}

/**
 * Signs a message and returns the exact bytes of the file (UTF-8). Nothing may leave before `verifyCanonical` of
 * `gate.ts` has accepted these bytes. Rejects with whatever the signer rejects with.
 */
export async function signMessage(
  unsigned: UnsignedMessage,
  signer: Signer,
  profile: SigningProfile = signingProfiles().default,
): Promise<Buffer> {
  const prepared = prepareMessage(unsigned, signer, profile);
  return insertSignature(prepared, signer, await signer.sign(prepared.signedInfo));
}

/**
 * Namespace declarations in scope at SignedInfo, in canonical order: those of the root and `ds`, sorted by prefix.
 * `xml:` attributes would be inherited as well, therefore a root that has one is refused.
 */
function inheritedNamespaces(head: string): string {
  const tag = /^<(?:[\w.-]+:)?[\w.-]+((?: [\w.:-]+="[^"<]*")*)>/.exec(head);
  if (!tag) throw new Error('the head does not start with a canonical root start tag');
  const declared: [prefix: string, text: string][] = [['ds', ` xmlns:ds="${xmldsigNamespace}"`]];
  for (const [text, name] of (tag[1] ?? '').matchAll(/ ([\w.:-]+)="[^"<]*"/g)) {
    if (name === 'xmlns') declared.push(['', text]);
    else if (name === 'xmlns:ds') throw new Error('the root may not declare the prefix ds');
    else if (name?.startsWith('xmlns:')) declared.push([name.slice(6), text]);
    else if (name?.startsWith('xml:')) throw new Error(`the root may not carry ${name}`);
  }
  return declared
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join('');
}
