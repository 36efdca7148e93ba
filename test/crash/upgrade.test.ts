import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultError } from '../../src/base/fault.js';
import { migrate, migrationsDir } from '../../src/store/migrate.js';
import type { Client } from '../support/client.js';
import { settingsOf, startCommand, type Command } from '../support/commands.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, ordersOfOneSeller } from '../support/journey.js';

const stock = ordersOfOneSeller(2, { seed: 181, batch: 'U' });
/** The migrations of a version to come: those of this one, and made-up ones. */
const coming = mkdtempSync(join(tmpdir(), 'gateway-migrations-'));
let it: TestGateway;
let client: Client;

beforeAll(async () => {
  cpSync(migrationsDir, coming, { recursive: true });
  it = await startTestGateway({ orders: stock, workers: false });
  client = [...it.sellers.values()][0]!.client;
});
afterAll(async () => {
  await old.kill9();
  await it.close();
  rmSync(coming, { recursive: true, force: true });
});

/** A process of this version, which the database outgrows. */
let old: Command;

test('after a migration that only adds, processes of the version before go on, start again and carry orders to the end', async () => {
  writeFileSync(
    join(coming, '9990_made_up.sql'),
    '-- expand: who looked at it last\nalter table declarations add column looked_at timestamptz;\n',
  );
  expect(await migrate(it.gateway.store, coming)).toEqual(['9990_made_up.sql']);
  const [id] = await handIn(client, stock.splice(0, 1));
  old = startCommand(['worker'], settingsOf(it.gateway.config, it.sandbox.url));
  await declarationWhere(client, id!, (d) => d.verdict === 'cleared', 50_000);
  expect(await migrate(it.gateway.store)).toEqual([]);
  expect(await migrate(it.gateway.store, coming)).toEqual([]);
});

test('one that does not say so waits until every process of the version before is stopped, and names those', async () => {
  writeFileSync(
    join(coming, '9991_made_up.sql'),
    'alter table declarations rename column looked_at to seen_at;\n',
  );
  const refused = await migrate(it.gateway.store, coming).catch((error: unknown) => error);
  expect(refused).toMatchObject({ faults: [{ code: 'C12' }] });
  for (const pid of [process.pid, old.child.pid])
    expect((refused as FaultError).faults[0]?.message.en).toContain(`${hostname()}:${pid}`);
  const { rows } = await it.gateway.store.query(`select 1 from schema_migrations where name like '9991%'`);
  expect(rows).toEqual([]);
});

test('a process under which the database changed all the same says so and ends, and refuses to start', async () => {
  // While its connection was lost nobody knew of it.
  await it.gateway.store.query(
    `insert into schema_migrations (name, sha256) values ('9991_made_up.sql', '')`,
  );
  await it.gateway.store.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = any($1)`,
    [[process.pid, old.child.pid].map((pid) => `gateway ${hostname()}:${pid}`)],
  );
  expect(await it.gateway.presence.outdated).toMatchObject({ code: 'C11' });
  expect(await old.ended).toBe(1);
  const again = startCommand(['worker'], settingsOf(it.gateway.config, it.sandbox.url));
  expect(await again.ended).toBe(1);
  for (const { stderr } of [old, again]) {
    expect(stderr()).toMatch(/^C11 .*9991_made_up\.sql/m);
    expect(stderr()).not.toContain('9990_made_up.sql');
  }
});
