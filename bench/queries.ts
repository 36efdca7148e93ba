import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { openKeyFile } from '../adapters/signers/key-file.js';
import { systemClock } from '../src/base/clock.js';
import { newGuid } from '../src/base/ids.js';
import { openGateway } from '../src/commands/open.js';
import { declarationDetail } from '../src/views/declarations/detail.js';
import { newCopNo } from '../src/declarations/plan.js';
import { prepareOne } from '../src/documents/prepare.js';
import {
  countDeclarations,
  listDeclarations,
  type DeclarationFilter,
} from '../src/views/declarations/queries.js';
import { lease } from '../src/dispatch/outbox.js';
import { totals } from '../src/views/figures/totals.js';
import type { Gateway } from '../src/gateway.js';
import { portRoutes } from '../src/http/port/routes.js';
import { applyReceipts } from '../src/receipts/apply.js';
import { listTray } from '../src/views/tray/queries.js';
import { makeTestKeys } from '../src/signing/makeKeys.js';
import { Store, type Queryable } from '../src/store/store.js';
import { sampleOrders } from '../test/support/sampleOrders.js';
import { fill, TENANTS } from './support/fill.js';
import { endLater, ending } from './support/ending.js';
import { startDatabase, withClient } from './support/processes.js';
import { load, percentile, print, say, type Row, type Section } from './support/report.js';

/**
 * How long the queries of the API and the workers take over many declarations (one million unless told otherwise): p50
 * and p95 of the real functions, what they change is rolled back, and the plans of the slow ones.
 * Run as `node dist/bench/queries.js [--rows 1000000] [--documents 1000000] [--receipts 200000] [--repeat 20]
 * [--plans 100] [--try "sql; sql"] [--url postgresql://…] [--json]`: `--plans` prints the plans of statements slower than so many milliseconds, `--try`
 * runs statements (an index, say) after a first round and measures again, `--url` measures on a filled database that is
 * there already and stays.
 */
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    documents: { type: 'string', default: '1000000' },
    receipts: { type: 'string', default: '200000' },
    repeat: { type: 'string', default: '20' },
    plans: { type: 'string', default: '100' },
    try: { type: 'string' },
    url: { type: 'string' },
    json: { type: 'boolean' },
  },
});
const rows = Number(flags.rows);
/** One query may take this long altogether before its repetitions end. */
const PATIENCE_MS = 10_000;

interface Recorded {
  text: string;
  values: unknown[] | undefined;
  ms: number;
}

/** A store that notes every statement and takes back every transaction. */
class Probe extends Store {
  recorded: Recorded[] = [];

  constructor(
    url: string,
    private readonly client: pg.Client,
  ) {
    super(url, 1);
  }

  override async query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<R>> {
    const started = performance.now();
    const result = await this.client.query<R>(text, values);
    this.recorded.push({ text, values, ms: performance.now() - started });
    return result;
  }

  override async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    await this.client.query('begin');
    try {
      return await work(this);
    } finally {
      await this.client.query('rollback');
    }
  }
}

/** Ends a transaction at the place where a measurement ends. */
class Enough extends Error {}

interface Measured {
  name: string;
  times: number[];
  statements: number;
  slowest: Recorded | undefined;
  load: number;
}

async function measure(probe: Probe, name: string, work: () => Promise<unknown>): Promise<Measured> {
  const times: number[] = [];
  let slowest: Recorded | undefined;
  let spent = 0;
  for (let i = 0; i < Number(flags.repeat) && spent < PATIENCE_MS; i++) {
    probe.recorded = [];
    const started = performance.now();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
    const ms = performance.now() - started;
    spent += ms;
    times.push(ms);
    for (const r of probe.recorded) if (!slowest || r.ms > slowest.ms) slowest = r;
  }
  say(`${name}: ${percentile(times, 50).toFixed(1)} ms`);
  return { name, times, statements: probe.recorded.length, slowest, load: load() };
}

async function planOf(client: pg.Client, { text, values }: Recorded): Promise<string> {
  await client.query('begin');
  try {
    const { rows: lines } = await client.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, buffers) ${text}`,
      values,
    );
    // Arrays of a thousand ids stand in the conditions.
    return lines.map((l) => l['QUERY PLAN'].slice(0, 160)).join('\n');
  } finally {
    await client.query('rollback');
  }
}

async function fillNew(url: string, dir: string): Promise<number> {
  const env = { GATEWAY_DATA_DIR: dir, DATABASE_URL: url, GATEWAY_LOG_LEVEL: 'error' };
  const gateway = await openGateway(env);
  const orders = [...sampleOrders({ count: 100, until: new Date() })];
  const made = makeTestKeys({
    suite: 'sm2-sm3',
    subject: 'bench',
    out: join(dir, 'signer'),
    now: new Date(Date.now() - 60_000),
  });
  const signer = openKeyFile({ key: made.keyPath, cert: made.certPath });
  const unsigned = gateway.journey.build(
    'CEB603Message',
    newGuid(),
    orders.map((order) => ({
      guid: newGuid(),
      appType: '1',
      copNo: newCopNo(new Date()),
      preNo: null,
      invtNo: null,
      order,
    })),
    new Date(),
  );
  const message = await gateway.journey.signAndVerify(unsigned, signer);
  await gateway.close();
  const started = performance.now();
  await withClient(url, (client) =>
    fill(client, {
      rows,
      documents: Number(flags.documents),
      receipts: Number(flags.receipts),
      body: JSON.stringify(orders[0]),
      message,
    }),
  );
  return (performance.now() - started) / 1000;
}

await ending(async () => {
  const database = flags.url === undefined ? await startDatabase() : undefined;
  const url = database?.url ?? flags.url ?? '';
  const dir = database?.dir ?? mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  if (!database) endLater(() => rmSync(dir, { recursive: true }));
  const fillSeconds = database ? await fillNew(url, dir) : NaN;
  const opened = performance.now();
  const gateway = await openGateway({ GATEWAY_DATA_DIR: dir, DATABASE_URL: url, GATEWAY_LOG_LEVEL: 'error' });
  endLater(() => gateway.close());
  const openMs = performance.now() - opened;
  const sections: Section[] = [];
  const plans: string[] = [];
  await withClient(url, async (client) => {
    const probe = new Probe(url, client);
    // The same gateway with a store that watches.
    const watched = Object.create(gateway, { store: { value: probe } }) as Gateway;
    const size = await client.query<{ gb: number }>(
      'select pg_database_size(current_database())::float8 / 2 ^ 30 as gb',
    );
    sections.push({
      title: 'Filled',
      rows: [
        {
          declarations: rows,
          tenants: TENANTS,
          'size GB': size.rows[0]?.gb ?? 0,
          'fill s': fillSeconds,
          'gateway opens in ms': openMs,
        },
      ],
    });
    const first = await allQueries(probe, watched);
    sections.push({
      title: `Queries over ${rows.toLocaleString('en-US')} declarations`,
      rows: first.map(rowOf),
    });
    for (const { name, slowest } of first)
      if (slowest && slowest.ms > Number(flags.plans))
        plans.push(`## Plan: ${name}\n\n${await planOf(client, slowest)}`);
    if (flags.try === undefined) return;
    for (const sql of flags.try.split(';').filter((s) => s.trim() !== '')) {
      const started = performance.now();
      await client.query(sql);
      say(`${sql.trim()}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
    const second = await allQueries(probe, watched);
    sections.push({ title: `After ${flags.try}`, rows: second.map(rowOf) });
  });
  print('queries', sections, plans);
});

function rowOf({ name, times, statements, slowest, load: loadThen }: Measured): Row {
  return {
    query: name,
    'p50 ms': percentile(times, 50),
    'p95 ms': percentile(times, 95),
    runs: times.length,
    statements,
    'slowest ms': slowest?.ms ?? NaN,
    'slowest statement': (slowest?.text ?? '').replace(/\s+/g, ' ').replaceAll('|', '¦').trim().slice(0, 60),
    load: loadThen,
  };
}

async function allQueries(probe: Probe, gateway: Gateway): Promise<Measured[]> {
  const { view, catalogue, journey, rates } = gateway;
  const rule = gateway.rulebook.countingRule;
  const { rows: tenants } = await probe.query<{ id: string; code: string }>(
    `select id, code from tenants where role = 'seller' order by code`,
  );
  const all = tenants.map((t) => t.id);
  const big = all.slice(0, 1);
  /** A broker with mandates of three small sellers. */
  const broker = all.slice(40, 43);
  const page = { limit: 50 };
  const found: Measured[] = [];
  const run = async (name: string, work: () => Promise<unknown>) =>
    void found.push(await measure(probe, name, work));
  const list = (who: readonly string[], filter: DeclarationFilter, cursor?: string) => () =>
    listDeclarations(probe, who, filter, { ...page, cursor }, view, gateway.catalogue);
  const number = (n: number) => `CQ${String(Math.floor(n)).padStart(12, '0')}`;
  const month = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 7);
  const year = { from: new Date(Date.now() - 365 * 86_400_000).toISOString().slice(0, 7), to: month };
  const week = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
  const middle = await probe.query<{ id: string }>(`select id from declarations where order_no = $1`, [
    number(rows / 2),
  ]);

  for (const [who, ids] of [
    ['operator', all],
    ['big seller', big],
    ['broker of 3', broker],
  ] as const) {
    await run(`list newest, ${who}`, list(ids, {}));
    await run(`list page in the middle, ${who}`, list(ids, {}, middle.rows[0]?.id));
    await run(`list verdict=refused, ${who}`, list(ids, { verdict: 'refused' }));
    await run(`list attention, ${who}`, list(ids, { attention: 'true' }));
    await run(`list code=21007, ${who}`, list(ids, { code: '21007' }));
    await run(`list country=143, ${who}`, list(ids, { country: '143' }));
    await run(`list delivery=dead (none), ${who}`, list(ids, { delivery: 'dead' }));
    await run(`list of a month and country, ${who}`, list(ids, { month, country: '502' }));
    await run(`search a whole number, ${who}`, list(ids, { q: number(rows * 0.7) }));
    await run(`search a part (10 match), ${who}`, list(ids, { q: number(rows * 0.7).slice(4, -1) }));
    await run(`search what is not there, ${who}`, list(ids, { q: 'NOWHERE000777' }));
    await run(`one stage, ${who}`, list(ids, { stage: 'refused' }));
    await run(`search a prefix (1,000 match), ${who}`, list(ids, { q: number(rows * 0.7).slice(0, -3) }));
    await run(`counts of all, ${who}`, () => countDeclarations(probe, ids, {}));
    await run(`counts of a week, ${who}`, () => countDeclarations(probe, ids, { from: week }));
    await run(`totals of a month, ${who}`, () =>
      totals(probe, ids, { from: month, to: month }, rates, catalogue.codes, rule),
    );
    await run(`totals of a year, ${who}`, () => totals(probe, ids, year, rates, catalogue.codes, rule));
  }
  const { rows: sent } = await probe.query<{ id: string; tenant_id: string }>(
    `select id, tenant_id from declarations where order_no = $1`,
    [number(rows * 0.9949)],
  );
  await run('detail of one declaration', () =>
    declarationDetail(probe, all, sent[0]?.id ?? '', catalogue, view),
  );
  const { rows: newest } = await probe.query<{ id: string }>(
    `select d.declaration_id as id from documents d join messages m on m.id = d.message_id
      where octet_length(m.bytes) > 1000 order by d.id desc limit 1`,
  );
  await run('detail, its messages 320 KB each', () =>
    declarationDetail(probe, all, newest[0]?.id ?? '', catalogue, view),
  );
  const signer = {
    suite: 'sm2-sm3' as const,
    keyName: 'k',
    certificate: '',
    sign: () => Promise.reject(new Enough()),
  };
  await run('claim 100 ready documents', () =>
    prepareOne(probe, {
      ...journey.prepareContext(gateway.log),
      signers: { find: () => signer },
    }),
  );
  await run('lease 8 messages of the outbox', () =>
    lease(
      probe,
      { count: 8, probe: false },
      {
        worker: 'bench',
        dxpId: 'DXPENT0000000001',
        types: gateway.rulebook.families.types(),
        routeOf: () => ({ flow: 'export', family: 'ceb', envelope: 'dxp' }),
      },
    ),
  );
  const { rows: waiting } = await probe.query<{ document_key: string }>(
    `select document_key from documents where message_type = 'CEB603Message' and delivery = 'sent' order by id desc limit 1000`,
  );
  await probe.query(
    `insert into attempts (message_id, n, tenant_id, started_at, finished_at, outcome)
     select distinct d.message_id, 1, m.tenant_id, m.created_at, m.created_at, 'accepted'
       from documents d join messages m on m.id = d.message_id
      where d.message_type = 'CEB603Message' and d.document_key = any($1) on conflict do nothing`,
    [waiting.map((w) => w.document_key)],
  );
  await run('apply 50 receipt files (1,000 receipts)', () =>
    applyReceipts(
      probe,
      {
        ...journey.applyContext(),
        read: async (bytes) => {
          const file = Number(bytes.toString());
          return {
            messageType: 'CEB604Message',
            facts: waiting.slice((file - 1) * 20, file * 20).map(({ document_key }) => ({
              messageType: 'CEB604Message',
              receiptOf: 'CEB603Message',
              guid: '',
              key: document_key.split('|'),
              returnStatus: '899',
              returnTime: systemClock.now(),
              returnTimeText: '',
              info: 'bench',
              infoCode: undefined,
              preNo: undefined,
              invtNo: undefined,
              givenNo: undefined,
            })),
          };
        },
      },
      50,
    ),
  );
  const access = {
    userId: null,
    actor: 'bench',
    tenantId: all[0] ?? '',
    role: 'operator' as const,
    tenants: all,
  };
  await run('tray, open items', () => listTray(probe, access, { limit: 50, open: true }, catalogue, view));
  const port = portRoutes(gateway).find((r) => r.path === '/v1/port' && r.method === 'get');
  await run('state of the port', async () =>
    port?.handle({
      params: {},
      query: {},
      body: undefined,
      access,
      req: undefined as never,
      res: undefined as never,
    }),
  );
  return found;
}
