import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { mappingPath } from '../../src/base/root.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import type { Acceptance } from '../../src/messages/families/family.js';
import { Statuses, type Stated } from '../../src/clearance/state.js';
import { prepareOne } from '../../src/documents/prepare.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { randomFrom } from '../support/sampleOrders.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, LIST, ORDER, ordersOfOneSeller, WAYBILL } from '../support/journey.js';
import { attemptAll } from '../support/attempts.js';
import { receiptFile, receiptOf, type HandReceipt } from '../support/receiptFiles.js';

const { statuses: known } = JSON.parse(readFileSync(mappingPath('ceb-202205', 'statuses.json'), 'utf8')) as {
  statuses: Record<string, unknown>;
};
const statuses = new Statuses(loadCatalogue().statuses);
/** What counts as taken in where the taking in itself is asked for. */
const takenIn: Acceptance = {
  statuses: ['120'],
  verdicts: ['accepted', 'review', 'inspection', 'reviewed', 'released', 'cleared'],
};
const noon = Date.UTC(2026, 10, 20, 4);

/** Receipts of one document: every status there is, few moments (so that ties happen), repetitions. */
const receipt: fc.Arbitrary<Stated> = fc.record({
  status: fc.constantFrom(...Object.keys(known), '-604002', '-601003', '777'),
  time: fc.option(
    fc.integer({ min: 0, max: 4 }).map((s) => new Date(noon + s * 1000)),
    { nil: undefined, freq: 8 },
  ),
  infoCode: fc.option(fc.constantFrom('1300', '1327', '2600'), { nil: undefined }),
  preNo: fc.option(fc.constantFrom('B20261120000000001', 'B20261120000000002'), { nil: undefined }),
  invtNo: fc.option(fc.constantFrom('80132026E000000001', '80132026E000000002'), { nil: undefined }),
});
const shuffledPair = fc
  .array(receipt, { maxLength: 12 })
  .chain((set) =>
    fc.tuple(
      fc.constant(set),
      fc.shuffledSubarray(set, { minLength: set.length, maxLength: set.length }),
      fc.array(fc.nat({ max: Math.max(0, set.length - 1) }), { maxLength: 5 }),
    ),
  );

describe('the state of a document depends on which receipts there are, not on how they came', () => {
  test.each<Acceptance | undefined>([takenIn, { statuses: ['399'] }, { statuses: ['800'] }, undefined])(
    'any permutation gives the same state (taken in at %j)',
    (acceptance) => {
      fc.assert(
        fc.property(shuffledPair, ([set, shuffled]) => {
          expect(statuses.stateOf(shuffled, acceptance)).toEqual(statuses.stateOf(set, acceptance));
        }),
        { numRuns: 500 },
      );
    },
  );

  test('repeating receipts changes nothing', () => {
    fc.assert(
      fc.property(shuffledPair, ([set, shuffled, again]) => {
        const repeated = [...shuffled, ...again.flatMap((i) => set[i] ?? [])];
        expect(statuses.stateOf(repeated, takenIn)).toEqual(statuses.stateOf(set, takenIn));
      }),
      { numRuns: 500 },
    );
  });

  test('what customs said always outweighs what the electronic port says, whenever that came', () => {
    fc.assert(
      fc.property(fc.array(receipt, { minLength: 1, maxLength: 8 }), (set) => {
        const customs = set.filter((r) => statuses.meaning(r.status).phase === 'customs');
        fc.pre(customs.length > 0);
        expect(statuses.stateOf(set, takenIn).status).toBe(statuses.stateOf(customs, takenIn).status);
      }),
      { numRuns: 300 },
    );
  });
});

describe('in the database', () => {
  const orders = ordersOfOneSeller(2, { seed: 21, batch: 'R' });
  let it: TestGateway;
  let ids: string[];

  beforeAll(async () => {
    it = await startTestGateway({ orders, workers: false });
    ids = await handIn([...it.sellers.values()][0]!.client, orders);
    while ((await prepareOne(it.gateway.store, it.gateway.journey.prepareContext(it.gateway.log))) > 0);
    await attemptAll(it.gateway.store);
  });
  afterAll(() => it.close());

  const returned = (type: string, key: string, status: string, second: number, info: string) =>
    receiptOf(type, key, status, new Date(noon + second * 1000), info);

  const SNAPSHOT = `
    select d.message_type, d.declaration_id, d.verdict, d.accepted, d.status, d.status_time, d.info_code, d.delivery, d.waiting_for,
           c.verdict as c_verdict, c.status as c_status, c.status_time as c_time, c.attention, c.released_at, c.cleared_at, c.delivery as c_delivery,
           (select count(*)::int from receipts r where r.document_id = d.id) as receipts,
           (select count(*)::int from counting_records k where k.source_id = c.id and k.ended_batch is null) as counted
      from documents d join declarations c on c.id = d.declaration_id order by d.declaration_id, d.seq`;
  const forget = async () => {
    const { store } = it.gateway;
    await store.query(
      'truncate counting_records, counting_batches, figure_cells, figure_deltas, figure_rollups',
    );
    await store.query('delete from tray');
    await store.query('delete from receipts');
    await store.query('delete from raw_receipts');
    await store.query(
      `update documents set verdict = 'none', accepted = false, status = null, status_time = null, info_code = null, pre_no = null, invt_no = null`,
    );
    await store.query(
      `update documents set delivery = 'waiting', waiting_for = 'documents' where message_type = $1`,
      [LIST],
    );
    await store.query(
      `update declarations set verdict = 'none', status = null, status_time = null, info_code = null, attention = false, released_at = null, cleared_at = null, delivery = 'waiting'`,
    );
  };

  test('the same receipts in any order and any split into files leave the same rows', async () => {
    const { store, journey } = it.gateway;
    const { rows: keys } = await store.query<{
      declaration_id: string;
      message_type: string;
      document_key: string;
    }>('select declaration_id, message_type, document_key from documents');
    const keyOf = (id: string, type: string) =>
      keys.find((k) => k.declaration_id === id && k.message_type === type)!.document_key;
    const [first, second] = ids as [string, string];
    const all = [
      ...[first, second].flatMap((id) => [
        returned(ORDER, keyOf(id, ORDER), '2', 1, '新增申报成功'),
        returned(ORDER, keyOf(id, ORDER), '3', 2, '发送海关成功'),
        returned(ORDER, keyOf(id, ORDER), '120', 6, '[Code:1800;Desc:逻辑校验通过]'),
        returned(WAYBILL, keyOf(id, WAYBILL), '2', 1, '新增申报成功'),
        returned(WAYBILL, keyOf(id, WAYBILL), '399', 7, '[Code:2300;Desc:审核通过]'),
      ]),
      // The first list: released, then cleared. The second: inspected, then returned.
      returned(LIST, keyOf(first, LIST), '120', 8, '[Code:1800;Desc:逻辑校验通过]'),
      returned(LIST, keyOf(first, LIST), '800', 60, '[Code:2600;Desc:放行]'),
      returned(LIST, keyOf(first, LIST), '899', 61, '结关'),
      returned(LIST, keyOf(second, LIST), '120', 8, '[Code:1800;Desc:逻辑校验通过]'),
      returned(LIST, keyOf(second, LIST), '500', 21, '布控查验'),
      returned(LIST, keyOf(second, LIST), '100', 76, '[Code:1327;Desc:订单购买人与支付单支付人不一致]'),
    ];

    const random = randomFrom(5);
    const seen: unknown[] = [];
    for (let round = 0; round < 8; round++) {
      await forget();
      const shuffled = round === 0 ? [...all] : [...all, ...all.slice(0, 4)].sort(() => random() - 0.5);
      const files: HandReceipt[][] = [];
      for (const one of shuffled) {
        const last = files.at(-1);
        if (last?.[0]?.root === one.root && random() < 0.6) last.push(one);
        else files.push([one]);
      }
      // Some files come together and some alone, some are applied in one step and some one at a time.
      let n = 0;
      while (files.length > 0) {
        await storeRaw(
          store,
          files.splice(0, 1 + Math.floor(random() * 4)).map((f) => receiptFile(f, `round-${round}-${++n}`)),
        );
        await applyReceipts(store, journey.applyContext(), 1 + Math.floor(random() * 3));
      }
      while ((await applyReceipts(store, journey.applyContext(), 50)) > 0);
      seen.push((await store.query(SNAPSHOT)).rows);
    }
    for (const snapshot of seen) expect(snapshot).toEqual(seen[0]);
    expect(seen[0]).toMatchObject([
      { verdict: 'accepted', receipts: 3 },
      { verdict: 'none' },
      { verdict: 'reviewed', receipts: 2 },
      {
        verdict: 'cleared',
        c_verdict: 'cleared',
        released_at: new Date(noon + 60_000),
        cleared_at: new Date(noon + 61_000),
        attention: false,
        receipts: 3,
        counted: orders[0]!.lines.length,
      },
      { verdict: 'accepted' },
      {},
      {},
      {
        verdict: 'refused',
        info_code: '1327',
        c_verdict: 'refused',
        attention: true,
        released_at: null,
        counted: 0,
      },
    ]);
    expect((await store.query('select 1 from tray')).rows).toEqual([]);
  });
});
