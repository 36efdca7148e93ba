import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { fromBufferPromise } from 'yauzl';
import { dayOf } from '../../src/base/clock.js';
import { allRoutes } from '../../src/http/routes.js';
import { escapeFormula } from '../../src/orders/cellText.js';
import { enrol, type Client } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { ordersOfOneSeller, type Import } from '../support/journey.js';
import { orderFile } from '../support/orderFile.js';

/** What spreadsheets run, or some of them after they made the full-width sign a plain one. */
const FORMULAS = [
  "=cmd|' /C calc'!A0",
  '+1+cmd',
  '-2+cmd',
  '@SUM(1)',
  '＝1+cmd',
  '＋1+cmd',
  '－1+cmd',
  '＠SUM(1)',
];
const RUN = /^[=+\-@＝＋－＠\t\r\n]/;
const NUMBER = /^[+-]?\d[\d,]*(\.\d+)?$/;

const [order] = ordersOfOneSeller(1, { batch: 'FX' });
let it: TestGateway;
let owner: Client;
let officer: Client;
const imports: string[] = [];

beforeAll(async () => {
  it = await startTestGateway({ orders: [order!] });
  ({ client: owner } = it.sellers.get(order!.seller.code!)!);
  officer = (await enrol(it.operator, { code: null, name: '=1+某商务委', role: 'officer' })).client;
  const today = dayOf(new Date());
  await owner.post('/v1/goods', {
    items: FORMULAS.map((gname, n) => ({ sku: `SKU-${n}`, values: { gname } })),
  });
  await owner.post('/v1/warehouses', {
    warehouses: FORMULAS.map((note, n) => ({
      name: `仓${n}`,
      country: '美国',
      address: note,
      kind: 'public',
      acquisition: 'leased',
      note,
    })),
  });
  await owner.post('/v1/settlements', {
    settlements: FORMULAS.map((note, n) => ({
      institution: note,
      currency: 'CNY',
      amount: '1',
      settledOn: today,
      reference: `FX-${n}`,
      note,
    })),
  });
  await officer.post('/v1/registry/facts', {
    facts: FORMULAS.map((note, n) => ({
      code: order!.seller.code,
      kind: 'district',
      subject: '黔江区',
      validFrom: `2026-01-0${n + 1}`,
      source: note,
      note,
    })),
  });
  for (const name of ['orders.csv', 'orders.xlsx']) {
    const rows = FORMULAS.map((note, n) => ({
      ...order!,
      orderNo: `${order!.orderNo}${n}`,
      note,
      goodsValue: 'x',
    }));
    const { id } = await owner.upload<Import>(`/v1/imports?fileName=${name}`, await orderFile(name, rows));
    await eventually(
      () => owner.get<Import>(`/v1/imports/${id}`),
      (i) => i.state === 'done',
    );
    imports.push(id);
  }
}, 120_000);
afterAll(() => it.close());

/** Every request for a table: both formats where the route has them. */
function tables(): string[] {
  const period = 'from=2020-01&to=2099-12';
  return allRoutes(it.gateway)
    .filter(
      (route) => route.method === 'get' && route.media !== undefined && route.media !== 'text/event-stream',
    )
    .flatMap(({ path }) =>
      path.startsWith('/v1/imports/')
        ? imports.map((id) => path.replace('{id}', id))
        : path.includes('{file}')
          ? [path.replace('{file}', '9610.csv'), path.replace('{file}', '9610.xlsx')]
          : path.includes('{')
            ? []
            : [`?${period}`, '?format=csv', '?format=xlsx'].map((query) => path + query),
    );
}

test('no table that leaves the gateway holds a cell that a spreadsheet would run', async () => {
  const wrong: string[] = [];
  const showed = new Set<string>();
  for (const path of tables())
    for (const client of [owner, officer]) {
      const answer = await client.raw('GET', path);
      const type = answer.headers.get('content-type') ?? '';
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (!answer.ok) continue;
      const route = path.split('?')[0]!;
      if (type.startsWith('text/csv')) {
        const rows = parse(bytes, { bom: true, relax_column_count: true }) as string[][];
        for (const cell of rows.flat()) {
          if (RUN.test(cell) && !NUMBER.test(cell)) wrong.push(`${path}: ${cell}`);
          if (FORMULAS.some((formula) => cell === `'${formula}`)) showed.add(`${route} csv`);
        }
      } else if (type.includes('spreadsheetml')) {
        const book = await fromBufferPromise(bytes);
        for await (const entry of book.eachEntry()) {
          const name = entry.fileName;
          const text = (await buffer(await book.openReadStreamPromise(entry))).toString('utf8');
          if (name.includes('worksheets/') && /<f[\s>/]/.test(text))
            wrong.push(`${path}: a formula in ${name}`);
          if (text.includes('＠SUM(1)')) showed.add(`${route} xlsx`);
        }
      }
    }
  expect(wrong).toEqual([]);
  // What was planted is in them, so that the walk can fail.
  expect([...showed].sort()).toEqual([
    '/v1/goods-export csv',
    '/v1/goods-export xlsx',
    ...imports.map((id, n) => `/v1/imports/${id}/errors-file ${n === 0 ? 'csv' : 'xlsx'}`).sort(),
    '/v1/registry/export csv',
    '/v1/registry/export xlsx',
    '/v1/settlements/export csv',
    '/v1/settlements/export xlsx',
    '/v1/warehouses/export csv',
    '/v1/warehouses/export xlsx',
  ]);
});

test('a number below zero stays a number, everything else that begins like a formula is text', () => {
  expect(['-12.30', '+1', '-1,000.00'].map(escapeFormula)).toEqual(['-12.30', '+1', '-1,000.00']);
  for (const formula of [...FORMULAS, '\t=1', '\r=1', '\n=1', '-1-1', '+86 23', '-'])
    expect(escapeFormula(formula)).toBe(`'${formula}`);
});
