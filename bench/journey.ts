import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import type { intakeResultSchema } from '../src/http/orders/contract.js';
import { sampleOrders } from '../test/support/sampleOrders.js';
import { Client, enrol } from '../test/support/client.js';
import { partiesOf } from '../test/support/gateway.js';
import type { z } from 'zod';
import { ending } from './support/ending.js';
import {
  gateway,
  makeKeys,
  startDatabase,
  withClient,
  type BenchDatabase,
  type GatewayProcess,
} from './support/processes.js';
import { load, print, say, type Row, type Section } from './support/report.js';

/**
 * How many lists a second go the whole way on this machine: handed in over the API (checked, stored), prepared (built,
 * signed, verified), sent over HTTP to a sandbox in a process of its own, receipts fetched and applied, until every
 * list is released. `once`: one `gateway serve` does everything while orders come in, as installed. `turns`: first all
 * orders are taken in, then a worker process starts, so that each stage shows its own pace.
 * Run as `node dist/bench/journey.js [--orders 5000] [--mode once|turns|both] [--batch 100] [--json]`.
 */
const { values: flags } = parseArgs({
  options: {
    orders: { type: 'string', default: '5000' },
    mode: { type: 'string', default: 'both' },
    batch: { type: 'string', default: '100' },
    json: { type: 'boolean' },
  },
});
const count = Number(flags.orders);
const orders = [...sampleOrders({ count, until: new Date() })];
const PER_REQUEST = 100;
const REQUESTS_AT_ONCE = 4;
const DEADLINE_MS = 15 * 60_000;

interface Scene {
  database: BenchDatabase;
  sandbox: GatewayProcess;
  server: GatewayProcess;
  client: Client;
  env: Record<string, string>;
}

async function open(workers: boolean): Promise<Scene> {
  const database = await startDatabase();
  makeKeys(join(database.dir, 'keys'), partiesOf(orders).keys());
  const sandbox = await gateway(
    ['sandbox', '--port', '0', '--pace', '0'],
    { GATEWAY_LOG_LEVEL: 'silent' },
    /is running: (\S+)\s/,
  );
  const env = {
    GATEWAY_PORT: '0',
    GATEWAY_DATA_DIR: database.dir,
    DATABASE_URL: database.url,
    GATEWAY_TRANSPORT: 'http',
    GATEWAY_PORT_URL: /is running: (\S+)/.exec(sandbox.said())?.[1] ?? '',
    GATEWAY_DXP_ID: 'DXPENT0000000001',
    GATEWAY_COP_CODE: '91500000MA5U0ABC13',
    GATEWAY_COP_NAME: '重庆示例传输企业',
    GATEWAY_BATCH: flags.batch,
    GATEWAY_LOG_LEVEL: 'warn',
  };
  const server = await gateway(['serve', ...(workers ? [] : ['--no-workers'])], env, /activate\?token=\S+\s/);
  const link = new URL(/\S+activate\?token=\S+/.exec(server.said())?.[0] ?? '');
  const operator = await signIn(link);
  const sellers = new Map(orders.map((o) => [o.seller.code ?? '', o.seller.name ?? '']));
  for (const [code, name] of sellers) await enrol(operator, { code, name, role: 'seller' });
  return { database, sandbox, server, client: operator, env };
}

async function signIn(link: URL): Promise<Client> {
  const answer = await new Client(link.origin).raw(
    'POST',
    '/v1/activate',
    JSON.stringify({
      token: link.searchParams.get('token'),
      email: 'journey@example.com',
      name: '测试',
      password: 'a long benchmark password',
    }),
    { 'Content-Type': 'application/json' },
  );
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return new Client(link.origin, { Cookie: cookie, 'X-Requested-With': 'gateway-console' });
}

async function handIn(client: Client): Promise<void> {
  const requests: string[] = [];
  for (let i = 0; i < orders.length; i += PER_REQUEST)
    requests.push(JSON.stringify(orders.slice(i, i + PER_REQUEST)));
  let at = 0;
  const one = async () => {
    for (let body = requests[at++]; body !== undefined; body = requests[at++]) {
      const answer = await client.raw('POST', '/v1/orders', body, { 'Content-Type': 'application/json' });
      const result = (await answer.json()) as z.output<typeof intakeResultSchema>;
      if (result.faulty !== 0 || result.exists !== 0 || !answer.ok)
        throw new Error(`not every order was accepted: ${JSON.stringify(result).slice(0, 2000)}`);
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, one));
}

interface Progress {
  queued: number;
  sent: number;
  released: number;
  cleared: number;
  stored: number;
}

const progress = async (client: pg.Client): Promise<Progress> => {
  const { rows } = await client.query<Progress>(
    `select (select count(*)::int from documents where message_id is not null) as queued,
            (select count(*)::int from documents where delivery = 'sent') as sent,
            (select count(*)::int from declarations where released_at is not null) as released,
            (select count(*)::int from declarations where verdict = 'cleared') as cleared,
            (select count(*)::int from raw_receipts where state = 'stored') as stored`,
  );
  return rows[0] ?? { queued: 0, sent: 0, released: 0, cleared: 0, stored: 0 };
};

/** Asked four times a second, so it has to be cheap beside what is measured. */
const cleared = async (
  client: pg.Client,
): Promise<{ released: number; cleared: number; stored: boolean }> => {
  const { rows } = await client.query<{ released: number; cleared: number; stored: boolean }>(
    `select count(released_at)::int as released, (count(*) filter (where verdict = 'cleared'))::int as cleared,
            exists (select 1 from raw_receipts where state = 'stored') as stored from declarations`,
  );
  return rows[0] ?? { released: 0, cleared: 0, stored: true };
};

/** Waits until every list is cleared; returns the seconds after which all were released and all were cleared. */
async function settle(url: string, since: number): Promise<{ released: number; cleared: number }> {
  return withClient(url, async (client) => {
    let released = 0;
    let said = 0;
    for (;;) {
      const now = await cleared(client);
      const seconds = (performance.now() - since) / 1000;
      if (!released && now.released === count) released = seconds;
      if (now.cleared === count && !now.stored) return { released, cleared: seconds };
      if (seconds - said > 10)
        say(`${(said = seconds).toFixed(0)} s: ${JSON.stringify(await progress(client))}`);
      if (seconds * 1000 > DEADLINE_MS) throw new Error(`not all lists were cleared: ${JSON.stringify(now)}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });
}

interface Span {
  stage: string;
  rows: string;
  first: Date;
  last: Date;
}

const SPANS = `
  select 'taken in: orders' as stage, count(*) as rows, min(created_at) as first, max(created_at) as last from orders
  union all select 'prepared: signed messages', count(*), min(created_at), max(created_at) from messages
  union all select 'sent: attempts', count(*), min(started_at), max(finished_at) from attempts
  union all select 'fetched: receipt files', count(*), min(received_at), max(received_at) from raw_receipts
  union all select 'summary of declarations moved', count(*), min(updated_at), max(updated_at) from declarations`;

const STATEMENTS = `
  select s.calls::int as calls, s.rows::int as rows, s.total_exec_time + s.total_plan_time as ms, s.wal_bytes::float8 as wal, s.query
    from pg_stat_statements s join pg_database d on d.oid = s.dbid
   where d.datname = current_database() and s.query !~* 'pg_stat_statements|pg_database_size|as cleared'
   order by s.total_exec_time desc`;

const SIZES = `
  select c.relname as name, pg_total_relation_size(c.oid)::float8 as bytes, pg_indexes_size(c.oid)::float8 as indexes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'public' and c.relkind = 'r' order by 2 desc limit 9`;

async function runOnce(mode: 'once' | 'turns'): Promise<Section[]> {
  const scene = await open(mode === 'once');
  const { database, server, sandbox, client } = scene;
  let worker: GatewayProcess | undefined;
  try {
    await withClient(database.url, (c) => c.query('select pg_stat_statements_reset()'));
    const empty = await withClient(database.url, sizeOf);
    const atStart = { server: server.cpu(), sandbox: sandbox.cpu(), postgres: database.cpu() };
    const started = performance.now();
    await handIn(client);
    const intake = (performance.now() - started) / 1000;
    const atIntake = { server: server.cpu(), sandbox: sandbox.cpu(), postgres: database.cpu() };
    say(`${mode}: ${count} orders taken in after ${intake.toFixed(1)} s`);
    const since = mode === 'once' ? started : performance.now();
    if (mode === 'turns') worker = await gateway(['worker'], scene.env, /workers are running/);
    const end = await settle(database.url, since);
    const loadNow = load();
    const atEnd = {
      server: server.cpu(),
      sandbox: sandbox.cpu(),
      postgres: database.cpu(),
      worker: worker?.cpu() ?? 0,
    };

    const { spans, statements, sizes, full } = await withClient(database.url, async (c) => ({
      spans: (await c.query<Span>(SPANS)).rows,
      statements: (
        await c.query<{ calls: number; rows: number; ms: number; wal: number; query: string }>(STATEMENTS)
      ).rows,
      sizes: (await c.query<{ name: string; bytes: number; indexes: number }>(SIZES)).rows,
      full: await sizeOf(c),
    }));
    const cpuRow = (name: string, intakeCpu: number, restCpu: number): Row => ({
      process: name,
      'CPU s intake': intakeCpu,
      'CPU s rest': restCpu,
      'CPU ms a list': ((intakeCpu + restCpu) * 1000) / count,
    });
    const calls = statements.reduce((sum, s) => sum + s.calls, 0);
    const wal = statements.reduce((sum, s) => sum + s.wal, 0);
    const busy = statements.reduce((sum, s) => sum + s.ms, 0);
    return [
      {
        title: `${mode}: ${count} orders, ${count * 4} documents, at most ${flags.batch} a message`,
        rows: [
          { figure: 'taken in, orders/s', value: count / intake },
          {
            figure:
              mode === 'once'
                ? 'released, lists/s from the first order'
                : 'released, lists/s from the start of the worker',
            value: count / end.released,
          },
          { figure: 'cleared (every receipt applied), lists/s', value: count / end.cleared },
          { figure: 'statements a list', value: calls / count },
          { figure: 'database time a list, ms', value: busy / count },
          { figure: 'WAL a list, KB', value: wal / count / 1024 },
          { figure: 'database size a list, KB', value: (full - empty) / count / 1024 },
          {
            figure: `bound by processor time: lists/s if ${cpus().length} cores did nothing else`,
            value:
              (cpus().length * count) /
              (Object.values(atEnd).reduce((a, b) => a + b, 0) -
                Object.values(atStart).reduce((a, b) => a + b, 0)),
          },
          { figure: 'load average', value: loadNow },
        ],
      },
      {
        title: `${mode}: stages by the time stamps in the database`,
        rows: spans.map((s) => {
          const seconds = (s.last.getTime() - s.first.getTime()) / 1000;
          const begins = Math.min(...spans.map((x) => x.first.getTime()));
          return {
            stage: s.stage,
            rows: Number(s.rows),
            'from s': (s.first.getTime() - begins) / 1000,
            'to s': (s.last.getTime() - begins) / 1000,
            'lists/s': count / seconds,
          };
        }),
      },
      {
        title: `${mode}: processor time`,
        rows: [
          cpuRow(
            mode === 'once' ? 'serve (API and workers)' : 'serve (API)',
            atIntake.server - atStart.server,
            atEnd.server - atIntake.server,
          ),
          ...(worker ? [cpuRow('worker', 0, atEnd.worker)] : []),
          cpuRow('PostgreSQL', atIntake.postgres - atStart.postgres, atEnd.postgres - atIntake.postgres),
          cpuRow('sandbox', atIntake.sandbox - atStart.sandbox, atEnd.sandbox - atIntake.sandbox),
        ],
      },
      {
        title: `${mode}: statements that cost the database most`,
        rows: statements.slice(0, 14).map((s) => ({
          'ms a list': s.ms / count,
          '% of all': (100 * s.ms) / busy,
          calls: s.calls,
          'ms a call': s.ms / s.calls,
          'WAL KB a list': s.wal / count / 1024,
          statement: s.query.replace(/\s+/g, ' ').replaceAll('|', '¦').slice(0, 90),
        })),
      },
      {
        title: `${mode}: size of tables`,
        rows: sizes.map((s) => ({
          table: s.name,
          'KB a list': s.bytes / count / 1024,
          'of that indexes': s.indexes / count / 1024,
        })),
      },
    ];
  } catch (error) {
    say(server.said().slice(-4000) + (worker?.said().slice(-4000) ?? ''));
    throw error;
  }
}

const sizeOf = async (client: pg.Client): Promise<number> => {
  const { rows } = await client.query<{ size: number }>(
    'select pg_database_size(current_database())::float8 as size',
  );
  return rows[0]?.size ?? 0;
};

const sections: Section[] = [];
for (const mode of ['once', 'turns'] as const)
  if (flags.mode === mode || flags.mode === 'both') sections.push(...(await ending(() => runOnce(mode))));
print('journey', sections, [
  'A list is released once its receipt 800 is applied and cleared with 899; the sandbox answers without pause.',
]);
