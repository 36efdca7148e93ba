import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { releaseWaitingForKeys } from '../../src/declarations/actions.js';
import type { Access } from '../../src/enterprises/access.js';
import type { FilingContext } from '../../src/filings/context.js';
import type { FilingKind } from '../../src/filings/kinds.js';
import { createFiling } from '../../src/filings/create.js';
import { draftFiling } from '../../src/filings/draft.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { enrol, type Client } from '../support/client.js';
import {
  filingWhere,
  onOneTrip,
  oneDraft,
  problemOf,
  submit,
  type Filing,
  type FilingSummary,
} from '../support/filings.js';
import { attemptAll } from '../support/attempts.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, declarationWhere, handIn, marked, ordersOfOneSeller } from '../support/journey.js';
import { freshOrders } from '../support/sampleOrders.js';

const BILL = '99920261130';
const SHARED = '99920261131';
const trip = onOneTrip(ordersOfOneSeller(7, { batch: 'P' }), BILL);
const orders = trip.slice(0, 5);
// Silent lists: what customs says of them is written by hand here, in the order the test wants.
const silent = trip.slice(5).map((o) => marked({ ...o, list: { ...o.list, billNo: 'SILENT' } }, '-SBSILENT'));
const second = [...freshOrders({ seed: 9, batch: 'Q', count: 200 })].find(
  (o) => o.seller.code !== orders[0]!.seller.code && o.platform.code !== '无',
)!;
const shared = onOneTrip(
  [
    {
      ...trip[0]!,
      orderNo: 'SHARED-1',
      waybill: { ...trip[0]!.waybill, logisticsNo: 'SHARED-1' },
      payment: { ...trip[0]!.payment, payNo: 'SHARED-1' },
    },
    {
      ...second,
      declarant: trip[0]!.declarant,
      waybill: { ...second.waybill, code: trip[0]!.waybill.code, name: trip[0]!.waybill.name },
    },
  ],
  SHARED,
);
const OPERATOR = '91500108MA7B2C3D4R';
let it: TestGateway;
let client: Client;
let access: Access;
let ids: string[];

beforeAll(async () => {
  it = await startTestGateway({ orders: [...trip, ...shared] });
  const seller = it.sellers.get(orders[0]!.seller.code!)!;
  client = seller.client;
  access = {
    userId: null,
    actor: 'test',
    tenantId: seller.tenantId,
    role: 'seller',
    tenants: [seller.tenantId],
  };
  ids = await handIn(client, orders);
  for (const id of ids) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
});
afterAll(() => it.close());

/** The context with two lines to a part instead of a thousand. */
function inPairs(): FilingContext {
  const context = it.gateway.journey.filingContext();
  const { kinds } = context;
  const paired = (kind: FilingKind) => (kind.message === 'CEB607Message' ? { ...kind, split: 2 } : kind);
  return {
    ...context,
    kinds: {
      get: (type, edition) => (kinds.has(type) ? paired(kinds.get(type, edition)!) : undefined),
      has: (type) => kinds.has(type),
      keys: () => kinds.keys(),
      values: () => kinds.values().map(paired),
    },
  };
}

test('a long filing goes in parts with one number, is answered part by part and shown as one', async () => {
  const { store } = it.gateway;
  const context = inPairs();
  const [draft] = await draftFiling(store, context, access, {
    messageType: 'CEB607Message',
    from: { billNo: BILL },
  });
  expect(draft!.faults).toEqual([]);
  const created = await store.transaction((tx) =>
    createFiling(tx, context, { ...draft!, createdBy: 'test' }),
  );
  expect(created.faults).toEqual([]);
  const filing = await filingWhere(client, created.documentId!, (f) => f.accepted);
  expect(filing).toMatchObject({ parts: 3, lines: 5, declarations: 5, verdict: 'accepted' });
  expect(filing.documents.map((d) => d.key.msgSeqNo)).toEqual(['1', '2', '3']);
  expect(new Set(filing.documents.map((d) => d.key.copNo)).size).toBe(1);
  expect((filing.data.list as { gnum: string }[]).map((l) => l.gnum)).toEqual(['1', '2', '1', '2', '1']);
  const { rows } = await store.query<{ filing: Record<string, string>; n: number }>(
    `select filing, (select count(*)::int from filing_declarations f where f.document_id = d.id) as n
       from documents d where filing_id = $1 order by seq`,
    [created.documentId],
  );
  expect(rows.map((r) => [r.filing.msgCount, r.filing.msgSeqNo, r.n])).toEqual([
    ['3', '1', 2],
    ['3', '2', 2],
    ['3', '3', 1],
  ]);
  const page = await client.get<{ items: FilingSummary[] }>('/v1/filings');
  expect(page.items).toHaveLength(1);
});

test('a number in use and a list that no line names are refused', async () => {
  const arrival = await oneDraft(client, 'CEB507Message', {
    billNo: BILL,
    input: { operatorCode: OPERATOR, operatorName: '重庆山城监管场所有限公司', domesticTrafNo: '渝A1' },
  });
  const [line] = arrival.data.list as Record<string, string>[];
  const left = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB507Message',
    data: { ...arrival.data, list: [line] },
    declarationIds: arrival.declarationIds,
  });
  expect(left.codes).toEqual(['L22']);
  const first = await submit(client, 'CEB507Message', arrival.data);
  const summary = await oneDraft(client, 'CEB509Message', {
    billNo: BILL,
    input: { leaveTime: '20261120153000' },
  });
  const id = await submit(client, 'CEB509Message', { ...summary.data, copNo: 'MINE-1' });
  await filingWhere(client, id, (f) => f.accepted);
  const again = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB509Message',
    data: { ...summary.data, copNo: 'MINE-1' },
  });
  expect(new Set(again.codes)).toEqual(new Set(['L04', 'L18']));
  await client.post(`/v1/filings/${first}/delete`, { reason: '重新申报' });
});

test('a filing that waits for its party goes once the gateway holds its key', async () => {
  await it.stopWorkers();
  try {
    const arrival = await oneDraft(client, 'CEB507Message', {
      billNo: BILL,
      input: { operatorCode: OPERATOR, operatorName: '重庆山城监管场所有限公司', domesticTrafNo: '渝A1' },
    });
    // Two at the same moment for the same lists: one is taken, the other is told of it.
    const both = await Promise.allSettled(
      ['RACE-1', 'RACE-2'].map((copNo) => submit(client, 'CEB507Message', { ...arrival.data, copNo })),
    );
    const taken = both.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
    const refused = both.flatMap((r) => (r.status === 'rejected' ? [String(r.reason)] : []));
    expect([taken.length, refused.length]).toEqual([1, 1]);
    expect(refused[0]).toContain('L04');
    const [id] = taken;
    const signer = it.gateway.journey.filingContext().signers.find(orders[0]!.waybill.code!)!;
    const all = { find: () => signer, held: () => [] };
    const released = await releaseWaitingForKeys(it.gateway.store, all, async () => undefined);
    expect(released).toBeGreaterThanOrEqual(1);
    const { rows } = await it.gateway.store.query<{ delivery: string; waiting_for: string | null }>(
      'select delivery, waiting_for from documents where filing_id = $1',
      [id],
    );
    expect(rows).toEqual([{ delivery: 'ready', waiting_for: null }]);
  } finally {
    await it.startWorkers();
  }
});

test('lists of two sellers on one bill make a filing of the broker; each seller sees its own list in it', async () => {
  const broker = await enrol(it.operator, { code: null, name: '重庆示例报关行', role: 'broker' });
  for (const { tenantId } of it.sellers.values())
    await it.operator.post('/v1/mandates', {
      sellerTenantId: tenantId,
      brokerTenantId: broker.enterprise.tenantId,
      validFrom: '2026-01-01',
    });
  const both = await handIn(broker.client, shared);
  for (const id of both) await declarationWhere(broker.client, id, (d) => d.verdict === 'cleared');
  const draft = await oneDraft(broker.client, 'CEB607Message', { billNo: SHARED });
  expect(draft.faults).toEqual([]);
  const id = await submit(broker.client, 'CEB607Message', draft.data);
  const filed = await filingWhere(broker.client, id, (f) => f.accepted);
  expect(filed.covered.map((c) => c.id).sort()).toEqual([...both].sort());
  const other = it.sellers.get(second.seller.code!)!.client;
  const refused = await other.raw('GET', `/v1/filings/${id}`);
  expect(refused.status).toBe(404);
  const seen = await declarationOf(other, both[1]!);
  expect(seen.filings.map((f) => [f.messageType, f.accepted])).toEqual([['CEB607Message', true]]);
  const entries = seen.timeline.filter((e) => e.messageType === 'CEB607Message');
  expect(entries.length).toBeGreaterThan(0);
  expect(entries.every((e) => e.bytes === null)).toBe(true);
});

const leafs = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');
const receipt = (type: string, node: string, values: Record<string, string>) =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><${type} xmlns="http://www.chinaport.gov.cn/ceb" guid="0F1C2D3E-0000-4000-8000-000000000B01" version="1.0"><${node}>${leafs({ guid: '0F1C2D3E-0000-4000-8000-000000000B02', ...values, returnInfo: '-' })}</${node}></${type}>`,
  );

test('a withdrawal that is heard of before the release leaves the same figures as one heard of after it', async () => {
  const quiet = await handIn(client, silent);
  await it.stopWorkers();
  await attemptAll(it.gateway.store, { only: quiet });
  await it.startWorkers();
  const outcomes: unknown[] = [];
  for (const [i, id] of quiet.entries()) {
    const { copNo } = await declarationOf(client, id);
    const invtNo = `80132026E99999990${i}`;
    const list = (returnStatus: string, returnTime: string) =>
      receipt('CEB604Message', 'InventoryReturn', {
        agentCode: silent[i]!.declarant.code!,
        ebcCode: silent[i]!.seller.code!,
        copNo,
        preNo: 'B20261120000000009',
        invtNo,
        returnStatus,
        returnTime,
      });
    const arrive = (bytes: Buffer, origin: string) =>
      storeRaw(it.gateway.store, [{ id: origin, origin, bytes }]);
    await arrive(list('120', '20261105100000000'), `taken ${i}`);
    await declarationWhere(client, id, (d) => d.verdict === 'accepted');
    // The port has not heard of this list's release: what it says of the withdrawal is written by hand as well.
    await it.stopWorkers();
    const draft = await oneDraft(client, 'CEB605Message', {
      declarationIds: [id],
      input: { reason: '买家取消' },
    });
    const filing = await submit(client, 'CEB605Message', draft.data);
    const granted = receipt('CEB606Message', 'InvtCancelReturn', {
      agentCode: String(draft.data.agentCode),
      copNo: String(draft.data.copNo),
      invtNo,
      returnStatus: '399',
      returnTime: '20261203100000000',
    });
    const release = list('899', '20261130100000000');
    await attemptAll(it.gateway.store, { only: [filing] });
    for (const [n, bytes] of (i === 0 ? [granted, release] : [release, granted]).entries()) {
      await arrive(bytes, `${i} ${n}`);
      await it.startWorkers();
      await filingWhere(client, filing, (f: Filing) => (n === 0 && i === 1) || f.accepted);
      await declarationWhere(client, id, (d) => (n === 0 && i === 0) || d.releasedAt !== null);
      await it.stopWorkers();
    }
    await it.startWorkers();
    const { rows } = await it.gateway.store.query<{
      kind: string;
      month: string;
      counted: string;
      whole: boolean;
    }>(
      `select v.measure as kind, v.month, c.month as counted, v.cny = c.cny and v.usd = c.usd and v.amount = c.amount as whole
         from counting_records v join counting_records c using (source_id, line)
        where v.source_id = $1 and v.measure = 'withdrawn' and c.measure = 'counted'
          and v.ended_batch is null and c.ended_batch is null`,
      [id],
    );
    const declaration = await declarationOf(client, id);
    outcomes.push({
      withdrawnAt: declaration.withdrawnAt,
      lines: rows.length === silent[i]!.lines.length,
      rows: [...new Set(rows.map((r) => JSON.stringify(r)))],
    });
  }
  expect(outcomes[0]).toEqual({
    withdrawnAt: '2026-12-03T02:00:00.000Z',
    lines: true,
    rows: [JSON.stringify({ kind: 'withdrawn', month: '2026-12', counted: '2026-11', whole: true })],
  });
  expect(outcomes[1]).toEqual(outcomes[0]);
});
