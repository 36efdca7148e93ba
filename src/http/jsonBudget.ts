import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';

/** What the JSON of a request may be in its form, whatever it says. */
export interface JsonBudget {
  /** Values inside values. */
  depth: number;
  /** Members of one list or object. */
  members: number;
}

export const jsonBudget: Readonly<JsonBudget> = { depth: 20, members: 1000 };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);

const refuse = (whatZh: string, what: string, max: number): never => {
  throw new FaultError([makeFault('A21', 'body', { whatZh, what, max: String(max) })], 413);
};

/**
 * Walks once over the bytes of a JSON text and counts, before anything is made of it: a schema would look at each of a
 * hundred thousand members before it said that there are too many. Throws A21 (413).
 */
export function demandJsonBudget(json: Buffer, { depth, members }: JsonBudget): void {
  const counts: number[] = [];
  for (let i = 0; i < json.length; i++) {
    const byte = json[i] ?? 0;
    if (byte === QUOTE) {
      for (i++; i < json.length && json[i] !== QUOTE; i++) if (json[i] === BACKSLASH) i++;
    } else if (OPEN.has(byte)) {
      if (counts.push(1) > depth) refuse('嵌套层数', 'levels of nesting', depth);
    } else if (CLOSE.has(byte)) {
      counts.pop();
    } else if (byte === COMMA && counts.length > 0) {
      const last = counts.length - 1;
      if ((counts[last] = (counts[last] ?? 0) + 1) > members)
        refuse('一个列表的项数', 'members of one list', members);
    }
  }
}
