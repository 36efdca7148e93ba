import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, enrol } from './client.js';
import { startCommand, type Command } from './commands.js';
import { newDatabase, type TestDatabase } from './database.js';
import { eventually } from './gateway.js';
import { greatestMb, memoryMb } from './memory.js';

/** A gateway as people run it, `gateway serve`, in a process of its own whose memory and answers are watched. */
export interface Served {
  command: Command;
  url: string;
  operator: Client;
  database: TestDatabase;
  /** A client with an API key of a new enterprise. */
  enrolled(input: Parameters<typeof enrol>[1]): Promise<Client>;
  /**
   * Worst answer of /health/live since the last call, in ms; by how much a timer of this process, which does nothing meanwhile,
   * was late at worst, which is what else runs on the machine; the greatest memory of the process and its readers so far, in MB.
   */
  worst(): { liveMs: number; lateMs: number; memoryMb: number };
  /** The memory of the process and its readers now, in MB. */
  memoryMb(): number;
  kill9(): Promise<void>;
  /** Starts the process again on the same database and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Between two questions to /health/live. */
const PAUSE_MS = 20;

export async function serve(env: Record<string, string> = {}): Promise<Served> {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-served-'));
  const database = await newDatabase();
  const settings: Record<string, string> = {
    GATEWAY_PORT: '0',
    GATEWAY_DATA_DIR: dir,
    DATABASE_URL: database.url,
    GATEWAY_LOG_LEVEL: 'error',
    ...env,
  };
  const start = () => startCommand(['serve'], settings);
  const urlOf = (command: Command) =>
    eventually(
      async () => /http:\/\/127\.0\.0\.1:\d+/.exec(command.stdout() + command.stderr())?.[0] ?? '',
      (url) => url !== '' || command.child.exitCode !== null,
      60_000,
    );
  let command = start();
  let url = await urlOf(command);
  const said = () => command.stdout() + command.stderr();
  const token = await eventually(
    async () => /activate\?token=([\w%-]+)/.exec(said())?.[1] ?? '',
    (found) => found !== '',
  );
  const anonymous = new Client(url);
  const activated = await anonymous.raw(
    'POST',
    '/v1/activate',
    JSON.stringify({
      token: decodeURIComponent(token),
      email: 'operator@example.com',
      name: '运营员',
      password: 'a long test password',
    }),
    { 'Content-Type': 'application/json' },
  );
  const cookie = activated.headers.get('set-cookie')?.split(';')[0] ?? '';
  const operator = new Client(url, { Cookie: cookie, 'X-Requested-With': 'gateway-console' });

  let greatest = 0;
  const sample = () => (greatest = Math.max(greatest, memoryMb(command.child.pid)));
  let liveMs = 0;
  let lateMs = 0;
  let watching = true;
  let n = 0;
  const watch = (async () => {
    while (watching) {
      const from = performance.now();
      if (n++ % 5 === 0) sample();
      // Read to its end, and given up at last: neither a kept connection nor a lost answer may hold up the test.
      await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(10_000) })
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined);
      if (command.child.exitCode === null) liveMs = Math.max(liveMs, performance.now() - from);
      const slept = performance.now();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      lateMs = Math.max(lateMs, performance.now() - slept - PAUSE_MS);
    }
  })();
  return {
    get command() {
      return command;
    },
    url,
    operator,
    database,
    enrolled: async (input) => (await enrol(operator, input)).client,
    memoryMb: () => memoryMb(command.child.pid),
    worst() {
      const worst = {
        liveMs: Math.round(liveMs),
        lateMs: Math.round(lateMs),
        memoryMb: Math.max(sample(), greatestMb(command.child.pid)),
      };
      liveMs = 0;
      lateMs = 0;
      return worst;
    },
    kill9: () => command.kill9(),
    async restart() {
      command = startCommand(['serve'], { ...settings, GATEWAY_PORT: new URL(url).port });
      url = await urlOf(command);
    },
    async close() {
      watching = false;
      await watch;
      await command.stop();
      await database.drop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
