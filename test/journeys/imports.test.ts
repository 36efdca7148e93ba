import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { runNextImport } from '../../src/intake/imports.js';
import { receiveImport } from '../../src/intake/receiveImport.js';
import type { Order } from '../../src/orders/order.js';
import { fileLimits, Reading } from '../../src/reading/reading.js';
import type { Store } from '../../src/store/store.js';
import type { Client } from '../support/client.js';
import { settingsOf, startCommand } from '../support/commands.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { ordersOfOneSeller, type Import } from '../support/journey.js';
import { orderFile } from '../support/orderFile.js';

const sample = ordersOfOneSeller(1, { seed: 61, batch: 'M' });
let it: TestGateway;
let client: Client;

beforeAll(async () => {
  // No transport: this file is about taking orders in, not about sending them.
  it = await startTestGateway({ orders: sample, env: { GATEWAY_TRANSPORT: 'none' }, workers: false });
  client = [...it.sellers.values()][0]!.client;
});
afterAll(() => it.close());

const upload = async (name: string, bytes: Buffer, key?: string): Promise<Response> =>
  client.raw('POST', `/v1/imports?fileName=${encodeURIComponent(name)}`, bytes, {
    'Content-Type': 'application/octet-stream',
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  });
const started = async (response: Response): Promise<Import> => {
  expect(response.status).toBe(202);
  return (await response.json()) as Import;
};
const importOf = (id: string) => client.get<Import>(`/v1/imports/${id}`);
const importWhere = (id: string, done: (i: Import) => boolean) =>
  eventually(() => importOf(id), done, 60_000);
const over = (i: Import) => ['done', 'failed', 'interrupted'].includes(i.state);

/** What the database holds of these orders, counted without the gateway's own counters. */
const recount = async (orders: readonly Order[]) => {
  const { rows } = await it.gateway.store.query<{ orders: number; declarations: number; documents: number }>(
    `select count(distinct o.id)::int as orders, count(distinct d.id)::int as declarations, count(x.id)::int as documents
       from orders o left join declarations d on d.id = o.id left join documents x on x.declaration_id = d.id
      where o.body->>'orderNo' = any($1)`,
    [orders.map((o) => o.orderNo)],
  );
  return rows[0]!;
};
const allOf = (orders: readonly Order[]) => ({
  orders: orders.length,
  declarations: orders.length,
  documents: orders.length * 4,
});
/** The lease of a process that died runs out; the test does not wait the minute. */
const leaseRunsOut = (id: string) =>
  it.gateway.store.query(`update imports set lease_until = now() - interval '1 second' where id = $1`, [id]);

describe('an import whose process dies', () => {
  test('is taken up by another process where it stopped: no order lost, none doubled', async () => {
    const orders = ordersOfOneSeller(620, { seed: 62, batch: 'MA' });
    const { id } = await started(await upload('orders.ndjson', await orderFile('orders.ndjson', orders)));
    const settings = { ...settingsOf(it.gateway.config, it.sandbox.url), GATEWAY_TRANSPORT: 'none' };
    const dying = startCommand(['worker'], { ...settings, GATEWAY_FAIL_POINT: 'imports:stored' });
    expect(await dying.ended).toBe('SIGKILL');
    const halfway = await importOf(id);
    expect(halfway).toMatchObject({ state: 'running', orders: 500, accepted: 500 });
    expect(await recount(orders)).toEqual(allOf(orders.slice(0, 500)));

    await leaseRunsOut(id);
    await it.startWorkers();
    const done = await importWhere(id, over);
    await it.stopWorkers();
    expect(done).toMatchObject({ state: 'done', orders: 620, accepted: 620, faulty: 0, exists: 0 });
    expect(done.bytesRead).toBe(done.bytesTotal);
    expect(await recount(orders)).toEqual(allOf(orders));
  });

  test('on the command line: killed in the middle, it says its number first and goes on with --resume', async () => {
    const orders = ordersOfOneSeller(620, { seed: 63, batch: 'MB' });
    const file = join(it.gateway.config.dataDir, 'orders.csv');
    writeFileSync(file, await orderFile('orders.csv', orders));
    const settings = { ...settingsOf(it.gateway.config, it.sandbox.url), GATEWAY_TRANSPORT: 'none' };
    const dying = startCommand(['import', file], { ...settings, GATEWAY_FAIL_POINT: 'imports:stored' });
    expect(await dying.ended).toBe('SIGKILL');
    const id = /import: ([0-9a-f-]{36})/.exec(dying.stderr())?.[1] ?? '';
    expect((await it.operator.get<Import>(`/v1/imports/${id}`)).orders).toBe(500);

    await leaseRunsOut(id);
    const resumed = startCommand(['import', '--resume', id], settings);
    expect(await resumed.ended).toBe(0);
    expect(JSON.parse(resumed.stdout())).toMatchObject({
      id,
      state: 'done',
      orders: 620,
      accepted: 620,
      exists: 0,
    });
    expect(await recount(orders)).toEqual(allOf(orders));
  });
});

describe('an import that a person stops', () => {
  test('keeps what was accepted, goes on where it stopped, and counts every order once', async () => {
    const orders = ordersOfOneSeller(620, { seed: 64, batch: 'MC' });
    const { id } = await started(await upload('orders.json', await orderFile('orders.json', orders)));
    // A process that is asked to stop leaves the import after the step under way.
    const { store, journey, log } = it.gateway;
    const { goodsFields } = it.gateway.rulebook;
    const read = it.gateway.fileReading();
    await runNextImport({ store, journey, log, read, goodsFields, stopping: () => true });
    const stopped = await client.post<Import>(`/v1/imports/${id}/cancel`);
    expect(stopped).toMatchObject({ state: 'cancelled', orders: 500, accepted: 500 });
    expect(await recount(orders)).toEqual(allOf(orders.slice(0, 500)));
    expect(await runNextImport({ store, journey, log, read, goodsFields, stopping: () => false })).toBe(
      false,
    );

    expect(await client.post<Import>(`/v1/imports/${id}/resume`)).toMatchObject({
      state: 'running',
      finishedAt: null,
    });
    await it.startWorkers();
    const done = await importWhere(id, over);
    await it.stopWorkers();
    expect(done).toMatchObject({ state: 'done', orders: 620, accepted: 620, faulty: 0, exists: 0 });
    expect(await recount(orders)).toEqual(allOf(orders));
  });

  test('stopped and resumed while a process is still at work on it, every order is counted once', async () => {
    const orders = ordersOfOneSeller(1020, { seed: 68, batch: 'MG' });
    const { id } = await started(await upload('orders.json', await orderFile('orders.json', orders)));
    const { store, journey, log } = it.gateway;
    const { goodsFields } = it.gateway.rulebook;
    const context = { store, journey, log, read: it.gateway.fileReading(), goodsFields };
    // The first process stands still with its second step in hand, just before it stores it.
    let steps = 0;
    let standing = () => undefined as void;
    let goOn = () => undefined as void;
    const stands = new Promise<void>((resolve) => (standing = resolve));
    const told = new Promise<void>((resolve) => (goOn = resolve));
    const held = Object.create(store, {
      transaction: {
        value: async (work: Parameters<Store['transaction']>[0]) => {
          if (++steps === 2) {
            standing();
            await told;
          }
          return store.transaction(work);
        },
      },
    }) as Store;
    // As in a process of its own: what it holds of memory is no other's.
    const reading = new Reading(fileLimits);
    const slow = runNextImport({
      ...context,
      read: (chunks, file) => reading.orders(chunks, file),
      store: held,
      stopping: () => false,
    });
    await stands;
    await client.post(`/v1/imports/${id}/cancel`);
    await client.post(`/v1/imports/${id}/resume`);
    // Another process stores the same step and leaves the rest.
    await runNextImport({ ...context, stopping: () => true });
    expect(await importOf(id)).toMatchObject({ state: 'running', orders: 1000 });
    goOn();
    await slow;
    reading.close();
    while (await runNextImport({ ...context, stopping: () => false }));
    expect(await importOf(id)).toMatchObject({
      state: 'done',
      orders: 1020,
      accepted: 1020,
      faulty: 0,
      exists: 0,
    });
    expect(await recount(orders)).toEqual(allOf(orders));
  });

  test('an import that is over can be neither cancelled nor resumed', async () => {
    const { id } = await started(await upload('one.json', await orderFile('one.json', sample)));
    await it.startWorkers();
    await importWhere(id, over);
    await it.stopWorkers();
    for (const action of ['cancel', 'resume']) {
      const response = await client.raw('POST', `/v1/imports/${id}/${action}`);
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ faults: [{ code: 'A08' }] });
    }
  });
});

describe('an idempotency key on an import', () => {
  const orders = ordersOfOneSeller(3, { seed: 65, batch: 'MD' });

  test('the same key and bytes answer with the first import, also ten at once', async () => {
    const bytes = await orderFile('orders.csv', orders);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => upload('orders.csv', bytes, 'import-1').then(started)),
    );
    expect(new Set(answers.map((a) => a.id)).size).toBe(1);
    const { rows } = await it.gateway.store.query(
      `select 1 from imports where file_name = 'orders.csv' and created_by like 'key:%'
       union all select 1 from import_chunks c where not exists (select 1 from imports i where i.id = c.import_id)`,
    );
    expect(rows).toHaveLength(1);
  });

  test('the same key with other bytes is a conflict that names the first import and leaves nothing behind', async () => {
    const bytes = await orderFile('orders.csv', orders);
    const first = await started(await upload('orders.csv', bytes, 'import-1'));
    const { rows: before } = await it.gateway.store.query('select id from imports order by id');
    const other = await upload('orders.csv', Buffer.concat([bytes, Buffer.from('\r\n')]), 'import-1');
    expect(other.status).toBe(409);
    const problem = (await other.json()) as { faults: { code: string; message: { zh: string } }[] };
    expect(problem.faults).toMatchObject([{ code: 'A05' }]);
    expect(problem.faults[0]!.message.zh).toContain(first.id);
    expect((await it.gateway.store.query('select id from imports order by id')).rows).toEqual(before);
  });
});

test('an upload larger than the limit is refused while it streams, and leaves nothing behind', async () => {
  let sent = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) {
      sent += 1 << 20;
      yield Buffer.alloc(1 << 20, 0x20);
    }
  }
  const { rows: before } = await it.gateway.store.query('select id from imports order by id');
  const access = {
    userId: null,
    actor: 'test',
    tenantId: [...it.sellers.values()][0]!.tenantId,
    role: 'seller',
    tenants: [],
  } as const;
  await expect(
    receiveImport(it.gateway.store, endless(), {
      access: { ...access, tenants: [access.tenantId] },
      fileName: 'endless.json',
      format: 'json',
      maxBytes: 5 << 20,
    }),
  ).rejects.toMatchObject({ status: 413, faults: [{ code: 'A06' }] });
  expect(sent).toBe(6 << 20);
  expect((await it.gateway.store.query('select id from imports order by id')).rows).toEqual(before);
  expect(
    (
      await it.gateway.store.query(`select 1 from import_chunks where bytes = $1`, [
        Buffer.alloc(1 << 20, 0x20),
      ])
    ).rows,
  ).toEqual([]);
});

describe('the file of faulty orders', () => {
  test('corrected and uploaded again, every order is in: the good ones once, the bad ones now', async () => {
    const orders = ordersOfOneSeller(6, { seed: 66, batch: 'ME' });
    const wrong = orders.map((o, i) =>
      i % 3 === 0 ? { ...o, list: { ...o.list, netWeight: '999999' } } : o,
    );
    const first = await started(await upload('orders.csv', await orderFile('orders.csv', wrong)));
    await it.startWorkers();
    expect(await importWhere(first.id, over)).toMatchObject({
      state: 'done',
      orders: 6,
      accepted: 4,
      faulty: 2,
    });

    const errors = await client.raw('GET', `/v1/imports/${first.id}/errors-file`);
    const rows: string[][] = parse(Buffer.from(await errors.arrayBuffer()), {
      bom: true,
      relax_column_count: true,
    });
    const header = rows[0]!;
    const netWeight = header.findIndex((name) => name.includes('净重'));
    const orderNo = header.findIndex((name) => name === '订单编号');
    expect(new Set(rows.slice(1).map((r) => r[orderNo]))).toEqual(
      new Set([orders[0]!.orderNo, orders[3]!.orderNo]),
    );
    expect(header.length).toBeGreaterThan(rows[1]!.indexOf('999999'));
    const corrected = rows.map((row) =>
      row.map((value, i) =>
        i === netWeight && value === '999999'
          ? (orders.find((o) => o.orderNo === row[orderNo])?.list.netWeight ?? value)
          : value,
      ),
    );
    const second = await started(await upload('orders-corrected.csv', Buffer.from(stringify(corrected))));
    const done = await importWhere(second.id, over);
    await it.stopWorkers();
    expect(done).toMatchObject({ state: 'done', orders: 2, accepted: 2, faulty: 0 });
    expect(await recount(orders)).toEqual(allOf(orders));
  });

  test('a file with a NUL in an order number is judged like any other faulty order, not interrupted', async () => {
    const [good, bad] = ordersOfOneSeller(2, { seed: 67, batch: 'MF' });
    const text = [good!, { ...bad!, orderNo: 'CQ\u0000NUL' }].map((o) => JSON.stringify(o)).join('\n');
    const { id } = await started(await upload('nul.ndjson', Buffer.from(text)));
    await it.startWorkers();
    const done = await importWhere(id, over);
    await it.stopWorkers();
    expect(done).toMatchObject({ state: 'done', accepted: 1, faulty: 1 });
    const verdicts = await client.get<{ items: { faults: { path: string }[] }[] }>(
      `/v1/imports/${id}/verdicts`,
    );
    expect(verdicts.items[0]!.faults.map((f) => f.path)).toContain('orderNo');
    expect((await client.raw('GET', `/v1/imports/${id}/errors-file`)).status).toBe(200);
  });
});
