import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../../src/base/root.js';
import { openEmbedded, type RunningDatabase } from '../../src/store/embedded.js';

declare global {
  var testDatabase: RunningDatabase | undefined;
}

/** One real PostgreSQL for the whole run; every test that needs one makes its own database in it. */
export default async function setUp(): Promise<void> {
  // A folder for each compiled copy, so that two runs of different copies do not share one server.
  const dir = join(projectRoot, '.cache', `test-postgres-${basename(process.env.GATEWAY_DIST ?? 'dist')}`);
  rmSync(dir, { recursive: true, force: true });
  globalThis.testDatabase = await openEmbedded(dir);
  process.env.TEST_DATABASE_URL = globalThis.testDatabase.url;
}
