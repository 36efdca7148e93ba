import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { Client } from '../support/client.js';
import { declaredAs, draft, filingWhere, onOneTrip, problemOf, submit, type Drafts } from '../support/filings.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, declarationWhere, handIn, ordersOfOneSeller, trayOf } from '../support/journey.js';

const all = ordersOfOneSeller(8, { batch: 'S' });
const trip = onOneTrip(all, '99920261122');
const elsewhere = all.find((o) => o.list.country !== trip[0]!.list.country)!;
// Five lists of one merge group, two to another country, one simplified.
const orders = [
  ...declaredAs(trip.slice(0, 5), 'B'),
  ...declaredAs(trip.slice(5, 7), 'B').map((o) => ({
    ...o,
    list: { ...o.list, country: elsewhere.list.country, pod: elsewhere.list.pod },
    lines: o.lines.map((line) => ({ ...line, country: elsewhere.list.country })),
  })),
  ...declaredAs(trip.slice(7), 'A'),
];
let it: TestGateway;
let client: Client;
let ids: string[];
let drafts: Drafts;
let month: string;

beforeAll(async () => {
  it = await startTestGateway({ orders });
  client = [...it.sellers.values()][0]!.client;
  ids = await handIn(client, orders);
  for (const id of ids) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
  const released = (await declarationOf(client, ids[0]!)).releasedAt!;
  month = new Date(Date.parse(released) + 8 * 3_600_000).toISOString().slice(0, 7);
  drafts = await draft(client, 'CEB701Message', { month });
});
afterAll(() => it.close());

test('the released B lists of a month are grouped by the merge rules; a simplified list is in none', () => {
  expect(drafts.map((d) => d.declarationIds.length).sort()).toEqual([2, 5]);
  expect(drafts.flatMap((d) => d.declarationIds).sort()).toEqual(ids.slice(0, 7).sort());
  for (const d of drafts) {
    expect(d.faults).toEqual([]);
    expect(d.data).toMatchObject({ summaryFlag: '2', itemNameFlag: '1', msgCount: '1' });
    expect(d.due).toMatch(/^\d{4}-\d{2}-15$/);
    expect(d.due! > `${month}-28`).toBe(true);
  }
});

test('the merged lines add up to the lists, by destination, code, currency, unit and name', () => {
  const [big] = [...drafts].sort((a, b) => b.declarationIds.length - a.declarationIds.length);
  const lines = orders.slice(0, 5).flatMap((o) => o.lines);
  const cents = (values: (string | undefined)[]) => values.reduce((n, v) => n + Math.round(Number(v) * 100), 0);
  expect(cents(big!.merged.map((m) => m.totalPrice))).toBe(cents(lines.map((l) => l.totalPrice)));
  expect(cents(big!.merged.map((m) => m.qty))).toBe(cents(lines.map((l) => l.qty)));
  const keys = big!.merged.map((m) => [m.country, m.gcode, m.currency, m.unit, m.gname].join());
  expect(new Set(keys).size).toBe(keys.length);
});

test('lists of two groups in one application, and a simplified list, are refused by name', async () => {
  const [a, b] = drafts;
  const list = [...(a!.data.list as unknown[]), ...(b!.data.list as unknown[])];
  const mixed = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB701Message',
    data: { ...a!.data, list },
  });
  expect(mixed.codes).toEqual(['L08']);
  expect(mixed.faults[0]!.message.zh).toContain('运抵国');
  const simplified = await declarationOf(client, ids[7]!);
  const wrong = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB701Message',
    data: { ...a!.data, list: [{ invtNo: simplified.invtNo }] },
  });
  expect(wrong.codes).toContain('L07');
  const neither = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB701Message',
    data: { ...a!.data, list: [] },
  });
  expect(neither.codes).toEqual(expect.arrayContaining(['L09', 'L01']));
});

test('an application gets its number and two results; the later one fills in the customs declaration', async () => {
  const [big] = [...drafts].sort((a, b) => b.declarationIds.length - a.declarationIds.length);
  const id = await submit(client, 'CEB701Message', big!.data);
  const filing = await filingWhere(client, id, (f) => f.summaryResults.some((r) => r.entryId !== null));
  expect(filing).toMatchObject({ verdict: 'reviewed', accepted: true });
  expect(filing.givenNo).toMatch(/^.{18}$/);
  expect(filing.summaryResults).toHaveLength(1);
  const [result] = filing.summaryResults;
  expect(result).toMatchObject({ sumNo: filing.givenNo, decState: '1', results: 2 });
  expect(result!.invtNos).toHaveLength(5);
  expect(filing.timeline.filter((e) => e.messageType === 'CEB792Message')).toHaveLength(2);

  const declaration = await declarationOf(client, big!.declarationIds[0]!);
  expect(declaration.summaryResults.map((r) => [r.entryId, r.invtNos])).toEqual([
    [result!.entryId, [declaration.invtNo]],
  ]);
  expect(await draft(client, 'CEB701Message', { month })).toHaveLength(1);
  expect(await trayOf(it.operator)).toEqual([]);

  const late = await problemOf(client, 'POST', `/v1/filings/${id}/delete`, {});
  expect([late.status, late.codes[0]]).toEqual([409, 'L20']);
  expect(late.faults[0]!.message.zh).toContain('汇总结果');
});

/** A result written by hand: `opDate` decides which of several is the newest. */
const resultXml = (head: Record<string, string>, invtNos: readonly string[]) => {
  const leafs = (values: Record<string, string>) =>
    Object.entries(values)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('');
  const list = invtNos.map(
    (invtNo, i) =>
      `<SummaryResultList>${leafs({ invtNo, logisticsNo: `L${i}`, gseqno: '1', gnum: '1', gcode: '9503002100' })}</SummaryResultList>`,
  );
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><CEB792Message xmlns="http://www.chinaport.gov.cn/ceb" guid="0F1C2D3E-0000-4000-8000-00000000A792" version="1.0">` +
      `<SummaryResult><SummaryResultHead>${leafs({ guid: '0F1C2D3E-0000-4000-8000-00000000A793', customsCode: '8013', ...head })}</SummaryResultHead>${list.join('')}</SummaryResult></CEB792Message>`,
  );
};

test('a result that comes before its number is known waits in the tray and is claimed when the number comes', async () => {
  const [small] = [...drafts].sort((a, b) => a.declarationIds.length - b.declarationIds.length);
  const head = { sumNo: 'H20261120000000777', declSeqNo: 'H20261120000077701', decState: '0', msgCount: '1', msgSeqNo: '1' };
  await storeRaw(it.gateway.store, [
    { id: 'x', origin: 'test', bytes: resultXml({ ...head, opDate: '20261120101010000' }, []) },
  ]);
  await filingWhere(client, (await client.get<{ items: { id: string }[] }>('/v1/filings')).items[0]!.id, () => true);
  const waiting = await (async () => {
    for (;;) {
      const open = await trayOf(it.operator);
      if (open.length > 0) return open;
    }
  })();
  expect(waiting.map((t) => [t.reason, t.messageType])).toEqual([['unmatched', 'CEB792Message']]);

  // The same again, from another file, is no second result; a newer one for the lists is found by their numbers.
  const invtNos = (small!.data.list as { invtNo: string }[]).map((l) => l.invtNo);
  const id = await submit(client, 'CEB701Message', small!.data);
  await filingWhere(client, id, (f) => f.accepted);
  await storeRaw(it.gateway.store, [
    { id: 'y', origin: 'test', bytes: resultXml({ ...head, opDate: '20261120111010000', entryId: '801320260000077701' }, invtNos) },
    { id: 'z', origin: 'other', bytes: Buffer.concat([resultXml({ ...head, opDate: '20261120101010000' }, []), Buffer.from('\n')]) },
  ]);
  const declaration = await declarationWhere(client, small!.declarationIds[0]!, (d) =>
    d.summaryResults.some((r) => r.declSeqNo === head.declSeqNo),
  );
  expect(declaration.summaryResults.find((r) => r.declSeqNo === head.declSeqNo)).toMatchObject({
    entryId: '801320260000077701',
    results: 1,
  });
  expect(await trayOf(it.operator)).toHaveLength(1);
});
