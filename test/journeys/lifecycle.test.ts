import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type {
  bulkResultSchema,
  correctionPreviewSchema,
  correctionResultSchema,
  declarationActionsSchema,
  refusalsSchema,
  unknownCodesSchema,
} from '../../src/http/lifecycleContract.js';
import { time17 } from '../../src/base/clock.js';
import type { Order } from '../../src/orders/order.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { cebMessage, fixtureDxpId, makeKey, orderXml, waybillXml } from '../support/cebFixtures.js';
import { enrol, type Client } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  declarationWhere,
  documentOf,
  handIn,
  LIST,
  marked,
  ORDER,
  ordersOfOneSeller,
  PAYMENT,
  statusesOf,
  WAYBILL,
  type Declaration,
  type Problem,
} from '../support/journey.js';
import { SandboxClient } from '../support/sandboxClient.js';

type Result = z.output<typeof correctionResultSchema>;
type Preview = z.output<typeof correctionPreviewSchema>;
type Actions = z.output<typeof declarationActionsSchema>;
type Bulk = z.output<typeof bulkResultSchema>;
type Refusals = z.output<typeof refusalsSchema>;
type Unknown = z.output<typeof unknownCodesSchema>;

const sample = ordersOfOneSeller(60, { batch: 'L' });
let next = 0;
let it: TestGateway;
let client: Client;
let sandbox: SandboxClient;
const stranger = makeKey('rsa-sha1');

/** An order nobody used yet, with the sandbox marker in its number. */
const fresh = (marker = '', where: 'orderNo' | 'logisticsNo' = 'orderNo'): Order =>
  marked(sample[next++]!, marker, where);
const declare = async (order: Order): Promise<string> => (await handIn(client, [order]))[0]!;
const list = (d: Declaration) => documentOf(d, LIST);
const until = (id: string, done: (d: Declaration) => boolean) => declarationWhere(client, id, done);
const problemOf = async (path: string, body: object, by: Client = client): Promise<Problem> => {
  const response = await by.raw('POST', path, JSON.stringify(body), { 'Content-Type': 'application/json' });
  if (response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as Problem;
};
const codesOf = (problem: Problem) => problem.faults.map((f) => f.code);

beforeAll(async () => {
  it = await startTestGateway({ orders: sample });
  client = it.sellers.get(sample[0]!.seller.code!)!.client;
  sandbox = new SandboxClient(it.sandbox.url, fixtureDxpId);
}, 60_000);
afterAll(() => it.close());

describe('a refused document', () => {
  test('waybill corrected under a new number lets the list follow to clearance; the refused one stays visible', async () => {
    const order = fresh('-SBWAYBILL100', 'logisticsNo');
    const id = await declare(order);
    const refused = await until(
      id,
      (d) =>
        documentOf(d, WAYBILL).verdict === 'refused' && list(d).waitingFor?.reason === 'refused-document',
    );
    expect(refused).toMatchObject({ attention: true, revision: 1 });
    expect(documentOf(refused, WAYBILL).coach).toMatchObject({ code: '1300', action: 'call', known: true });

    const logisticsNo = order.waybill.logisticsNo!.replace('-SBWAYBILL100', 'N');
    const changes = { 'waybill.logisticsNo': logisticsNo };
    const preview = await client.post<Preview>(`/v1/declarations/${id}/corrections/preview`, { changes });
    expect(preview).toMatchObject({ ok: true, faults: [] });
    expect(preview.documents.map((d) => [d.messageType, d.action, d.appType])).toEqual([
      [WAYBILL, 'resubmit', '1'],
      [LIST, 'rewrite', '1'],
    ]);
    expect(preview.documents[0]!.fields).toEqual([
      { name: 'logisticsNo', n: null, before: order.waybill.logisticsNo, after: logisticsNo },
    ]);

    const made = await client.post<Result>(`/v1/declarations/${id}/corrections`, {
      changes,
      reason: '面单号打印错误',
    });
    expect(made.revision).toBe(2);
    const cleared = await until(id, (d) => d.verdict === 'cleared');
    expect(cleared).toMatchObject({ attention: false, revision: 2 });
    expect(cleared.order.waybill.logisticsNo).toBe(logisticsNo);
    const waybills = cleared.documents.filter((d) => d.messageType === WAYBILL);
    expect(waybills.map((d) => [d.revision, d.current, d.appType, d.verdict])).toEqual([
      [2, true, '1', 'reviewed'],
      [1, false, '1', 'refused'],
    ]);
    expect(new Set(waybills.map((d) => d.guid)).size).toBe(2);
    const correction = cleared.timeline.find((e) => e.changes);
    expect(correction).toMatchObject({
      detail: expect.stringContaining('面单号打印错误'),
      changes: [
        {
          path: 'waybill.logisticsNo',
          before: order.waybill.logisticsNo,
          after: logisticsNo,
          personal: false,
        },
      ],
    });
    const found = await client.get<{ items: { id: string }[] }>(`/v1/declarations?q=${logisticsNo}`);
    expect(found.items.map((d) => d.id)).toEqual([id]);
  });

  test('order that was a repetition at the port is declared again, then the list goes', async () => {
    const order = fresh();
    const theirs = { orderNo: order.orderNo!, ebpCode: order.platform.code!, ebcCode: order.seller.code! };
    await sandbox.accept(cebMessage(ORDER, [orderXml(theirs)], stranger));
    const id = await declare(order);
    const failed = await until(
      id,
      (d) => documentOf(d, ORDER).verdict === 'failed' && documentOf(d, WAYBILL).verdict === 'reviewed',
    );
    expect(documentOf(failed, ORDER).coach).toMatchObject({
      code: '-303001',
      action: 'correct',
      title: { zh: '已存在相同编号的订单' },
    });
    expect(list(failed)).toMatchObject({ delivery: 'waiting', waitingFor: { reason: 'refused-document' } });

    await sandbox.accept(cebMessage(ORDER, [orderXml({ ...theirs, appType: '3' })], stranger));
    const made = await client.post<Result>(`/v1/declarations/${id}/resubmit`, {
      reason: '平台已删除重复申报',
    });
    expect(made).toMatchObject({
      revision: 1,
      documents: [{ messageType: ORDER, revision: 2, action: 'resubmit', appType: '1' }],
    });
    const cleared = await until(id, (d) => d.verdict === 'cleared');
    expect(cleared.attention).toBe(false);
    expect(
      cleared.timeline.some((e) => e.kind === 'decision' && e.detail?.includes('平台已删除重复申报')),
    ).toBe(true);
  });

  test('list that failed in processing is declared again under the same number and its own guid', async () => {
    const id = await declare(fresh('-SBNEG'));
    const failed = await until(id, (d) => d.verdict === 'failed');
    expect(list(failed).coach).toMatchObject({ code: '-604002', action: 'resubmit' });
    await client.post(`/v1/declarations/${id}/resubmit`, { reason: '口岸系统异常' });
    const cleared = await until(id, (d) => d.verdict === 'cleared');
    const lists = cleared.documents.filter((d) => d.messageType === LIST);
    expect(lists.map((d) => d.key.copNo)).toEqual([failed.copNo, failed.copNo]);
    expect(lists[0]!.guid).not.toBe(lists[1]!.guid);
    expect(
      cleared.documents.filter((d) => d.current && d.messageType !== LIST).every((d) => d.revision === 1),
    ).toBe(true);
  });

  test('list refused again stays refused, as its own newest revision', async () => {
    const id = await declare(fresh('-SBREFUSE'));
    await until(id, (d) => d.verdict === 'refused');
    await client.post(`/v1/declarations/${id}/resubmit`, { reason: '再报一次' });
    const again = await until(id, (d) => list(d).revision === 2 && list(d).verdict === 'refused');
    expect(again).toMatchObject({ verdict: 'refused', attention: true });
    expect(list(again).coach).toMatchObject({ code: '1327' });
  });
});

describe('a change', () => {
  test('before the list refers to the order goes as appType 2, and the list waits for its acceptance', async () => {
    const waiting = fresh('-SBWAYBILL100', 'logisticsNo');
    const held = await declare(waiting);
    await until(
      held,
      (d) => documentOf(d, ORDER).verdict === 'accepted' && documentOf(d, WAYBILL).verdict === 'refused',
    );
    const made = await client.post<Result>(`/v1/declarations/${held}/corrections`, {
      changes: {
        note: '加急',
        'waybill.logisticsNo': waiting.waybill.logisticsNo!.replace('-SBWAYBILL100', 'C'),
      },
      reason: '补充备注',
      revision: 1,
    });
    expect(made.documents.map((d) => [d.messageType, d.action, d.appType])).toEqual([
      [ORDER, 'change', '2'],
      [WAYBILL, 'resubmit', '1'],
      [LIST, 'rewrite', '1'],
    ]);
    const cleared = await until(held, (d) => d.verdict === 'cleared');
    expect(documentOf(cleared, ORDER)).toMatchObject({ revision: 2, appType: '2', verdict: 'accepted' });
    expect(statusesOf(cleared, ORDER).filter((s) => s === '120')).toHaveLength(2);
  });

  test('after the list refers to the order is refused with the reason, and nothing is stored', async () => {
    const id = await declare(fresh('-SBINSPECT'));
    await until(id, (d) => list(d).verdict !== 'none' && d.invtNo !== null);
    const problem = await problemOf(`/v1/declarations/${id}/corrections`, {
      changes: { note: '太晚' },
      reason: '试试',
    });
    expect(problem.status).toBe(409);
    expect(problem.faults).toMatchObject([{ code: 'T27', path: `documents.${ORDER}` }]);
    expect(await client.get<Declaration>(`/v1/declarations/${id}`)).toMatchObject({
      revision: 1,
      order: { orderNo: expect.any(String) },
    });
    const actions = await client.get<Actions>(`/v1/declarations/${id}/actions`);
    const order = actions.documents.find((d) => d.messageType === ORDER)!;
    expect(order.actions.find((a) => a.action === 'change')).toMatchObject({
      allowed: false,
      reason: { code: 'T27' },
    });
  });

  test('of a key of a document customs holds is refused: it would reach nothing', async () => {
    const order = fresh('-SBORDER100');
    const id = await declare(order);
    await until(
      id,
      (d) =>
        documentOf(d, ORDER).verdict === 'refused' &&
        documentOf(d, WAYBILL).verdict === 'reviewed' &&
        documentOf(d, PAYMENT).verdict === 'accepted',
    );
    const problem = await problemOf(`/v1/declarations/${id}/corrections`, {
      changes: {
        'waybill.logisticsNo': `${order.waybill.logisticsNo!}X`,
        'payment.payNo': `${order.payment.payNo!}X`,
      },
      reason: '编号有误',
    });
    expect(problem.status).toBe(409);
    expect(problem.faults.map((f) => [f.code, f.path])).toEqual([
      ['T05', 'payment.payNo'],
      ['T05', 'waybill.logisticsNo'],
    ]);
  });

  test('with faults stores nothing and names them all', async () => {
    const id = await declare(fresh('-SBREFUSE'));
    await until(id, (d) => d.verdict === 'refused');
    const problem = await problemOf(`/v1/declarations/${id}/resubmit`, {
      changes: { 'list.ieDate': 'yesterday', 'list.customsCode': '9999', orderNo: 'X', 'lines[0].qty': '-1' },
      reason: '试试',
    });
    expect(problem.status).toBe(422);
    const paths = problem.faults.map((f) => f.path);
    for (const path of ['list.ieDate', 'list.customsCode', 'orderNo', 'lines[0].qty'])
      expect(paths).toContain(path);
    expect((await client.get<Declaration>(`/v1/declarations/${id}`)).revision).toBe(1);
  });

  test('to a waybill or payment number of another order is refused as at intake', async () => {
    const other = fresh();
    await declare(other);
    const order = fresh('-SBWAYBILL100', 'logisticsNo');
    const id = await declare(order);
    await until(id, (d) => documentOf(d, WAYBILL).verdict === 'refused');
    const problem = await problemOf(`/v1/declarations/${id}/corrections`, {
      changes: { 'waybill.logisticsNo': other.waybill.logisticsNo! },
      reason: '面单号',
    });
    expect(problem).toMatchObject({ status: 422, faults: [{ code: 'R902' }] });
  });

  test('that changes nothing, or a resubmission with nothing refused, is refused', async () => {
    const order = fresh();
    const id = await declare(order);
    await until(id, (d) => d.verdict === 'cleared');
    expect(
      codesOf(
        await problemOf(`/v1/declarations/${id}/corrections`, {
          changes: { orderNo: order.orderNo! },
          reason: '无',
        }),
      ),
    ).toEqual(['T04']);
    expect(codesOf(await problemOf(`/v1/declarations/${id}/resubmit`, { reason: '无' }))).toEqual(['T06']);
  });

  test('made on a revision somebody else corrected meanwhile is refused, at the same moment too', async () => {
    const order = fresh('-SBWAYBILL100', 'logisticsNo');
    const id = await declare(order);
    await until(
      id,
      (d) => documentOf(d, WAYBILL).verdict === 'refused' && documentOf(d, ORDER).verdict === 'accepted',
    );
    const send = (logisticsNo: string) =>
      client.raw(
        'POST',
        `/v1/declarations/${id}/corrections`,
        JSON.stringify({ changes: { 'waybill.logisticsNo': logisticsNo }, reason: '并发' }),
        {
          'Content-Type': 'application/json',
        },
      );
    const base = order.waybill.logisticsNo!.replace('-SBWAYBILL100', '');
    const both = await Promise.all([send(`${base}P`), send(`${base}Q`)]);
    expect(both.map((r) => r.status).sort()).toEqual([200, 409]);
    const late = await problemOf(`/v1/declarations/${id}/corrections`, {
      changes: { note: '旧' },
      reason: '旧页面',
      revision: 1,
    });
    expect(late.status).toBe(409);
    expect(codesOf(late)).toContain('T01');
    await until(id, (d) => d.verdict === 'cleared');
  });
});

/** A receipt as customs would write it, by hand. */
const receipt = (type: string, node: string, fields: Record<string, string>): Buffer => {
  const guid = randomUUID().toUpperCase();
  const leaves = Object.entries({ guid, ...fields }).map(
    ([name, value]) => `<ceb:${name}>${value}</ceb:${name}>`,
  );
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><ceb:${type} xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="${guid}" version="1.0">` +
      `<ceb:${node}>${leaves.join('')}</ceb:${node}></ceb:${type}>`,
  );
};
const arrive = (bytes: Buffer) => storeRaw(it.gateway.store, [{ id: randomUUID(), origin: 'test', bytes }]);
const said = (returnStatus: string, returnInfo = '', at = new Date()) => ({
  returnStatus,
  returnTime: time17(at),
  returnInfo,
});

describe('a list that is changed while customs holds it', () => {
  test('shows what customs said of it until the change is answered; refused by the port, the list stands as it was', async () => {
    const order = fresh('-SBSILENT');
    const id = await declare(order);
    const { code: ebpCode } = order.platform;
    const { code: ebcCode } = order.seller;
    await until(
      id,
      (d) => documentOf(d, ORDER).delivery === 'sent' && documentOf(d, PAYMENT).delivery === 'sent',
    );
    await arrive(
      receipt('CEB304Message', 'OrderReturn', {
        ebpCode: ebpCode!,
        ebcCode: ebcCode!,
        orderNo: order.orderNo!,
        ...said('120'),
      }),
    );
    await arrive(
      receipt('CEB404Message', 'ReceiptsReturn', {
        ebcCode: ebcCode!,
        orderNo: order.orderNo!,
        payNo: order.payment.payNo!,
        ...said('120'),
      }),
    );
    const sent = await until(id, (d) => list(d).delivery === 'sent');
    const invtNo = '80132026E000000001';
    const key = { agentCode: order.declarant.code!, copNo: sent.copNo };
    await arrive(
      receipt('CEB604Message', 'InventoryReturn', {
        ...key,
        invtNo,
        ...said('120', '[Code:1800;Desc:逻辑校验通过]'),
      }),
    );
    await until(id, (d) => d.verdict === 'accepted');

    const gcode = order.lines[0]!.gcode === '9503006000' ? '9503002100' : '9503006000';
    const made = await client.post<Result>(`/v1/declarations/${id}/corrections`, {
      changes: { 'lines[0].gcode': gcode },
      reason: '归类更正',
    });
    expect(made.documents).toMatchObject([
      { messageType: LIST, revision: 2, action: 'change', appType: '2' },
    ]);
    const pending = await until(id, (d) => list(d).revision === 2 && list(d).delivery === 'sent');
    expect(pending).toMatchObject({ verdict: 'accepted', invtNo, attention: false });

    await arrive(
      receipt('CEB604Message', 'InventoryReturn', {
        ...key,
        ...said('-603003', `清单[${sent.copNo}]的申报状态不符合改单申报的条件`),
      }),
    );
    const failed = await until(id, (d) => list(d).verdict === 'failed');
    expect(failed).toMatchObject({ verdict: 'accepted', attention: true });
    expect(list(failed).coach).toMatchObject({ code: '-603003', action: 'wait' });

    await arrive(
      receipt('CEB604Message', 'InventoryReturn', {
        ...key,
        invtNo,
        ...said('800', '[Code:2600;Desc:放行]', new Date(Date.now() + 5)),
      }),
    );
    const released = await until(id, (d) => d.verdict === 'released');
    expect(released.attention).toBe(false);
    expect(released.documents.filter((d) => d.messageType === LIST).map((d) => d.verdict)).toEqual([
      'failed',
      'released',
    ]);
    const { rows } = await it.gateway.store.query<{ gcode: string }>(
      'select gcode from counting_records where declaration_id = $1 order by gnum',
      [id],
    );
    expect(rows.map((r) => r.gcode)).toEqual(order.lines.map((l) => l.gcode));
  });
});

describe('a deletion', () => {
  test('takes an accepted document off the books; declared again it is accepted and the list follows', async () => {
    const order = fresh('-SBORDER100');
    const id = await declare(order);
    const before = await until(
      id,
      (d) => documentOf(d, ORDER).verdict === 'refused' && documentOf(d, WAYBILL).verdict === 'reviewed',
    );
    const waybill = documentOf(before, WAYBILL);
    const made = await client.post<Result>(`/v1/documents/${waybill.id}/delete`, { reason: '包裹未揽收' });
    expect(made.documents).toMatchObject([
      { messageType: WAYBILL, revision: 2, action: 'delete', appType: '3' },
    ]);
    const deleted = await until(id, (d) => documentOf(d, WAYBILL).status?.status === '3');
    expect(list(deleted).delivery).toBe('waiting');
    expect(
      codesOf(await problemOf(`/v1/documents/${documentOf(deleted, WAYBILL).id}/delete`, { reason: '再删' })),
    ).toEqual(['T41']);
    expect(codesOf(await problemOf(`/v1/documents/${waybill.id}/delete`, { reason: '旧版' }))).toEqual([
      'T20',
    ]);
    // Off the books, the number itself may be corrected.
    const again = await client.post<Result>(`/v1/declarations/${id}/resubmit`, {
      changes: { 'waybill.logisticsNo': `${order.waybill.logisticsNo!}D` },
      reason: '改用新面单',
    });
    expect(again.documents.map((d) => [d.messageType, d.action, d.appType])).toEqual([
      [ORDER, 'resubmit', '1'],
      [WAYBILL, 'resubmit', '1'],
      [LIST, 'rewrite', '1'],
    ]);
    await until(
      id,
      (d) => documentOf(d, WAYBILL).revision === 3 && documentOf(d, WAYBILL).verdict === 'reviewed',
    );
  });

  test('of a document a list refers to, of a list, or of somebody else is refused', async () => {
    const id = await declare(fresh());
    const cleared = await until(id, (d) => d.verdict === 'cleared');
    expect(
      codesOf(await problemOf(`/v1/documents/${documentOf(cleared, ORDER).id}/delete`, { reason: '不要了' })),
    ).toEqual(['T27']);
    expect(
      codesOf(await problemOf(`/v1/documents/${list(cleared).id}/delete`, { reason: '不要了' })),
    ).toEqual(['T35']);
    expect((await problemOf(`/v1/documents/${randomUUID()}/delete`, { reason: '不要了' })).status).toBe(404);
    const { client: other } = await enrol(it.operator, { code: null, name: '另一家', role: 'seller' });
    const path = `/v1/documents/${list(cleared).id}/delete`;
    expect(await problemOf(path, { reason: '不是我的' }, other)).toMatchObject({
      status: 404,
      faults: [{ code: 'A03' }],
    });
  });
});

describe('withdrawal and return ask the same table', () => {
  test('a released list is withdrawn by its own filing; after that it is at its end', async () => {
    const id = await declare(fresh('-SBNOCLEAR'));
    await until(id, (d) => d.verdict === 'released');
    const { filingId } = await client.post<{ filingId: string }>(`/v1/declarations/${id}/withdraw`, {
      reason: '航班取消，货物未出运',
    });
    const withdrawn = await until(id, (d) => d.withdrawnAt !== null);
    expect(withdrawn.filings.map((f) => f.id)).toEqual([filingId]);
    expect(withdrawn.timeline.some((e) => e.kind === 'decision' && e.detail?.includes('航班取消'))).toBe(
      true,
    );
    const { actions } = await client.get<Actions>(`/v1/declarations/${id}/actions`);
    expect(actions.find((a) => a.action === 'withdraw')).toMatchObject({
      allowed: false,
      reason: { code: 'T40' },
    });
    expect(codesOf(await problemOf(`/v1/declarations/${id}/resubmit`, { reason: '再报' }))).toEqual(['T06']);
  });

  test('goods of a cleared list are returned by a filing; what is missing in it comes back as its faults', async () => {
    const id = await declare(fresh());
    await until(id, (d) => d.verdict === 'cleared');
    const lines = [{ gnum: '1', qty: '1' }];
    const incomplete = await problemOf(`/v1/declarations/${id}/return`, { reason: '买家退货', lines });
    expect(incomplete.status).toBe(422);
    expect(incomplete.faults.length).toBeGreaterThan(0);
    const transport = { trafName: 'CA438', voyageNo: '20261125', logisticsNo: 'RET-L-0001' };
    const { filingId } = await client.post<{ filingId: string }>(`/v1/declarations/${id}/return`, {
      reason: '买家退货',
      lines,
      transport,
    });
    const returned = await until(id, (d) => d.returnedAt !== null);
    expect(returned.filings.map((f) => f.id)).toEqual([filingId]);
  });

  test('and are refused before the list is declared, and after clearance or before release', async () => {
    const refused = await declare(fresh('-SBORDER100'));
    await until(refused, (d) => documentOf(d, ORDER).verdict === 'refused');
    expect(await problemOf(`/v1/declarations/${refused}/withdraw`, { reason: '撤' })).toMatchObject({
      status: 409,
      faults: [{ code: 'T21' }],
    });
    const cleared = await declare(fresh());
    const done = await until(cleared, (d) => d.verdict === 'cleared');
    const why = done.order.list.statisticsFlag === 'B' ? 'T33' : 'T32';
    expect(await problemOf(`/v1/declarations/${cleared}/withdraw`, { reason: '撤' })).toMatchObject({
      status: 409,
      faults: [{ code: why }],
    });
    const detained = await declare(fresh('-SBDETAIN'));
    await until(detained, (d) => d.verdict === 'detained');
    const lines = [{ gnum: '1', qty: '1' }];
    expect(await problemOf(`/v1/declarations/${detained}/return`, { reason: '退', lines })).toMatchObject({
      status: 409,
      faults: [{ code: 'T37' }],
    });
  });
});

describe('many refusals of one code', () => {
  test('are grouped with cause and remedy, lead to exactly their declarations, and are declared again together', async () => {
    const ids = await handIn(client, [fresh('-SBNEG'), fresh('-SBNEG'), fresh('-SBNEG')]);
    for (const id of ids) await until(id, (d) => d.verdict === 'failed');
    const path = `/v1/refusals?refused=${LIST}&code=-604002`;
    const { items, total } = await client.get<Refusals>(path);
    expect(total).toBe(3);
    expect(items).toMatchObject([
      { messageType: LIST, code: '-604002', count: 3, coach: { action: 'resubmit', known: true } },
    ]);
    const behind = await client.get<{ items: { id: string }[] }>(items[0]!.declarations);
    expect(behind.items.map((d) => d.id).sort()).toEqual([...ids].sort());

    const innocent = await declare(fresh());
    const bulk = await client.post<Bulk>('/v1/corrections/bulk', {
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
    for (const id of ids) await until(id, (d) => d.verdict === 'cleared');
    expect((await client.get<Refusals>(path)).total).toBe(0);
  });

  test('take the same change where it fits and keep their faults where it does not', async () => {
    const ids = await handIn(client, [fresh('-SBREFUSE'), fresh('-SBREFUSE')]);
    for (const id of ids) await until(id, (d) => d.verdict === 'refused');
    const bulk = await client.post<Bulk>('/v1/corrections/bulk', {
      code: '1327',
      declarationIds: ids,
      changes: { 'list.customsCode': '9999' },
      reason: '统一更正',
    });
    expect(bulk).toMatchObject({ resubmitted: 0, faulty: 2 });
    for (const d of bulk.declarations) expect(d.faults.map((f) => f.path)).toContain('list.customsCode');
  });

  test('every group is newest first and counts what its link lists', async () => {
    const { items } = await client.get<Refusals>('/v1/refusals');
    const times = items.map((g) => g.newestAt ?? '');
    expect(times).toEqual([...times].sort().reverse());
    for (const group of items) {
      const behind = await client.get<{ items: unknown[] }>(`${group.declarations}&limit=200`);
      expect(behind.items).toHaveLength(group.count);
    }
  });
});

describe('receipts of an earlier revision that arrive late', () => {
  test('do not disturb the new one, and an unknown code is kept, explained by its status and counted', async () => {
    const id = await declare(fresh('-SBNEG'));
    await until(id, (d) => d.verdict === 'failed');
    await client.post(`/v1/declarations/${id}/resubmit`, { reason: '再报' });
    const cleared = await until(id, (d) => d.verdict === 'cleared');
    const key = { agentCode: cleared.order.declarant.code!, copNo: cleared.copNo };
    const longAgo = new Date('2026-01-01T04:00:00Z');
    await arrive(
      receipt('CEB604Message', 'InventoryReturn', { ...key, ...said('-609999', '迟到的回执', longAgo) }),
    );
    const late = await until(id, (d) => d.timeline.some((e) => e.detail === '迟到的回执'));
    expect(late).toMatchObject({ verdict: 'cleared', attention: false });
    const entry = late.timeline.find((e) => e.detail === '迟到的回执')!;
    const first = late.documents.find((d) => d.messageType === LIST && d.revision === 1)!;
    expect(entry.documentId).toBe(first.id);
    expect(entry.coach).toMatchObject({ code: '-609999', known: false, action: 'call' });
    const { items } = await client.get<Unknown>('/v1/refusals/unknown');
    expect(items).toContainEqual(
      expect.objectContaining({ receiptType: 'CEB604Message', status: '-609999', count: 1 }),
    );
  });
});

test('a list refused for a waybill its carrier had declared under another number is corrected and released', async () => {
  const order = fresh();
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
  const order = fresh('-SBWAYBILL100', 'logisticsNo');
  const id = await declare(order);
  await until(id, (d) => documentOf(d, WAYBILL).verdict === 'refused');
  const logisticsNo = order.waybill.logisticsNo!.replace('-SBWAYBILL100', 'O');
  await client.post(`/v1/declarations/${id}/corrections`, {
    changes: { 'seller.telephone': '023-67890001', 'waybill.logisticsNo': logisticsNo },
    reason: '电话更新',
  });
  const { client: officer } = await enrol(it.operator, { code: null, name: '商务委', role: 'officer' });
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
  const problem = await problemOf(`/v1/declarations/${id}/resubmit`, { reason: '试试' }, officer);
  expect(problem).toMatchObject({ status: 403, faults: [{ code: 'A02' }] });
});
