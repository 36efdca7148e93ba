import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openEmbedded, type RunningDatabase } from '../../src/store/embedded.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { endLater } from './ending.js';

/** A PostgreSQL of one benchmark in a folder of its own, gone without a trace when the benchmark ends. */
export interface BenchDatabase {
  url: string;
  dir: string;
  /** Seconds of processor time of the whole server so far. */
  cpu(): number;
}

/** Starts the embedded PostgreSQL as the gateway would, with its statistics of statements switched on. */
export async function startDatabase(): Promise<BenchDatabase> {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  // The system user that runs PostgreSQL must be able to pass.
  chmodSync(dir, 0o711);
  const home = join(dir, 'postgres');
  endLater(() => rmSync(dir, { recursive: true, force: true }));
  let running: RunningDatabase = await openEmbedded(home);
  endLater(() => running.close());
  await withClient(running.url, async (client) => {
    await client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
    await client.query(`alter system set track_io_timing = on`);
  });
  await running.close();
  running = await openEmbedded(home);
  await withClient(running.url, (client) => client.query('create extension pg_stat_statements'));
  const postmaster = Number(readFileSync(join(home, 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    url: running.url,
    dir,
    cpu: () => cpuOfTree(postmaster),
  };
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** One `gateway …` process. */
export interface GatewayProcess {
  process: ChildProcess;
  /** What it wrote on stderr so far. */
  said(): string;
  /** What it wrote on stdout so far. */
  printed(): string;
  /** Seconds of processor time so far, with its readers; the last known value after the end. */
  cpu(): number;
  /** Highest resident memory so far in bytes, each process with its readers at its own height; the last known value after the end. */
  peakRss(): number;
  ended: Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A process that does not end when asked is ended. */
const PATIENCE_MS = 20_000;

const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

/**
 * Starts a command of the command line, which ends with the benchmark at the latest; with `ready`, resolves once stderr
 * matches it and throws when it ends before.
 */
export async function gateway(
  args: string[],
  env: Record<string, string>,
  ready?: RegExp,
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let printed = '';
  let last = { cpu: 0, rss: 0 };
  const look = () => {
    const seen = treeOf(child.pid ?? 0);
    if (seen.length > 0)
      last = { cpu: cpuOfTree(child.pid ?? 0), rss: Math.max(last.rss, sumOf(seen, peakRssOf)) };
    return last;
  };
  const watch = setInterval(look, 500);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      clearInterval(watch);
      resolve(code);
    });
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const started: GatewayProcess = {
    process: child,
    said: () => said,
    printed: () => printed,
    cpu: () => look().cpu,
    peakRss: () => look().rss,
    ended,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      const code = await ended;
      clearTimeout(patience);
      return code;
    },
  };
  endLater(() => started.stop());
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (ready?.test(said)) resolve();
    });
    child.once('error', reject);
    if (ready)
      void ended.then((code) => reject(new Error(`gateway ${args.join(' ')} ended with ${code}:\n${said}`)));
    else resolve();
  });
  return started;
}

/** Keys of both suites for the parties of orders: every third RSA, the rest SM2, as a port sees them today. */
export function makeKeys(dir: string, codes: Iterable<string>): void {
  mkdirSync(dir, { recursive: true });
  let n = 0;
  for (const code of codes)
    makeTestKeys({
      suite: n++ % 3 === 2 ? 'rsa-sha1' : 'sm2-sm3',
      subject: code,
      out: join(dir, code),
      now: new Date(Date.now() - 60_000),
    });
}

/** USER_HZ of Linux on every platform Node runs on. */
const TICKS = 100;

function statOf(pid: number): string[] | undefined {
  try {
    // The name in parentheses may hold spaces; the fields after it do not.
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

/** A process that lives and its children; empty when it is gone. */
function treeOf(pid: number): number[] {
  if (!statOf(pid)) return [];
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && statOf(Number(name))?.[1] === String(pid),
  );
  return [pid, ...children.map(Number)];
}

const sumOf = (pids: readonly number[], of: (pid: number) => number): number =>
  pids.reduce((sum, pid) => sum + of(pid), 0);

/** utime and stime of a process, of its children that ended (cutime, cstime) and of those that live. */
function cpuOfTree(pid: number): number {
  const ended = statOf(pid)?.slice(13, 15) ?? [];
  const live = sumOf(treeOf(pid), (p) => {
    const [, , , , , , , , , , , utime, stime] = statOf(p) ?? [];
    return Number(utime ?? 0) + Number(stime ?? 0);
  });
  return (live + ended.reduce((sum, ticks) => sum + Number(ticks), 0)) / TICKS;
}

function peakRssOf(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) * 1024 : 0;
  } catch {
    return 0;
  }
}
