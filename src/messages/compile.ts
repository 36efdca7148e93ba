import type { Fault } from '../base/fault.js';
import { systemClock, type Clock } from '../base/clock.js';
import type { Catalogue } from './catalogue.js';
import { compileChecks, type Check } from './fieldChecks.js';
import { mergeFaults } from './fieldFaults.js';
import { readRepeat } from './fieldType.js';
import { cebNamespace, type MessageMapping, type NodeMapping } from './mapping.js';
import type { DocumentInput, Envelope, Scope, Transfer } from './values.js';
import { compileNode, foreignPrefixes, type Write } from './writer.js';
import { escapeAttribute } from './xmlText.js';

/**
 * A message in canonical form (inclusive C14N 20010315), cut where `ds:Signature` goes. The digest covers the UTF-8
 * bytes of `head + tail`; the file is the XML declaration, `head`, the signature, `tail`, with nothing between them.
 */
export interface UnsignedMessage {
  /** Root name, for example `CEB603Message`. */
  messageType: string;
  guid: string;
  head: string;
  tail: string;
}

/** A mapping of a message we send, compiled. Both methods are pure and may be called from anywhere. */
export interface CompiledMessage {
  readonly mapping: MessageMapping;
  /** How many documents one message may hold. */
  readonly limit: number;
  /**
   * Writes a message. The documents must have passed `check`, the envelope `checkTransfer`: values are escaped, not
   * judged.
   *
   * @throws RangeError with no or too many documents, for a character that XML 1.0 forbids, for a time that is none
   */
  write(documents: readonly DocumentInput[], envelope: Envelope): UnsignedMessage;
  /**
   * Every field fault of one document at once. Paths are those of the order (`lines[2].qty`), or `document.copNo` for
   * what the gateway adds. `regime` is the customs regime (监管方式) the order is declared under.
   */
  check(input: DocumentInput, regime: string): Fault[];
  /** Every fault of what the gateway is set up to put into BaseTransfer, BaseSubscribe and ExtendMessage. */
  checkTransfer(transfer: Transfer): Fault[];
}

const nothing = { order: {}, document: {}, transfer: {}, index: 0 };

/** Compiles the mapping of a message we send; throws RangeError for a receipt. */
export function compileMessage(mapping: MessageMapping, catalogue: Catalogue): CompiledMessage {
  const [business, ...rest] = mapping.root;
  const signature = rest.findIndex((node) => node.node === 'ds:Signature');
  if (mapping.direction !== 'send' || !business || signature < 0) {
    throw new RangeError(`${mapping.message} is not a message we send`);
  }
  const nodes = rest.filter((node) => node.node !== 'ds:Signature');
  const writeDocument = compileNode({ ...business, repeat: '1' });
  const writeBefore = joined(rest.slice(0, signature));
  const writeAfter = joined(rest.slice(signature + 1));
  const checkDocument = compileChecks(business, mapping, catalogue);
  const transferChecks = nodes.map((node) => compileChecks(node, mapping, catalogue));
  const { min, max: limit } = readRepeat(business.repeat);

  return {
    mapping,
    limit,
    write(documents, envelope) {
      if (documents.length < min || documents.length > limit) {
        throw new RangeError(
          `${mapping.message} holds ${min} to ${limit} documents, not ${documents.length}`,
        );
      }
      const { guid, transfer } = envelope;
      let head =
        `<ceb:${mapping.message} xmlns:ceb="${cebNamespace}"${declared(transfer)} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
        ` guid="${escapeAttribute(guid)}" version="1.0">`;
      for (const { order, document } of documents)
        head += writeDocument({ order, document, transfer, index: 0 });
      const scope: Scope = { ...nothing, transfer };
      head += writeBefore(scope);
      return {
        messageType: mapping.message,
        guid,
        head,
        tail: `${writeAfter(scope)}</ceb:${mapping.message}>`,
      };
    },
    check(input, regime) {
      return collect(checkDocument, { ...nothing, ...input }, regime);
    },
    checkTransfer(transfer) {
      return transferChecks.flatMap((check) => collect(check, { ...nothing, transfer }, ''));
    },
  };
}

/** Messages we send, by name; `values` and `keys` are those in force. */
export interface Messages {
  /** The message as an edition has it; without one, as it is in force. */
  get(name: string, edition?: string): CompiledMessage | undefined;
  has(name: string): boolean;
  keys(): Iterable<string>;
  values(): Iterable<CompiledMessage>;
}

/** Every edition of every message we send, compiled; which one is in force the clock says at each call. */
export class MessageEditions implements Messages {
  readonly #compiled = new Map<MessageMapping, CompiledMessage>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly clock: Clock = systemClock,
  ) {
    for (const name of catalogue.names())
      for (const mapping of catalogue.editions(name))
        if (mapping.direction === 'send') this.#compiled.set(mapping, compileMessage(mapping, catalogue));
  }

  get(name: string, edition?: string): CompiledMessage | undefined {
    const mapping =
      edition === undefined
        ? this.catalogue.message(name, this.clock.now())
        : this.catalogue.editions(name).find((m) => m.edition === edition);
    return mapping && this.#compiled.get(mapping);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  keys(): string[] {
    return this.values().map((compiled) => compiled.mapping.message);
  }

  values(): CompiledMessage[] {
    return this.catalogue.messages(this.clock.now()).flatMap((m) => this.#compiled.get(m) ?? []);
  }

  /** Every message of every edition, those to come included. */
  all(): CompiledMessage[] {
    return [...this.#compiled.values()];
  }
}

/** Namespaces of what rides along, in the canonical order: after `ceb`, before `xsi`. */
const declared = (transfer: Transfer): string =>
  [...foreignPrefixes(transfer)]
    .map(([namespace, prefix]) => ` xmlns:${prefix}="${escapeAttribute(namespace)}"`)
    .join('');

function joined(nodes: readonly NodeMapping[]): Write {
  const parts = nodes.map((node) => compileNode(node));
  return (scope) => parts.map((write) => write(scope)).join('');
}

function collect(check: Check, scope: Scope, regime: string): Fault[] {
  const faults: Fault[] = [];
  check(scope, regime, faults);
  // One value may go into several places of a message.
  return faults.length > 1 ? mergeFaults(faults) : faults;
}
