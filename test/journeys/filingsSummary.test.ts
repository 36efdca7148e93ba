import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { Client } from '../support/client.js';
import {
  declaredAs,
  draft,
  filingWhere,
  onOneTrip,
  problemOf,
  submit,
  type Drafts,
} from '../support/filings.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
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
    expect(d.due).toMatch(/^\d{4}-\d{2}-(1[5-9]|2\d)$/);
    expect(d.due! > `${month}-28`).toBe(true);
  }
});

test('the merged lines add up to the lists, by destination, code, currency, unit and name', () => {
  const [big] = [...drafts].sort((a, b) => b.declarationIds.length - a.declarationIds.length);
  const lines = orders.slice(0, 5).flatMap((o) => o.lines);
  const cents = (values: (string | undefined)[]) =>
    values.reduce((n, v) => n + Math.round(Number(v) * 100), 0);
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
  // The number of the merged declaration is one of the list's own from now on.
  const { rows: numbers } = await it.gateway.store.query<{ value: string }>(
    `select n.value from document_numbers n join documents d on d.id = n.document_id
      where d.declaration_id = $1 and d.message_type = 'CEB603Message' and n.kind = 'entryId'`,
    [declaration.id],
  );
  expect(numbers).toEqual([{ value: result!.entryId }]);
  expect(await draft(client, 'CEB701Message', { month })).toHaveLength(1);
  expect(await trayOf(it.operator)).toEqual([]);

  const late = await problemOf(client, 'POST', `/v1/filings/${id}/delete`, { reason: '再删' });
  expect([late.status, late.codes[0]]).toEqual([409, 'L20']);
  expect(late.faults[0]!.message.zh).toContain('汇总结果');
});

const leafs = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');
const message = (type: string, body: string) =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><${type} xmlns="http://www.chinaport.gov.cn/ceb" guid="0F1C2D3E-0000-4000-8000-00000000A792" version="1.0">${body}</${type}>`,
  );
const guid = '0F1C2D3E-0000-4000-8000-00000000A793';

/** A result written by hand: `opDate` decides which of several is the newest. */
function resultXml(head: Record<string, string>, invtNos: readonly string[] = []): Buffer {
  const list = invtNos.map((invtNo, i) => {
    const line = { invtNo, logisticsNo: `L${i}`, gseqno: '1', gnum: '1', gcode: '9503002100' };
    return `<SummaryResultList>${leafs(line)}</SummaryResultList>`;
  });
  const fields = leafs({ guid, customsCode: '8013', ...head });
  return message(
    'CEB792Message',
    `<SummaryResult><SummaryResultHead>${fields}</SummaryResultHead>${list.join('')}</SummaryResult>`,
  );
}

const arrives = (bytes: Buffer, origin: string) =>
  storeRaw(it.gateway.store, [{ id: origin, origin, bytes }]);

test('a result that comes before its number is known waits in the tray and is claimed when the number comes', async () => {
  // Later than any number the sandbox gives, so that it is the application's in the end.
  const sumNo = 'Z20261120000000777';
  const head = { sumNo, declSeqNo: 'Z20261120000077701', decState: '0', msgCount: '1', msgSeqNo: '1' };
  await arrives(resultXml({ ...head, opDate: '20261120101010000' }), 'first');
  const waiting = await eventually(
    () => trayOf(it.operator),
    (items) => items.length > 0,
  );
  expect(waiting.map((t) => [t.reason, t.messageType])).toEqual([['unmatched', 'CEB792Message']]);

  const [small] = [...drafts].sort((a, b) => a.declarationIds.length - b.declarationIds.length);
  const id = await submit(client, 'CEB701Message', small!.data);
  const filed = await filingWhere(client, id, (f) => f.accepted);
  const { agentCode = '', ebcCode = '', copNo = '' } = filed.data as Record<string, string>;
  // A receipt that leaves out which part it answers speaks of the only one.
  const receipt = { guid, agentCode, ebcCode, copNo, sumNo, returnStatus: '399' };
  const said = leafs({
    ...receipt,
    returnTime: '20261120121212000',
    returnInfo: '[Code:2300;Desc:审核通过]',
  });
  await arrives(message('CEB702Message', `<SummaryReturn>${said}</SummaryReturn>`), 'receipt');
  const claimed = await filingWhere(client, id, (f) => f.givenNo === sumNo && f.summaryResults.length > 0);
  expect(claimed.summaryResults.map((r) => r.sumNo)).toContain(sumNo);
  expect(await trayOf(it.operator)).toEqual([]);
  expect((await trayOf(it.operator, false)).map((t) => t.decision?.kind)).toEqual(['assigned']);
});

test('of several results the newest opDate wins, whatever comes first, and the same again counts once', async () => {
  const declaration = await declarationOf(client, ids[5]!);
  const { invtNo } = declaration;
  const head = { sumNo: 'Z20261120000000777', declSeqNo: 'Z20261120000077702', msgCount: '1', msgSeqNo: '1' };
  const newest = { ...head, decState: '2', entryId: '801320260000077702', opDate: '20261120131010000' };
  const older = { ...head, decState: '1', decTmpNo: 'T20261120000077702', opDate: '20261120121010000' };
  await arrives(resultXml(newest, [invtNo!]), 'newest');
  await arrives(resultXml(older, [invtNo!]), 'older');
  await arrives(Buffer.concat([resultXml(older, [invtNo!]), Buffer.from('\n')]), 'older again');
  const shown = await declarationWhere(client, ids[5]!, (d) =>
    d.summaryResults.some((r) => r.declSeqNo === head.declSeqNo && r.results === 2),
  );
  expect(shown.summaryResults.find((r) => r.declSeqNo === head.declSeqNo)).toMatchObject({
    decState: '2',
    entryId: '801320260000077702',
    decTmpNo: 'T20261120000077702',
    invtNos: [invtNo],
  });
  const { rows } = await it.gateway.store.query<{ n: number }>(
    `select count(*)::int as n from pushed_messages where body -> 'head' ->> 'declSeqNo' = $1`,
    [head.declSeqNo],
  );
  expect(rows[0]?.n).toBe(2);
});
