import { describe, expect, test } from '@jest/globals';
import { cebMessage, fixtureGuid, listXml, orderXml } from '../support/cebFixtures.js';
import { infosOf, SandboxBench } from '../support/sandboxBench.js';
import { receiptsIn, statusesOf, type SeenFile } from '../support/sandboxClient.js';

const bench = new SandboxBench();

describe('business checks', () => {
  const only = (files: readonly SeenFile[]): string[] =>
    receiptsIn(files).map((r) => `${r.status} ${r.info}`);

  test('the same message again is 409 and names the first acceptance', async () => {
    const message = bench.orders(bench.four().order);
    await bench.client.accept(message);
    const response = await bench.client.post(message);
    expect(response.status).toBe(409);
    const body = (await response.json()) as { reason: string; firstAcceptedAt: string };
    expect(body.reason).toBe('duplicate');
    expect(Date.now() - Date.parse(body.firstAcceptedAt)).toBeLessThan(60_000);
    expect((await bench.client.drain()).length).toBe(3);
  });

  test('other bytes under a used guid are refused, not taken for a duplicate', async () => {
    const guid = fixtureGuid();
    await bench.client.accept(cebMessage('CEB303Message', [bench.four().order], bench.rsa, { guid }));
    const response = await bench.client.post(
      cebMessage('CEB303Message', [bench.four().order], bench.rsa, { guid }),
    );
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ reason: 'guid-taken' });
  });

  test('the same business key in another message is a duplicate, in the words of each document', async () => {
    const four = bench.four();
    await bench.declareThree(four);
    await bench.client.accept(bench.lists(four.list));
    await bench.client.drain();
    expect(only(await bench.answersTo(bench.orders(four.order)))).toEqual(['-303001 已存在相同编号的订单']);
    expect(only(await bench.answersTo(bench.payments(four.payment)))).toEqual([
      '-403001 已存在相同编号的收款单',
    ]);
    expect(only(await bench.answersTo(bench.waybills(four.waybill)))).toEqual([
      '-503001 已存在相同编号的运单',
    ]);
    expect(only(await bench.answersTo(bench.lists(four.list)))).toEqual([
      `-603001 清单[${four.names.copNo}]已经申报过，请勿重复申报`,
    ]);
  });

  test('a platform without a code (无) keeps the orders of two sellers apart', async () => {
    const { names } = bench.four();
    const of = (ebcCode: string) => bench.orders(orderXml({ ...names, ebpCode: '无', ebcCode }));
    expect(statusesOf(await bench.answersTo(of('5001960001')), 'CEB304Message').at(-1)).toBe('120');
    expect(statusesOf(await bench.answersTo(of('5001960002')), 'CEB304Message').at(-1)).toBe('120');
    expect(statusesOf(await bench.answersTo(of('5001960002')), 'CEB304Message')).toEqual(['-303001']);
  });

  test.each([
    ['order', 'CEB303Message', '三单不符：未找到对应的订单'],
    ['payment', 'CEB403Message', '三单不符：未找到对应的收款单'],
    ['waybill', 'CEB505Message', '三单不符：未找到对应的运单'],
  ] as const)('a list without its %s is returned', async (missing, _type, reason) => {
    const four = bench.four();
    if (missing !== 'order') await bench.client.accept(bench.orders(four.order));
    if (missing !== 'payment') await bench.client.accept(bench.payments(four.payment));
    if (missing !== 'waybill') await bench.client.accept(bench.waybills(four.waybill));
    await bench.client.drain();
    const files = await bench.answersTo(bench.lists(four.list));
    expect(statusesOf(files, 'CEB604Message')).toEqual(['2', '100']);
    expect(infosOf(files).at(-1)).toContain(reason);
  });

  test('a 9710 list needs no payment receipt', async () => {
    const four = bench.four('', { tradeMode: '9710' });
    await bench.client.accept(bench.orders(four.order));
    await bench.client.accept(bench.waybills(four.waybill));
    await bench.client.drain();
    expect(statusesOf(await bench.answersTo(bench.lists(four.list)), 'CEB604Message').at(-1)).toBe('899');
  });

  test.each([
    ['a quantity', [{ gnum: '1', itemNo: 'SC-0001', qty: '3' }]],
    ['an item number', [{ gnum: '1', itemNo: 'SC-0009', qty: '2' }]],
    ['a gnum', [{ gnum: '2', itemNo: 'SC-0001', qty: '2' }]],
    ['the number of lines', [1, 2].map((n) => ({ gnum: String(n), itemNo: 'SC-0001', qty: '2' }))],
  ])('a list that differs from its order in %s is returned with 1322', async (_what, lines) => {
    const four = bench.four();
    await bench.declareThree(four);
    const files = await bench.answersTo(bench.lists(listXml(four.names, lines)));
    expect(infosOf(files).at(-1)).toBe('[Code:1322;Desc:订单清单表体商品项不一致]');
  });

  test('2.00 pieces are the same as 2', async () => {
    const four = bench.four();
    await bench.declareThree(four);
    const files = await bench.answersTo(
      bench.lists(listXml(four.names, [{ gnum: '1', itemNo: 'SC-0001', qty: '2.00' }])),
    );
    expect(statusesOf(files, 'CEB604Message').at(-1)).toBe('899');
  });

  test('a returned list may be declared again, corrected', async () => {
    const four = bench.four();
    await bench.client.accept(bench.lists(four.list));
    await bench.client.drain();
    await bench.declareThree(four);
    const again = bench.lists(listXml({ ...four.names, appType: '2' }));
    expect(statusesOf(await bench.answersTo(again), 'CEB604Message').at(-1)).toBe('899');
  });

  test('a change before the list is accepted, after the list it comes too late', async () => {
    const four = bench.four();
    await bench.declareThree(four);
    const change = () => bench.orders(orderXml({ ...four.names, appType: '2' }));
    const first = await bench.answersTo(change());
    expect(statusesOf(first, 'CEB304Message')).toEqual(['2', '3', '120']);
    expect(infosOf(first)[0]).toContain('变更申报成功');
    await bench.client.accept(bench.lists(four.list));
    await bench.client.drain();
    expect(only(await bench.answersTo(change()))).toEqual(['-303003 该订单已向海关申报清单，状态不符']);
  });

  test('a deleted order is gone: its number is free and a list misses it', async () => {
    const four = bench.four();
    await bench.declareThree(four);
    const deletion = bench.orders(orderXml({ ...four.names, appType: '3' }));
    expect(statusesOf(await bench.answersTo(deletion), 'CEB304Message')).toEqual(['2', '3']);
    expect(statusesOf(await bench.answersTo(bench.lists(four.list)), 'CEB604Message')).toEqual(['2', '100']);
    expect(statusesOf(await bench.answersTo(bench.orders(four.order)), 'CEB304Message')).toEqual([
      '2',
      '3',
      '120',
    ]);
  });

  test('a change or deletion of what was never declared is refused', async () => {
    const { names } = bench.four();
    for (const appType of ['2', '3'])
      expect(only(await bench.answersTo(bench.orders(orderXml({ ...names, appType }))))).toEqual([
        '-303002 订单标识(appType)不正确,未找到操作的订单',
      ]);
  });
});
