import { describe, expect, test } from '@jest/globals';
import {
  deliveryStatusXml,
  importListXml,
  importOrderXml,
  importPaymentXml,
  importReturnXml,
  importWaybillXml,
  importWithdrawalXml,
  warehouseEntryXml,
  type ImportLine,
} from '../support/importFilings.js';
import { filesOf, SandboxBench, valueIn } from '../support/sandboxBench.js';
import { statusesOf } from '../support/sandboxClient.js';

const bench = new SandboxBench();

describe('the three documents (311, 411, 511)', () => {
  test.each([
    ['CEB311Message', () => bench.importFour().order],
    ['CEB411Message', () => bench.importFour().payment],
    ['CEB511Message', () => bench.importFour().waybill],
  ])('%s is taken in: 2, 3, 120', async (type, node) => {
    expect((await bench.outcome(type, node())).statuses).toEqual(['2', '3', '120']);
  });

  test.each([
    ['CEB311Message', '-301010', '已存在相同编号的订单', () => bench.importFour().order],
    ['CEB411Message', '-401007', '已存在相同编号的支付单', () => bench.importFour().payment],
    ['CEB511Message', '-504015', '已存在相同编号的运单', () => bench.importFour().waybill],
  ])('%s twice is a duplicate, with the code of the import table', async (type, code, words, make) => {
    const node = make();
    await bench.outcome(type, node);
    const { statuses, info } = await bench.outcome(type, node);
    expect([statuses, info]).toEqual([[code], words]);
  });

  test('each can be changed and deleted until a list refers to it', async () => {
    const four = bench.importFour();
    await bench.declareImportThree(four);
    const order = (appType: string) =>
      bench.outcome('CEB311Message', importOrderXml({ ...four.values, appType }));
    const payment = (appType: string) =>
      bench.outcome('CEB411Message', importPaymentXml({ ...four.values, appType }));
    const waybill = (appType: string) =>
      bench.outcome('CEB511Message', importWaybillXml({ ...four.values, appType }));
    expect((await order('2')).statuses).toEqual(['2', '3', '120']);
    expect((await payment('2')).statuses).toEqual(['2', '3', '120']);
    expect((await waybill('3')).statuses).toEqual(['2', '3']);
    await bench.outcome('CEB511Message', four.waybill);
    await bench.outcome('CEB621Message', four.list);
    expect((await order('2')).statuses).toEqual(['-301011']);
    expect((await payment('3')).statuses).toEqual(['-401008']);
    expect((await waybill('3')).statuses).toEqual(['-504016']);
  });
});

describe('the list (621)', () => {
  test('a list is cleared: 2, 120, 399, 800, 899, with customsCode and an invtNo of import', async () => {
    const { files, invtNo } = await bench.importList();
    expect(statusesOf(files, 'CEB622Message')).toEqual(['2', '120', '399', '800', '899']);
    expect(invtNo).toMatch(/^8013\d{4}I\d{9}$/);
    expect(valueIn(filesOf(files, 'CEB622Message'), 'customsCode')).toBe('8013');
  });

  test.each([
    ['-SBREVIEW', ['2', '120', '300', '399', '800', '899']],
    ['-SBINSPECT', ['2', '120', '500', '399', '800', '899']],
    ['-SBREFUSE', ['2', '100']],
    ['-SBDETAIN', ['2', '120', '500', '501']],
  ])('%s: the list gets %j', async (marker, statuses) => {
    expect(statusesOf((await bench.importList(marker)).files, 'CEB622Message')).toEqual(statuses);
  });

  test('-SBNEG fails it once with -621017, then takes it', async () => {
    const four = bench.importFour('-SBNEG');
    await bench.declareImportThree(four);
    expect((await bench.outcome('CEB621Message', four.list)).statuses).toEqual(['-621017']);
    expect((await bench.outcome('CEB621Message', four.list)).statuses.at(-1)).toBe('899');
  });

  const refused = async (
    over: Record<string, string>,
    change: Partial<Record<'order' | 'payment', string>>,
  ) => {
    const four = bench.importFour('', over);
    await bench.declareImportThree({ ...four, ...change });
    const { statuses, info } = await bench.outcome('CEB621Message', four.list);
    expect(statuses).toEqual(['2', '100']);
    return info;
  };
  /** A document of the next order, since `importFour` numbers them. */
  const next = (number: number, values: Record<string, string>) => ({
    ...values,
    orderNo: `IM${String(number).padStart(6, '0')}`,
    payTransactionId: `T${String(number).padStart(6, '0')}`,
  });
  const numberOf = (orderNo: string) => Number(orderNo.slice(2)) + 1;

  test.each([
    ['1327', 'a payer who is not the buyer', 'payment', { payerIdNumber: '500103199002020027' }],
    ['13035', 'a payment by another company than the order names', 'payment', { payCode: '312226T009' }],
  ] as const)('%s: %s', async (code, _what, document, values) => {
    const number = numberOf(bench.importFour().names.orderNo);
    const payment = importPaymentXml(next(number, values));
    expect(await refused({}, { [document]: payment })).toContain(`[Code:${code};Desc:`);
  });

  test('1322: other goods than the order', async () => {
    const number = numberOf(bench.importFour().names.orderNo);
    const lines: ImportLine[] = [{ gnum: '1', itemNo: 'IM-0001', qty: '3', totalPrice: '199.98' }];
    const info = await refused({}, { order: importOrderXml(next(number, {}), lines) });
    expect(info).toBe('[Code:1322;Desc:订单清单表体商品项不一致]');
  });

  test('13127: another buyer than the order', async () => {
    const number = numberOf(bench.importFour().names.orderNo);
    const order = importOrderXml(next(number, { buyerName: '王两江' }));
    expect(await refused({}, { order })).toBe('[Code:13127;Desc:清单订购人和订单不一致]');
  });

  test.each(['order', 'payment', 'waybill'] as const)(
    'a list without its %s is returned',
    async (missing) => {
      const four = bench.importFour();
      for (const [document, type] of [
        ['order', 'CEB311Message'],
        ['payment', 'CEB411Message'],
        ['waybill', 'CEB511Message'],
      ] as const)
        if (document !== missing) await bench.outcome(type, four[document]);
      const { statuses, info } = await bench.outcome('CEB621Message', four.list);
      expect(statuses).toEqual(['2', '100']);
      expect(info).toContain('三单不符');
    },
  );

  /** A list of some value, of a buyer of its own. */
  const buys = async (totalPrice: string, buyerIdNumber: string, freight = '0') => {
    const lines: ImportLine[] = [{ gnum: '1', itemNo: 'IM-0001', qty: '2', totalPrice }];
    const four = bench.importFour('', { buyerIdNumber, payerIdNumber: buyerIdNumber, freight });
    await bench.declareImportThree({ ...four, order: importOrderXml(four.values, lines) });
    return { four, ...(await bench.outcome('CEB621Message', importListXml(four.values, lines))) };
  };

  test('a purchase above 5000 fails with -621005, 5000 itself does not; freight counts', async () => {
    expect((await buys('5000', '500103199003030038')).statuses.at(-1)).toBe('899');
    const { statuses, info, four } = await buys('4999.99', '500103199003030038', '0.02');
    expect(statuses).toEqual(['-621005']);
    expect(info).toBe(`清单[${four.names.copNo}]的购买金额超过单笔限额[5000]`);
  });

  test('1313: a buyer may spend 26000 a year, another buyer is not touched', async () => {
    const id = '500103199004040042';
    for (let i = 0; i < 5; i++) expect((await buys('5000', id)).statuses.at(-1)).toBe('899');
    expect((await buys('1000', id)).statuses.at(-1)).toBe('899');
    expect((await buys('0.01', id)).info).toBe('[Code:1313;Desc:订购人购买超过年度限额]');
    expect((await buys('0.01', '500103199005050051')).statuses.at(-1)).toBe('899');
  });

  test('what is withdrawn or returned is free in the limit of the year again', async () => {
    const id = '500103199006060060';
    const { files } = await buys('5000', id);
    for (let i = 0; i < 4; i++) await buys('5000', id);
    expect((await buys('2000', id)).info).toContain('1313');
    await bench.outcome(
      'CEB625Message',
      importReturnXml({ invtNo: valueIn(files, 'invtNo') }, [{ gnum: '1', qty: '1' }]),
    );
    expect((await buys('2000', id)).statuses.at(-1)).toBe('899');
  });
});

describe('tax bills (816, 818)', () => {
  test('a released list gets a bill of 70 % of 13 % VAT, later the news that it is summed up', async () => {
    const { files, invtNo } = await bench.importList();
    const bill = filesOf(files, 'CEB816Message')[0]?.text ?? '';
    expect(bill).toContain(`invtNo>${invtNo}<`);
    // 199.98 × 0.13 × 0.7 = 18.19818
    expect(bill).toMatch(/customsTax>0.00<.*valueAddedTax>18.20<.*consumptionTax>0.00<.*status>1</s);
    expect(bill).toContain('taxPrice>199.98<');
    const status = filesOf(files, 'CEB818Message').map((f) => f.text);
    expect(status.length).toBe(1);
    expect(status[0]).toContain('status>2<');
    expect(valueIn(filesOf(files, 'CEB818Message'), 'taxNo')).toBe(
      valueIn(filesOf(files, 'CEB816Message'), 'taxNo'),
    );
  });

  test('freight and insurance are shared out by value, to the cent', async () => {
    const lines = ['100', '200'].map((totalPrice, i) => ({
      ...{ gnum: String(i + 1), itemNo: 'IM-0001', qty: '1', totalPrice },
    }));
    const four = bench.importFour('', { freight: '10', insuredFee: '0.01' });
    await bench.declareImportThree({ ...four, order: importOrderXml(four.values, lines) });
    const { files } = await bench.outcome('CEB621Message', importListXml(four.values, lines));
    const bill = filesOf(files, 'CEB816Message')[0]?.text ?? '';
    // 10.01 × 100 / 300 = 3.34; the second line takes 6.67
    expect(bill).toMatch(/taxPrice>103.34<.*valueAddedTax>9.40<.*taxPrice>206.67<.*valueAddedTax>18.81</s);
    expect(bill).toMatch(/TaxHeadRd>.*valueAddedTax>28.21<.*\/ceb:TaxHeadRd/s);
  });

  test('a single article above 5000 may pass, its VAT is levied in full', async () => {
    const lines = [{ gnum: '1', itemNo: 'IM-0001', qty: '1', totalPrice: '6000' }];
    const four = bench.importFour();
    await bench.declareImportThree({ ...four, order: importOrderXml(four.values, lines) });
    const { files } = await bench.outcome('CEB621Message', importListXml(four.values, lines));
    expect(filesOf(files, 'CEB816Message')[0]?.text).toContain('valueAddedTax>780.00<');
  });

  test('-SBTAXDIFF: the head of the bill differs from the formula by 1.23', async () => {
    const { files } = await bench.importList('-SBTAXDIFF');
    expect(filesOf(files, 'CEB816Message')[0]?.text).toContain('valueAddedTax>19.43<');
  });

  test('a list that is not released gets no bill', async () => {
    const { files } = await bench.importList('-SBDETAIN');
    expect(files.map((f) => f.fileName.slice(0, 13)).filter((name) => name !== 'CEB622Message')).toEqual([]);
  });
});

describe('withdrawal (623) and return (625)', () => {
  const withdraw = (over: Record<string, string>) =>
    bench.outcome('CEB623Message', importWithdrawalXml(over));
  const giveBack = (
    over: Record<string, string>,
    qty: string,
    line: { gnum?: string; gcode?: string } = {},
  ) => bench.outcome('CEB625Message', importReturnXml(over, [{ gnum: '1', ...line, qty }]));

  test('a detained list is withdrawn: 2, 3, 120, 399; there was no bill to void', async () => {
    const { invtNo } = await bench.importList('-SBDETAIN');
    const { files, statuses } = await withdraw({ invtNo });
    expect(statuses).toEqual(['2', '3', '120', '399']);
    expect(filesOf(files, 'CEB818Message')).toEqual([]);
  });

  test('the bill of a list withdrawn after its release is void: 818 status 3', async () => {
    const { invtNo, files: before } = await bench.importList('-SBNOCLEAR');
    const { files } = await withdraw({ invtNo });
    const voided = filesOf(files, 'CEB818Message');
    expect(voided[0]?.text).toContain('status>3<');
    expect(valueIn(voided, 'taxNo')).toBe(valueIn(filesOf(before, 'CEB816Message'), 'taxNo'));
  });

  test('an unknown list fails with -623003, a cleared one with -623005', async () => {
    expect((await withdraw({ invtNo: '80132026I999999999' })).statuses).toEqual(['-623003']);
    const { invtNo } = await bench.importList();
    const { statuses, info } = await withdraw({ invtNo, copNo: 'ICAN0002' });
    expect(statuses).toEqual(['-623005']);
    expect(info).toBe(`清单的状态不符合撤单申报要求(清单编号[${invtNo}])！`);
  });

  test('-SBCANCELREFUSE refuses it, a withdrawal cannot be changed', async () => {
    const { invtNo, orderNo } = await bench.importList('-SBDETAIN-SBCANCELREFUSE');
    expect((await withdraw({ invtNo, orderNo })).statuses).toEqual(['2', '3', '100']);
    expect((await withdraw({ invtNo, orderNo, appType: '2' })).statuses).toEqual(['-623018']);
  });

  test('a return is granted: 2, 3, 120, 399, and voids the bill once', async () => {
    const { invtNo } = await bench.importList();
    const first = await giveBack({ invtNo }, '1');
    expect(first.statuses).toEqual(['2', '3', '120', '399']);
    expect(filesOf(first.files, 'CEB818Message')[0]?.text).toContain('status>3<');
    const second = await giveBack({ invtNo, copNo: 'IRET0002' }, '1');
    expect(second.statuses.at(-1)).toBe('399');
    expect(filesOf(second.files, 'CEB818Message')).toEqual([]);
  });

  test('no more than the list holds comes back, and only its own lines', async () => {
    const { invtNo } = await bench.importList();
    expect((await giveBack({ invtNo }, '3')).info).toContain('[Code:1384;');
    const other = await giveBack({ invtNo, copNo: 'IRET0002' }, '1', { gcode: '9999999999' });
    expect(other.statuses).toEqual(['-625209']);
    expect((await giveBack({ invtNo: '80132026I999999999' }, '1')).statuses).toEqual(['-625016']);
  });
});

describe('delivery status (513) and warehouse entry (711)', () => {
  test('the delivery of a known waybill is taken in, of an unknown one returned', async () => {
    const { logisticsNo } = await bench.importList();
    const { files, statuses } = await bench.outcome('CEB513Message', deliveryStatusXml({ logisticsNo }));
    expect(statuses).toEqual(['2', '3', '120']);
    expect(valueIn(files, 'logisticsStatus')).toBe('S');
    expect((await bench.outcome('CEB513Message', deliveryStatusXml({ logisticsNo }))).statuses).toEqual([
      '-505012',
    ]);
    const unknown = await bench.outcome('CEB513Message', deliveryStatusXml({ logisticsNo: 'IW999999' }));
    expect(unknown.info).toBe('[Code:1303;Desc:未找到对应的运单]');
  });

  test('a warehouse entry is taken in and gets its rkdNo with 120', async () => {
    const { files, statuses } = await bench.outcome('CEB711Message', warehouseEntryXml());
    expect(statuses).toEqual(['2', '3', '120']);
    expect(valueIn(files.slice(0, 2), 'rkdNo')).toBe('');
    expect(valueIn(files, 'rkdNo')).toMatch(/^8013\d{4}R\d{9}$/);
  });

  test('a message holds one warehouse entry: two are refused with -800006', async () => {
    const two = [warehouseEntryXml(), warehouseEntryXml({ copNo: 'RK0002' })];
    expect((await bench.outcome('CEB711Message', ...two)).statuses).toEqual(['-800006', '-800006']);
  });
});
