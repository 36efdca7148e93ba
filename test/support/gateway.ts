import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { runSandbox, type RunningSandbox } from '../../adapters/sandbox/server.js';
import type { Schedule } from '../../src/dispatch/outbox.js';
import { openGateway } from '../../src/commands/open.js';
import type { Gateway } from '../../src/gateway.js';
import type { Order } from '../../src/orders/order.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { Workers } from '../../src/worker.js';
import { Client, enrol } from './client.js';
import { newDatabase } from './database.js';
import { freshOrders } from './sampleOrders.js';

/** Retries within milliseconds, so that a journey with a lost answer ends soon. */
export const FAST: Schedule = {
  delaysMs: [20, 50, 100, 200],
  jitter: 0.2,
  budgetMs: 60_000,
  breaker: { after: 5, pausesMs: [50, 100] },
};

const silent = pino({ level: 'silent' });

export interface TestGateway {
  gateway: Gateway;
  server: RunningServer;
  sandbox: RunningSandbox;
  operator: Client;
  /** Speaks for the seller of the orders, by seller code. */
  sellers: Map<string, { tenantId: string; client: Client }>;
  /** Where the gateway keeps its data; keys in `keys/<code>`. */
  dir: string;
  /** The operator's console sign-in. */
  email: string;
  password: string;
  stopWorkers(): Promise<void>;
  startWorkers(): Promise<void>;
  close(): Promise<void>;
}

/** The parties of orders that may answer for a document and therefore need a key. */
export function partiesOf(orders: readonly Order[]): Map<string, string> {
  const parties = new Map<string, string>();
  for (const o of orders)
    for (const party of [o.platform, o.seller, o.declarant, o.payment, o.waybill])
      if (party.code && party.code !== '无') parties.set(party.code, party.name ?? party.code);
  return parties;
}

export interface TestGatewayOptions {
  /** Orders the test will submit: their sellers are registered and their parties get keys. */
  orders?: readonly Order[];
  /** Parties that get no key. */
  without?: readonly string[];
  batch?: number;
  env?: Record<string, string>;
  /** Speak with the sandbox over watched folders instead of HTTP. */
  folder?: boolean;
  workers?: boolean;
  /** A PostgreSQL of its own, as the gateway brings it along, instead of a database of the tests' server. */
  embedded?: boolean;
}

/** A whole gateway with its own database, keys and sandbox, on free ports of this machine. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const orders = options.orders ?? [...freshOrders({ count: 40 })];
  const dir = mkdtempSync(join(tmpdir(), 'gateway-test-'));
  const database = options.embedded ? undefined : await newDatabase();
  const folder = options.folder ? join(dir, 'port') : undefined;
  const sandbox = await runSandbox({
    paceMs: 0,
    log: silent,
    ...(folder ? { folder, pollMs: 50, settleMs: 20 } : {}),
  });
  let n = 0;
  // Both suites in every gateway.
  const rsa = createPrivateKey(process.env.TEST_RSA_KEY ?? '');
  for (const code of partiesOf(orders).keys())
    if (!options.without?.includes(code))
      makeTestKeys({
        suite: n++ === 2 ? 'rsa-sha1' : 'sm2-sm3',
        subject: code,
        out: join(dir, 'keys', code),
        now: new Date(Date.now() - 60_000),
        rsa,
      });
  const gateway = await openGateway({
    GATEWAY_PORT: '0',
    GATEWAY_DATA_DIR: dir,
    ...(database ? { DATABASE_URL: database.url } : {}),
    GATEWAY_TRANSPORT: folder ? 'folder' : 'http',
    ...(folder ? { GATEWAY_PORT_DIR: folder } : {}),
    GATEWAY_PORT_URL: sandbox.url,
    GATEWAY_DXP_ID: 'DXPENT0000000001',
    GATEWAY_COP_CODE: '91500000MA5U0ABC13',
    GATEWAY_COP_NAME: '重庆示例传输企业',
    GATEWAY_LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
    ...(options.batch ? { GATEWAY_BATCH: String(options.batch) } : {}),
    ...options.env,
  });
  const server = await startServer(gateway);
  const anonymous = new Client(server.url);
  const email = 'operator@example.com';
  const password = 'a long test password';
  const token = new URL(server.activation ?? '').searchParams.get('token') ?? '';
  const activated = await anonymous.raw(
    'POST',
    '/v1/activate',
    JSON.stringify({ token, email, name: '运营员', password }),
    { 'Content-Type': 'application/json' },
  );
  const cookie = activated.headers.get('set-cookie')?.split(';')[0] ?? '';
  const operator = new Client(server.url, { Cookie: cookie, 'X-Requested-With': 'gateway-console' });

  const sellers: TestGateway['sellers'] = new Map();
  for (const seller of new Map(orders.map((o) => [o.seller.code ?? '', o.seller.name ?? ''])))
    if (seller[0]) {
      const { enterprise, client } = await enrol(operator, {
        code: seller[0],
        name: seller[1],
        role: 'seller',
      });
      sellers.set(seller[0], { tenantId: enterprise.tenantId, client });
    }

  let workers: Workers | undefined;
  const running: TestGateway = {
    gateway,
    server,
    sandbox,
    operator,
    sellers,
    dir,
    email,
    password,
    async startWorkers() {
      workers = new Workers(gateway, FAST);
      await workers.start();
    },
    async stopWorkers() {
      await workers?.stop();
      workers = undefined;
    },
    async close() {
      await workers?.stop();
      await server.close();
      await gateway.close();
      await sandbox.close();
      await database?.drop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  if (options.workers ?? true) await running.startWorkers();
  return running;
}

/** Waits until `read` gives a value for which `done` holds; fails with the last value after `timeoutMs`. */
export async function eventually<T>(
  read: () => Promise<T>,
  done: (value: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > until)
      throw new Error(`did not happen in ${timeoutMs} ms; last: ${JSON.stringify(value)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
