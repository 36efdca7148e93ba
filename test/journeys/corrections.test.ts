import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type {
  correctionResultSchema,
  correctionPreviewSchema,
  declarationActionsSchema,
} from '../../src/http/corrections/contract.js';
import { codesOf, list, openWorld, type World } from '../corrections/world.js';
import { cebMessage, fixtureDxpId, makeKey, orderXml } from '../support/cebFixtures.js';
import { enrol } from '../support/client.js';
import {
  documentOf,
  LIST,
  ORDER,
  PAYMENT,
  statusesOf,
  WAYBILL,
  type Declaration,
} from '../support/journey.js';
import { SandboxClient } from '../support/sandboxClient.js';

type Result = z.output<typeof correctionResultSchema>;
type Preview = z.output<typeof correctionPreviewSchema>;
type Actions = z.output<typeof declarationActionsSchema>;

let world: World;
let sandbox: SandboxClient;
const stranger = makeKey('rsa-sha1');

beforeAll(async () => {
  world = await openWorld('L');
  sandbox = new SandboxClient(world.it.sandbox.url, fixtureDxpId);
}, 60_000);
afterAll(() => world.it.close());

describe('a refused document', () => {
  test('waybill corrected under a new number lets the list follow to clearance; the refused one stays visible', async () => {
    const order = world.fresh('-SBWAYBILL100', 'logisticsNo');
    const id = await world.declare(order);
    const refused = await world.until(
      id,
      (d) =>
        documentOf(d, WAYBILL).verdict === 'refused' && list(d).waitingFor?.reason === 'refused-document',
    );
    expect(refused).toMatchObject({ attention: true, revision: 1 });
    expect(documentOf(refused, WAYBILL).coach).toMatchObject({ code: '1300', action: 'call', known: true });

    const logisticsNo = order.waybill.logisticsNo!.replace('-SBWAYBILL100', 'N');
    const changes = { 'waybill.logisticsNo': logisticsNo };
    const preview = await world.client.post<Preview>(`/v1/declarations/${id}/corrections/preview`, {
      changes,
    });
    expect(preview).toMatchObject({ ok: true, faults: [] });
    expect(preview.documents.map((d) => [d.messageType, d.action, d.appType])).toEqual([
      [WAYBILL, 'resubmit', '1'],
      [LIST, 'rewrite', '1'],
    ]);
    expect(preview.documents[0]!.fields).toEqual([
      { name: 'logisticsNo', n: null, before: order.waybill.logisticsNo, after: logisticsNo },
    ]);

    const made = await world.client.post<Result>(`/v1/declarations/${id}/corrections`, {
      changes,
      reason: '面单号打印错误',
    });
    expect(made.revision).toBe(2);
    const cleared = await world.until(id, (d) => d.verdict === 'cleared');
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
    const found = await world.client.get<{ items: { id: string }[] }>(`/v1/declarations?q=${logisticsNo}`);
    expect(found.items.map((d) => d.id)).toEqual([id]);
  });

  test('order that was a repetition at the port is declared again, then the list goes', async () => {
    const order = world.fresh();
    const theirs = { orderNo: order.orderNo!, ebpCode: order.platform.code!, ebcCode: order.seller.code! };
    await sandbox.accept(cebMessage(ORDER, [orderXml(theirs)], stranger));
    const id = await world.declare(order);
    const failed = await world.until(
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
    const made = await world.client.post<Result>(`/v1/declarations/${id}/resubmit`, {
      reason: '平台已删除重复申报',
    });
    expect(made).toMatchObject({
      revision: 1,
      documents: [{ messageType: ORDER, revision: 2, action: 'resubmit', appType: '1' }],
    });
    const cleared = await world.until(id, (d) => d.verdict === 'cleared');
    expect(cleared.attention).toBe(false);
    expect(
      cleared.timeline.some((e) => e.kind === 'decision' && e.detail?.includes('平台已删除重复申报')),
    ).toBe(true);
  });

  test('list that failed in processing is declared again under the same number and its own guid', async () => {
    const id = await world.declare(world.fresh('-SBNEG'));
    const failed = await world.until(id, (d) => d.verdict === 'failed');
    expect(list(failed).coach).toMatchObject({ code: '-604002', action: 'resubmit' });
    await world.client.post(`/v1/declarations/${id}/resubmit`, { reason: '口岸系统异常' });
    const cleared = await world.until(id, (d) => d.verdict === 'cleared');
    const lists = cleared.documents.filter((d) => d.messageType === LIST);
    expect(lists.map((d) => d.key.copNo)).toEqual([failed.copNo, failed.copNo]);
    expect(lists[0]!.guid).not.toBe(lists[1]!.guid);
    expect(
      cleared.documents.filter((d) => d.current && d.messageType !== LIST).every((d) => d.revision === 1),
    ).toBe(true);
  });

  test('list refused again stays refused, as its own newest revision', async () => {
    const id = await world.declare(world.fresh('-SBREFUSE'));
    await world.until(id, (d) => d.verdict === 'refused');
    await world.client.post(`/v1/declarations/${id}/resubmit`, { reason: '再报一次' });
    const again = await world.until(id, (d) => list(d).revision === 2 && list(d).verdict === 'refused');
    expect(again).toMatchObject({ verdict: 'refused', attention: true });
    expect(list(again).coach).toMatchObject({ code: '1327' });
  });
});

describe('a change', () => {
  test('before the list refers to the order goes as appType 2, and the list waits for its acceptance', async () => {
    const waiting = world.fresh('-SBWAYBILL100', 'logisticsNo');
    const held = await world.declare(waiting);
    await world.until(
      held,
      (d) => documentOf(d, ORDER).verdict === 'accepted' && documentOf(d, WAYBILL).verdict === 'refused',
    );
    const made = await world.client.post<Result>(`/v1/declarations/${held}/corrections`, {
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
    const cleared = await world.until(held, (d) => d.verdict === 'cleared');
    expect(documentOf(cleared, ORDER)).toMatchObject({ revision: 2, appType: '2', verdict: 'accepted' });
    expect(statusesOf(cleared, ORDER).filter((s) => s === '120')).toHaveLength(2);
  });

  test('after the list refers to the order is refused with the reason, and nothing is stored', async () => {
    const id = await world.declare(world.fresh('-SBINSPECT'));
    await world.until(id, (d) => list(d).verdict !== 'none' && d.invtNo !== null);
    const problem = await world.problemOf(`/v1/declarations/${id}/corrections`, {
      changes: { note: '太晚' },
      reason: '试试',
    });
    expect(problem.status).toBe(409);
    expect(problem.faults).toMatchObject([{ code: 'T27', path: `documents.${ORDER}` }]);
    expect(await world.client.get<Declaration>(`/v1/declarations/${id}`)).toMatchObject({
      revision: 1,
      order: { orderNo: expect.any(String) },
    });
    const actions = await world.client.get<Actions>(`/v1/declarations/${id}/actions`);
    const order = actions.documents.find((d) => d.messageType === ORDER)!;
    expect(order.actions.find((a) => a.action === 'change')).toMatchObject({
      allowed: false,
      reason: { code: 'T27' },
    });
  });

  test('of a key of a document customs holds is refused: it would reach nothing', async () => {
    const order = world.fresh('-SBORDER100');
    const id = await world.declare(order);
    await world.until(
      id,
      (d) =>
        documentOf(d, ORDER).verdict === 'refused' &&
        documentOf(d, WAYBILL).verdict === 'reviewed' &&
        documentOf(d, PAYMENT).verdict === 'accepted',
    );
    const problem = await world.problemOf(`/v1/declarations/${id}/corrections`, {
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
    const id = await world.declare(world.fresh('-SBREFUSE'));
    await world.until(id, (d) => d.verdict === 'refused');
    const problem = await world.problemOf(`/v1/declarations/${id}/resubmit`, {
      changes: { 'list.ieDate': 'yesterday', 'list.customsCode': '99X9', orderNo: 'X', 'lines[0].qty': '-1' },
      reason: '试试',
    });
    expect(problem.status).toBe(422);
    const paths = problem.faults.map((f) => f.path);
    for (const path of ['list.ieDate', 'list.customsCode', 'orderNo', 'lines[0].qty'])
      expect(paths).toContain(path);
    expect((await world.client.get<Declaration>(`/v1/declarations/${id}`)).revision).toBe(1);
  });

  test('to a waybill or payment number of another order is refused as at intake', async () => {
    const other = world.fresh();
    await world.declare(other);
    const order = world.fresh('-SBWAYBILL100', 'logisticsNo');
    const id = await world.declare(order);
    await world.until(id, (d) => documentOf(d, WAYBILL).verdict === 'refused');
    const problem = await world.problemOf(`/v1/declarations/${id}/corrections`, {
      changes: { 'waybill.logisticsNo': other.waybill.logisticsNo! },
      reason: '面单号',
    });
    expect(problem).toMatchObject({ status: 422, faults: [{ code: 'R902' }] });
  });

  test('that changes nothing, or a resubmission with nothing refused, is refused', async () => {
    const order = world.fresh();
    const id = await world.declare(order);
    await world.until(id, (d) => d.verdict === 'cleared');
    expect(
      codesOf(
        await world.problemOf(`/v1/declarations/${id}/corrections`, {
          changes: { orderNo: order.orderNo! },
          reason: '无',
        }),
      ),
    ).toEqual(['T04']);
    expect(codesOf(await world.problemOf(`/v1/declarations/${id}/resubmit`, { reason: '无' }))).toEqual([
      'T06',
    ]);
  });

  test('made on a revision somebody else corrected meanwhile is refused, at the same moment too', async () => {
    const order = world.fresh('-SBWAYBILL100', 'logisticsNo');
    const id = await world.declare(order);
    await world.until(
      id,
      (d) => documentOf(d, WAYBILL).verdict === 'refused' && documentOf(d, ORDER).verdict === 'accepted',
    );
    const send = (logisticsNo: string) =>
      world.client.raw(
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
    const late = await world.problemOf(`/v1/declarations/${id}/corrections`, {
      changes: { note: '旧' },
      reason: '旧页面',
      revision: 1,
    });
    expect(late.status).toBe(409);
    expect(codesOf(late)).toContain('T01');
    await world.until(id, (d) => d.verdict === 'cleared');
  });
});

describe('a deletion', () => {
  test('takes an accepted document off the books; declared again it is accepted and the list follows', async () => {
    const order = world.fresh('-SBORDER100');
    const id = await world.declare(order);
    const before = await world.until(
      id,
      (d) => documentOf(d, ORDER).verdict === 'refused' && documentOf(d, WAYBILL).verdict === 'reviewed',
    );
    const waybill = documentOf(before, WAYBILL);
    const made = await world.client.post<Result>(`/v1/documents/${waybill.id}/delete`, {
      reason: '包裹未揽收',
    });
    expect(made.documents).toMatchObject([
      { messageType: WAYBILL, revision: 2, action: 'delete', appType: '3' },
    ]);
    const deleted = await world.until(id, (d) => documentOf(d, WAYBILL).status?.status === '3');
    expect(list(deleted).delivery).toBe('waiting');
    expect(
      codesOf(
        await world.problemOf(`/v1/documents/${documentOf(deleted, WAYBILL).id}/delete`, { reason: '再删' }),
      ),
    ).toEqual(['T41']);
    expect(codesOf(await world.problemOf(`/v1/documents/${waybill.id}/delete`, { reason: '旧版' }))).toEqual([
      'T20',
    ]);
    // Off the books, the number itself may be corrected.
    const again = await world.client.post<Result>(`/v1/declarations/${id}/resubmit`, {
      changes: { 'waybill.logisticsNo': `${order.waybill.logisticsNo!}D` },
      reason: '改用新面单',
    });
    expect(again.documents.map((d) => [d.messageType, d.action, d.appType])).toEqual([
      [ORDER, 'resubmit', '1'],
      [WAYBILL, 'resubmit', '1'],
      [LIST, 'rewrite', '1'],
    ]);
    await world.until(
      id,
      (d) => documentOf(d, WAYBILL).revision === 3 && documentOf(d, WAYBILL).verdict === 'reviewed',
    );
  });

  test('of a document a list refers to, of a list, or of somebody else is refused', async () => {
    const id = await world.declare(world.fresh());
    const cleared = await world.until(id, (d) => d.verdict === 'cleared');
    expect(
      codesOf(
        await world.problemOf(`/v1/documents/${documentOf(cleared, ORDER).id}/delete`, { reason: '不要了' }),
      ),
    ).toEqual(['T27']);
    expect(
      codesOf(await world.problemOf(`/v1/documents/${list(cleared).id}/delete`, { reason: '不要了' })),
    ).toEqual(['T35']);
    expect((await world.problemOf(`/v1/documents/${randomUUID()}/delete`, { reason: '不要了' })).status).toBe(
      404,
    );
    const { client: other } = await enrol(world.it.operator, { code: null, name: '另一家', role: 'seller' });
    const path = `/v1/documents/${list(cleared).id}/delete`;
    expect(await world.problemOf(path, { reason: '不是我的' }, other)).toMatchObject({
      status: 404,
      faults: [{ code: 'A03' }],
    });
  });
});

describe('withdrawal and return ask the same table', () => {
  test('a released list is withdrawn by its own filing; after that it is at its end', async () => {
    const id = await world.declare(world.fresh('-SBNOCLEAR'));
    await world.until(id, (d) => d.verdict === 'released');
    const { filingId } = await world.client.post<{ filingId: string }>(`/v1/declarations/${id}/withdraw`, {
      reason: '航班取消，货物未出运',
    });
    const withdrawn = await world.until(id, (d) => d.withdrawnAt !== null);
    expect(withdrawn.filings.map((f) => f.id)).toEqual([filingId]);
    expect(withdrawn.timeline.some((e) => e.kind === 'decision' && e.detail?.includes('航班取消'))).toBe(
      true,
    );
    const { actions } = await world.client.get<Actions>(`/v1/declarations/${id}/actions`);
    expect(actions.find((a) => a.action === 'withdraw')).toMatchObject({
      allowed: false,
      reason: { code: 'T40' },
    });
    expect(codesOf(await world.problemOf(`/v1/declarations/${id}/resubmit`, { reason: '再报' }))).toEqual([
      'T06',
    ]);
  });

  test('goods of a cleared list are returned by a filing; what is missing in it comes back as its faults', async () => {
    const id = await world.declare(world.fresh());
    await world.until(id, (d) => d.verdict === 'cleared');
    const lines = [{ gnum: '1', qty: '1' }];
    const incomplete = await world.problemOf(`/v1/declarations/${id}/return`, { reason: '买家退货', lines });
    expect(incomplete.status).toBe(422);
    expect(incomplete.faults.length).toBeGreaterThan(0);
    const transport = { trafName: 'CA438', voyageNo: '20261125', logisticsNo: 'RET-L-0001' };
    const { filingId } = await world.client.post<{ filingId: string }>(`/v1/declarations/${id}/return`, {
      reason: '买家退货',
      lines,
      transport,
    });
    const returned = await world.until(id, (d) => d.returnedAt !== null);
    expect(returned.filings.map((f) => f.id)).toEqual([filingId]);
  });

  test('and are refused before the list is declared, and after clearance or before release', async () => {
    const refused = await world.declare(world.fresh('-SBORDER100'));
    await world.until(refused, (d) => documentOf(d, ORDER).verdict === 'refused');
    expect(await world.problemOf(`/v1/declarations/${refused}/withdraw`, { reason: '撤' })).toMatchObject({
      status: 409,
      faults: [{ code: 'T21' }],
    });
    const cleared = await world.declare(world.fresh());
    const done = await world.until(cleared, (d) => d.verdict === 'cleared');
    const why = done.order.list.statisticsFlag === 'B' ? 'T33' : 'T32';
    expect(await world.problemOf(`/v1/declarations/${cleared}/withdraw`, { reason: '撤' })).toMatchObject({
      status: 409,
      faults: [{ code: why }],
    });
    const detained = await world.declare(world.fresh('-SBDETAIN'));
    await world.until(detained, (d) => d.verdict === 'detained');
    const lines = [{ gnum: '1', qty: '1' }];
    expect(
      await world.problemOf(`/v1/declarations/${detained}/return`, { reason: '退', lines }),
    ).toMatchObject({
      status: 409,
      faults: [{ code: 'T37' }],
    });
  });
});
