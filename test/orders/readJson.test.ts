import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonTextError, scanJson } from '../../src/orders/read/jsonText.js';
import type { Order } from '../../src/orders/order.js';
import { readOrders } from '../../src/orders/read/readOrders.js';
import { sampleOrders } from '../support/sampleOrders.js';
import { brief, collect, optionsFor, readAll, refusal, streamOf } from './reading.js';

const orders = [...sampleOrders({ count: 5, seed: 3 })];
const numbers = (read: { order?: { orderNo?: string | undefined } }[]) => read.map((r) => r.order?.orderNo);
const wanted = orders.map((o) => o.orderNo);

describe('JSON', () => {
  test.each<[string, (some: Order[]) => string]>([
    ['an array', (some) => JSON.stringify(some)],
    ['a pretty-printed array', (some) => JSON.stringify(some, null, 2)],
    ['{"orders": […]}', (some) => JSON.stringify({ orders: some }, null, 1)],
    ['orders one after the other', (some) => some.map((o) => JSON.stringify(o)).join('\n')],
    ['an array with byte order mark', (some) => `\ufeff${JSON.stringify(some)}`],
  ])('%s is read whatever the boundaries of the chunks', async (_, textOf) => {
    for (const chunk of [1, 7, 1000, 1 << 20]) {
      // Byte by byte, two orders meet every boundary there is.
      const some = chunk === 1 ? orders.slice(0, 2) : orders;
      const read = await readAll(textOf(some), 'json', { chunk });
      expect(numbers(read)).toEqual(some.map((o) => o.orderNo));
      expect(read.flatMap((r) => r.faults)).toEqual([]);
    }
  });

  test('a single order is read', async () => {
    const [only, ...more] = await readAll(JSON.stringify(orders[0], null, 2), 'json');
    expect(more).toEqual([]);
    expect(only!.order).toEqual(orders[0]);
  });

  test('a well-formed order is the same before and after', async () => {
    const read = await readAll(JSON.stringify(orders), 'json');
    expect(read.map((r) => r.order)).toEqual(orders);
  });

  test('rows are the lines of the file', async () => {
    const read = await readAll(JSON.stringify(orders, null, 1), 'json');
    expect(read[0]!.rows.from).toBe(2);
    expect(read[1]!.rows.from).toBe(read[0]!.rows.to + 1);
  });

  test('a bad order costs only itself, and the fault says where it is wrong', async () => {
    const text = `[\n{"orderNo": "1"},\n{"orderNo": "2",, "note": "x"},\n{"orderNo": "3"}\n]`;
    const read = await readAll(text, 'json');
    expect(numbers(read)).toEqual(['1', undefined, '3']);
    expect(brief(read[1]!.faults)).toEqual(['I11']);
    expect(read[1]!.faults[0]!.message.zh).toBe('JSON 写法有误：第 3 行第 17 个字符处应有双引号');
  });

  test('a forgotten quote costs only its own order, on one line, indented, or as the last', async () => {
    for (const text of [
      `[\n{"orderNo": "1"},\n{"orderNo": "2},\n{"orderNo": "3"}\n]`,
      `[{"orderNo": "1"},\n{"orderNo": "2},\n{"orderNo": "3"}]`,
      `[\n  {\n    "orderNo": "1"\n  },\n  {\n    "orderNo": "2\n  },\n  {\n    "orderNo": "3"\n  }\n]`,
    ]) {
      const read = await readAll(text, 'json');
      expect(numbers(read)).toEqual(['1', undefined, '3']);
      expect(brief(read[1]!.faults)).toEqual(['I11']);
      expect(read[1]!.faults[0]!.message.zh).toContain('字符串里有换行');
    }
    const last = await readAll(`[\n{"orderNo": "1"},\n{"orderNo": "2}\n]\n`, 'json');
    expect(last.map((r) => brief(r.faults))).toEqual([[], ['I11']]);
  });

  test('a truncated file gives the whole orders and says that the rest is missing', async () => {
    const text = JSON.stringify(orders, null, 1);
    const read = await readAll(text.slice(0, text.indexOf(wanted[2]!) + 5), 'json');
    expect(numbers(read)).toEqual([wanted[0], wanted[1], undefined]);
    expect(brief(read[2]!.faults)).toEqual(['I12']);
  });

  test('an array that is cut off after a whole order is noticed too', async () => {
    const read = await readAll('[{"orderNo":"1"},', 'json');
    expect(brief(read[1]!.faults)).toEqual(['I12']);
  });

  test('text after the end is noticed', async () => {
    const read = await readAll('[{"orderNo":"1"}] {"orderNo":"2"}', 'json');
    expect(brief(read[1]!.faults)).toEqual(['I13']);
  });

  test('what is no order is faulted, each element for itself', async () => {
    const read = await readAll('[1, "two", null, [3], {"orderNo":"5"}]', 'json');
    expect(read.map((r) => brief(r.faults))).toEqual([['I16'], ['I16'], ['I16'], ['I16'], []]);
  });

  test('unknown keys are named with the nearest known key, and the rest of the order is kept', async () => {
    const [read] = await readAll(
      '[{"orderno":"1","seller":{"cod":"S"},"ebpCode":"P","lines":[{"quantity":2}],"orderNo":"9"}]',
      'json',
    );
    expect(brief(read!.faults)).toEqual([
      'I14 orderno',
      'I14 seller.cod',
      'I14 ebpCode',
      'I14 lines[0].quantity',
    ]);
    expect(read!.faults.map((f) => f.message.zh)).toEqual([
      '“orderno”不是订单字段，是否应为“orderNo”？',
      '“cod”不是订单字段，是否应为“seller.code”？',
      '“ebpCode”不是订单字段，是否应为“platform.code”？',
      '“quantity”不是订单字段，是否应为“lines[].qty”？',
    ]);
    expect(read!.order!.orderNo).toBe('9');
  });

  test('__proto__ is an unknown key like any other and changes nothing', async () => {
    const [read] = await readAll(
      '[{"__proto__":{"polluted":1},"constructor":"x","seller":{"__proto__":"y"}}]',
      'json',
    );
    expect(brief(read!.faults)).toEqual(['I14 __proto__', 'I14 constructor', 'I14 seller.__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a key written twice is faulted, not silently overwritten', async () => {
    const [read] = await readAll('[{"orderNo":"1","lines":[{"qty":"1","qty":"2"}],"orderNo":"2"}]', 'json');
    expect(brief(read!.faults)).toEqual(['I15 lines[0].qty', 'I15 orderNo']);
  });

  test('a number of more than 15 digits is faulted instead of rounded; as text it is kept', async () => {
    const [number, text] = await readAll(
      '[{"orderNo":12345678901234567890,"goodsValue":0.1,"freight":59.800000000000001},{"orderNo":"12345678901234567890"}]',
      'json',
    );
    expect(brief(number!.faults)).toEqual(['I17 orderNo', 'I17 freight']);
    expect(number!.faults[0]!.message.zh).toContain('12345678901234567890');
    expect(number!.order!.goodsValue).toBe('0.1');
    expect(text!.order!.orderNo).toBe('12345678901234567890');
    expect(text!.faults).toEqual([]);
  });

  test('a wrapper whose orders do not come first is told so', async () => {
    const [read] = await readAll('{"batch":"7","orders":[{"orderNo":"1"}]}', 'json');
    expect(brief(read!.faults)).toEqual(['I13']);
  });

  test('values of a wrong shape are faulted with what was expected', async () => {
    const [read] = await readAll(
      '[{"orderNo":["1"],"seller":"S","lines":{"qty":1},"list":null,"payment":{"charge":{}}}]',
      'json',
    );
    expect(brief(read!.faults)).toEqual(['I16 orderNo', 'I16 seller', 'I16 lines', 'I16 payment.charge']);
  });

  test('an order over the size limit costs only itself and is not kept', async () => {
    const text = `[{"orderNo":"1"},{"note":"${'x'.repeat(5000)}"},{"orderNo":"3"}]`;
    for (const chunk of [100, 1 << 20]) {
      const read = await readAll(text, 'json', { chunk, limits: { maxOrderBytes: 1000 } });
      expect(numbers(read)).toEqual(['1', undefined, '3']);
      expect(brief(read[1]!.faults)).toEqual(['I18']);
    }
  });

  test('nesting without end is a fault, not a crash', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const [read] = await readAll(`[{"note":${deep}}]`, 'json');
    expect(read!.faults.map((f) => f.code)).toContain('I16');
  });

  test('empty files, empty arrays and other values are refused as a whole', async () => {
    for (const [text, code] of [
      ['', 'I03'],
      [' \n ', 'I03'],
      ['[]', 'I04'],
      ['{"orders": []}', 'I04'],
      ['"text"', 'I13'],
    ] as const)
      expect(brief((await refusal(readAll(text, 'json'))).faults)).toEqual([code]);
  });

  test('a file over the limit is refused with status 413 before it is read to the end', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        sent += 1 << 16;
        yield Buffer.alloc(1 << 16, 0x20);
      }
    }
    const stream = Readable.from(endless());
    const reading = collect(readOrders(stream, optionsFor('json', { limits: { maxBytes: 2e8 } })));
    const error = await refusal(reading);
    expect(brief(error.faults)).toEqual(['I08']);
    expect(error.status).toBe(413);
    expect(sent).toBeLessThan(2e8 + (1 << 21));
  });

  test('UTF-16 with a byte order mark is understood', async () => {
    const some = orders.slice(0, 2);
    const read = await readAll(Buffer.from(`\ufeff${JSON.stringify(some)}`, 'utf16le'), 'json', {
      chunk: 3,
    });
    expect(read.map((r) => r.order)).toEqual(some);
  });
});

describe('NDJSON', () => {
  test('is an order a line; blank lines are skipped; a bad line costs only itself', async () => {
    const text = orders
      .slice(0, 2)
      .map((o) => JSON.stringify(o))
      .join('\n');
    for (const chunk of [1, 11, 1 << 20]) {
      const read = await readAll(`${text}\r\n\n  \n{"orderNo":\n{"orderNo":"last"}\n`, 'ndjson', { chunk });
      expect(numbers(read)).toEqual([...wanted.slice(0, 2), undefined, 'last']);
      expect(brief(read[2]!.faults)).toEqual(['I11']);
      expect(read[2]!.rows).toEqual({ from: 5, to: 5 });
    }
  });

  test('a line over the limit costs only itself', async () => {
    const long = `{"orderNo":"1"}\n{"note":"${'x'.repeat(5000)}"}\n{"orderNo":"3"}`;
    for (const chunk of [64, 1 << 20]) {
      const read = await readAll(long, 'ndjson', { chunk, limits: { maxOrderBytes: 1000 } });
      expect(numbers(read)).toEqual(['1', undefined, '3']);
      expect(brief(read[1]!.faults)).toEqual(['I18']);
    }
  });

  test('an empty file and one of blank lines are refused', async () => {
    expect(brief((await refusal(readAll('', 'ndjson'))).faults)).toEqual(['I03']);
    expect(brief((await refusal(readAll('\n\n', 'ndjson'))).faults)).toEqual(['I04']);
  });
});

describe('a checkpoint', () => {
  test.each(['json', 'ndjson'] as const)(
    'goes on in %s exactly after the order it came with',
    async (format) => {
      const text =
        format === 'json' ? JSON.stringify(orders, null, 1) : orders.map((o) => JSON.stringify(o)).join('\n');
      const whole = await readAll(text, format);
      for (const [i, item] of whole.entries()) {
        const fromCheckpoint = JSON.parse(JSON.stringify(item.checkpoint)) as typeof item.checkpoint;
        const rest = await readAll(text, format, { fromCheckpoint });
        expect(rest.map(({ index, rows, order }) => ({ index, rows, order }))).toEqual(
          whole.slice(i + 1).map(({ index, rows, order }) => ({ index, rows, order })),
        );
      }
    },
  );

  test('of another file is refused', async () => {
    const whole = await readAll(JSON.stringify(orders, null, 1), 'json');
    const fromCheckpoint = whole[2]!.checkpoint;
    const other = [{ ...orders[0]!, lines: [] }, ...orders.slice(1)];
    const changed = readAll(JSON.stringify(other, null, 1), 'json', { fromCheckpoint });
    expect(brief((await refusal(changed)).faults)).toEqual(['I33']);
    const shorter = readAll(JSON.stringify(orders.slice(0, 1), null, 1), 'json', { fromCheckpoint });
    expect(brief((await refusal(shorter)).faults)).toEqual(['I33']);
  });
});

test('reading goes no faster than orders are taken', async () => {
  const text = JSON.stringify([...sampleOrders({ count: 2000, seed: 5 })]);
  const stream = streamOf(text, 16 * 1024);
  const reading = readOrders(stream, optionsFor('json'));
  const first = await reading.next();
  expect(first.value!.bytesRead).toBeLessThan(text.length / 4);
  await reading.return(undefined);
  expect(stream.destroyed).toBe(true);
});

describe('the JSON grammar', () => {
  test('agrees with JSON.parse on every text', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\n',
      '\u0001',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.array(fragment, { maxLength: 12 }).map((a) => a.join('')),
        ),
        (text) => {
          let valid = true;
          try {
            JSON.parse(text);
          } catch {
            valid = false;
          }
          if (valid) expect(() => scanJson(text)).not.toThrow();
          else expect(() => scanJson(text)).toThrow(JsonTextError);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
