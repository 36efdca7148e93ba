import { createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { addEnterprise } from '../src/enterprises/registry.js';
import { loadCatalogue } from '../src/messages/catalogue.js';
import { loadFields } from '../src/orders/fields.js';
import { regimeFields } from '../src/orders/regimeFields.js';
import { loadRegimes } from '../src/orders/regimes.js';
import { orderRows } from '../src/orders/table.js';
import { migrate } from '../src/store/migrate.js';
import { Store } from '../src/store/store.js';
import { partiesOf } from '../test/support/gateway.js';
import { sampleOrders } from '../test/support/sampleOrders.js';
import { endLater, ending } from './support/ending.js';
import { gateway, makeKeys, startDatabase, type GatewayProcess } from './support/processes.js';
import { load, print, say, type Row } from './support/report.js';

/**
 * Peak memory and pace of the real `gateway import` on a CSV of so many goods lines, in a process of its own: first
 * interrupted by a person (SIGINT) at a third, then resumed to the end; afterwards every order is there once.
 * Run as `node dist/bench/importMillion.js [--lines 1000000] [--crash] [--json]`: `--crash` ends the first process by
 * SIGKILL instead, and the import goes on once its lease has run out.
 */
const { values: flags } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    crash: { type: 'boolean', default: false },
    json: { type: 'boolean' },
  },
});
const lines = Number(flags.lines);
const INTERRUPT_AT = 1 / 3;

interface ImportRow {
  id: string;
  state: string;
  orders: number;
  accepted: number;
  faulty: number;
  already_there: number;
}

let made = 0;
const parties = new Map<string, string>();
const sellers = new Map<string, string>();
function* csv(): Generator<string> {
  const catalogue = loadCatalogue();
  const regime = loadRegimes().get('9610');
  if (!regime) throw new Error('regime 9610 is not in mappings/regimes');
  const columns = regimeFields(regime, loadFields(), catalogue).map((f) => f.field);
  yield stringify([columns.map((f) => f.header.zh)]);
  for (const order of sampleOrders({ lines, until: new Date() })) {
    made++;
    sellers.set(order.seller.code ?? '', order.seller.name ?? '');
    // The companies of the samples are few; the first orders name them all.
    if (made <= 2000) for (const [code, name] of partiesOf([order])) parties.set(code, name);
    yield stringify(orderRows(order, columns));
  }
}

await ending(async () => {
  const database = await startDatabase();
  const file = join(database.dir, 'orders.csv');
  await pipeline(Readable.from(csv()), createWriteStream(file));
  const megabytes = statSync(file).size / 2 ** 20;
  say(`${lines} lines, ${made} orders, ${megabytes.toFixed(0)} MB`);
  makeKeys(join(database.dir, 'keys'), parties.keys());
  const store = new Store(database.url, 2);
  endLater(() => store.close());
  await migrate(store);
  for (const [code, name] of sellers) await addEnterprise(store, { code, name, role: 'seller' });
  const row = async (): Promise<ImportRow | undefined> =>
    (
      await store.query<ImportRow>(
        'select id, state, orders, accepted, faulty, already_there from imports order by id limit 1',
      )
    ).rows[0];

  const env = { GATEWAY_DATA_DIR: database.dir, DATABASE_URL: database.url, GATEWAY_LOG_LEVEL: 'error' };
  const rows: Row[] = [];
  const note = (what: string, process: GatewayProcess, seconds: number, orders: number) =>
    rows.push({
      run: what,
      orders,
      s: seconds,
      'orders/s': orders / seconds,
      'lines/s': (orders / seconds) * (lines / made),
      'peak RSS MB': process.peakRss() / 2 ** 20,
      'CPU s gateway': process.cpu(),
      'CPU s PostgreSQL': database.cpu(),
      load: load(),
    });

  const started = performance.now();
  const first = await gateway(['import', file], env);
  let receivedAt = 0;
  for (let now = await row(); (now?.orders ?? 0) < made * INTERRUPT_AT; now = await row()) {
    if (!receivedAt && now?.state === 'running') receivedAt = performance.now();
    if (first.process.exitCode !== null) throw new Error(`the import ended early:\n${first.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await first.stop(flags.crash ? 'SIGKILL' : 'SIGINT');
  const interrupted = await row();
  if (!interrupted) throw new Error('the import is gone');
  note(
    'until the interruption, with receiving',
    first,
    (performance.now() - started) / 1000,
    interrupted.orders,
  );
  say(`interrupted: ${JSON.stringify(interrupted)}`);

  const again = performance.now();
  // After a crash nobody says "resume": any worker takes it once the lease has run out.
  const second = flags.crash
    ? await gateway(['worker'], env)
    : await gateway(['import', '--resume', interrupted.id], env);
  let firstStep = 0;
  for (;;) {
    const now = await row();
    if (!firstStep && now && now.orders > interrupted.orders) firstStep = (performance.now() - again) / 1000;
    if (now?.state === 'done' || second.process.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const seconds = (performance.now() - again) / 1000;
  const done = await row();
  if (flags.crash) await second.stop();
  else await second.ended;
  note('resumed to the end', second, seconds, (done?.orders ?? 0) - interrupted.orders);
  const { rows: stored } = await store.query<{ orders: number; keys: number; declarations: number }>(
    `select count(*)::int as orders, count(distinct business_key)::int as keys,
              (select count(*)::int from declarations) as declarations from orders`,
  );
  const truth = stored[0];
  if (done?.state !== 'done' || done.accepted !== made || truth?.orders !== made || truth.keys !== made)
    throw new Error(
      `not every order is there once: ${JSON.stringify({ done, truth, made })}\n${second.said().slice(-2000)}`,
    );
  print(
    'importMillion',
    [
      {
        title: `gateway import of ${lines.toLocaleString('en-US')} lines (${made.toLocaleString('en-US')} orders, ${megabytes.toFixed(0)} MB CSV)`,
        rows,
      },
    ],
    [
      `Received into the database in ${((receivedAt - started) / 1000).toFixed(1)} s; the first step after resuming was stored after ${firstStep.toFixed(1)} s.`,
      'Checked at the end: every order of the file is stored exactly once.',
    ],
  );
});
