import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import type { correctionResultSchema, bulkResultSchema } from '../../src/http/corrections/contract.js';
import type { refusalsSchema, unknownCodesSchema } from '../../src/views/refusals/shapes.js';
import { list, receipt, said, openWorld, type World } from '../corrections/world.js';
import { cebMessage, fixtureDxpId, makeKey, waybillXml } from '../support/cebFixtures.js';
import { enrol } from '../support/client.js';
import { eventually, startTestGateway } from '../support/gateway.js';
import {
  declarationWhere,
  documentOf,
  handIn,
  LIST,
  ORDER,
  PAYMENT,
  WAYBILL,
  type Declaration,
} from '../support/journey.js';
import { SandboxClient } from '../support/sandboxClient.js';

type Result = z.output<typeof correctionResultSchema>;
type Bulk = z.output<typeof bulkResultSchema>;
type Refusals = z.output<typeof refusalsSchema>;
type Unknown = z.output<typeof unknownCodesSchema>;

let world: World;
const stranger = makeKey('rsa-sha1');

beforeAll(async () => {
  world = await openWorld('M');
}, 60_000);
afterAll(() => world.it.close());

describe('a list that is changed while customs holds it', () => {
  test('shows what customs said of it until the change is answered; refused by the port, the list stands as it was', async () => {
    const order = world.fresh('-SBSILENT');
    const id = await world.declare(order);
    const { code: ebpCode } = order.platform;
    const { code: ebcCode } = order.seller;
    await world.until(
      id,
      (d) => documentOf(d, ORDER).delivery === 'sent' && documentOf(d, PAYMENT).delivery === 'sent',
    );
    await world.arrive(
      receipt('CEB304Message', 'OrderReturn', {
        ebpCode: ebpCode!,
        ebcCode: ebcCode!,
        orderNo: order.orderNo!,
        ...said('120'),
      }),
    );
    await world.arrive(
      receipt('CEB404Message', 'ReceiptsReturn', {
        ebcCode: ebcCode!,
        orderNo: order.orderNo!,
        payNo: order.payment.payNo!,
        ...said('120'),
      }),
    );
    const sent = await world.until(id, (d) => list(d).delivery === 'sent');
    const invtNo = '80132026E000000001';
    const key = { agentCode: order.declarant.code!, copNo: sent.copNo };
    await world.arrive(
      receipt('CEB604Message', 'InventoryReturn', {
        ...key,
        invtNo,
        ...said('120', '[Code:1800;Desc:逻辑校验通过]'),
      }),
    );
    await world.until(id, (d) => d.verdict === 'accepted');

    const gcode = order.lines[0]!.gcode === '9503006000' ? '9503002100' : '9503006000';
    const made = await world.client.post<Result>(`/v1/declarations/${id}/corrections`, {
      changes: { 'lines[0].gcode': gcode },
      reason: '归类更正',
    });
    expect(made.documents).toMatchObject([
      { messageType: LIST, revision: 2, action: 'change', appType: '2' },
    ]);
    const pending = await world.until(id, (d) => list(d).revision === 2 && list(d).delivery === 'sent');
    expect(pending).toMatchObject({ verdict: 'accepted', invtNo, attention: false });

    await world.arrive(
      receipt('CEB604Message', 'InventoryReturn', {
        ...key,
        ...said('-603003', `清单[${sent.copNo}]的申报状态不符合改单申报的条件`),
      }),
    );
    const failed = await world.until(id, (d) => list(d).verdict === 'failed');
    expect(failed).toMatchObject({ verdict: 'accepted', attention: true });
    expect(list(failed).coach).toMatchObject({ code: '-603003', action: 'wait' });

    await world.arrive(
      receipt('CEB604Message', 'InventoryReturn', {
        ...key,
        invtNo,
        ...said('800', '[Code:2600;Desc:放行]', new Date(Date.now() + 5)),
      }),
    );
    const released = await world.until(id, (d) => d.verdict === 'released');
    expect(released.attention).toBe(false);
    expect(released.documents.filter((d) => d.messageType === LIST).map((d) => d.verdict)).toEqual([
      'failed',
      'released',
    ]);
    const { rows } = await world.it.gateway.store.query<{ gcode: string }>(
      'select gcode from counting_records where source_id = $1 and ended_batch is null order by line',
      [id],
    );
    expect(rows.map((r) => r.gcode)).toEqual(order.lines.map((l) => l.gcode));
  });
});

describe('many refusals of one code', () => {
  test('are grouped with cause and remedy, lead to exactly their declarations, and are declared again together', async () => {
    const ids = await handIn(world.client, [
      world.fresh('-SBNEG'),
      world.fresh('-SBNEG'),
      world.fresh('-SBNEG'),
    ]);
    for (const id of ids) await world.until(id, (d) => d.verdict === 'failed');
    const path = `/v1/refusals?refused=${LIST}&code=-604002`;
    const { items, total } = await world.client.get<Refusals>(path);
    expect(total).toBe(3);
    expect(items).toMatchObject([
      { messageType: LIST, code: '-604002', count: 3, coach: { action: 'resubmit', known: true } },
    ]);
    const behind = await world.client.get<{ items: { id: string }[] }>(items[0]!.declarations);
    expect(behind.items.map((d) => d.id).sort()).toEqual([...ids].sort());

    const innocent = await world.declare(world.fresh());
    const bulk = await world.client.post<Bulk>('/v1/corrections/bulk', {
      code: '-604002',
      messageType: LIST,
      declarationIds: [...ids, innocent],
      reason: '口岸恢复',
    });
    expect(bulk).toMatchObject({ resubmitted: 3, faulty: 1, more: false });
    expect(bulk.declarations.find((d) => d.declarationId === innocent)).toMatchObject({
      outcome: 'faulty',
      faults: [{ code: 'T09' }],
    });
    for (const id of ids) await world.until(id, (d) => d.verdict === 'cleared');
    expect((await world.client.get<Refusals>(path)).total).toBe(0);
  });

  test('take the same change where it fits and keep their faults where it does not', async () => {
    const ids = await handIn(world.client, [world.fresh('-SBREFUSE'), world.fresh('-SBREFUSE')]);
    for (const id of ids) await world.until(id, (d) => d.verdict === 'refused');
    const bulk = await world.client.post<Bulk>('/v1/corrections/bulk', {
      code: '1327',
      declarationIds: ids,
      changes: { 'list.customsCode': '渝关' },
      reason: '统一更正',
    });
    expect(bulk).toMatchObject({ resubmitted: 0, faulty: 2 });
    for (const d of bulk.declarations) expect(d.faults.map((f) => f.path)).toContain('list.customsCode');
  });

  test('every group is newest first and counts what its link lists', async () => {
    const { items } = await world.client.get<Refusals>('/v1/refusals');
    const times = items.map((g) => g.newestAt ?? '');
    expect(times).toEqual([...times].sort().reverse());
    for (const group of items) {
      const behind = await world.client.get<{ items: unknown[] }>(`${group.declarations}&limit=200`);
      expect(behind.items).toHaveLength(group.count);
    }
  });
});

test('no code is known and unknown at once: a 900 receipt is explained in its group as where it came', async () => {
  const order = world.fresh('-SB900');
  const id = await world.declare(order);
  await world.until(id, (d) => documentOf(d, ORDER).verdict === 'failed');
  const { items } = await world.client.get<Refusals>('/v1/refusals');
  const { items: unknown } = await world.client.get<Unknown>('/v1/refusals/unknown');
  const group = items.find((g) => g.code === '-900009' && g.messageType === ORDER);
  expect(group?.coach.known).toBe(true);
  const named = unknown.map((u) => u.infoCode ?? u.status);
  for (const g of items) if (g.coach.known) expect(named).not.toContain(g.code);
  expect(items.length).toBeGreaterThan(1);
});

describe('receipts of an earlier revision that arrive late', () => {
  test('do not disturb the new one, and an unknown code is kept, explained by its status and counted', async () => {
    const id = await world.declare(world.fresh('-SBNEG'));
    await world.until(id, (d) => d.verdict === 'failed');
    await world.client.post(`/v1/declarations/${id}/resubmit`, { reason: '再报' });
    const cleared = await world.until(id, (d) => d.verdict === 'cleared');
    const key = { agentCode: cleared.order.declarant.code!, copNo: cleared.copNo };
    const longAgo = new Date('2026-01-01T04:00:00Z');
    await world.arrive(
      receipt('CEB604Message', 'InventoryReturn', { ...key, ...said('-609999', '迟到的回执', longAgo) }),
    );
    const late = await world.until(id, (d) => d.timeline.some((e) => e.detail === '迟到的回执'));
    expect(late).toMatchObject({ verdict: 'cleared', attention: false });
    const entry = late.timeline.find((e) => e.detail === '迟到的回执')!;
    const first = late.documents.find((d) => d.messageType === LIST && d.revision === 1)!;
    expect(entry.documentId).toBe(first.id);
    expect(entry.coach).toMatchObject({ code: '-609999', known: false, action: 'call' });
    const { items } = await world.client.get<Unknown>('/v1/refusals/unknown');
    expect(items).toContainEqual(
      expect.objectContaining({ receiptType: 'CEB604Message', status: '-609999', count: 1 }),
    );
  });
});

test('a list refused for a waybill its carrier had declared under another number is corrected and released', async () => {
  const order = world.fresh();
  const own = await startTestGateway({ orders: [order], without: [order.waybill.code!] });
  try {
    const seller = own.sellers.get(order.seller.code!)!.client;
    const port = new SandboxClient(own.sandbox.url, fixtureDxpId);
    const [id] = await handIn(seller, [order]);
    const waiting = await declarationWhere(
      seller,
      id!,
      (d) => documentOf(d, WAYBILL).waitingFor?.reason === 'party',
    );
    await seller.post(`/v1/documents/${documentOf(waiting, WAYBILL).id}/declared-elsewhere`, {
      note: '承运人自行申报',
    });
    const refused = await declarationWhere(seller, id!, (d) => d.verdict === 'refused');
    expect(list(refused).coach).toMatchObject({
      code: '1303',
      fields: ['waybill.code', 'waybill.logisticsNo'],
    });

    const logisticsNo = `${order.waybill.logisticsNo!}R`;
    await port.accept(
      cebMessage(WAYBILL, [waybillXml({ logisticsCode: order.waybill.code!, logisticsNo })], stranger),
    );
    const changes = { 'waybill.logisticsNo': logisticsNo };
    const made = await seller.post<Result>(`/v1/declarations/${id}/resubmit`, {
      changes,
      reason: '承运人面单号',
    });
    expect(made.documents.map((d) => [d.messageType, d.action])).toEqual([
      [WAYBILL, 'elsewhere'],
      [LIST, 'resubmit'],
    ]);
    const cleared = await declarationWhere(seller, id!, (d) => d.verdict === 'cleared');
    expect(cleared.attention).toBe(false);
    expect(list(cleared)).toMatchObject({ revision: 2, appType: '1' });
  } finally {
    await own.close();
  }
});

test('officers see that something was corrected, never the value of a personal field; they correct nothing', async () => {
  const order = world.fresh('-SBWAYBILL100', 'logisticsNo');
  const id = await world.declare(order);
  await world.until(id, (d) => documentOf(d, WAYBILL).verdict === 'refused');
  const logisticsNo = order.waybill.logisticsNo!.replace('-SBWAYBILL100', 'O');
  await world.client.post(`/v1/declarations/${id}/corrections`, {
    changes: { 'seller.telephone': '023-67890001', 'waybill.logisticsNo': logisticsNo },
    reason: '电话更新',
  });
  const { client: officer } = await enrol(world.it.operator, { code: null, name: '商务委', role: 'officer' });
  const seen = await eventually(
    () => officer.get<Declaration>(`/v1/declarations/${id}`),
    (d) => d.timeline.some((e) => e.changes),
  );
  const changes = seen.timeline.find((e) => e.changes)!.changes!;
  expect(changes).toContainEqual(
    expect.objectContaining({ path: 'seller.telephone', personal: true, before: null, after: null }),
  );
  expect(changes).toContainEqual(
    expect.objectContaining({ path: 'waybill.logisticsNo', after: logisticsNo }),
  );
  expect(JSON.stringify(seen)).not.toContain('023-67890001');
  const problem = await world.problemOf(`/v1/declarations/${id}/resubmit`, { reason: '试试' }, officer);
  expect(problem).toMatchObject({ status: 403, faults: [{ code: 'A02' }] });
});
