import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';
import { sm2 } from 'sm-crypto-v2';
import { SignedXml } from 'xml-crypto';
import { readRepeat } from '../../src/messages/fieldType.js';
import {
  cebNamespace,
  type FieldMapping,
  type MessageMapping,
  type NodeMapping,
} from '../../src/messages/mapping.js';
import {
  compilePath,
  compileSource,
  formats,
  isMissing,
  leafText,
  type DocumentInput,
  type Envelope,
  type ItemNames,
  type Scope,
} from '../../src/messages/values.js';
import { readCertificate } from '../../src/signing/certificate.js';
import { asn1, child, content, readDer } from '../../src/signing/der.js';
import { envelopedSignature, inclusiveC14n, type SigningProfile } from '../../src/signing/profiles.js';
import type { Suite } from '../../src/signing/signer.js';

/**
 * The same messages written with fast-xml-parser and signed with xml-crypto, as a program without a writer and signer
 * of its own would do it. Values come from the order by the same compiled paths as the gateway's, so that a comparison
 * shows the writing and signing alone.
 */
export interface Peer {
  /** The unsigned message as text. */
  build(documents: readonly DocumentInput[], envelope: Envelope): string;
  /** The message with its signature before the end tag of the root. */
  sign(xml: string): string;
  /** Throws or returns false when the signature of a message (ours or the peer's) does not hold. */
  verify(xml: string): boolean;
}

type Tree = Record<string, unknown>;
type Put = (scope: Scope, into: Tree) => void;

export interface PeerKey {
  suite: Suite;
  keyPem: string;
  /** Base64 of the DER certificate. */
  certificate: string;
}

export function createPeer(mapping: MessageMapping, profile: SigningProfile, key: PeerKey): Peer {
  const signer = peerSigner(profile, key);
  const business = mapping.root.find((node) => readRepeat(node.repeat).max > 1);
  if (!business) throw new Error(`${mapping.message} has no documents`);
  const document = compileNode({ ...business, repeat: '1' }, []);
  const transfer = mapping.root
    .filter((n) => n !== business && n.node === 'BaseTransfer')
    .map((n) => compileNode(n, []));
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    suppressEmptyNode: false,
  });
  return {
    build(documents, envelope) {
      const root: Tree = {
        '@xmlns:ceb': cebNamespace,
        '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        '@guid': envelope.guid,
        '@version': '1.0',
      };
      const nodes: unknown[] = [];
      for (const input of documents) {
        const into: Tree = {};
        document({ ...input, transfer: envelope.transfer, index: 0 }, into);
        nodes.push(into[`ceb:${business.node}`]);
      }
      root[`ceb:${business.node}`] = nodes;
      for (const put of transfer)
        put({ order: {}, document: {}, transfer: envelope.transfer, index: 0 }, root);
      return builder.build({ [`ceb:${mapping.message}`]: root });
    },
    ...signer,
  };
}

function compileNode(node: NodeMapping, items: ItemNames): Put {
  const tag = `ceb:${node.node}`;
  if (node.each !== undefined) {
    const list = compilePath(node.each, items);
    const put = compileContent(node, [...items, node.as ?? '']);
    return (scope, into) => {
      const entries = list(scope);
      if (!Array.isArray(entries)) return;
      into[tag] = entries.map((item: unknown, index) => put({ ...scope, item, index, outer: scope }));
    };
  }
  const put = compileContent(node, items);
  const optional = readRepeat(node.repeat).min === 0;
  return (scope, into) => {
    const inside = put(scope);
    if (!optional || Object.keys(inside).length > 0) into[tag] = inside;
  };
}

function compileContent(node: NodeMapping, items: ItemNames): (scope: Scope) => Tree {
  const puts = [
    ...(node.fields ?? []).map((field) => compileField(field, items)),
    ...(node.children ?? []).map((inner) => compileNode(inner, items)),
  ];
  return (scope) => {
    const tree: Tree = {};
    for (const put of puts) put(scope, tree);
    return tree;
  };
}

function compileField(field: FieldMapping, items: ItemNames): Put {
  const tag = `ceb:${field.name}`;
  const { fixed, default: otherwise } = field;
  if (fixed !== undefined) return (_scope, into) => void (into[tag] = fixed);
  const source = compileSource(field, items);
  const format = field.format && formats[field.format];
  return (scope, into) => {
    const value = source(scope);
    const text = isMissing(value) ? otherwise : format ? format(value) : leafText(value);
    if (text !== undefined) into[tag] = text;
  };
}

/** SM3 for xml-crypto, which brings SHA-1 and SHA-2 only. */
const sm3 = (uri: string) =>
  class {
    getAlgorithmName = () => uri;
    getHash = (xml: string) => createHash('sm3').update(xml, 'utf8').digest('base64');
  };

/** SM2 for xml-crypto; the key is a closure, because its own key types know no SM2. */
const sm2Algorithm = (uri: string, d: string, point: string) => {
  const z = sm2.getZ(point);
  const digest = (text: string) => createHash('sm3').update(z).update(text, 'utf8').digest();
  return class {
    getAlgorithmName = () => uri;
    getSignature = (signedInfo: unknown) =>
      Buffer.from(sm2.doSignature(digest(String(signedInfo)), d), 'hex').toString('base64');
    verifySignature = (material: string, _key: unknown, value: string) =>
      sm2.doVerifySignature(digest(material), Buffer.from(value, 'base64').toString('hex'), point);
  };
};

function peerSigner(profile: SigningProfile, key: PeerKey): Pick<Peer, 'sign' | 'verify'> {
  const { signature, digest } = profile.suites[key.suite];
  const privateKey = createPrivateKey(key.keyPem);
  const { publicKey, serial } = readCertificate(key.certificate);
  const keyInfo =
    `<ds:KeyName>${serial}</ds:KeyName><ds:X509Data><ds:X509Certificate>${key.certificate}` +
    '</ds:X509Certificate></ds:X509Data>';
  const signing =
    publicKey.kind === 'sm2' ? sm2Algorithm(signature, scalarOf(privateKey), publicKey.point) : undefined;
  const hashing = digest.hash === 'sm3' ? sm3(digest.uri) : undefined;
  const make = () => {
    const xml = new SignedXml({
      privateKey: publicKey.kind === 'sm2' ? 'held by the algorithm' : privateKey,
      publicCert: publicKey.kind === 'sm2' ? 'held by the algorithm' : publicKey.key,
      signatureAlgorithm: signature,
      canonicalizationAlgorithm: inclusiveC14n,
      getKeyInfoContent: () => keyInfo,
    });
    if (signing) xml.SignatureAlgorithms = { [signature]: signing };
    if (hashing) xml.HashAlgorithms = { [digest.uri]: hashing };
    return xml;
  };
  return {
    sign(text) {
      const xml = make();
      xml.addReference({
        xpath: '/*',
        uri: '',
        isEmptyUri: true,
        digestAlgorithm: digest.uri,
        transforms: [envelopedSignature],
      });
      xml.computeSignature(text, { prefix: 'ds', location: { reference: '/*', action: 'append' } });
      return xml.getSignedXml();
    },
    verify(text) {
      const block = /<ds:Signature[ >][^]*<\/ds:Signature>/.exec(text)?.[0];
      if (block === undefined) return false;
      const xml = make();
      xml.loadSignature(block);
      return xml.checkSignature(text);
    },
  };
}

/** The private number of an SM2 key in hex. */
function scalarOf(key: KeyObject): string {
  const pkcs8 = readDer(key.export({ type: 'pkcs8', format: 'der' }));
  const octets = child(pkcs8, 2);
  if (octets.type !== asn1.Type.OCTETSTRING) throw new Error('not a PKCS#8 key');
  return content(child(readDer(content(octets)), 1))
    .toString('hex')
    .padStart(64, '0');
}
