import { parseArgs } from 'node:util';
import type pg from 'pg';
import { dayOf } from '../src/base/clock.js';
import { newId } from '../src/base/ids.js';
import { countLists, type CountingContext } from '../src/figures/counting.js';
import { foldBatches } from '../src/figures/fold.js';
import { momentOf } from '../src/figures/moment.js';
import { loadRates } from '../src/figures/rates.js';
import { loadCountingRule, loadCountryGroups } from '../src/figures/rule.js';
import { sumFigures } from '../src/figures/sums.js';
import { migrate } from '../src/store/migrate.js';
import { Store } from '../src/store/store.js';
import { addList, addSeller, say as clear } from '../test/support/lists.js';
import { sampleOrders } from '../test/support/sampleOrders.js';
import { endLater, ending } from './support/ending.js';
import { startDatabase, withClient } from './support/processes.js';
import { fillRollups, type Step } from './support/rollups.js';
import { load, median, print, say, type Row } from './support/report.js';

/**
 * Month by enterprise by regime over many counting records, from the coarse sums, from the cells, and by a plain GROUP BY
 * of the records in the same run (all must agree to the fen), with empty buffers and warm; what one more receipt costs at
 * ten thousand, a million and ten million records; and whether three workers that count for the same enterprise stand in
 * each other's way. Run as `node dist/bench/figures.js [--lines 10000000] [--repeat 5] [--json]`.
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
const SIZES = [10_000, 1_000_000].filter((size) => size < lines).concat(lines);
const ENTERPRISES = 500;
/** Days of recording; the last two months of them in forty batches a day, as questions about a past moment find them. */
const DAYS = 730;
const FINE_DAYS = 62;
const BATCHES_A_DAY = 40;
const DAY_MS = 86_400_000;
const LISTS = 50;
const WORKERS = 3;

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

/** Lists of one seller that customs cleared and nobody counted yet, by fifties. */
async function clearedLists(store: Store, tenant: string, rounds: number): Promise<string[][]> {
  const orders = sampleOrders({ seed: 5, batch: newId() });
  const all: string[][] = [];
  for (let round = 0; round < rounds; round++)
    all.push(
      await store.transaction(async (tx) => {
        const ids: string[] = [];
        for (let i = 0; i < LISTS; i++) {
          const { id } = await addList(tx, tenant, orders.next().value!);
          await clear(tx, id, { clearedAt: new Date() });
          ids.push(id);
        }
        return ids;
      }),
    );
  return all;
}

const count = (store: Store, ids: string[]) => store.transaction((tx) => countLists(tx, context, ids, []));

/** Milliseconds to count fifty lists newly cleared, in one transaction: the figures' part of a receipt file. */
async function receiptCost(store: Store, tenant: string): Promise<number> {
  const times: number[] = [];
  for (const ids of await clearedLists(store, tenant, 12))
    times.push((await timed(() => count(store, ids)))[0]);
  return median(times.slice(2));
}

/** Lists counted a second by some workers at once, all of one enterprise and so in the same cells; folding beside them. */
async function countedTogether(store: Store, tenant: string, workers: number): Promise<number> {
  const rounds = 6;
  const work: string[][][] = [];
  for (let i = 0; i < workers; i++) work.push(await clearedLists(store, tenant, rounds));
  let done = false;
  const [ms] = await timed(async () => {
    const folding = (async () => {
      while (!done) {
        await foldBatches(store);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    await Promise.all(
      work.map(async (mine) => {
        for (const ids of mine) await count(store, ids);
      }),
    );
    done = true;
    await folding;
  });
  return (workers * rounds * LISTS * 1000) / ms;
}

/** Enterprises, batches, and tables that a crash may empty: a benchmark does not pay for the log of its filling. */
async function prepare(client: pg.Client): Promise<void> {
  for (const table of ['counting_records', 'figure_cells', 'figure_rollups', 'figure_cubes', 'figure_deltas'])
    await client.query(`alter table ${table} set unlogged`);
  await client.query(
    `insert into tenants (id, code, name, role)
     select uuidv7(), '91500000MA5U' || lpad(k::text, 6, '0'), '重庆示例贸易第' || k || '公司', 'seller' from generate_series(1, ${ENTERPRISES}) k`,
  );
  await client.query('set session_replication_role = replica');
  await client.query(
    `insert into counting_batches (id, recorded_at, recorded_month, folded) overriding system value
     select ${FIRST_BATCH} + d * ${BATCHES_A_DAY} + k, at, to_char(at at time zone 'Asia/Shanghai', 'YYYY-MM'), true
       from generate_series(1, ${DAYS}) d, generate_series(0, ${BATCHES_A_DAY - 1}) k,
            lateral (select $1::timestamptz - d * interval '1 day' + k * interval '30 minutes' as at) x
      where k = 0 or d <= ${FINE_DAYS}`,
    [midnight],
  );
}
const FIRST_BATCH = 1_000_000_000;
/** The last midnight in Asia/Shanghai. */
const midnight = new Date(`${dayOf(new Date())}T00:00:00+08:00`);

/** Adds cleared lines of two years: a skewed 500 enterprises, two regimes, 13 destinations, two ports, three platforms. */
async function fill(url: string, from: number, to: number): Promise<void> {
  await withClient(url, async (client) => {
    const step: Step = async (name, sql, values = []) => {
      const [ms, { rowCount }] = await timed(() => client.query(sql, values));
      if (ms > 500)
        say(`${name}: ${(rowCount ?? 0).toLocaleString('en-US')} rows, ${(ms / 1000).toFixed(1)} s`);
    };
    const settings = `set session_replication_role = replica; set maintenance_work_mem = '512MB'; set work_mem = '256MB'; set jit = off`;
    await client.query(settings);
    const { rows: indexes } = await client.query<{ name: string; definition: string; key: string | null }>(
      `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition, x.conname as key
         from pg_index i left join pg_constraint x on x.conindid = i.indexrelid
        where i.indrelid = 'counting_records'::regclass and x.contype is distinct from 'p'`,
    );
    for (const { name, key } of indexes)
      await client.query(key ? `alter table counting_records drop constraint ${key}` : `drop index ${name}`);
    const half = Math.floor((from + to) / 2);
    const [ms] = await timed(() =>
      Promise.all(
        [
          [from, half],
          [half, to],
        ].map(([first, last]) =>
          withClient(url, async (one) => {
            await one.query(settings);
            await one.query(RECORDS, [first, last]);
          }),
        ),
      ),
    );
    say(`counting records: ${(to - from).toLocaleString('en-US')} rows, ${(ms / 1000).toFixed(1)} s`);
    await client.query('update counting_batches set folded = true where not folded');
    await client.query('truncate figure_cells, figure_rollups, figure_cubes, figure_deltas');
    await fillRollups(step, new Date(midnight.getTime() - FINE_DAYS * DAY_MS));
    await step('unique key', 'alter table counting_records add unique (source_id, line, event_id, version)');
    for (const { name, definition, key } of indexes) if (!key) await step(`index ${name}`, definition);
    await step('analyze', 'analyze');
    await client.query('checkpoint');
  });
}

const RECORDS = `
  insert into counting_records (id, tenant_id, source_kind, source_id, line, event_id, version, measure, cause, rule, batch_id, lead,
    month, counted_at, cleared_at, order_ids, order_nos, regime, direction, seller_code, seller_name, uscc, platform_code, channel,
    country, port, transport, gcode, qty, unit, currency, amount, cny, usd, rate_id)
  select x.source, t.id, 'list', x.source, 1, x.source, 1, 'counted', 'first', 'customs-clearance',
         ${FIRST_BATCH} + x.d * ${BATCHES_A_DAY} + case when x.d <= ${FINE_DAYS} then x.n % ${BATCHES_A_DAY} else 0 end, true,
         to_char(x.at, 'YYYY-MM'), x.at, x.at, array[x.source], array['CQ' || x.n],
         case when x.n % 5 = 0 then '9710' else '9610' end, 'E', t.code, t.name, t.code,
         '91500108MA7P00000' || x.n % 3, 'platform', x.country, case when x.n % 7 = 0 then '8012' else '8013' end, '5',
         '9503002100', 1, '011', '502', x.usd, round(x.usd * 7.1, 2), x.usd, 'customs-monthly:2026-01:USD'
    from (select y.*, timestamptz '${midnight.toISOString()}' - d * interval '1 day' + interval '12 hours' as at
            from (select n, uuidv7(interval '-1 hour') as source, 1 + floor(${DAYS} * random())::int as d,
                         least(${ENTERPRISES}, floor(exp(random() * ln(${ENTERPRISES + 1})))::int) as k,
                         round((5 + 200 * random())::numeric, 2) as usd,
                         (array['502','116','304','305','303','601','132','136','344','133','501','110','143'])[1 + floor(13 * power(random(), 2))::int] as country
                    from generate_series($1::bigint + 1, $2::bigint) n) y) x
    join (select id, code, name, row_number() over (order by code) as k from tenants where code like '91500000MA5U%') t using (k)`;

await ending(async () => {
  const database = await startDatabase();
  const store = new Store(database.url);
  endLater(() => store.close());
  await migrate(store);
  await store.query('create extension if not exists pg_buffercache');
  const tenant = await addSeller(store, '91500000MA0BENCH00');
  await withClient(database.url, prepare);
  const costs: Row[] = [];
  let filled = 0;
  for (const size of SIZES) {
    await fill(database.url, filled, size);
    filled = size;
    costs.push({ records: size, ms: await receiptCost(store, tenant), load: load() });
  }
  const together: Row[] = [];
  for (const workers of [1, WORKERS])
    together.push({ workers, 'lists/s': await countedTogether(store, tenant, workers), load: load() });
  while ((await foldBatches(store)) > 0);
  await store.query('vacuum analyze figure_cubes');

  const tenants = (await store.query<{ id: string }>('select id from tenants')).rows.map((r) => r.id);
  const asOf = await momentOf(store);
  const question = { tenants, from: '2000-01', to: '2099-12', asOf, chosen: { direction: ['E'] } };
  const by = ['month', 'enterprise', 'regime'];
  const summed = (at: Date) => sumFigures(store, { ...question, asOf: at, by }, groups);
  // Every line has a source place of '': a dimension no coarse sum knows, so that the cells answer.
  const byCells = () =>
    sumFigures(store, { ...question, chosen: { ...question.chosen, sourcePlace: [''] }, by }, groups);
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
  const [coldSummed, rows] = await cold(() => summed(asOf));
  const [coldPlain, recount] = await cold(plain);
  const fen = (texts: string[]) => texts.reduce((sum, t) => sum + BigInt(t.replace('.', '')), 0n);
  const agrees = (answer: typeof rows) =>
    answer.length === recount.rows.length &&
    fen(answer.map((r) => r.gross.cny)) === fen(recount.rows.map((r) => r.cny));
  if (!agrees(rows) || !agrees(await byCells()))
    throw new Error('coarse sums, cells and the plain GROUP BY do not agree');
  const [warmPlain, warmSummed, warmCells] = [
    await warm(plain),
    await warm(() => summed(asOf)),
    await warm(byCells),
  ];
  const past = new Date(midnight.getTime() - 45 * DAY_MS + DAY_MS / 2);
  const [pastRows] = (
    await store.query<{ cny: string }>(
      `select sum(r.cny) as cny from counting_records r join counting_batches b on b.id = r.batch_id
        where b.recorded_at <= $1 and r.direction = 'E'`,
      [past],
    )
  ).rows;
  if (fen((await summed(past)).map((r) => r.gross.cny)) !== fen([pastRows?.cny ?? '0.00']))
    throw new Error('the sums as of a past moment are not what was recorded up to it');
  const warmPast = await warm(() => summed(past));
  const others: [string, string[]][] = [
    ['month × district', ['month', 'district']],
    ['month × country × port', ['month', 'country', 'port']],
    ['RCEP by year', ['year', 'rcep']],
    ['enterprise × country of all months', ['enterprise', 'country']],
  ];
  const cells =
    (await store.query<{ n: string }>('select count(*) as n from figure_cells')).rows[0]?.n ?? '0';
  const sizes = await store.query<{ name: string; mb: number }>(
    `select relname as name, round(pg_total_relation_size(oid) / 1048576.0)::int as mb from pg_class
      where relname in ('counting_records', 'figure_cells', 'figure_rollups', 'figure_cubes', 'figure_deltas') order by 1`,
  );
  const row = (what: string, ms: number, beside?: number): Row => ({
    what,
    ms,
    'GROUP BY takes times': beside === undefined ? '' : beside / ms,
    load: load(),
  });
  const shown: Row[] = [
    row('coarse sums, buffers empty', coldSummed, coldPlain),
    row('plain GROUP BY, buffers empty', coldPlain),
    row('coarse sums, warm', warmSummed, warmPlain),
    row('cells (rollups), warm', warmCells, warmPlain),
    row('plain GROUP BY, warm', warmPlain),
    row('coarse sums as of 45 days ago at noon, warm', warmPast, warmPlain),
  ];
  for (const [name, dimensions] of others)
    shown.push(
      row(`${name}, warm`, await warm(() => sumFigures(store, { ...question, by: dimensions }, groups))),
    );
  print(
    'figures',
    [
      {
        title: `Month × enterprise × regime: ${lines.toLocaleString('en-US')} lines in ${Number(cells).toLocaleString('en-US')} cells, ${rows.length.toLocaleString('en-US')} lines of the answer`,
        rows: shown,
      },
      { title: `Counting ${LISTS} newly cleared lists in one transaction`, rows: costs },
      {
        title: 'Workers that count for the same enterprise at the same time, with folding beside them',
        rows: together,
      },
      { title: 'Size with indexes', rows: sizes.rows.map(({ name, mb }) => ({ table: name, MB: mb })) },
    ],
    [],
  );
});
