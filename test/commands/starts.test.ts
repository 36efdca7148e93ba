import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { addFigures } from '../../src/commands/figures.js';
import { addOperations } from '../../src/commands/operations.js';
import { runHere, startCommand } from '../support/commands.js';
import { newDatabase, type TestDatabase } from '../support/database.js';

/** What `gateway --help` takes from its start to its end on a machine with nothing else to do. */
const QUIET_HELP_MS = 400;

let dir: string;
let database: TestDatabase;
let busy: Server;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gateway-starts-'));
  database = await newDatabase({ empty: true });
  busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  busy.close();
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** Runs a command to its end; what it said, line by line. */
async function run(args: string[], env: Record<string, string>) {
  const command = startCommand(args, { GATEWAY_DATA_DIR: dir, GATEWAY_LOG_LEVEL: 'error', ...env });
  const ended = await command.ended;
  return { ended, said: command.stderr().trim().split('\n'), stdout: command.stdout() };
}
const noDatabase = () => expect(existsSync(join(dir, 'postgres'))).toBe(false);

describe('a start that fails says why in one line, ends by itself and leaves no database behind', () => {
  test('on a port that is in use, within two seconds of its own doing', async () => {
    const { port } = busy.address() as AddressInfo;
    const timed = async (args: string[]) => {
      const from = performance.now();
      const { ended, said } = await run(args, { GATEWAY_PORT: String(port) });
      return { ended, said, ms: performance.now() - from };
    };
    // In turns: what else runs on this machine slows both, and `--help` does nothing but start. The least of each is
    // the nearest to its own doing; where even `--help` takes longer than on a quiet machine, so may the start.
    const turns = [];
    for (let i = 0; i < 3; i++) turns.push({ help: await timed(['--help']), start: await timed(['serve']) });
    for (const { start } of turns) {
      expect(start.ended).toBe(1);
      expect(start.said).toEqual([expect.stringMatching(`^C07 GATEWAY_PORT .*${port}.*EADDRINUSE`)]);
    }
    noDatabase();
    const help = Math.min(...turns.map((t) => t.help.ms));
    const start = Math.min(...turns.map((t) => t.start.ms));
    expect(start / Math.max(1, help / QUIET_HELP_MS)).toBeLessThan(2_000);
  });

  test('with a database nobody answers at', async () => {
    const { ended, said } = await run(['worker'], { DATABASE_URL: 'postgresql://x:y@127.0.0.1:1/none' });
    expect(ended).toBe(1);
    expect(said).toEqual([expect.stringMatching(/^C03 DATABASE_URL .*ECONNREFUSED/)]);
    noDatabase();
  });

  test('with settings that name nothing there is', async () => {
    const { ended, said } = await run(['serve'], {
      GATEWAY_PORT: '0',
      DATABASE_URL: database.url,
      GATEWAY_SIGNATURE_PROFILE: 'nonsense',
    });
    expect(ended).toBe(1);
    expect(said).toEqual([expect.stringMatching(/^C08 .*nonsense/)]);
  });

  test('on a database that is newer than the program', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `create table if not exists schema_migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`,
    );
    await client.query(`insert into schema_migrations (name, sha256) values ('9999_future.sql', '')`);
    const { ended, said } = await run(['worker'], { DATABASE_URL: database.url });
    await client.query(`delete from schema_migrations where name = '9999_future.sql'`);
    await client.end();
    expect(ended).toBe(1);
    expect(said).toEqual([expect.stringMatching(/^C11 .*9999_future/)]);
  });
});

describe('commands that only read', () => {
  const here = (args: string[], env: Record<string, string>) =>
    runHere((program) => [addOperations, addFigures].forEach((add) => add(program)), args, {
      GATEWAY_DATA_DIR: dir,
      GATEWAY_LOG_LEVEL: 'error',
      ...env,
    });

  test.each([['status', 'ORDER1'], ['totals']])(
    '%s makes no database where none was set up',
    async (...args) => {
      const { code, out, err } = await here(args, {});
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(/^C09 /);
      noDatabase();
    },
  );

  test('write JSON on stdout and nothing else', async () => {
    const { ended, stdout } = await run(['totals'], { DATABASE_URL: database.url });
    expect(ended).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sum: { orders: 0 } });
  });
});
