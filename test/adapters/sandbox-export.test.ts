import { describe, expect, test } from '@jest/globals';
import type { Values } from '../support/cebFixtures.js';
import {
  arrivalXml,
  departureXml,
  exportReturnXml,
  returnTallyXml,
  summaryXml,
  waybillSummaryXml,
  withdrawalXml,
} from '../support/exportFilings.js';
import { filesOf, SandboxBench, valueIn } from '../support/sandboxBench.js';
import { receiptsIn, statusesOf } from '../support/sandboxClient.js';

const bench = new SandboxBench();
const pace = (paceMs: number) => bench.client.send('/sandbox/settings', { paceMs });

describe('arrival (507) and departure (509)', () => {
  test('an arrival without lines is approved: 2, 3, 399, with a preNo', async () => {
    const { files, statuses } = await bench.outcome('CEB507Message', arrivalXml());
    expect(statuses).toEqual(['2', '3', '399']);
    expect(valueIn(files, 'preNo')).toMatch(/^B\d{17}$/);
  });

  test('a departure is approved: 2, 3, 399', async () => {
    expect((await bench.outcome('CEB509Message', departureXml())).statuses).toEqual(['2', '3', '399']);
  });

  test('the same copNo and msgSeqNo again is a duplicate in the range of arrivals', async () => {
    await bench.outcome('CEB507Message', arrivalXml());
    const { statuses, info } = await bench.outcome('CEB507Message', arrivalXml());
    expect(statuses).toEqual(['-803001']);
    expect(info).toBe('运抵单[ARR0001]已经申报过，请勿重复申报');
  });

  test('a part waits for the others, the last one brings the answer to all, each under its msgSeqNo', async () => {
    const part = (msgSeqNo: string) => arrivalXml({ msgCount: '2', msgSeqNo });
    expect((await bench.outcome('CEB507Message', part('2'))).statuses).toEqual(['2', '3']);
    const { files } = await bench.outcome('CEB507Message', part('1'));
    const last = receiptsIn(files).filter((r) => r.status === '399');
    expect(last.map((r) => /msgSeqNo>(\d)</.exec(r.text)?.[1]).sort()).toEqual(['1', '2']);
  });

  test('a part whose msgSeqNo is above msgCount, or whose msgCount is another, is returned with 1380', async () => {
    const above = await bench.outcome('CEB507Message', arrivalXml({ msgCount: '2', msgSeqNo: '3' }));
    expect(above.statuses).toEqual(['2', '3', '100']);
    await bench.outcome('CEB507Message', arrivalXml({ msgCount: '3', msgSeqNo: '1' }));
    const other = await bench.outcome('CEB507Message', arrivalXml({ msgCount: '2', msgSeqNo: '2' }));
    expect(other.info).toContain('[Code:1380;');
  });
});

describe('waybill summary (607)', () => {
  test('waybills of declared lists are taken in: 2, 3, 120', async () => {
    const [one, two] = [await bench.exportList(), await bench.exportList()];
    const rows: Values[] = [
      { logisticsNo: one.logisticsNo, invtNo: one.invtNo },
      { logisticsNo: two.logisticsNo },
    ];
    const { files, statuses } = await bench.outcome('CEB607Message', waybillSummaryXml({}, rows));
    expect(statuses).toEqual(['2', '3', '120']);
    expect(valueIn(files, 'billNo')).toBe('999-12345678');
  });

  test('a waybill without a list is returned and named', async () => {
    const { logisticsNo } = await bench.exportList();
    const rows = [{ logisticsNo }, { logisticsNo: 'JL999999' }];
    const { statuses, info } = await bench.outcome('CEB607Message', waybillSummaryXml({}, rows));
    expect(statuses).toEqual(['2', '3', '100']);
    expect(info).toBe('[Code:1381;Desc:运单[JL999999]没有对应的已申报清单]');
  });

  test('a waybill beside the number of another list is returned with 1382', async () => {
    const [one, two] = [await bench.exportList(), await bench.exportList()];
    const rows = [{ logisticsNo: one.logisticsNo, invtNo: two.invtNo }];
    expect((await bench.outcome('CEB607Message', waybillSummaryXml({}, rows))).info).toContain('[Code:1382;');
  });
});

describe('withdrawal (605)', () => {
  const withdraw = (over: Record<string, string>) => bench.outcome('CEB605Message', withdrawalXml(over));

  test('a released list that is not cleared is withdrawn: 2, 3, 399', async () => {
    const { invtNo } = await bench.exportList('-SBNOCLEAR');
    const { files, statuses } = await withdraw({ invtNo });
    expect(statuses).toEqual(['2', '3', '399']);
    expect(valueIn(files, 'invtNo')).toBe(invtNo);
  });

  test('receipts of the list that are not due yet are never sent', async () => {
    await pace(400);
    const four = bench.four();
    await bench.declareThree(four);
    await bench.client.accept(bench.lists(four.list));
    let seen = await bench.client.drain(5000);
    while (!statusesOf(seen, 'CEB604Message').includes('120'))
      seen = [...seen, ...(await bench.client.drain(5000))];
    await pace(0);
    const { files, statuses } = await withdraw({ invtNo: valueIn(seen, 'invtNo') });
    expect(statuses).toEqual(['2', '3', '399']);
    const list = () => statusesOf([...seen, ...files], 'CEB604Message');
    const before = list();
    expect(before).not.toContain('899');
    for (;;) {
      const { scheduled } = (await bench.client.state()).receipts;
      if (scheduled === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    seen = [...seen, ...(await bench.client.drain())];
    expect(list()).toEqual(before);
    expect((await bench.client.state()).receipts.withheld).toBeGreaterThan(0);
  });

  test('the order of a withdrawn list can be changed again, and the list declared anew', async () => {
    const four = bench.four('-SBNOCLEAR');
    await bench.declareThree(four);
    const files = await bench.answersTo(bench.lists(four.list));
    await withdraw({ invtNo: valueIn(files, 'invtNo') });
    const again = await bench.answersTo(bench.lists(four.list));
    expect(statusesOf(again, 'CEB604Message').at(-1)).toBe('800');
    expect(valueIn(again, 'invtNo')).not.toBe(valueIn(files, 'invtNo'));
  });

  test.each([
    ['an unknown list', '1371', async () => '80132026E999999999'],
    ['a cleared list', '1373', async () => (await bench.exportList()).invtNo],
  ])('%s: 100 with %s', async (_what, code, invtNo) => {
    const { statuses, info } = await withdraw({ invtNo: await invtNo() });
    expect(statuses).toEqual(['2', '3', '100']);
    expect(info).toContain(`[Code:${code};`);
  });

  test('a list of another seller, and a list withdrawn before, are not withdrawn', async () => {
    const { invtNo } = await bench.exportList('-SBNOCLEAR');
    expect((await withdraw({ invtNo, ebcCode: '5001960001' })).info).toContain('[Code:1376;');
    await withdraw({ invtNo, copNo: 'CAN0002' });
    expect((await withdraw({ invtNo, copNo: 'CAN0003' })).info).toContain('[Code:1374;');
  });

  test('-SBCANCELREFUSE refuses it, in its own number or in the order number of the list', async () => {
    const own = await bench.exportList('-SBNOCLEAR');
    const marked = await bench.exportList('-SBNOCLEAR-SBCANCELREFUSE');
    const byOwn = await withdraw({ invtNo: own.invtNo, copNo: 'CAN1-SBCANCELREFUSE' });
    const byOrder = await withdraw({ invtNo: marked.invtNo, copNo: 'CAN2' });
    for (const { statuses, info } of [byOwn, byOrder]) {
      expect(statuses).toEqual(['2', '3', '100']);
      expect(info).toBe('[Code:1300;Desc:人工退单：撤销申请不予批准]');
    }
  });
});

describe('summary application (701) and its results (792)', () => {
  const apply = (over: Record<string, string>, invtNos: string[], period = {}) =>
    bench.outcome('CEB701Message', summaryXml(over, invtNos, period));
  const forSummary = (over: Record<string, string> = {}) =>
    bench.exportList('', { statisticsFlag: 'B', ...over });

  test('released lists of flag B are summarised: 2, 3, 399 with sumNo, then two results', async () => {
    const [one, two] = [await forSummary(), await forSummary()];
    const { files, statuses } = await apply({}, [one.invtNo, two.invtNo]);
    expect(statuses).toEqual(['2', '3', '399']);
    const sumNo = valueIn(files, 'sumNo');
    expect(sumNo).toMatch(/^S\d{17}$/);
    const results = filesOf(files, 'CEB792Message').map((f) => f.text);
    expect(results.length).toBe(2);
    expect(results[0]).toContain(`sumNo>${sumNo}<`);
    for (const empty of ['decTmpNo', 'decPreNo', 'entryId']) expect(results[0]).not.toContain(empty);
    expect(results[1]).toMatch(/decTmpNo>\w{18}<.*decPreNo>\w{18}<.*entryId>8013\d{14}</s);
    const declSeqNo = results.map((text) => /declSeqNo>(\w{18})</.exec(text)?.[1]);
    expect(declSeqNo[0]).toBe(declSeqNo[1]);
    for (const { invtNo } of [one, two]) expect(results[1]).toContain(`invtNo>${invtNo}<`);
    expect(results[1]).toContain('grossWeight>2.4<');
    expect(results[1]).toContain('netWeight>2<');
  });

  test('lists for different countries go into different declarations', async () => {
    const [one, two] = [await forSummary(), await forSummary({ country: '304' })];
    const { files } = await apply({}, [one.invtNo, two.invtNo]);
    const entries = filesOf(files, 'CEB792Message').flatMap(
      (f) => /entryId>(\d{18})</.exec(f.text)?.[1] ?? [],
    );
    expect(new Set(entries).size).toBe(2);
  });

  test('parts wait for each other; the results come once, with the lists of all parts', async () => {
    const [one, two] = [await forSummary(), await forSummary()];
    const first = await apply({ msgCount: '2', msgSeqNo: '1' }, [one.invtNo]);
    expect(first.statuses).toEqual(['2', '3']);
    expect(filesOf(first.files, 'CEB792Message')).toEqual([]);
    const second = await apply({ msgCount: '2', msgSeqNo: '2' }, [two.invtNo]);
    expect([...second.statuses].sort()).toEqual(['2', '3', '399', '399']);
    const sumNos = receiptsIn(second.files).flatMap((r) => /sumNo>(\w+)</.exec(r.text)?.[1] ?? []);
    expect(sumNos.length).toBe(2);
    expect(new Set(sumNos).size).toBe(1);
    const results = filesOf(second.files, 'CEB792Message');
    expect(results.length).toBe(2);
    for (const { invtNo } of [one, two]) expect(results[0]?.text).toContain(invtNo);
  });

  test('a period chooses the lists taken in it and ignores the lines', async () => {
    const list = await forSummary();
    await bench.exportList('', { statisticsFlag: 'A' });
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' })
      .format(new Date())
      .replaceAll('-', '');
    const period = { startTime: `${Number(day) - 10000}000000`, endTime: `${Number(day) + 10000}000000` };
    const { files, statuses } = await apply({}, ['80132026E999999999'], period);
    expect(statuses).toEqual(['2', '3', '399']);
    const lists = [...(filesOf(files, 'CEB792Message')[0]?.text.matchAll(/invtNo>(\w+)</g) ?? [])];
    expect(lists.map((m) => m[1])).toEqual([list.invtNo]);
  });

  test('a period without lists is returned with 1379', async () => {
    const period = { startTime: '20200101000000', endTime: '20200201000000' };
    expect((await apply({}, [], period)).info).toContain('[Code:1379;');
  });

  test.each([
    ['an unknown list', '1371', async () => '80132026E999999999'],
    ['a list of flag A', '1378', async () => (await bench.exportList()).invtNo],
    [
      'a detained list',
      '1375',
      async () => (await bench.exportList('-SBDETAIN', { statisticsFlag: 'B' })).invtNo,
    ],
    ['a list of another seller', '1376', async () => (await forSummary({ ebcCode: '5001960009' })).invtNo],
  ])('%s is returned with %s', async (_what, code, invtNo) => {
    const { statuses, info } = await apply({}, [await invtNo()]);
    expect(statuses).toEqual(['2', '3', '100']);
    expect(info).toContain(`[Code:${code};`);
  });

  test('a list is summarised once, even when one application names it twice', async () => {
    const { invtNo } = await forSummary();
    const { files } = await apply({}, [invtNo, invtNo]);
    expect(filesOf(files, 'CEB792Message')[0]?.text.match(/SummaryResultList>/g)?.length).toBe(2);
    expect((await apply({ copNo: 'APP0002' }, [invtNo])).info).toContain('[Code:1377;');
  });
});

describe('export return (213) and tally (215)', () => {
  const giveBack = (over: Record<string, string>, qty: string, gnum = '1') =>
    bench.outcome('CEB213Message', exportReturnXml(over, [{ gnum, qty }]));

  test('a return of a released list is released: 2, 3, 120, 800', async () => {
    const { invtNo } = await bench.exportList();
    expect((await giveBack({ invtNo }, '1')).statuses).toEqual(['2', '3', '120', '800']);
  });

  test('-SBREVIEW and -SBINSPECT put 300 and 500 before the release', async () => {
    const { invtNo } = await bench.exportList();
    const reviewed = await giveBack({ invtNo, coElNo: 'R1-SBREVIEW' }, '1');
    const inspected = await giveBack({ invtNo, coElNo: 'R2-SBINSPECT' }, '1');
    expect(reviewed.statuses).toEqual(['2', '3', '120', '300', '800']);
    expect(inspected.statuses).toEqual(['2', '3', '120', '500', '800']);
  });

  test('no more than the list still holds comes back: 2 pieces, 1 returned, 2 more are too many', async () => {
    const { invtNo } = await bench.exportList();
    await giveBack({ invtNo }, '1');
    const { statuses, info } = await giveBack({ invtNo, coElNo: 'RET0002' }, '2');
    expect(statuses).toEqual(['2', '3', '100']);
    expect(info).toBe('[Code:1384;Desc:第1项退货数量超过原清单的剩余数量]');
    expect((await giveBack({ invtNo, coElNo: 'RET0003' }, '1.00')).statuses.at(-1)).toBe('800');
  });

  test('an unknown list, an unknown line and a list not released are returned', async () => {
    const { invtNo } = await bench.exportList();
    const held = await bench.exportList('-SBDETAIN');
    expect((await giveBack({ invtNo: '80132026E999999999' }, '1')).info).toContain('[Code:1371;');
    expect((await giveBack({ invtNo }, '1', '7')).info).toBe('[Code:1383;Desc:原清单没有第7项]');
    expect((await giveBack({ invtNo: held.invtNo }, '1')).info).toContain('[Code:1375;');
  });

  test('a tally is approved: 2, 3, 399, its preNo begins with o', async () => {
    const { files, statuses } = await bench.outcome('CEB215Message', returnTallyXml());
    expect(statuses).toEqual(['2', '3', '399']);
    expect(valueIn(files, 'preNo')).toMatch(/^o\d{17}$/);
    const unknown = returnTallyXml({ coElNo: 'TALLY0002', invtNo: '80132026E999999999' });
    expect((await bench.outcome('CEB215Message', unknown)).info).toContain('[Code:1371;');
  });
});
