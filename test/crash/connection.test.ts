import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { problemHandler } from '../../src/http/problem.js';
import { isUnavailable, Store } from '../../src/store/store.js';
import { newDatabase } from '../support/database.js';
import { eventually } from '../support/gateway.js';

let database: Awaited<ReturnType<typeof newDatabase>>;
let store: Store;
beforeAll(async () => {
  database = await newDatabase();
  store = new Store(database.url);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

test('a connection that breaks between two queries of a transaction fails the transaction, not the process', async () => {
  const work = store.transaction(async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await store.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
    await eventually(
      async () =>
        (await store.query('select 1 from pg_stat_activity where pid = $1', [rows[0]!.pid])).rows.length,
      (left) => left === 0,
    );
    // The connection has heard of it while nothing was asked.
    await new Promise((resolve) => setImmediate(resolve));
    await tx.query('select 1');
  });
  await expect(work).rejects.toThrow();
  expect((await store.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('a transaction goes on when another version adds a column to what every connection here has prepared', async () => {
  const look = () =>
    store.transaction(async (tx) => {
      const { rows } = await tx.query('select * from grows where a = $1', [1]);
      const { rows: plans } = await tx.query<{ n: string }>(
        `select count(*) as n from pg_prepared_statements where statement like 'select * from grows%'`,
      );
      return { row: rows[0], plans: Number(plans[0]?.n) };
    });
  await store.query('create table grows as select 1 as a');
  // As many at once as the pool has connections, so that each has prepared it.
  const before = await Promise.all(Array.from({ length: 10 }, look));
  expect(before).toEqual(Array.from({ length: 10 }, () => ({ row: { a: 1 }, plans: 1 })));
  await store.query('alter table grows add column b int default 2');
  expect(await look()).toEqual({ row: { a: 1, b: 2 }, plans: 1 });
  expect(await Promise.all(Array.from({ length: 10 }, look))).toHaveLength(10);
});

test('who asks while the database is away is told so and when to come back (A30)', async () => {
  const nowhere = new Store('postgresql://nobody@127.0.0.1:1/none');
  const app = express();
  app.get('/', async () => void (await nowhere.query('select 1')));
  app.use(problemHandler(pino({ level: 'silent' })));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '10',
    });
    expect(await answer.json()).toMatchObject({ faults: [{ code: 'A30' }] });
  } finally {
    server.close();
    await nowhere.close();
  }
});

test('a defect of a program is not taken for a database that is away: what it concerns would be tried for ever', () => {
  const told = (read: () => unknown): unknown => {
    try {
      return read();
    } catch (error) {
      return error;
    }
  };
  expect(isUnavailable(told(() => Buffer.alloc(1).readUInt32BE(7)))).toBe(false);
  expect(isUnavailable(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe(true);
});
