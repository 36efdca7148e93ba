import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../src/base/fault.js';
import { mergeFaults } from '../../src/messages/fieldFaults.js';
import type { DocumentFacts, Transfer } from '../../src/messages/values.js';
import type { Order, OrderLine } from '../../src/orders/order.js';
import { documentFacts, envelope, goldenOrder, input, message, sentMessages } from './fixtures.js';

const brief = (faults: readonly Fault[]) => faults.map((f) => `${f.code} ${f.path}`);

/** The faults of the golden order after a change, in one message. */
function faultsOf(name: string, change: (order: Order) => void, regime = '9610'): Fault[] {
  const order = goldenOrder();
  change(order);
  return message(name).check(input(order), regime);
}

const firstLine = (order: Order): OrderLine => {
  const [line] = order.lines;
  if (!line) throw new Error('the golden order has lines');
  return line;
};

test.each(sentMessages)('the golden order has no fault in %s', (name) => {
  expect(message(name).check(input(), '9610')).toEqual([]);
  expect(message(name).checkTransfer(envelope.transfer)).toEqual([]);
});

describe('every kind of fault is found and names the place in the order', () => {
  const cases: [code: string, path: string, name: string, change: (order: Order) => void][] = [
    ['F01', 'seller.code', 'CEB303Message', (o) => (o.seller.code = undefined)],
    ['F01', 'lines[0].qty', 'CEB603Message', (o) => (firstLine(o).qty = undefined)],
    ['F03', 'list.emsNo', 'CEB603Message', (o) => (o.list.emsNo = 'H80000000001')],
    ['F03', 'lines[0].itemRecordNo', 'CEB603Message', (o) => (firstLine(o).itemRecordNo = '1')],
    ['F04', 'platform.name', 'CEB403Message', (o) => (o.platform.name = '渝'.repeat(101))],
    ['F06', 'lines[0].gcode', 'CEB603Message', (o) => (firstLine(o).gcode = '950300210')],
    ['F07', 'payment.charge', 'CEB403Message', (o) => (o.payment.charge = '1,000.00')],
    ['F07', 'payment.charge', 'CEB403Message', (o) => (o.payment.charge = '1e3')],
    ['F08', 'goodsValue', 'CEB303Message', (o) => (o.goodsValue = '123456789012345')],
    ['F09', 'lines[0].price', 'CEB303Message', (o) => (firstLine(o).price = '1.000001')],
    ['F10', 'waybill.packNo', 'CEB505Message', (o) => (o.waybill.packNo = '1.5')],
    ['F10', 'waybill.packNo', 'CEB505Message', (o) => (o.waybill.packNo = '-1')],
    ['F11', 'waybill.packNo', 'CEB505Message', (o) => (o.waybill.packNo = '1234567890')],
    ['F12', 'list.country', 'CEB603Message', (o) => (o.list.country = 'US')],
    ['F12', 'lines[0].unit', 'CEB303Message', (o) => (firstLine(o).unit = '7')],
    ['F13', 'waybill.goodsInfo', 'CEB505Message', (o) => (o.waybill.goodsInfo = '玩\u0007具')],
    ['F15', 'lines', 'CEB303Message', (o) => (o.lines = [])],
    [
      'F16',
      'payment.accountingDate',
      'CEB403Message',
      (o) => (o.payment.accountingDate = '2026-02-30T00:00:00Z'),
    ],
    ['F17', 'list.ieDate', 'CEB603Message', (o) => (o.list.ieDate = '20261119')],
    ['F17', 'list.ieDate', 'CEB603Message', (o) => (o.list.ieDate = '2026-11-31')],
  ];
  test.each(cases)('%s %s in %s', (code, path, name, change) => {
    const faults = faultsOf(name, change);
    expect(brief(faults)).toEqual([`${code} ${path}`]);
    const text = JSON.stringify(faults);
    expect(text).not.toMatch(/\{\w+\}/);
  });
});

test('101 goods lines are refused, all of them still checked', () => {
  const faults = faultsOf('CEB603Message', (order) => {
    order.lines = Array.from({ length: 101 }, (_, i) => ({ ...firstLine(order), gnum: String(i + 1) }));
    Object.assign(order.lines[100] ?? {}, { gcode: undefined });
  });
  expect(brief(faults)).toEqual(['F14 lines', 'F01 lines[100].gcode']);
  expect(faults[0]?.message).toEqual({
    zh: '“出口清单表体项类”最多 100 项，现有 101 项（出口申报清单）',
    en: 'InventoryList may hold at most 100 items and holds 101 (CEB603Message)',
  });
});

test('a hundred goods lines are not too many', () => {
  const faults = faultsOf('CEB603Message', (order) => {
    order.lines = Array.from({ length: 100 }, (_, i) => ({ ...firstLine(order), gnum: String(i + 1) }));
  });
  expect(faults).toEqual([]);
});

test('a field that only bonded export needs is required there', () => {
  const faults = faultsOf('CEB603Message', () => undefined, '1210');
  expect(brief(faults)).toEqual([
    'F02 bondedOperator.code',
    'F02 bondedOperator.name',
    'F02 list.emsNo',
    'F02 lines[0].itemRecordNo',
    'F02 lines[1].itemRecordNo',
  ]);
});

test('all faults of a document come at once', () => {
  const faults = faultsOf('CEB403Message', (order) => {
    order.platform = {};
    order.payment = { charge: 'x', payNo: 'N'.repeat(61), currency: '999', note: '\u0000' };
  });
  expect(brief(faults)).toEqual([
    'F01 platform.code',
    'F01 platform.name',
    'F01 payment.name',
    'F04 payment.payNo',
    'F07 payment.charge',
    'F12 payment.currency',
    'F01 payment.accountingDate',
    'F13 payment.note',
  ]);
});

test('of several sources the filled one is named', () => {
  expect(brief(faultsOf('CEB603Message', (o) => (o.list.freight = '1.123456')))).toEqual([
    'F09 list.freight',
  ]);
  expect(brief(faultsOf('CEB603Message', (o) => (o.waybill.freight = '1.123456')))).toEqual([
    'F09 waybill.freight',
  ]);
  expect(brief(faultsOf('CEB603Message', (o) => (o.waybill.freight = undefined)))).toEqual([
    'F01 waybill.freight',
  ]);
});

test('a currency missing everywhere is one fault at the order, not one in every line and message', () => {
  const order = goldenOrder();
  for (const holder of [order, order.waybill, ...order.lines]) holder.currency = undefined;
  const all = sentMessages.flatMap((name) => message(name).check(input(order), '9610'));
  expect(brief(mergeFaults(all))).toEqual(['F01 currency']);
});

test('length counts characters: a Chinese character and an emoji are one each', () => {
  expect(faultsOf('CEB303Message', (o) => (o.platform.name = '渝'.repeat(98) + '😀😀'))).toEqual([]);
  const [fault] = faultsOf('CEB303Message', (o) => (o.platform.name = '😀'.repeat(101)));
  expect(fault?.message.zh).toContain('最多 100 个字符，现有 101 个');
});

test('values of the gateway itself are checked under their own names', () => {
  const facts: Partial<DocumentFacts>[] = [
    { guid: 'short' },
    { appType: '9' },
    { copNo: 'C'.repeat(31) },
    { preNo: 'B2026' },
    { invtNo: '80132026E0000' },
    { appTime: new Date(Number.NaN) },
  ];
  const found = facts.flatMap((f) =>
    brief(
      message('CEB603Message').check(
        { order: goldenOrder(), document: { ...documentFacts(), ...f } },
        '9610',
      ),
    ),
  );
  expect(found).toEqual([
    'F06 document.guid',
    'F12 document.appType',
    'F04 document.copNo',
    'F06 document.preNo',
    'F05 document.invtNo',
    'F16 document.appTime',
  ]);
});

test('a wrong setting of the transport is found before a message is built', () => {
  const transfer: Transfer = {
    ...envelope.transfer,
    dxpId: '',
    subscriptions: Array.from({ length: 6 }, () => ({
      status: 'ALL',
      dxpMode: 'AS2',
      dxpAddress: 'DXPENT1',
    })),
  };
  expect(brief(message('CEB303Message').checkTransfer(transfer)).slice(0, 3)).toEqual([
    'F01 transfer.dxpId',
    'F14 transfer.subscriptions',
    'F12 transfer.subscriptions[0].dxpMode',
  ]);
});

test('a telephone number never shows in a fault, other values do', () => {
  const faults = faultsOf('CEB505Message', (order) => {
    order.seller.telephone = '138'.repeat(20);
    order.waybill.freight = 'free';
  });
  expect(faults.map((f) => [f.path, f.hint])).toEqual([
    ['waybill.freight', 'free'],
    ['seller.telephone', undefined],
  ]);
  expect(JSON.stringify(faults)).not.toContain('138138');
});

test('characters that cannot be seen are named in the hint', () => {
  const [fault] = faultsOf('CEB505Message', (o) => (o.waybill.goodsInfo = '玩\u0007具'));
  expect(fault?.hint).toBe('玩[U+0007]具');
  expect(fault?.message.zh).toContain('第 2 个字符 U+0007');
});

test('the same fault of several messages becomes one that names them and the strictest limit', () => {
  const order = goldenOrder();
  order.seller.code = undefined;
  firstLine(order).itemNo = 'x'.repeat(31);
  const all = sentMessages.flatMap((name) => message(name).check(input(order), '9610'));
  expect(all.length).toBe(5);
  const merged = mergeFaults(all);
  expect(brief(merged)).toEqual(['F01 seller.code', 'F04 lines[0].itemNo']);
  expect(merged[0]?.message.zh).toBe('“电商企业代码”必须填写（出口电子订单、出口收款单、出口申报清单）');
  expect(merged[1]?.message.en).toBe(
    'itemNo may have at most 20 characters and has 31 (CEB303Message, CEB603Message)',
  );
  expect(mergeFaults(merged)).toEqual(merged);
});

test('a fault shows only what the fault shape allows', () => {
  const [fault] = faultsOf('CEB303Message', (o) => (o.currency = 'XXX'));
  expect(Object.keys(fault ?? {}).sort()).toEqual([
    'code',
    'fix',
    'hint',
    'message',
    'path',
    'severity',
    'source',
  ]);
});
