import { FaultError, type Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { FieldDictionary } from '../fields.js';
import type { Built, Draft, ReadLimits } from './draft.js';
import { JsonTextError, mayHide, scanJson } from './jsonText.js';
import { orderOfValue } from './shape.js';
import { sizeText } from './source.js';

const enum Byte {
  Tab = 0x09,
  Newline = 0x0a,
  Return = 0x0d,
  Space = 0x20,
  Quote = 0x22,
  Comma = 0x2c,
  ArrayOpen = 0x5b,
  Backslash = 0x5c,
  ArrayClose = 0x5d,
  ObjectOpen = 0x7b,
  ObjectClose = 0x7d,
}

const isSpace = (byte: number | undefined): boolean =>
  byte === Byte.Space || byte === Byte.Tab || byte === Byte.Return || byte === Byte.Newline;

/** How much of a broken text is kept for giving it back. */
const rawKept = 10_000;
const wrapperStart = /^\{\s*"orders"\s*:\s*\[/;
const firstMember = /^\{\s*(?:\}|"[^"]*"\s*:\s*[^\s]|[^\s"}])/;

/** Where the elements stand: in an array, in the array of `{"orders": […]}`, or one after the other. */
type Layout = 'array' | 'wrapper' | 'sequence';

/**
 * Cuts orders out of JSON: one order, several one after the other, an array, or `{"orders": […]}`. Only one order is in
 * memory at a time, and an order that is not well formed costs only itself as long as its brackets balance. After a
 * forgotten quote (a string that runs into a line break) reading goes on at the next line that begins an order.
 * Throws I03, I04 and I13; a text that ends too early gives a last draft with I12.
 */
export async function* jsonDrafts(
  chunks: AsyncIterable<Buffer>,
  dictionary: FieldDictionary,
  limits: ReadLimits,
): AsyncGenerator<Draft> {
  let buffer: Buffer = Buffer.alloc(0);
  let layout: Layout | undefined;
  let closed = false;
  let count = 0;
  let at = 0;
  let line = 1;
  let lineStart = 0;
  // The order being read: where it starts in `buffer` (-1: none), how deep in it we are, whether inside a string.
  let start = -1;
  let startLine = 1;
  let startColumn = 1;
  let depth = 0;
  let inString = false;
  let escaped = false;
  // A string ran into a line break: the brackets no longer count, the next line that begins like an order does.
  let broken = false;
  let lineBegins = true;
  // The beginning of an order that is over the limit; its bytes are not kept.
  let oversize: string | undefined;

  const begin = (): void => {
    start = at;
    startLine = line;
    startColumn = at - lineStart + 1;
    depth = 0;
    inString = false;
    escaped = false;
    broken = false;
    oversize = undefined;
  };
  const advance = (to: number): void => {
    for (; at < to; at++)
      if (buffer[at] === Byte.Newline) {
        line++;
        lineStart = at + 1;
      }
  };
  const skipSpace = (): void => {
    let to = at;
    while (isSpace(buffer[to])) to++;
    advance(to);
  };
  const take = (end: number): Draft => {
    count++;
    const rows = { from: startLine, to: line };
    const text = oversize ?? buffer.toString('utf8', start, end);
    start = -1;
    return oversize === undefined
      ? jsonDraft(text, rows, startColumn, dictionary)
      : oversizeDraft(text, rows, limits);
  };

  /** Reads on through `buffer` and yields the orders that are complete; stops at anything after the closing bracket. */
  function* scan(): Generator<Draft> {
    for (; at < buffer.length; at++) {
      const byte = buffer[at];
      if (byte === Byte.Newline) {
        line++;
        lineStart = at + 1;
        lineBegins = true;
        if (inString) broken = true;
        inString = false;
        continue;
      }
      if (lineBegins) {
        if (isSpace(byte)) continue;
        lineBegins = false;
        const outside = start >= 0 && broken && at - lineStart < startColumn;
        if (outside && (byte === Byte.ObjectOpen || byte === Byte.ArrayClose)) yield take(at);
      }
      if (start < 0) {
        if (isSpace(byte)) continue;
        if (closed) {
          if (layout !== 'wrapper' || byte !== Byte.ObjectClose) return;
          layout = 'array';
          continue;
        }
        if (layout !== 'sequence') {
          if (byte === Byte.Comma) continue;
          if (byte === Byte.ArrayClose) {
            closed = true;
            continue;
          }
        }
        begin();
      }
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === Byte.Backslash) escaped = true;
        else if (byte === Byte.Quote) inString = false;
      } else if (byte === Byte.Quote) {
        inString = true;
      } else if (byte === Byte.ObjectOpen || byte === Byte.ArrayOpen) {
        depth++;
      } else if (byte === Byte.ObjectClose || byte === Byte.ArrayClose) {
        if (depth > 1) depth--;
        else if (depth === 1) yield take(at + 1);
        else if (byte === Byte.ArrayClose && layout !== 'sequence') {
          yield take(at);
          closed = true;
        }
      } else if (byte === Byte.Comma && depth === 0) {
        yield take(at);
      }
      if (start >= 0 && oversize === undefined && at - start > limits.maxOrderBytes)
        oversize = buffer.toString('utf8', start, start + rawKept);
    }
  }

  for await (const chunk of chunks) {
    const from = start < 0 || oversize !== undefined ? at : start;
    buffer = from < buffer.length ? Buffer.concat([buffer.subarray(from), chunk]) : chunk;
    at -= from;
    lineStart -= from;
    if (start >= 0) start = 0;
    if (layout === undefined) {
      skipSpace();
      layout = layoutOf(buffer.subarray(at));
      if (layout === undefined) continue;
      if (layout !== 'sequence') advance(buffer.indexOf(Byte.ArrayOpen, at) + 1);
    }
    yield* scan();
    if (closed && at < buffer.length) {
      const rest = buffer.toString('utf8', at, at + rawKept);
      yield brokenDraft(makeFault('I13', ''), rest, { from: line, to: line });
      return;
    }
  }

  const from = start < 0 ? at : start;
  const rest = oversize ?? buffer.toString('utf8', from, from + rawKept);
  if (layout === undefined) {
    if (rest.trim() === '') throw new FaultError([makeFault('I03', '')]);
    if (!rest.trimStart().startsWith('{')) throw new FaultError([makeFault('I13', '')]);
  }
  if (start >= 0 && depth === 0 && layout === 'sequence') yield take(buffer.length);
  else if (start >= 0 || layout === 'wrapper' || layout === undefined || (layout === 'array' && !closed)) {
    const rows = { from: start < 0 ? line : startLine, to: line };
    yield brokenDraft(makeFault('I12', '', { line: String(line) }), start < 0 ? '' : rest, rows);
  } else if (count === 0) throw new FaultError([makeFault('I04', '')]);
}

/** What a file begins as, white space skipped; undefined while too little of it is there to say. Throws I13 for what holds no orders. */
function layoutOf(buffer: Buffer): Layout | undefined {
  const text = buffer.toString('latin1', 0, 4096);
  if (text === '') return undefined;
  if (text.startsWith('[')) return 'array';
  if (!text.startsWith('{')) throw new FaultError([makeFault('I13', '')]);
  if (wrapperStart.test(text)) return 'wrapper';
  return text.length > 1024 || firstMember.test(text) ? 'sequence' : undefined;
}

function jsonDraft(text: string, rows: Draft['rows'], column: number, dictionary: FieldDictionary): Draft {
  const build = (): Built => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return { faults: [syntaxFault(text, rows.from, column)] };
    }
    const built = orderOfValue(value, dictionary);
    if (built.order && mayHide(text, built.keys)) built.faults.push(...hiddenFaults(text, rows.from, column));
    return built;
  };
  return { rows, raw: { kind: 'json', text }, build };
}

function hiddenFaults(text: string, line: number, column: number): Fault[] {
  try {
    const { duplicates, longNumbers } = scanJson(text);
    const own = (path: string) => path !== 'errors' && !path.startsWith('errors[');
    return [
      ...duplicates.filter((d) => own(d.path)).map((d) => makeFault('I15', d.path, { key: d.key })),
      ...longNumbers
        .filter((n) => own(n.path))
        .map((n) => makeFault('I17', n.path, { value: n.text.slice(0, 40) })),
    ];
  } catch (error) {
    if (error instanceof JsonTextError) return [syntaxFaultAt(error, text, line, column)];
    throw error;
  }
}

function syntaxFault(text: string, line: number, column: number): Fault {
  try {
    scanJson(text);
  } catch (error) {
    if (error instanceof JsonTextError) return syntaxFaultAt(error, text, line, column);
    throw error;
  }
  throw new Error('JSON.parse refused a text that the grammar allows');
}

function syntaxFaultAt(error: JsonTextError, text: string, line: number, column: number): Fault {
  const before = text.slice(0, error.offset).split('\n');
  const inLine = (before.at(-1) ?? '').length + 1;
  return makeFault('I11', '', {
    line: String(line + before.length - 1),
    columnNo: String(before.length === 1 ? column + inLine - 1 : inLine),
    reasonZh: error.zh,
    reasonEn: error.en,
  });
}

const brokenDraft = (fault: Fault, text: string, rows: Draft['rows']): Draft => ({
  rows,
  raw: { kind: 'json', text },
  build: () => ({ faults: [fault] }),
});

const oversizeDraft = (text: string, rows: Draft['rows'], limits: ReadLimits): Draft =>
  brokenDraft(
    makeFault('I18', '', { line: String(rows.from), limit: sizeText(limits.maxOrderBytes) }),
    text,
    rows,
  );

/** An order a line; blank lines are skipped and a line over the limit costs only itself. */
export async function* ndjsonDrafts(
  chunks: AsyncIterable<Buffer>,
  dictionary: FieldDictionary,
  limits: ReadLimits,
): AsyncGenerator<Draft> {
  let held: Buffer = Buffer.alloc(0);
  let line = 1;
  let count = 0;
  let any = false;
  let oversize = false;

  const draft = (bytes: Buffer): Draft | undefined => {
    const rows = { from: line, to: line };
    if (oversize || bytes.length > limits.maxOrderBytes)
      return oversizeDraft(bytes.toString('utf8', 0, rawKept), rows, limits);
    const text = bytes.toString('utf8').trim();
    if (text === '') return undefined;
    const indent = bytes.indexOf(text[0] ?? '') + 1;
    return jsonDraft(text, rows, indent, dictionary);
  };

  for await (const chunk of chunks) {
    any = true;
    let from = 0;
    for (let end = chunk.indexOf(Byte.Newline); end >= 0; end = chunk.indexOf(Byte.Newline, from)) {
      const rest = chunk.subarray(from, end);
      const order = draft(held.length > 0 ? Buffer.concat([held, rest]) : rest);
      held = Buffer.alloc(0);
      oversize = false;
      from = end + 1;
      line++;
      if (order) {
        count++;
        yield order;
      }
    }
    if (oversize) continue;
    const rest = chunk.subarray(from);
    held = held.length > 0 ? Buffer.concat([held, rest]) : Buffer.from(rest);
    if (held.length > limits.maxOrderBytes) {
      oversize = true;
      held = held.subarray(0, rawKept);
    }
  }
  const last = held.length > 0 ? draft(held) : undefined;
  if (last) {
    count++;
    yield last;
  }
  if (count === 0) throw new FaultError([makeFault(any ? 'I04' : 'I03', '')]);
}
