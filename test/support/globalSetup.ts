import { generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../../src/base/root.js';
import { openEmbedded, type RunningDatabase } from '../../src/store/embedded.js';
import { migrate } from '../../src/store/migrate.js';
import { Store } from '../../src/store/store.js';
import { run, TEMPLATE } from './database.js';

declare global {
  var testDatabase: RunningDatabase | undefined;
}

/** One real PostgreSQL for the whole run; every test that needs one copies its own database in it from one of the newest schema. */
export default async function setUp(): Promise<void> {
  // A folder for each compiled copy, so that two runs of different copies do not share one server.
  const dir = join(projectRoot, '.cache', `test-postgres-${basename(process.env.GATEWAY_DIST ?? 'dist')}`);
  rmSync(dir, { recursive: true, force: true });
  globalThis.testDatabase = await openEmbedded(dir);
  const { url } = globalThis.testDatabase;
  // One RSA key for the certificates of the whole run; see `startTestGateway`.
  process.env.TEST_RSA_KEY = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
  process.env.TEST_DATABASE_URL = url;
  // No test takes the power away: what was committed outlives every process without being forced to the disk.
  await run(
    url,
    'alter system set fsync = off',
    'alter system set full_page_writes = off',
    'select pg_reload_conf()',
  );
  // Where the database lies apart from the folder (root, in a closed folder) it outlives it.
  await run(url, `drop database if exists ${TEMPLATE} with (force)`, `create database ${TEMPLATE}`);
  const template = new URL(url);
  template.pathname = `/${TEMPLATE}`;
  const store = new Store(template.href);
  await migrate(store);
  await store.close();
}
