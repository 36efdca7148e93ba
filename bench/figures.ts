import { parseArgs } from 'node:util';
import type pg from 'pg';
import { newId } from '../src/base/ids.js';
import { countLists, type CountingContext } from '../src/figures/counting.js';
import { momentOf } from '../src/figures/moment.js';
import { loadRates } from '../src/figures/rates.js';
import { loadCountingRule, loadCountryGroups } from '../src/figures/rule.js';
import { sumFigures } from '../src/figures/sums.js';
import { migrate } from '../src/store/migrate.js';
import { Store } from '../src/store/store.js';
import { addList, addSeller, say as clear } from '../test/support/lists.js';
import { sampleOrders } from '../test/support/sampleOrders.js';
import { startDatabase, withClient } from './support/processes.js';
import { fillRollups } from './support/rollups.js';
import { load, median, print, say, type Row } from './support/report.js';

/**
 * Month by enterprise by regime over many counting records, from the rollups and by a plain GROUP BY of the records in
 * the same run (both must agree to the fen), with empty buffers and warm; and what one more receipt costs on an empty and
 * on a full table. Run as `node dist/bench/figures.js [--lines 10000000] [--repeat 5] [--json]`.
 */
const { values: flags } = parseArgs({
  options: {
    lines: { type: 'string', default: '10000000' },
    repeat: { type: 'string', default: '5' },
    json: { type: 'boolean' },
  },
});
const lines = Number(flags.lines);
const repeat = Number(flags.repeat);
const ENTERPRISES = 500;
const MONTHS = 24;
/** Batches of the newest month, which as-of questions take apart. */
const BATCHES = 800;
const LISTS = 50;

const context: CountingContext = {
  rates: loadRates(),
  rule: loadCountingRule(),
  isInspection: () => false,
};
const groups = loadCountryGroups();

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const started = performance.now();
  const result = await work();
  return [performance.now() - started, result];
}

/** Milliseconds to count fifty lists newly cleared, in one transaction: the figures' part of a receipt file. */
async function receiptCost(store: Store, tenant: string): Promise<number> {
  const times: number[] = [];
  const orders = sampleOrders({ seed: 5, batch: newId() });
  for (let round = 0; round < 12; round++) {
    const ids: string[] = [];
    for (let i = 0; i < LISTS; i++) {
      const { id } = await addList(store, tenant, orders.next().value!);
      await clear(store, id, { clearedAt: new Date() });
      ids.push(id);
    }
    const [ms] = await timed(() => store.transaction((tx) => countLists(tx, context, ids, [])));
    times.push(ms);
  }
  return median(times);
}

/** 24 months of cleared lines: a skewed 500 enterprises, two regimes, 13 destinations, two ports, all folded. */
async function fill(client: pg.Client): Promise<void> {
  const step = async (name: string, sql: string, values: unknown[] = []) => {
    const [ms, { rowCount }] = await timed(() => client.query(sql, values));
    say(`${name}: ${rowCount ?? 0} rows, ${(ms / 1000).toFixed(1)} s`);
  };
  await client.query(`set session_replication_role = replica`);
  await client.query(`set maintenance_work_mem = '512MB'`);
  await client.query(`set work_mem = '256MB'`);
  await client.query('set jit = off');
  for (const table of ['counting_records', 'figure_cells', 'figure_rollups', 'figure_deltas'])
    await client.query(`alter table ${table} set unlogged`);
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
      where i.indrelid = 'counting_records'::regclass and not exists (select 1 from pg_constraint x where x.conindid = i.indexrelid)`,
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await client.query(
    'alter table counting_records drop constraint counting_records_source_id_line_event_id_version_key',
  );
  await step(
    'tenants',
    `insert into tenants (id, code, name, role)
     select uuidv7(), '91500000MA5U' || lpad(k::text, 6, '0'), '重庆示例贸易第' || k || '公司', 'seller' from generate_series(1, ${ENTERPRISES}) k`,
  );
  await step(
    'batches',
    `insert into counting_batches (id, recorded_at, recorded_month, folded) overriding system value
     select 1000000 + n, date_trunc('month', now()) - interval '1 day' * (${BATCHES} - n) / ${BATCHES}, to_char(now(), 'YYYY-MM'), true from generate_series(1, ${BATCHES}) n
     union all
     select 1000000 - m, now() - interval '1 month' * m, to_char(now() - interval '1 month' * m, 'YYYY-MM'), true from generate_series(1, ${MONTHS - 1}) m`,
  );
  await step(
    'counting records',
    `insert into counting_records (id, tenant_id, source_kind, source_id, line, event_id, version, measure, cause, rule, batch_id, lead,
       month, counted_at, cleared_at, order_ids, order_nos, regime, direction, seller_code, seller_name, uscc, platform_code, channel,
       country, port, transport, gcode, qty, unit, currency, amount, cny, usd, rate_id)
     select x.source, t.id, 'list', x.source, 1, x.source, 1, 'counted', 'first', 'customs-clearance',
            case when x.m = 0 then 1000001 + x.n % ${BATCHES} else 1000000 - x.m end, true,
            to_char(now() - interval '1 month' * x.m, 'YYYY-MM'), now() - interval '1 month' * x.m, now() - interval '1 month' * x.m,
            array[x.source], array['CQ' || x.n], case when x.n % 5 = 0 then '9710' else '9610' end, 'E', t.code, t.name, t.code,
            '91500108MA7P00000' || x.k % 3, 'platform', x.country, case when x.n % 7 = 0 then '8012' else '8013' end, '5',
            '9503002100', 1, '011', '502', x.usd, round(x.usd * 7.1, 2), x.usd, 'customs-monthly:2026-01:USD'
       from (select n, uuidv7(interval '-1 hour') as source, floor(${MONTHS} * random())::int as m,
                    least(${ENTERPRISES}, floor(exp(random() * ln(${ENTERPRISES + 1})))::int) as k,
                    round((5 + 200 * random())::numeric, 2) as usd,
                    (array['502','116','304','305','303','601','132','136','344','133','501','110','143'])[1 + floor(13 * power(random(), 2))::int] as country
               from generate_series(1, $1::bigint) n) x
       join (select id, code, name, row_number() over (order by code) as k from tenants where code like '91500000MA5U%') t using (k)`,
    [lines],
  );
  await fillRollups(step);
  await step(
    'deltas of the newest month',
    `insert into figure_deltas select batch_id, cell_id, sum(lead::int), count(*), 0, sum(cny), sum(usd)
       from counting_records where batch_id > 1000000 and batch_id <= 1000000 + ${BATCHES} group by 1, 2`,
  );
  await step('unique key', 'alter table counting_records add unique (source_id, line, event_id, version)');
  for (const { name, definition } of indexes) await step(`index ${name}`, definition);
  await step('analyze', 'analyze');
  await client.query(`set session_replication_role = origin`);
}

const database = await startDatabase();
const store = new Store(database.url);
try {
  await migrate(store);
  const tenant = await addSeller(store, '91500000MA0BENCH00');
  const emptyCost = await receiptCost(store, tenant);
  await store.query(
    'truncate counting_records, figure_cells, figure_deltas, figure_rollups, counting_batches',
  );
  await withClient(database.url, fill);
  await store.query('create extension if not exists pg_buffercache');
  const fullCost = await receiptCost(store, tenant);

  const tenants = (await store.query<{ id: string }>('select id from tenants')).rows.map((r) => r.id);
  const asOf = await momentOf(store);
  const question = { tenants, from: '2000-01', to: '2099-12', asOf, chosen: { direction: ['E'] } };
  const by = ['month', 'enterprise', 'regime'];
  const rolled = (at: Date) => sumFigures(store, { ...question, asOf: at, by }, groups);
  const plain = () =>
    store.query<{ lines: string; cny: string }>(
      `select month, enterprise, regime, sum(lead::int), count(*) as lines, sum(cny) as cny, sum(usd) as usd
         from counting_records where ended_batch is null and measure = 'counted' and direction = 'E' and tenant_id = any($1)
        group by 1, 2, 3 order by 1, 2, 3`,
      [tenants],
    );
  const cold = async <T>(work: () => Promise<T>): Promise<[number, T]> => {
    await store.query('select pg_buffercache_evict_all()');
    return timed(work);
  };
  const warm = async (work: () => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < repeat; i++) times.push((await timed(work))[0]);
    return median(times);
  };
  const [coldRolled, rows] = await cold(() => rolled(asOf));
  const [coldPlain, recount] = await cold(plain);
  const fen = (texts: string[]) => texts.reduce((sum, t) => sum + BigInt(t.replace('.', '')), 0n);
  const same =
    rows.length === recount.rows.length &&
    fen(rows.map((r) => r.gross.cny)) === fen(recount.rows.map((r) => r.cny));
  if (!same) throw new Error('the rollups and the plain GROUP BY do not agree');
  const [warmPlain, warmRolled] = [await warm(plain), await warm(() => rolled(asOf))];
  const warmPast = await warm(() => rolled(new Date(Date.now() - 45 * 86_400_000)));
  const oneMonth = await warm(() =>
    sumFigures(store, { ...question, from: '2026-06', to: '2026-06', by: ['enterprise', 'country'] }, groups),
  );
  const cells =
    (await store.query<{ n: string }>('select count(*) as n from figure_cells')).rows[0]?.n ?? '0';
  const row = (what: string, ms: number): Row => ({ what, ms, load: load() });
  print(
    'figures',
    [
      {
        title: `${lines.toLocaleString('en-US')} lines in ${Number(cells).toLocaleString('en-US')} cells, ${rows.length.toLocaleString('en-US')} lines of the answer`,
        rows: [
          row('month × enterprise × regime, rollups, buffers empty', coldRolled),
          row('the same, plain GROUP BY, buffers empty', coldPlain),
          row('month × enterprise × regime, rollups, warm', warmRolled),
          row('the same, plain GROUP BY, warm', warmPlain),
          row('rollups as of 45 days ago, warm', warmPast),
          row('enterprise × country of one month, rollups, warm', oneMonth),
        ],
      },
      {
        title: `Counting ${LISTS} newly cleared lists in one transaction`,
        rows: [row('table empty', emptyCost), row('table full', fullCost)],
      },
    ],
    [],
  );
} finally {
  await store.close();
  await database.close();
}
