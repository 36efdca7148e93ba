import { ParseOption, XmlDocument, XmlLibError, XsdValidator, type XmlElement } from 'libxml2-wasm';
import type { MessageType, RefusalId, SignatureRules, UnreadableId } from './data.js';
import {
  cebNamespace,
  countDocuments,
  isMessageType,
  readDocuments,
  type SandboxDocument,
} from './documents.js';
import { SignatureVerifier, type SignatureFault } from './signature.js';

/** What the gate makes of arriving bytes: refused unread, unreadable (a 900 receipt), or a message of documents. */
export type Reading =
  | { kind: 'refused'; refusal: RefusalId }
  | { kind: 'unreadable'; guid?: string; messageType: string; problem: UnreadableId; detail: string }
  | {
      kind: 'message';
      guid: string;
      messageType: MessageType;
      dxpId: string | undefined;
      documents: SandboxDocument[];
      tooMany: boolean;
      signatureFault: SignatureFault | undefined;
    };

const maxDocuments = 100;
const parseOptions = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE };

/**
 * Parses, validates and verifies with parts the gateway's own writer, reader and signer do not share: libxml2 for
 * parsing, schema and canonical form, node:crypto and sm-crypto-v2 for signatures.
 */
export class Gate {
  readonly #schema: XsdValidator;
  readonly #signatures: SignatureVerifier;

  /** `xsd` is the schema of the messages; throws when libxml2 cannot compile it. */
  constructor(xsd: string, signatures: SignatureRules) {
    const doc = XmlDocument.fromString(xsd);
    try {
      this.#schema = XsdValidator.fromDoc(doc);
    } finally {
      doc.dispose();
    }
    this.#signatures = new SignatureVerifier(signatures);
  }

  read(bytes: Buffer): Reading {
    if (bytes.length === 0) return { kind: 'refused', refusal: 'empty' };
    const refusal = refuseUnread(bytes);
    if (refusal) return { kind: 'refused', refusal };
    let doc: XmlDocument;
    try {
      doc = XmlDocument.fromBuffer(bytes, parseOptions);
    } catch (error) {
      return unreadable('Unknown', 'malformed', error);
    }
    try {
      return this.#readTree(doc);
    } finally {
      doc.dispose();
    }
  }

  #readTree(doc: XmlDocument): Reading {
    const root: XmlElement = doc.root;
    const guid = root.attr('guid')?.value;
    const messageType = root.name;
    if (root.namespaceUri !== cebNamespace || !isMessageType(messageType))
      return { kind: 'unreadable', guid, messageType: 'Unknown', problem: 'unknown-type', detail: '' };

    // The count comes before the schema: customs answers too many documents one by one, not by a 900 receipt.
    const tooMany = countDocuments(root, messageType) > maxDocuments;
    if (!tooMany)
      try {
        this.#schema.validate(doc);
      } catch (error) {
        return { ...unreadable(messageType, 'schema', error), guid };
      }
    if (!guid) return { kind: 'unreadable', messageType, problem: 'schema', detail: 'guid' };

    const { documents, dxpId } = readDocuments(root, messageType);
    const mustBeSigned = documents.some((d) => d.appStatus === '2');
    const found = tooMany ? undefined : this.#signatures.verify(doc);
    const signatureFault = found?.id === 'signature-missing' && !mustBeSigned ? undefined : found;
    return { kind: 'message', guid, messageType, dxpId, documents, tooMany, signatureFault };
  }
}

/** Encoding and DOCTYPE are judged on the bytes, before any parser sees them. */
function refuseUnread(bytes: Buffer): RefusalId | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return 'encoding';
  }
  const declared = /^<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (declared !== undefined && declared.toUpperCase() !== 'UTF-8') return 'encoding';
  if (text.includes('<!DOCTYPE') || text.includes('<!ENTITY')) return 'doctype';
  return undefined;
}

function unreadable(
  messageType: string,
  problem: UnreadableId,
  error: unknown,
): { kind: 'unreadable'; messageType: string; problem: UnreadableId; detail: string } {
  if (!(error instanceof XmlLibError)) throw error;
  const detail = error.details.map((d) => `${d.line}:${d.col} ${d.message.trim()}`).join('; ');
  return { kind: 'unreadable', messageType, problem, detail: detail.slice(0, 2000) };
}
