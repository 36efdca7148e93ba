import { ParseOption, XmlDocument, XmlLibError, XsdValidator, type XmlElement } from 'libxml2-wasm';
import type { DxpFaultId, RefusalId, SandboxData, UnreadableId } from './data.js';
import {
  cebNamespace,
  countDocuments,
  readDocuments,
  type SandboxDocument,
  type Subscription,
} from './documents.js';
import { dxpNamespace, readEnvelope, type Envelope } from './dxp.js';
import type { Kind, Kinds } from './kinds.js';
import { SignatureVerifier, type SignatureFault } from './signature.js';

interface Wrapped {
  /** The wrapper the message came in; absent for plain messages. */
  envelope?: Envelope;
}

/**
 * What the gate makes of arriving bytes: refused unread, misaddressed (the wrapper is wrong, answered by a DxpRep),
 * unreadable (a 900 receipt), or a message of documents. `bytes` are those of the message inside any wrapper.
 */
export type Reading =
  | { kind: 'refused'; refusal: RefusalId }
  | { kind: 'misaddressed'; bytes: Buffer; fault: DxpFaultId; detail: string; envelope: Envelope }
  | ({
      kind: 'unreadable';
      bytes: Buffer;
      guid?: string;
      messageType: string;
      problem: UnreadableId;
      detail: string;
    } & Wrapped)
  | ({
      kind: 'message';
      bytes: Buffer;
      guid: string;
      type: Kind;
      dxpId: string | undefined;
      subscriptions: Subscription[];
      documents: SandboxDocument[];
      tooMany: boolean;
      signatureFault: SignatureFault | undefined;
    } & Wrapped);

type Tree =
  | Omit<Extract<Reading, { kind: 'unreadable' }>, 'bytes' | 'envelope'>
  | Omit<Extract<Reading, { kind: 'message' }>, 'bytes' | 'envelope'>;

const parseOptions = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE };

/**
 * Parses, validates and verifies with parts the gateway's own writer, reader and signer do not share: libxml2 for
 * parsing, schema and canonical form, node:crypto and sm-crypto-v2 for signatures.
 */
export class Gate {
  readonly #kinds: Kinds;
  readonly #data: SandboxData;
  readonly #xsd: { messages: () => string; wrapper: () => string };
  #schema: XsdValidator | undefined;
  #wrapperSchema: XsdValidator | undefined;
  readonly #signatures: SignatureVerifier;

  /** `xsd` gives the schemas of the messages and of the wrappers, compiled when the first of their kind arrives. */
  constructor(xsd: { messages: () => string; wrapper: () => string }, data: SandboxData) {
    this.#xsd = xsd;
    this.#data = data;
    this.#kinds = data.kinds;
    this.#signatures = new SignatureVerifier(data.signatures);
  }

  read(bytes: Buffer): Reading {
    return this.#read(bytes, (doc) => {
      if (doc.root.namespaceUri === dxpNamespace) return this.#readWrapped(doc, bytes);
      return { ...this.#readTree(doc), bytes };
    });
  }

  #read(bytes: Buffer, then: (doc: XmlDocument) => Reading): Reading {
    if (bytes.length === 0) return { kind: 'refused', refusal: 'empty' };
    const refusal = refuseUnread(bytes);
    if (refusal) return { kind: 'refused', refusal };
    let doc: XmlDocument;
    try {
      doc = XmlDocument.fromBuffer(bytes, parseOptions);
    } catch (error) {
      return { ...unreadable('Unknown', 'malformed', error), bytes };
    }
    try {
      return then(doc);
    } finally {
      doc.dispose();
    }
  }

  /** The wrapper is judged before the message in it, and its addresses once the message is known. */
  #readWrapped(doc: XmlDocument, wrapper: Buffer): Reading {
    const envelope = readEnvelope(doc.root);
    const misaddressed = (fault: DxpFaultId, detail = ''): Reading => ({
      kind: 'misaddressed',
      bytes: envelope.data ?? wrapper,
      envelope,
      fault,
      detail,
    });
    const schema = (this.#wrapperSchema ??= validatorOf(this.#xsd.wrapper()));
    try {
      schema.validate(doc);
    } catch (error) {
      return misaddressed('schema', detailOf(error));
    }
    const { data: bytes, receiverIds, msgType, senderId } = envelope;
    if (!bytes) return misaddressed('form');
    const receivers = Object.values(this.#data.dxp.receivers);
    const stranger = receiverIds.find((id) => !receivers.includes(id));
    if (stranger !== undefined) return misaddressed('receiver-unknown', stranger);
    const reading = this.#read(bytes, (inner) => ({ ...this.#readTree(inner), bytes }));
    if (reading.kind === 'refused') return reading;
    if (reading.kind === 'message') {
      if (reading.type.type !== msgType) return misaddressed('type');
      const receiver = this.#data.dxp.receivers[reading.type.flow];
      if (!receiverIds.includes(receiver)) return misaddressed('receiver-differs', receiver);
      if (reading.dxpId !== senderId) return misaddressed('sender-differs');
    }
    return { ...reading, envelope };
  }

  #readTree(doc: XmlDocument): Tree {
    const root: XmlElement = doc.root;
    const guid = root.attr('guid')?.value;
    const messageType = root.name;
    const type = this.#kinds.get(messageType);
    if (root.namespaceUri !== cebNamespace || !type)
      return { kind: 'unreadable', guid, messageType: 'Unknown', problem: 'unknown-type', detail: '' };

    // The count comes before the schema: customs answers too many documents one by one, not by a 900 receipt.
    const tooMany = countDocuments(root, type) > type.limit;
    const schema = (this.#schema ??= validatorOf(this.#xsd.messages()));
    if (!tooMany)
      try {
        schema.validate(doc);
      } catch (error) {
        return { ...unreadable(messageType, 'schema', error), guid };
      }
    if (!guid) return { kind: 'unreadable', messageType, problem: 'schema', detail: 'guid' };

    const { documents, dxpId, subscriptions } = readDocuments(root, type);
    const mustBeSigned = documents.some((d) => d.appStatus === '2');
    const found = tooMany ? undefined : this.#signatures.verify(doc);
    const signatureFault = found?.id === 'signature-missing' && !mustBeSigned ? undefined : found;
    return { kind: 'message', guid, type, dxpId, subscriptions, documents, tooMany, signatureFault };
  }
}

function validatorOf(xsd: string): XsdValidator {
  const doc = XmlDocument.fromString(xsd);
  try {
    return XsdValidator.fromDoc(doc);
  } finally {
    doc.dispose();
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
  return { kind: 'unreadable', messageType, problem, detail: detailOf(error) };
}

/** Where and what, as libxml2 says it; anything but a fault of the document is thrown on. */
function detailOf(error: unknown): string {
  if (!(error instanceof XmlLibError)) throw error;
  const detail = error.details.map((d) => `${d.line}:${d.col} ${d.message.trim()}`).join('; ');
  return detail.slice(0, 2000);
}
