import { gzipSync } from 'node:zlib';
import { columnLetters } from '../../src/orders/place.js';
import { shared, text, workbook } from './handmadeXlsx.js';

/** A schema of the OpenAPI document, as far as requests are made from it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  maxItems?: number;
  format?: string;
  pattern?: string;
}

interface Operation {
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** A request made to cost much more than it weighs. */
export interface WorstRequest {
  /** What is bad about it. */
  name: string;
  method: string;
  path: string;
  type?: string;
  headers?: Record<string, string>;
  body?: Buffer;
  /** The answer is a file, which may be large. */
  file: boolean;
  /** The answer never ends: whoever asks leaves after its beginning. */
  stream: boolean;
}

const KB = 1024;
const UNKNOWN_ID = '01990000-0000-7000-8000-000000000001';

/** Texts that cost those who read them carelessly: regular expressions, normalisation, decimals, decoding. */
const TEXTS: Record<string, string> = {
  'a hundred thousand letters': 'a'.repeat(100 * KB),
  'blanks before a letter': `${' '.repeat(100 * KB)}x`,
  'a decimal of a hundred thousand digits': '9'.repeat(100 * KB),
  'a tiny decimal': `0.${'0'.repeat(100 * KB)}1`,
  'a huge exponent': '1e999999999',
  commas: ','.repeat(100 * KB),
  'opening brackets': '[Code:'.repeat(16 * KB),
  'signs that unfold': 'ﷺ'.repeat(30 * KB),
  'marks without end': `e${'\u0301'.repeat(40 * KB)}`,
  wildcards: '%_'.repeat(50 * KB),
  quotes: `"'\\`.repeat(20 * KB),
  controls: '\u0001\u001f'.repeat(10 * KB),
  'lone surrogates': '\ud800'.repeat(10 * KB),
  'a path upwards': '../'.repeat(20 * KB),
};

/** Fills a schema: lists with `many` members, texts with `value`; shapes stay right, so that the request gets far. */
function filled(schema: Schema, value: string, many: number, all: OpenApi, depth = 0): unknown {
  const target = schema.$ref ? all.components.schemas[schema.$ref.split('/').pop() ?? ''] : schema;
  if (!target || depth > 8) return null;
  const choice = target.anyOf ?? target.oneOf;
  if (choice) return filled(choice.find((c) => c.type !== 'null') ?? {}, value, many, all, depth + 1);
  if (target.const !== undefined) return target.const;
  if (target.enum) return target.enum[0];
  const type = [target.type ?? (target.properties ? 'object' : 'string')].flat()[0];
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(target.properties ?? {}).map(([k, s]) => [k, filled(s, value, many, all, depth + 1)]),
    );
  if (type === 'array')
    return Array.from({ length: Math.min(many, target.maxItems ?? many) }, () =>
      filled(target.items ?? {}, value, depth > 1 ? 2 : many, all, depth + 1),
    );
  if (type === 'integer' || type === 'number') return 999_999_999;
  if (type === 'boolean') return true;
  if (target.format === 'uuid') return UNKNOWN_ID;
  if (target.format === 'date') return '2026-11-01';
  if (target.format === 'date-time') return '2026-11-01T00:00:00Z';
  if (target.format === 'email') return `${value.slice(0, 60)}@example.com`;
  return value;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** Bodies that no schema is needed for. */
const BODIES: Record<string, () => Buffer> = {
  'forty thousand unknown keys': () => json(Object.fromEntries(many(20_000, (i) => [`unknownKey${i}`, 1]))),
  'nine hundred unknown keys': () => json(Object.fromEntries(many(900, (i) => [`unknownKey${i}`, 1]))),
  'a list of a hundred thousand empties': () => json(many(60_000, () => ({}))),
  'a thousand ids': () => json({ ids: many(1000, () => UNKNOWN_ID), items: many(1000, () => UNKNOWN_ID) }),
  'a hundred thousand levels': () => Buffer.from(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'nineteen levels of nine hundred': () =>
    Buffer.from(`{"a":${'[['.repeat(8)}${many(900, () => '[{"a":[1,2,3]}]').join(',')}${']]'.repeat(8)}}`),
  'keys of prototypes': () =>
    Buffer.from('{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}},"hasOwnProperty":1}'),
  'no JSON at all': () => Buffer.from('{'.repeat(200 * KB)),
  'a number of two hundred thousand digits': () => Buffer.from(`{"a":${'9'.repeat(200 * KB)}}`),
  'a string that never ends': () => Buffer.from(`{"a":"${'\\'.repeat(200 * KB)}`),
  'escapes only': () => Buffer.from(`{"a":"${'\\u0000'.repeat(40 * KB)}"}`),
  'one key twice, ten thousand times': () => Buffer.from(`{${many(900, () => '"seller":"a"').join(',')}}`),
};

const cells = (n: number, row: number, value: (at: number) => string) =>
  `<row r="${row}">${many(n, (at) => text(`${columnLetters(at)}${row}`, value(at))).join('')}</row>`;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const named = [
  '订单编号',
  '商品货号',
  '商品名称',
  '仓库名称',
  '企业代码',
  '统一社会信用代码',
  '月份',
  '金额',
  '单证编号',
];

/** Files that are small to send and dear to read. `share` makes them smaller for a short run. */
export function worstFiles(share = 1): Record<string, { name: string; type: string; make: () => Buffer }> {
  const n = (count: number) => Math.max(10, Math.round(count * share));
  const xlsx = (make: () => Buffer) => ({ name: 'worst.xlsx', type: XLSX, make });
  const csv = (make: () => string) => ({
    name: 'worst.csv',
    type: 'text/csv',
    make: () => Buffer.from(make()),
  });
  const jsonFile = (make: () => string) => ({
    name: 'worst.json',
    type: 'application/json',
    make: () => Buffer.from(make()),
  });
  const xml = (make: () => string) => ({
    name: 'worst.xml',
    type: 'application/xml',
    make: () => Buffer.from(make()),
  });
  const ceb = (inside: string) =>
    `<CEB604Message xmlns="http://www.chinaport.gov.cn/ceb" guid="x" version="1.0"><InventoryReturn>${inside}</InventoryReturn></CEB604Message>`;
  return {
    '16,384 columns': xlsx(() => workbook(cells(16_384, 1, (i) => `列${i}`))),
    'five hundred columns, many rows': xlsx(() =>
      workbook(
        cells(500, 1, (i) => named[i] ?? `列${i}`) +
          many(n(400), (r) => cells(500, r + 2, () => '1')).join(''),
      ),
    ),
    'a shared string of a megabyte in every cell': xlsx(() =>
      workbook(
        cells(9, 1, (i) => named[i]!) +
          many(
            n(2000),
            (r) =>
              `<row r="${r + 2}">${many(9, (c) => shared(`${columnLetters(c)}${r + 2}`, 0)).join('')}</row>`,
          ).join(''),
        { strings: ['长'.repeat(350_000)] },
      ),
    ),
    'two hundred megabytes of blanks': xlsx(() =>
      workbook(`<row r="1">${text('A1', ' '.repeat(200 * KB * KB))}</row>`),
    ),
    'half a million shared strings': xlsx(() =>
      workbook(
        cells(2, 1, (i) => named[i]!),
        { strings: many(n(500_000), (i) => `${i}`) },
      ),
    ),
    'cells far apart': xlsx(() =>
      workbook(`${cells(1, 1, () => named[0]!)}<row r="50000">${text('SF50000', 'x')}</row>`),
    ),
    'twenty thousand merges': xlsx(() =>
      workbook(cells(2, 1, (i) => named[i]!) + cells(2, 2, () => '1'), {
        after: `<mergeCells>${'<mergeCell ref="A2:A1048576"/>'.repeat(20_000)}</mergeCells>`,
      }),
    ),
    'an archive of nothing': xlsx(() =>
      Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(100 * KB)]),
    ),
    'a table of twenty thousand columns': csv(
      () => `${named.join(',')}${',列'.repeat(20_000)}\n${',1'.repeat(20_000)}\n`,
    ),
    'a hundred thousand short rows': csv(() => `${named.join(',')}\n${'a,b\n'.repeat(n(100_000))}`),
    'twenty thousand rows that are wrong all over': csv(
      () => `${named.join(',')}\n${`${named.map(() => 'x').join(',')}\n`.repeat(n(19_000))}`,
    ),
    'a quote that never closes': csv(() => `${named.join(',')}\n"${'a,b\n'.repeat(n(200_000))}`),
    'one line of five megabytes': csv(() => `${named.join(',')}\n${'a'.repeat(n(5_000_000))}`),
    'quotes only': csv(() => '"'.repeat(n(1_000_001))),
    'a hundred thousand empty lines in an order': jsonFile(
      () => `[{"lines":[${many(n(100_000), () => '{}').join(',')}]}]`,
    ),
    'a thousand orders with everything wrong': jsonFile(() =>
      JSON.stringify(many(1000, () => ({ lines: [{}, {}] }))),
    ),
    'ten thousand orders': jsonFile(() => JSON.stringify(many(n(10_000), () => ({})))),
    'orders a hundred thousand deep': jsonFile(() => `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    'a price of a million digits': jsonFile(() => `{"lines":[{"price":"${'9'.repeat(n(1_000_000))}"}]}`),
    'forty thousand unknown keys': jsonFile(() =>
      JSON.stringify(Object.fromEntries(many(40_000, (i) => [`unknownKey${i}`, 1]))),
    ),
    'a hundred lines of controls': jsonFile(() => `{"orderNo":"${'\\u0001'.repeat(n(300_000))}"}`),
    'three hundred thousand siblings': xml(() => ceb('<a/>'.repeat(n(300_000)))),
    'twenty thousand namespaces': xml(() => ceb('<a xmlns:b="u"/>'.repeat(20_000))),
    'ten thousand attributes': xml(() => ceb(`<a ${many(10_000, (i) => `b${i}="1"`).join(' ')}/>`)),
    'openings of a code': xml(() => ceb(`<returnInfo>${'[Code:'.repeat(n(340_000))}</returnInfo>`)),
    'entities that laugh': xml(() => '<!DOCTYPE a [<!ENTITY l0 "ha"><!ENTITY l1 "&l0;&l0;">]><a>&l1;</a>'),
    'a text of ten megabytes': xml(() => ceb(`<a>${'x'.repeat(n(10_000_000))}</a>`)),
    'elements without end': xml(() => '<a>'.repeat(n(1_000_000))),
    'comments only': xml(() => ceb('<!---->'.repeat(n(500_000)))),
    'nothing but entities': xml(() => ceb('&amp;'.repeat(n(500_000)))),
  };
}

/** Every request of an operation that costs more than it weighs. */
export function worstRequests(
  path: string,
  method: string,
  all: OpenApi,
  files = worstFiles(),
): (() => WorstRequest)[] {
  const operation = all.paths[path]![method]!;
  const content = operation.requestBody?.content ?? {};
  const schema = content['application/json']?.schema;
  const upload = 'application/octet-stream' in content;
  const answers = Object.values(operation.responses)[0]?.content ?? {};
  const file = Object.keys(answers).length > 0 && !('application/json' in answers);
  const params = operation.parameters ?? [];
  const at = (id: string, query: Record<string, string> = {}) => {
    const to = path.replace(/\{\w+\}/g, encodeURIComponent(id));
    const search = new URLSearchParams(query).toString();
    return search === '' ? to : `${to}?${search}`;
  };
  const required = Object.fromEntries(
    params
      .filter((p) => p.in === 'query' && p.required)
      .map((p) => [p.name, String(filled(p.schema, 'worst', 1, all))]),
  );
  const base = { method, file, stream: 'text/event-stream' in answers };
  const made: (() => WorstRequest)[] = [];
  const add = (name: string, make: () => Omit<WorstRequest, 'name' | 'method' | 'file' | 'stream'>) =>
    made.push(() => ({ ...base, name, ...make() }));

  // What every request carries, asked for or not.
  if (!operation.requestBody)
    for (const [name, headers] of Object.entries<Record<string, string>>({
      'cookies of eight kilobytes': { Cookie: many(40, (i) => `c${i}=${'%'.repeat(190)}`).join('; ') },
      'a session nobody opened': { Cookie: `gateway_session=${'gws_%00'.repeat(500)}` },
      'a last event of eight thousand digits': { 'Last-Event-ID': '9'.repeat(8000) },
    }))
      add(name, () => ({ path: at(UNKNOWN_ID, required), headers }));

  // Addresses: identifiers and questions that are long, odd, or a thousand.
  if (path.includes('{'))
    for (const id of [
      '0'.repeat(4000),
      '%00',
      '../../etc/passwd',
      UNKNOWN_ID.repeat(50),
      '\ud83d\ude00'.repeat(300),
    ])
      add(`an address of ${id.slice(0, 10)}…`, () => ({ path: at(id, required) }));
  const questions = params.filter((p) => p.in === 'query');
  for (const [name, value] of Object.entries(TEXTS))
    if (questions.length > 0)
      add(`asked with ${name}`, () => ({
        path: at(
          UNKNOWN_ID,
          Object.fromEntries(questions.map((p) => [p.name, Buffer.from(value.slice(0, 1000)).toString()])),
        ),
      }));
  if (questions.length > 0) {
    add('asked for the widest', () => ({
      path: at(
        UNKNOWN_ID,
        Object.fromEntries(
          questions.map((p) => [
            p.name,
            /limit/.test(p.name)
              ? '200'
              : /^from/.test(p.name)
                ? '2000-01'
                : /^to$/.test(p.name)
                  ? '2099-12'
                  : String(filled(p.schema, '', 1, all)),
          ]),
        ),
      ),
    }));
    add('a thousand questions', () => ({
      path: `${at(UNKNOWN_ID)}?${many(1000, (i) => `q${i}=1`).join('&')}`,
    }));
    add('one question a thousand times', () => ({
      path: `${at(UNKNOWN_ID)}?${many(1000, () => `${questions[0]!.name}=1`).join('&')}`,
    }));
  }
  if (method !== 'get' && schema && !upload) {
    const type = 'application/json';
    for (const [name, value] of Object.entries(TEXTS))
      add(name, () => ({ path: at(UNKNOWN_ID, required), type, body: json(filled(schema, value, 1, all)) }));
    add('as many members as there may be', () => ({
      path: at(UNKNOWN_ID, required),
      type,
      body: json(filled(schema, '1', 999, all)).subarray(0, 255 * KB),
    }));
    add('as many members as fit', () => ({
      path: at(UNKNOWN_ID, required),
      type,
      body: json(filled(schema, '1', 120, all)),
    }));
    add('ten empty members everywhere', () => ({
      path: at(UNKNOWN_ID, required),
      type,
      body: json(filled(schema, '', 10, all)),
    }));
    for (const [name, make] of Object.entries(BODIES))
      add(name, () => ({ path: at(UNKNOWN_ID, required), type, body: make() }));
    add('packed two hundred times', () => ({
      path: at(UNKNOWN_ID, required),
      type,
      headers: { 'Content-Encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(50 * KB * KB, 0x20)),
    }));
  }
  if (upload)
    for (const [name, { name: fileName, type, make }] of Object.entries(files))
      add(`a file: ${name}`, () => ({
        path: at(UNKNOWN_ID, {
          ...required,
          ...('fileName' in required || questions.some((q) => q.name === 'fileName') ? { fileName } : {}),
        }),
        type,
        body: make(),
      }));
  return made;
}
