/** Where and why a text is not JSON. */
export class JsonTextError extends Error {
  constructor(
    /** Offset into the text. */
    readonly offset: number,
    readonly zh: string,
    readonly en: string,
    /** True when the text merely ends too early. */
    readonly unfinished = false,
  ) {
    super(en);
  }
}

/** What JSON.parse does not tell about a text. */
export interface JsonScan {
  /** Keys written twice in one object. */
  duplicates: { path: string; key: string }[];
  /** Numbers of more than 15 significant digits, which a JavaScript number rounds. */
  longNumbers: { path: string; text: string }[];
  /** Offsets of the members of the outermost object: start of key to end of value. */
  members: Map<string, [start: number, end: number]>;
}

const space = /[ \t\n\r]*/y;
// A JSON string holds no raw control character (RFC 8259, 7).
// eslint-disable-next-line no-control-regex
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
const maxDepth = 32;

/**
 * Walks through a JSON text by the grammar of RFC 8259. Used where JSON.parse is not enough: to say exactly where a text
 * is wrong (its own messages do not always), and to find what it hides (duplicate keys, rounded numbers).
 * Throws JsonTextError for a text that is not JSON or is nested deeper than 32.
 */
export function scanJson(text: string): JsonScan {
  const scan: JsonScan = { duplicates: [], longNumbers: [], members: new Map() };
  let at = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const fail = (zh: string, en: string): never => {
    if (at >= text.length) throw new JsonTextError(at, '提前结束', 'the text ends too early', true);
    throw new JsonTextError(at, zh, en);
  };
  const expectString = (): string => {
    const found = match(string);
    if (found !== undefined) return found;
    if (text[at] !== '"') return fail('应有双引号', 'a double quote is expected');
    const start = at;
    // eslint-disable-next-line no-control-regex -- as above
    const broken = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
    broken.lastIndex = at + 1;
    at = start + 1 + (broken.exec(text)?.[0].length ?? 0);
    return fail(
      '字符串里有换行、控制字符或错误的转义',
      'a line break, control character or bad escape inside a string',
    );
  };

  const object = (path: string, depth: number): void => {
    at++;
    match(space);
    const keys = new Set<string>();
    if (text[at] === '}') {
      at++;
      return;
    }
    for (;;) {
      const start = at;
      const key = JSON.parse(expectString()) as string;
      const member = path === '' ? key : `${path}.${key}`;
      if (keys.has(key)) scan.duplicates.push({ path: member, key });
      keys.add(key);
      match(space);
      if (text[at] !== ':') fail('应有冒号', 'a colon is expected');
      at++;
      value(member, depth + 1);
      if (depth === 0) scan.members.set(key, [start, at]);
      match(space);
      if (text[at] === '}') break;
      if (text[at] !== ',') fail('应有逗号或右花括号', 'a comma or a closing brace is expected');
      at++;
      match(space);
    }
    at++;
  };
  const array = (path: string, depth: number): void => {
    at++;
    match(space);
    if (text[at] === ']') {
      at++;
      return;
    }
    for (let i = 0; ; i++) {
      value(`${path}[${i}]`, depth + 1);
      match(space);
      if (text[at] === ']') break;
      if (text[at] !== ',') fail('应有逗号或右方括号', 'a comma or a closing bracket is expected');
      at++;
    }
    at++;
  };
  const value = (path: string, depth: number): void => {
    match(space);
    if (depth > maxDepth) fail('嵌套过深', 'nested too deeply');
    const c = text[at];
    if (c === '{') return object(path, depth);
    if (c === '[') return array(path, depth);
    if (c === '"') return void expectString();
    if (match(word) !== undefined) return;
    const digits = match(number);
    if (digits === undefined) return fail('应有一个值', 'a value is expected');
    if (significantDigits(digits) > 15) scan.longNumbers.push({ path, text: digits });
  };

  value('', 0);
  match(space);
  if (at < text.length) fail('值后面有多余的内容', 'something follows the value');
  return scan;
}

const significantDigits = (literal: string): number =>
  literal
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '').length;

const maybeLongNumber = /[\d.]{16}/;

/** True when a text that JSON.parse accepts could hide duplicate keys or rounded numbers; `keys` is what was parsed. */
export function mayHide(text: string, keys: number): boolean {
  if (maybeLongNumber.test(text) || text.includes('\\')) return true;
  let written = 0;
  for (let i = text.indexOf('":'); i >= 0; i = text.indexOf('":', i + 2)) written++;
  return written !== keys;
}
