import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, migrationsDir } from '../../src/store/migrate.js';
import type { Client } from '../support/client.js';
import { settingsOf, startCommand } from '../support/commands.js';
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
  await it.close();
  rmSync(coming, { recursive: true, force: true });
});

const startsOld = () => startCommand(['worker'], settingsOf(it.gateway.config, it.sandbox.url));

test('after a migration that only adds, processes of the version before go on, start again and carry orders to the end', async () => {
  writeFileSync(
    join(coming, '9990_made_up.sql'),
    '-- expand: who looked at it last\nalter table declarations add column looked_at timestamptz;\n',
  );
  expect(await migrate(it.gateway.store, coming)).toEqual(['9990_made_up.sql']);
  const [id] = await handIn(client, stock.splice(0, 1));
  const old = startsOld();
  try {
    await declarationWhere(client, id!, (d) => d.verdict === 'cleared', 50_000);
  } finally {
    await old.stop();
  }
  expect(await migrate(it.gateway.store)).toEqual([]);
  expect(await migrate(it.gateway.store, coming)).toEqual([]);
});

test('after one that does not say so, the version before refuses to start and names it', async () => {
  writeFileSync(
    join(coming, '9991_made_up.sql'),
    'alter table declarations rename column looked_at to seen_at;\n',
  );
  expect(await migrate(it.gateway.store, coming)).toEqual(['9991_made_up.sql']);
  const old = startsOld();
  expect(await old.ended).not.toBe(0);
  expect(old.stderr()).toContain('9991_made_up.sql');
  expect(old.stderr()).not.toContain('9990_made_up.sql');
});
