import { isUtf8 } from 'node:buffer';
import { xmldsigNamespace } from './profiles.js';

/**
 * `ok`: the bytes are the one canonical form of their document and hold exactly one signature below the root.
 * Otherwise `code` is the fault (S21 … S26) and `position` the byte at which the form breaks.
 */
export type CanonicalScan =
  | {
      ok: true;
      /** Byte at which the root start tag begins; the root ends with the file. */
      rootStart: number;
      /** Namespaces the root declares, by prefix; the default namespace under the empty string. */
      namespaces: ReadonlyMap<string, string>;
      signature: { start: number; end: number };
    }
  | { ok: false; code: ScanFault; position: number };

type ScanFault = 'S21' | 'S22' | 'S23' | 'S24' | 'S25' | 'S26';

class Broken extends Error {
  constructor(
    readonly code: ScanFault,
    readonly position: number,
  ) {
    super(code);
  }
}

const declaration = Buffer.from('<?xml version="1.0" encoding="UTF-8"?>');
/** U+FFFE and U+FFFF are valid UTF-8 but no XML characters; both start with these bytes. */
const nonCharacterStart = Buffer.from([0xef, 0xbf]);
const maxDepth = 64;

const LT = 0x3c;
const GT = 0x3e;
const AMP = 0x26;
const SLASH = 0x2f;
const SPACE = 0x20;
const QUOTE = 0x22;
const BANG = 0x21;
const QUESTION = 0x3f;

/** 1 for bytes that may stand in text as they are. */
const plainText = table((b) => (b >= 0x20 || b === 0x09 || b === 0x0a) && b !== LT && b !== GT && b !== AMP);
/** 1 for bytes that may stand in an attribute value as they are. */
const plainValue = table((b) => b >= 0x20 && b !== LT && b !== AMP && b !== QUOTE);
/** 1 for the bytes of names. Names of customs messages are ASCII; any other name is refused. */
const nameByte = table((b) => /[A-Za-z0-9_.:-]/.test(String.fromCharCode(b)));

const textEntities = ['amp;', 'lt;', 'gt;', '#xD;'].map((e) => Buffer.from(e));
const valueEntities = ['amp;', 'lt;', 'quot;', '#x9;', '#xA;', '#xD;'].map((e) => Buffer.from(e));

const qualifiedName = /^(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)$/;

function table(test: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, b) => (test(b) ? 1 : 0));
}

/**
 * Reads a file once, front to back, and accepts only canonical XML (inclusive C14N 20010315) after the fixed XML
 * declaration, narrowed to what customs messages need: ASCII names, namespaces declared on the root and `ds` on the
 * signature alone, no `xml:` attributes. Never throws.
 */
export function scanCanonical(bytes: Buffer): CanonicalScan {
  try {
    return new Scanner(bytes).run();
  } catch (error) {
    if (error instanceof Broken) return { ok: false, code: error.code, position: error.position };
    throw error;
  }
}

class Scanner {
  private at = declaration.length;
  private readonly namespaces = new Map<string, string>();
  private signature: { start: number; end: number } | undefined;
  /** True between the start and end tag of the signature, where the prefix `ds` is declared. */
  private inSignature = false;
  /** Accepted element names, by their bytes read as one-byte characters. */
  private readonly checkedNames = new Set<string>();

  constructor(private readonly bytes: Buffer) {}

  run(): CanonicalScan {
    const { bytes } = this;
    this.checkEncoding();
    const starts = new Int32Array(maxDepth);
    const lengths = new Int32Array(maxDepth);
    let depth = 0;
    do {
      const tag = this.at;
      if (bytes[tag] !== LT) throw new Broken('S23', tag);
      if (bytes[tag + 1] === SLASH) {
        depth--;
        this.endTag(starts[depth] ?? 0, lengths[depth] ?? 0);
        if (depth === 1 && this.inSignature) this.closeSignature();
      } else {
        if (depth === maxDepth) throw new Broken('S23', tag);
        starts[depth] = tag + 1;
        lengths[depth] = this.startTag(depth);
        depth++;
      }
      if (depth > 0) this.text();
    } while (depth > 0);
    if (this.at !== bytes.length) throw new Broken('S23', this.at);
    if (!this.signature) throw new Broken('S26', bytes.length);
    return {
      ok: true,
      rootStart: declaration.length,
      namespaces: this.namespaces,
      signature: this.signature,
    };
  }

  private checkEncoding(): void {
    const { bytes } = this;
    if (!bytes.subarray(0, declaration.length).equals(declaration)) throw new Broken('S21', 0);
    if (!isUtf8(bytes)) throw new Broken('S21', 0);
    let at = bytes.indexOf(nonCharacterStart);
    while (at !== -1) {
      if ((bytes[at + 2] ?? 0) >= 0xbe) throw new Broken('S24', at);
      at = bytes.indexOf(nonCharacterStart, at + 3);
    }
  }

  /** Moves to the next `<`. */
  private text(): void {
    const { bytes } = this;
    let i = this.at;
    for (;;) {
      while (plainText[bytes[i] as number] === 1) i++;
      if (bytes[i] === LT) break;
      if (bytes[i] !== AMP) throw new Broken('S24', i);
      i = this.entity(i, textEntities);
    }
    this.at = i;
  }

  private entity(at: number, allowed: readonly Buffer[]): number {
    for (const entity of allowed) {
      const end = at + 1 + entity.length;
      if (this.bytes.subarray(at + 1, end).equals(entity)) return end;
    }
    throw new Broken('S24', at);
  }

  /** Reads a start tag and returns the length of its name. */
  private startTag(depth: number): number {
    const { bytes } = this;
    const tag = this.at;
    const start = tag + 1;
    let i = start;
    while (nameByte[bytes[i] as number] === 1) i++;
    if (i === start) {
      throw new Broken(bytes[start] === BANG || bytes[start] === QUESTION ? 'S22' : 'S23', tag);
    }
    const length = i - start;
    if (bytes[i] === GT) {
      if (depth === 0) this.root('', []);
      this.at = i + 1;
      this.elementName(start, length, depth);
      return length;
    }
    this.at = i;
    const attributes = this.attributes();
    this.at++;
    const name = bytes.toString('latin1', start, i);
    if (depth === 0) {
      this.root(name, attributes);
    } else if (name === 'ds:Signature') {
      this.openSignature(depth, tag, attributes);
    } else {
      if (attributes.some(([n]) => n === 'xmlns' || n.startsWith('xmlns:'))) throw new Broken('S25', tag);
      this.checkOrder(attributes, tag);
    }
    if (name !== 'ds:Signature') this.elementName(start, length, depth);
    return length;
  }

  /** Attributes in the order of the file, names with prefix, values as written; stops at `>`. */
  private attributes(): [name: string, value: string, position: number][] {
    const { bytes } = this;
    const found: [string, string, number][] = [];
    while (bytes[this.at] !== GT) {
      const position = this.at;
      if (bytes[position] !== SPACE) throw new Broken('S23', position);
      let i = position + 1;
      while (nameByte[bytes[i] as number] === 1) i++;
      const name = bytes.toString('latin1', position + 1, i);
      if (!qualifiedName.test(name) || bytes[i] !== 0x3d || bytes[i + 1] !== QUOTE)
        throw new Broken('S23', position);
      const valueStart = i + 2;
      i = valueStart;
      for (;;) {
        while (plainValue[bytes[i] as number] === 1) i++;
        if (bytes[i] === QUOTE) break;
        if (bytes[i] !== AMP) throw new Broken('S24', i);
        i = this.entity(i, valueEntities);
      }
      found.push([name, bytes.toString('latin1', valueStart, i), position]);
      this.at = i + 1;
    }
    return found;
  }

  private root(name: string, attributes: [string, string, number][]): void {
    const rest: [string, string, number][] = [];
    let last: string | undefined;
    for (const [attribute, value, position] of attributes) {
      if (attribute !== 'xmlns' && !attribute.startsWith('xmlns:')) {
        rest.push([attribute, value, position]);
        continue;
      }
      const prefix = attribute === 'xmlns' ? '' : attribute.slice(6);
      const reserved =
        ['xml', 'xmlns', 'ds'].includes(prefix) || value.startsWith('http://www.w3.org/2000/xmlns/');
      if (reserved || value === '' || value.includes('&') || value === xmldsigNamespace) {
        throw new Broken('S25', position);
      }
      if (rest.length > 0 || (last !== undefined && last >= prefix)) throw new Broken('S23', position);
      this.namespaces.set(prefix, value);
      last = prefix;
    }
    if (name === 'ds:Signature') throw new Broken('S26', declaration.length);
    this.checkOrder(rest, declaration.length);
  }

  /** Canonical order: by namespace, then by local name; strictly rising, so that none comes twice. */
  private checkOrder(attributes: [string, string, number][], tag: number): void {
    let last = '';
    for (const [attribute, , position] of attributes) {
      const [, prefix, local = ''] = qualifiedName.exec(attribute) ?? [];
      const namespace = prefix === undefined ? '' : this.namespaces.get(prefix);
      if (namespace === undefined) throw new Broken('S25', tag);
      const key = `${namespace}\u0000${local}`;
      if (key <= last) throw new Broken('S23', position);
      last = key;
    }
  }

  /** The name must be well formed and its prefix declared; `ds` is, inside the signature only. */
  private elementName(start: number, length: number, depth: number): void {
    const name = this.bytes.toString('latin1', start, start + length);
    if (this.checkedNames.has(name)) return;
    const [, prefix = '', local] = qualifiedName.exec(name) ?? [];
    if (local === undefined) throw new Broken('S23', start);
    if (prefix === 'ds') {
      if (!this.inSignature || local === 'Signature' || depth < 2) throw new Broken('S26', start);
      return;
    }
    if (prefix !== '' && !this.namespaces.has(prefix)) throw new Broken('S25', start);
    this.checkedNames.add(name);
  }

  private openSignature(depth: number, tag: number, attributes: [string, string, number][]): void {
    if (depth !== 1 || this.signature) throw new Broken('S26', tag);
    const [only, ...others] = attributes;
    if (only?.[0] !== 'xmlns:ds' || only[1] !== xmldsigNamespace || others.length > 0)
      throw new Broken('S25', tag);
    this.inSignature = true;
    this.signature = { start: tag, end: 0 };
  }

  private closeSignature(): void {
    this.inSignature = false;
    if (this.signature) this.signature.end = this.at;
  }

  /** The end tag must repeat the name of its start tag and end at once. */
  private endTag(start: number, length: number): void {
    const { bytes } = this;
    const tag = this.at;
    const name = tag + 2;
    for (let k = 0; k < length; k++) {
      if (bytes[start + k] !== bytes[name + k]) throw new Broken('S23', tag);
    }
    if (bytes[name + length] !== GT) throw new Broken('S23', tag);
    this.at = name + length + 1;
  }
}
