import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Store } from '../../src/store/store.js';
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
