import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '../../src/base/ids.js';
import { auditFigures } from '../../src/figures/audit.js';
import { countLists, type CountingContext } from '../../src/figures/counting.js';
import { foldBatches } from '../../src/figures/fold.js';
import { momentOf } from '../../src/figures/moment.js';
import { loadRates } from '../../src/figures/rates.js';
import { digestRecords, readEnterprises, readRecords } from '../../src/figures/read.js';
import type { Grant } from '../../src/figures/reversals.js';
import { loadCountingRule, loadCountryGroups } from '../../src/figures/rule.js';
import { addUp, sumFigures, type FigureRow } from '../../src/figures/sums.js';
import type { Order } from '../../src/orders/order.js';
import { Store } from '../../src/store/store.js';
import { newDatabase, type TestDatabase } from '../support/database.js';
import { addList, addSeller, amend, say } from '../support/lists.js';
import { freshOrders } from '../support/sampleOrders.js';

const LISTS = 4;
const DAY = 86_400_000;
const START = Date.UTC(2026, 7, 20);
const context: CountingContext = {
  rates: loadRates(),
  rule: loadCountingRule(),
  isInspection: (status) => status === '500',
};
const groups = loadCountryGroups();
const samples = [...freshOrders({ count: LISTS, seed: 77, batch: 'H' })].map((o) => ({
  ...o,
  regime: '9610',
}));
let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await newDatabase();
  store = new Store(database.url);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

/** What may happen to a list; days count from 2026-08-20. */
type Step =
  | { kind: 'said'; list: number; released: number; cleared: number | null }
  | { kind: 'unsaid'; list: number }
  | { kind: 'amended'; list: number; qty: number }
  | { kind: 'returned'; list: number; day: number; qty: number }
  | { kind: 'withdrawn'; list: number; day: number }
  | { kind: 'fold' };
const list = fc.nat({ max: LISTS - 1 });
const day = fc.nat({ max: 90 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('said' as const),
      list,
      released: day,
      cleared: fc.option(day),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsaid' as const), list }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('amended' as const),
      list,
      qty: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('returned' as const),
      list,
      day,
      qty: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdrawn' as const), list, day }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fold' as const) }) },
);

class World {
  readonly grants = new Map<string, Grant[]>();
  private constructor(
    readonly tenant: string,
    readonly lists: { id: string; order: Order }[],
  ) {}

  static async make(): Promise<World> {
    const tenant = await addSeller(store, newId().slice(-18).toUpperCase());
    const lists = [];
    for (const order of samples) lists.push({ ...(await addList(store, tenant, order)), order });
    return new World(tenant, lists);
  }

  count = (ids: string[]) =>
    store.transaction((tx) =>
      countLists(
        tx,
        context,
        ids,
        ids.flatMap((id) => this.grants.get(id) ?? []),
      ),
    );

  async happen(what: Step, counted = true): Promise<void> {
    if (what.kind === 'fold') return void (await foldBatches(store));
    const { id, order } = this.lists[what.list]!;
    const at = (n: number) => new Date(START + n * DAY);
    if (what.kind === 'said')
      await say(store, id, {
        releasedAt: at(what.released),
        clearedAt: what.cleared === null ? null : at(what.released + what.cleared),
      });
    else if (what.kind === 'unsaid') await say(store, id, {});
    else if (what.kind === 'amended')
      await amend(store, id, {
        ...order,
        lines: order.lines.map((l) => ({ ...l, qty: String(what.qty), totalPrice: `${what.qty}.37` })),
      });
    else
      this.grants.set(id, [
        ...(this.grants.get(id) ?? []),
        {
          documentId: newId(),
          declarationId: id,
          kind: what.kind,
          at: at(what.day),
          lines:
            what.kind === 'returned'
              ? [{ gnum: Number(order.lines[0]!.gnum ?? 1), qty: (what.qty / 4).toFixed(2) }]
              : [],
        },
      ]);
    if (counted) await this.count([id]);
  }

  async figures(by: string[], asOf?: Date): Promise<FigureRow[]> {
    const moment = await momentOf(store, asOf);
    return sumFigures(
      store,
      { tenants: [this.tenant], from: '2020-01', to: '2030-12', asOf: moment, by, chosen: {} },
      groups,
    );
  }
}

test('after any history the rollups equal a recount in SQL, every moment shows what it showed, and sums are additive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const world = await World.make();
      const shown: { at: Date; rows: FigureRow[]; digest: unknown }[] = [];
      const scope = (asOf: Date) => ({ tenants: [world.tenant], from: '2020-01', to: '2030-12', asOf });
      for (const what of steps) {
        await world.happen(what);
        const at = await momentOf(store);
        shown.push({
          at,
          rows: await world.figures(['month', 'country'], at),
          digest: await digestRecords(store, scope(at)),
        });
      }
      for (const { at, rows, digest } of shown) {
        expect(await world.figures(['month', 'country'], at)).toEqual(rows);
        expect(await digestRecords(store, scope(at))).toEqual(digest);
      }
      const whole = addUp(await world.figures([]));
      for (const by of [
        ['month'],
        ['quarter', 'regime'],
        ['year'],
        ['country', 'port'],
        ['rcep'],
        ['silk-road', 'month'],
        ['channel', 'transport', 'platform'],
      ])
        expect(addUp(await world.figures(by))).toEqual(whole);
      expect((await auditFigures(store, { tenants: [world.tenant] })).differences).toEqual([]);
    }),
    { numRuns: 6 },
  );
  // All of it together too, with the sums that do not know whose figures they are.
  expect((await auditFigures(store)).differences).toEqual([]);
});

test('the same facts give the same figures in whatever order they became known', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
      const [oneByOne, atOnce] = [await World.make(), await World.make()];
      for (const what of steps) await oneByOne.happen(what);
      for (const what of steps) await atOnce.happen(what, false);
      for (const grants of atOnce.grants.values()) grants.reverse();
      await atOnce.count(atOnce.lists.map((l) => l.id).reverse());
      const by = ['month', 'regime', 'country', 'port'];
      expect(await atOnce.figures(by)).toEqual(await oneByOne.figures(by));
      // What is known already adds nothing.
      expect(await atOnce.count(atOnce.lists.map((l) => l.id))).toBe(0);
    }),
    {
      numRuns: 5,
      // More came back than there was, and the withdrawal between: only the order of the grants' own days may decide.
      examples: [
        [
          [
            { kind: 'said', list: 0, released: 1, cleared: 1 },
            { kind: 'returned', list: 0, day: 50, qty: 9 },
            { kind: 'withdrawn', list: 0, day: 20 },
            { kind: 'returned', list: 0, day: 5, qty: 9 },
          ],
        ],
      ],
    },
  );
});

test('an added return never raises a net figure', async () => {
  const world = await World.make();
  for (let i = 0; i < LISTS; i++) await world.happen({ kind: 'said', list: i, released: 1, cleared: i });
  let before = addUp(await world.figures([])).net;
  for (const qty of [1, 2, 9, 9]) {
    await world.happen({ kind: 'returned', list: qty % LISTS, day: 40, qty });
    const after = addUp(await world.figures([])).net;
    expect([Number(after.cny) <= Number(before.cny), Number(after.usd) <= Number(before.usd)]).toEqual([
      true,
      true,
    ]);
    before = after;
  }
});

test('a record is never changed or deleted, only added and ended', async () => {
  const world = await World.make();
  await world.happen({ kind: 'said', list: 0, released: 1, cleared: 2 });
  await expect(store.query('update counting_records set amount = amount + 1')).rejects.toThrow(
    /never changed/,
  );
  await expect(store.query('update counting_records set ended_batch = batch_id, cny = 0')).rejects.toThrow(
    /never changed/,
  );
  await expect(store.query('delete from counting_records')).rejects.toThrow(/never changed/);
});

test('a correction is a new version that says why, and a void one counts in nothing', async () => {
  const world = await World.make();
  await world.happen({ kind: 'said', list: 0, released: 1, cleared: null });
  await world.happen({ kind: 'said', list: 0, released: 1, cleared: 3 });
  await world.happen({ kind: 'amended', list: 0, qty: 5 });
  await world.happen({ kind: 'unsaid', list: 0 });
  const { rows } = await store.query<{ version: number; measure: string; cause: string; ended: boolean }>(
    `select version, measure, cause, ended_batch is not null as ended from counting_records
      where source_id = $1 and line = 1 order by version`,
    [world.lists[0]!.id],
  );
  expect(rows).toEqual([
    { version: 1, measure: 'pending', cause: 'first', ended: true },
    { version: 2, measure: 'counted', cause: 'moment', ended: true },
    { version: 3, measure: 'counted', cause: 'amended', ended: true },
    { version: 4, measure: 'void', cause: 'void', ended: false },
  ]);
  expect(await world.figures([])).toEqual([]);
});

test('a document counts once where documents are counted, at its first goods line, whatever its lines differ in', async () => {
  const tenant = await addSeller(store, 'MIXED');
  const order = samples.find((o) => o.lines.length > 1)!;
  const { id } = await addList(store, tenant, {
    ...order,
    lines: order.lines.map((l, i) => ({ ...l, country: i === 0 ? '502' : '116' })),
  });
  await say(store, id, { clearedAt: new Date(START) });
  await store.transaction((tx) => countLists(tx, context, [id], []));
  const asOf = await momentOf(store);
  const rows = await sumFigures(
    store,
    { tenants: [tenant], from: '2026-08', to: '2026-08', asOf, by: ['country'], chosen: {} },
    groups,
  );
  expect(rows.map((r) => [r.key.country, r.gross.documents, r.gross.lines])).toEqual([
    ['116', 0, order.lines.length - 1],
    ['502', 1, 1],
  ]);
});

test('other rooms read the figures of an enterprise with the versions behind them', async () => {
  const world = await World.make();
  await world.happen({ kind: 'said', list: 0, released: 1, cleared: 2 });
  await world.happen({ kind: 'said', list: 1, released: 50, cleared: 1 });
  const scope = { tenants: [world.tenant], from: '2026-08', to: '2026-12', asOf: await momentOf(store) };
  const enterprises = await readEnterprises(store, scope, ['month']);
  const records = await readRecords(store, scope, { limit: 100 });
  for (const row of enterprises) {
    const mine = records.records.filter((r) => r.enterprise === row.enterprise && r.month === row.key.month);
    expect(mine).toHaveLength(row.gross.lines);
    expect(mine.reduce((sum, r) => sum + BigInt(r.cny!.replace('.', '')), 0n)).toBe(
      BigInt(row.gross.cny.replace('.', '')),
    );
  }
  expect(enterprises.length).toBeGreaterThan(1);
});

test('two workers that record at the same time stand in no one’s way, and who reads between them sees all or nothing', async () => {
  const [a, b] = [await World.make(), await World.make()];
  await say(store, a.lists[0]!.id, { clearedAt: new Date(START) });
  await say(store, b.lists[0]!.id, { clearedAt: new Date(START) });
  const scope = (w: World, at: Date) => ({ tenants: [w.tenant], from: '2020-01', to: '2030-12', asOf: at });
  const during: Date[] = [];
  await store.transaction(async (tx) => {
    await countLists(tx, context, [a.lists[0]!.id], []);
    // While this one is open the other records and commits, and somebody reads.
    await b.count([b.lists[0]!.id]);
    during.push(await momentOf(store));
    expect((await digestRecords(store, scope(a, during[0]!))).count).toBe(0);
    expect((await digestRecords(store, scope(b, during[0]!))).count).toBeGreaterThan(0);
  });
  expect((await digestRecords(store, scope(a, await momentOf(store)))).count).toBeGreaterThan(0);
  // What was shown before stays what was shown.
  expect((await digestRecords(store, scope(a, during[0]!))).count).toBe(0);
});

test('a clock that is put back by days takes nothing out of the figures, and what was read before stays what was read', async () => {
  const world = await World.make();
  const counted = async (at: Date) =>
    (await digestRecords(store, { tenants: [world.tenant], from: '2020-01', to: '2030-12', asOf: at })).count;
  await world.happen({ kind: 'said', list: 0, released: 1, cleared: 2 });
  // Five days from now somebody reads; then the clock is as it is.
  await store.query(`update counting_batches set recorded_at = recorded_at + interval '5 days'`);
  const before = await momentOf(store);
  expect(before.getTime()).toBeGreaterThan(Date.now() + 4 * DAY);
  const stood = await counted(before);
  expect(stood).toBeGreaterThan(0);

  await world.happen({ kind: 'said', list: 1, released: 1, cleared: 2 });
  const after = await momentOf(store);
  expect(after.getTime()).toBeGreaterThan(before.getTime());
  expect(await counted(after)).toBeGreaterThan(stood);
  expect(await counted(before)).toBe(stood);
});
