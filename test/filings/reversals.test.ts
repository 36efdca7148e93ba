import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../src/base/ids.js';
import { reverse, type Grant } from '../../src/figures/reversals.js';
import { migrate } from '../../src/store/migrate.js';
import { OPERATOR_TENANT, Store } from '../../src/store/store.js';
import { newDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await newDatabase();
  store = new Store(database.url);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

/** A released list with one goods line, worth `cny` and `usd`. */
async function counted(cny: string | null, usd: string | null): Promise<string> {
  const id = newId();
  await store.query(
    `insert into orders (id, tenant_id, regime, business_key, fingerprint, body, submitted_by)
     values ($1, $2, '9610', $3, '\\x00', '{}', 'test')`,
    [id, OPERATOR_TENANT, id],
  );
  await store.query(
    `insert into declarations (id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name, cop_no, delivery)
     values ($1, $2, '9610', $3, 'P', 'P', 'S', 'S', $3, 'sent')`,
    [id, OPERATOR_TENANT, id],
  );
  await store.query(
    `insert into counting_records (tenant_id, declaration_id, gnum, seller_code, seller_name, regime, country, gcode, month,
       released_at, currency, amount, cny, usd, rate_id)
     values ($1, $2, 1, 'S', 'S', '9610', '502', '9503002100', '2026-10', '2026-10-31T15:00:00Z', '502', '100.01', $3, $4, $5)`,
    [OPERATOR_TENANT, id, cny, usd, cny === null ? null : 'r'],
  );
  return id;
}

async function filed(): Promise<string> {
  const id = newId();
  await store.query(
    `insert into documents (id, tenant_id, seq, message_type, responsible_role, responsible_code, responsible_name, guid,
       cop_no, document_key, delivery, filing) values ($1, $2, 1, 'CEB213Message', 'agent', 'A', 'A', $3, $3, $3, 'sent', '{}')`,
    [id, OPERATOR_TENANT, id],
  );
  return id;
}

const reversalsOf = async (id: string) =>
  (
    await store.query<{
      kind: string;
      month: string;
      amount: string;
      cny: string | null;
      usd: string | null;
    }>('select kind, month, amount, cny, usd from reversals where declaration_id = $1 order by reversed_at', [
      id,
    ])
  ).rows;

const grant = async (
  declarationId: string,
  kind: Grant['kind'],
  at: string,
  qty?: string,
  of = '3',
): Promise<Grant> => ({
  documentId: await filed(),
  declarationId,
  kind,
  at: new Date(at),
  lines: qty === undefined ? [] : [{ gnum: 1, qty, of }],
});

test('three returns of a third each take back exactly what was released, to the cent', async () => {
  const id = await counted('700.10', '100.01');
  const grants = await Promise.all([
    grant(id, 'returned', '2026-11-01T00:00:00Z', '1'),
    grant(id, 'returned', '2026-11-02T00:00:00Z', '1'),
    grant(id, 'returned', '2026-11-03T00:00:00Z', '1'),
  ]);
  await reverse(store, [id], grants);
  const rows = await reversalsOf(id);
  expect(rows.map((r) => r.cny)).toEqual(['233.37', '233.36', '233.37']);
  expect(rows.map((r) => r.usd)).toEqual(['33.34', '33.33', '33.34']);
  expect(rows.map((r) => r.amount)).toEqual(['33.33667', '33.33666', '33.33667']);
});

test('the month of a reversal is that of the grant in Shanghai, not that of the release', async () => {
  const id = await counted('700.10', '100.01');
  await reverse(store, [id], [await grant(id, 'withdrawn', '2026-11-30T16:00:00Z')]);
  expect(await reversalsOf(id)).toEqual([
    { kind: 'withdrawn', month: '2026-12', amount: '100.01000', cny: '700.10', usd: '100.01' },
  ]);
});

test('a withdrawal after a return takes back only what was left, and nothing is taken twice', async () => {
  const id = await counted('700.10', '100.01');
  const grants = [
    await grant(id, 'withdrawn', '2026-11-05T00:00:00Z'),
    await grant(id, 'returned', '2026-11-01T00:00:00Z', '1'),
    await grant(id, 'returned', '2026-11-09T00:00:00Z', '1'),
  ];
  await reverse(store, [id], grants);
  expect((await reversalsOf(id)).map((r) => [r.kind, r.cny])).toEqual([
    ['returned', '233.37'],
    ['withdrawn', '466.73'],
  ]);
});

test('the grants in any order, applied again and again, give the same reversals', async () => {
  const id = await counted('700.10', '100.01');
  const grants = [
    await grant(id, 'returned', '2026-11-01T00:00:00Z', '1'),
    await grant(id, 'returned', '2026-11-02T00:00:00Z', '0.5'),
    await grant(id, 'returned', '2026-11-02T00:00:00Z', '0.7'),
  ];
  await reverse(store, [id], grants);
  const first = await reversalsOf(id);
  for (const order of [
    [2, 1, 0],
    [1, 0, 2],
    [0, 1, 2],
  ]) {
    await reverse(
      store,
      [id],
      order.map((i) => grants[i]!),
    );
    expect(await reversalsOf(id)).toEqual(first);
  }
  await reverse(store, [id], []);
  expect(await reversalsOf(id)).toEqual([]);
});

test('a record without a rate is taken back without money, never with a guess', async () => {
  const id = await counted(null, null);
  await reverse(store, [id], [await grant(id, 'returned', '2026-11-01T00:00:00Z', '1')]);
  expect(await reversalsOf(id)).toEqual([
    { kind: 'returned', month: '2026-11', amount: '33.33667', cny: null, usd: null },
  ]);
});
