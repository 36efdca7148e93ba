import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import {
  nativeDir,
  reachable,
  reachableNative,
  shortHash,
  SYSTEM_DIR,
  systemAccount,
  type Account,
} from './postgresPrograms.js';

export interface RunningDatabase {
  url: string;
  /** Bytes that are free where the database keeps its files. */
  freeBytes(): Promise<number>;
  /** Stops the server when this process is responsible for it. */
  close(): Promise<void>;
}

const USER = 'gateway';
const DATABASE = 'gateway';
const START_MS = 60_000;
const STOP_MS = 30_000;
/** How soon a database that ended is noticed. */
const WATCH_MS = 2_000;

/**
 * Starts the embedded PostgreSQL in `dir` (made on first use; fsync on, loopback only, random password kept in the
 * folder) or joins the one another process of this gateway already runs there. PostgreSQL refuses to run as root: root
 * starts it as the system user `postgres`, and where that user cannot reach `dir` below SYSTEM_DIR (docs/decisions).
 * It is watched: when it ends although somebody uses it, it is started again on the same port. The last process that
 * uses it stops it. Throws with what PostgreSQL said when it does not start.
 */
export async function openEmbedded(
  dir: string,
  log: (line: string) => void = () => undefined,
): Promise<RunningDatabase> {
  mkdirSync(dir, { recursive: true });
  const account = process.getuid?.() === 0 ? systemAccount() : undefined;
  const moved = account !== undefined && !reachable(dir);
  const home = moved ? join(SYSTEM_DIR, `data-${shortHash(dir)}`) : dir;
  mkdirSync(join(home, 'users'), { recursive: true });
  if (moved) {
    writeFileSync(join(home, 'origin'), dir);
    sweepOrphans();
  }
  const place: Place = { dir, home, data: join(home, 'pgdata'), password: passwordOf(home), account, log };
  writeFileSync(join(home, 'users', String(process.pid)), '');
  const url = await startOrJoin(place, { mayMove: true });
  let closing = false;
  let watching: Promise<unknown> = Promise.resolve();
  const watch = setInterval(() => {
    watching = watching.then(async () => {
      if (closing || (await findRunning(place))) return;
      log('the database does not answer: starting it again');
      await startOrJoin(place, { mayMove: false }).catch((error: unknown) => log(String(error)));
    });
  }, WATCH_MS);
  watch.unref();
  return {
    url,
    async freeBytes() {
      const { bavail, bsize } = await statfs(place.data);
      return bavail * bsize;
    },
    async close() {
      closing = true;
      clearInterval(watch);
      await watching;
      rmSync(join(home, 'users', String(process.pid)), { force: true });
      await holding(place, async () => {
        const running = otherUsers(place) ? undefined : await findRunning(place);
        if (running) await stopPid(running.pid);
      });
    },
  };
}

/** Where a database lives and who may run it. */
interface Place {
  dir: string;
  home: string;
  data: string;
  password: string;
  account: Account | undefined;
  log: (line: string) => void;
}

const urlOf = ({ password }: Place, port: number, database = DATABASE) =>
  `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;

/** True while another living process uses the database. */
const otherUsers = ({ home }: Place): boolean =>
  readdirSync(join(home, 'users')).some((pid) => Number(pid) !== process.pid && isAlive(Number(pid)));

/** A lock without a holder's number for so long belongs to one that died, or found the disk full, while it wrote it. */
const NAMELESS_MS = 10_000;

/** Whoever holds the lock does not live; one whose number cannot be read yet is believed for a while. */
function abandoned(lock: string): boolean {
  const holder = Number(readIfThere(lock));
  if (holder > 0) return !isAlive(holder);
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Math.abs(Date.now() - made) > NAMELESS_MS;
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Takes the lock unless somebody has it; on a full disk it stays without our number, and is ours all the same. */
function taken(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx'));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(lock, String(process.pid));
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC') throw error;
  }
  return true;
}

/** Runs `work` while no other process starts or stops the database of this place; a dead holder is passed over. */
async function holding<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const lock = join(place.home, 'starting.pid');
  const until = performance.now() + START_MS;
  while (!taken(lock)) {
    if (performance.now() > until) throw new Error(`${lock} is held by process ${readIfThere(lock)}`);
    if (abandoned(lock)) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

const readIfThere = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** The url of the running database, started when it does not run; on another port only while nobody knows the one it had. */
function startOrJoin(place: Place, { mayMove }: { mayMove: boolean }): Promise<string> {
  return holding(place, async () => {
    const running = await findRunning(place);
    return running ? running.url : start(place, mayMove);
  });
}

/** Starts PostgreSQL on the port it had before, so that whoever was connected finds it again. */
async function start(place: Place, mayMove: boolean): Promise<string> {
  const { data, home, account } = place;
  const native = account ? reachableNative() : nativeDir();
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (account) chownSync(data, account.uid, account.gid);
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(native, data, home, place.password, account);
  const portFile = join(home, 'port');
  const before = Number(readIfThere(portFile));
  let failure: unknown;
  // After a kill the ended server's children may hold its memory for a moment; another program may hold its port.
  for (const port of [before, before, before, 0]) {
    if (port === 0 && before > 0 && (!mayMove || otherUsers(place))) break;
    const chosen = port > 0 ? port : await freePort();
    try {
      await spawnServer(place, native, chosen);
      if (chosen !== before) writeFileSync(portFile, String(chosen));
      await createDatabase(urlOf(place, chosen, 'postgres'));
      return urlOf(place, chosen);
    } catch (error) {
      failure = error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  throw failure;
}

async function spawnServer(place: Place, native: string, port: number): Promise<void> {
  const said: string[] = [];
  const child = spawn(
    join(native, 'bin', 'postgres'),
    [
      '-D',
      place.data,
      '-p',
      String(port),
      '-k',
      '',
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'max_connections=80',
      '-c',
      'shared_buffers=256MB',
    ],
    { cwd: place.data, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...place.account },
  );
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said.push(text);
      if (said.length > 50) said.shift();
      place.log(text.trim());
    });
  // It may outlive this process, when another one uses it.
  child.unref();
  // Its pipes are sockets, which alone would keep this process from ending.
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
  await untilReady(child, urlOf(place, port, 'postgres'), said, place.dir);
}

/** True while a PostgreSQL runs in the folder that `openEmbedded(dir)` would open. */
export function runs(dir: string): boolean {
  return [dir, join(SYSTEM_DIR, `data-${shortHash(dir)}`)].some((home) => {
    const pidFile = join(home, 'pgdata', 'postmaster.pid');
    return existsSync(pidFile) && isAlive(Number(readFileSync(pidFile, 'utf8').split('\n')[0]));
  });
}

/** Removes databases below SYSTEM_DIR whose own folder was deleted and which do not run. */
function sweepOrphans(): void {
  for (const name of readdirSync(SYSTEM_DIR).filter((n) => n.startsWith('data-'))) {
    const home = join(SYSTEM_DIR, name);
    const origin = join(home, 'origin');
    if (!existsSync(origin) || existsSync(readFileSync(origin, 'utf8'))) continue;
    const pidFile = join(home, 'pgdata', 'postmaster.pid');
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) : 0;
    if (!(pid > 0 && isAlive(pid))) rmSync(home, { recursive: true, force: true });
  }
}

/** Two first starts at once agree on one: a link appears whole or not at all, and only once. */
function passwordOf(home: string): string {
  const file = join(home, 'password');
  if (!existsSync(file)) {
    const mine = `${file}.${process.pid}`;
    writeFileSync(mine, randomBytes(24).toString('hex'), { mode: 0o600 });
    try {
      linkSync(mine, file);
    } catch (error) {
      if (!existsSync(file)) throw error;
    }
    rmSync(mine, { force: true });
  }
  return readFileSync(file, 'utf8').trim();
}

function initialise(
  native: string,
  data: string,
  home: string,
  password: string,
  account: Account | undefined,
): void {
  const passwordFile = join(home, `initdb-${process.pid}`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  try {
    const { status, stderr, error } = spawnSync(
      join(native, 'bin', 'initdb'),
      ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C'],
      { cwd: data, encoding: 'utf8', ...account },
    );
    if (status !== 0) throw new Error(`initdb failed in ${data}: ${error?.message ?? stderr}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function findRunning(place: Place): Promise<{ url: string; pid: number } | undefined> {
  const lines = readIfThere(join(place.data, 'postmaster.pid')).split('\n');
  const url = urlOf(place, Number(lines[3]));
  return Number(lines[3]) && (await answers(url)) ? { url, pid: Number(lines[0]) } : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilReady(
  child: ChildProcess,
  url: string,
  said: readonly string[],
  dir: string,
): Promise<void> {
  const until = performance.now() + START_MS;
  // One that a signal ended has no exit code.
  while (child.exitCode === null && child.signalCode === null && performance.now() < until) {
    if (await answers(url)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGQUIT');
  throw new Error(`the embedded PostgreSQL did not start in ${dir}: ${said.slice(-5).join('').trim()}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
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

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // A server that ends just now fails the query below; without a handler its connection would end this process as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rows.length === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * A port that nobody listens at. It lies below those that systems give to outgoing connections, one of which could hold it
 * when the database starts again.
 */
async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) return port;
    if (attempt === 100) throw new Error('no port is free for the embedded PostgreSQL: set DATABASE_URL');
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** SIGINT is PostgreSQL's fast shutdown: connections end, data is safe. */
async function stopPid(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  const until = performance.now() + STOP_MS;
  while (isAlive(pid) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
}
