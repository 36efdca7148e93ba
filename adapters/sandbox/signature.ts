import { createHash, verify, X509Certificate, type KeyObject } from 'node:crypto';
import type { XmlDocument, XmlElement } from 'libxml2-wasm';
import { sm2 } from 'sm-crypto-v2';
import { BoundedMap } from './boundedMap.js';
import type { SignatureRules } from './data.js';

const ds = { ds: 'http://www.w3.org/2000/09/xmldsig#' };
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The standard user id of GM/T 0009, which every Chinese SM2 certificate service uses. */
const sm2UserId = '1234567812345678';

/** What is wrong with the signature: the id of a verdict in `mappings/sandbox/verdicts.json`. */
export interface SignatureFault {
  id:
    'signature-missing' | 'signature-form' | 'signature-digest' | 'signature-certificate' | 'signature-value';
  detail: string;
}

const fault = (id: SignatureFault['id'], detail = ''): SignatureFault => ({ id, detail });

/** Verifies messages; remembers the public keys of the certificates it has read. */
export class SignatureVerifier {
  readonly #rules: SignatureRules;
  readonly #keys = new BoundedMap<string, KeyObject>(1000);

  constructor(rules: SignatureRules) {
    this.#rules = rules;
  }

  /**
   * Verifies the enveloped signature of a message as the port does (specification 202205, chapter 6): exactly one
   * `ds:Signature` as a child of the root, inclusive C14N, Reference URI="", the enveloped transform alone, one of the
   * allowed pairs of algorithms. The certificate's chain and its owner are not checked: the sandbox knows no
   * enterprises. **Removes the signature node from the tree.** Returns undefined when the signature holds.
   */
  verify(doc: XmlDocument): SignatureFault | undefined {
    const rules = this.#rules;
    const found = doc.find('//ds:Signature', ds) as XmlElement[];
    const signature = found[0];
    if (!signature) return fault('signature-missing');
    if (found.length > 1 || !signature.parent?.isSameNode(doc.root))
      return fault('signature-form', 'Signature');

    const one = (path: string): XmlElement | undefined => {
      const nodes = signature.find(path, ds) as XmlElement[];
      return nodes.length === 1 ? nodes[0] : undefined;
    };
    const algorithm = (path: string) => one(path)?.attr('Algorithm')?.value;
    const text = (path: string) => one(path)?.content.replace(/\s+/g, '');

    if (algorithm('ds:SignedInfo/ds:CanonicalizationMethod') !== rules.canonicalization)
      return fault('signature-form', 'CanonicalizationMethod');
    const method = algorithm('ds:SignedInfo/ds:SignatureMethod');
    const suite = rules.suites.find((s) => s.signature === method);
    if (!suite) return fault('signature-form', 'SignatureMethod');
    if (one('ds:SignedInfo/ds:Reference')?.attr('URI')?.value !== '')
      return fault('signature-form', 'Reference');
    if (algorithm('ds:SignedInfo/ds:Reference/ds:Transforms/ds:Transform') !== rules.transform)
      return fault('signature-form', 'Transform');
    if (algorithm('ds:SignedInfo/ds:Reference/ds:DigestMethod') !== suite.digest)
      return fault('signature-form', 'DigestMethod');
    if (!one('ds:KeyInfo/ds:KeyName')) return fault('signature-form', 'KeyName');

    const digestValue = text('ds:SignedInfo/ds:Reference/ds:DigestValue');
    const signatureValue = text('ds:SignatureValue');
    const certificate = text('ds:KeyInfo/ds:X509Data/ds:X509Certificate');
    const signedInfoNode = one('ds:SignedInfo');
    if (!digestValue || !signatureValue || !base64.test(signatureValue) || !signedInfoNode)
      return fault('signature-form', 'SignatureValue');
    const signedInfo = Buffer.from(signedInfoNode.canonicalizeToString(), 'utf8');

    const key = this.#publicKeyOf(certificate);
    if (!key || (suite.suite === 'rsa-sha1') !== (key.asymmetricKeyType === 'rsa'))
      return fault('signature-certificate');

    signature.remove();
    const hash = suite.suite === 'sm2-sm3' ? 'sm3' : 'sha1';
    const digest = createHash(hash).update(doc.canonicalizeToString(), 'utf8').digest('base64');
    if (digest !== digestValue) return fault('signature-digest');

    const value = Buffer.from(signatureValue, 'base64');
    const holds =
      suite.suite === 'rsa-sha1' ? verify('sha1', signedInfo, key, value) : verifySm2(signedInfo, key, value);
    return holds ? undefined : fault('signature-value');
  }

  #publicKeyOf(certificate: string | undefined): KeyObject | undefined {
    if (!certificate || !base64.test(certificate)) return undefined;
    const known = this.#keys.get(certificate);
    if (known) return known;
    try {
      const key = new X509Certificate(Buffer.from(certificate, 'base64')).publicKey;
      this.#keys.set(certificate, key);
      return key;
    } catch {
      return undefined;
    }
  }
}

/** SM2 over SM3 with the standard user id; raw r‖s. node:crypto cannot set the user id, hence the library. */
function verifySm2(signedInfo: Buffer, key: KeyObject, value: Buffer): boolean {
  if (value.length !== 64) return false;
  // An SM2 SubjectPublicKeyInfo ends with the uncompressed point, 04 x y.
  const point = key.export({ type: 'spki', format: 'der' }).subarray(-65);
  if (point[0] !== 4) return false;
  try {
    return sm2.doVerifySignature(signedInfo, value.toString('hex'), point.toString('hex'), {
      hash: true,
      userId: sm2UserId,
    });
  } catch {
    return false;
  }
}
