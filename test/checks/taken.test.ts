import { describe, expect, test } from '@jest/globals';
import { loadFields } from '../../src/orders/fields.js';
import { documentFaults } from '../orders/documents.js';
import { normaliseOrder } from '../../src/orders/normalise.js';
import { makeIdNumber } from '../support/identity.js';
import { sampleOrders, sampleRegimes } from '../support/sampleOrders.js';
import { catalogue, parts } from './checker.js';
import { orderWith, validImport, validOrder } from './fixtures.js';
import type { Order } from '../../src/orders/order.js';

const fields = loadFields();

/** What refuses an order as people write it: faults of reading and of checking. */
function refusals(order: Order): string[] {
  const { order: read, faults } = normaliseOrder(order, catalogue.codes, {
    fields,
    regimes: parts.regimes,
  });
  return [...faults, ...documentFaults(read)]
    .filter((fault) => fault.severity === 'fault')
    .map((fault) => `${fault.code} ${fault.path}`);
}
/** An identity number that ends in a small x. */
const smallX = Array.from({ length: 60 }, (_, seed) => makeIdNumber(seed))
  .find((number) => number.endsWith('X'))!
  .toLowerCase();
type Changes = Record<string, string | null>;

describe('orders that customs takes are not refused', () => {
  test.each<[string, Changes]>([
    [
      'cash on delivery: no payment at all',
      {
        'payment.code': null,
        'payment.name': null,
        'payment.payNo': null,
        'payment.charge': null,
        'payment.accountingDate': null,
      },
    ],
    [
      'cash on delivery with what is known of the payment',
      {
        'payment.name': '现金支付',
        'payment.code': '无',
        'payment.payNo': null,
        'payment.accountingDate': null,
        'payment.charge': null,
      },
    ],
    ['landlocked: to Austria by Hamburg', { 'list.country': '315', 'list.pod': 'DEHAM' }],
    ['resale in transit: the lines go elsewhere', { 'lines[0].country': '303', 'lines[1].country': '304' }],
    ['a port that opened later', { 'list.pod': '3998' }],
    [
      'a customs office that opened later',
      { 'list.customsCode': '8098', 'list.portCode': '8097', 'list.loctNo': '809801' },
    ],
    ['the country in words, the port by its letters', { 'list.country': '美国', 'list.pod': 'LAX' }],
    ['paid in another currency than priced', { 'payment.currency': 'EUR', 'payment.charge': '82.10' }],
    [
      'freight of the waybill in dollars',
      { 'waybill.currency': 'USD', 'waybill.freight': '3.50', 'list.freight': '3.50' },
    ],
    [
      'no freight, no insurance',
      { 'waybill.freight': '0', 'list.freight': '0', freight: '0', 'payment.charge': '88.40' },
    ],
    [
      'by post',
      { 'list.trafMode': '邮件', 'list.trafName': null, 'list.voyageNo': null, 'list.billNo': null },
    ],
    ['by train', { 'list.trafMode': '铁路' }],
    ['by truck', { 'list.trafMode': '4' }],
    ['two packages', { 'waybill.packNo': '2', 'list.packNo': '2' }],
    ['a price with five decimals', { 'lines[1].price': '3.33333' }],
    ['a producer without a code', { 'producer.code': 'NO' }],
    ['a foreign platform', { 'platform.code': '无', 'platform.name': 'Sample Market Ltd.' }],
    [
      'a seller that declares itself',
      { 'declarant.code': '91500103MA5YQ00A09', 'declarant.name': '重庆嘉陵江贸易有限公司' },
    ],
    ['a customs registration code instead of a credit code', { 'declarant.code': '5001986ABC' }],
    ['small letters and blanks in codes', { 'seller.code': ' 91500103 ma5yq00a09 ' }],
    [
      'marks of trade and foreign letters in names',
      { 'lines[0].itemName': 'Plüsch® bear™ №5', 'lines[0].gname': '毛绒玩具' },
    ],
    ['a summary list', { 'list.statisticsFlag': 'B' }],
    ['a simplified code of four digits', { 'lines[0].gcode': '9503' }],
    ['a discount that every ERP writes', { discount: '0', taxTotal: '0' }],
    ['a consignee that every ERP writes', { 'consignee.name': 'Ann', 'consignee.address': '1 Road' }],
    ['an export day far ahead', { 'list.ieDate': '2026-12-28' }],
    ['units in English', { 'lines[0].unit': 'pcs', 'lines[1].unit': 'set', 'lines[1].unit1': 'SETS' }],
    ['a bar code', { 'lines[0].barCode': '6901000000011' }],
    ['an order note with an emoji', { note: '谢谢👍' }],
  ])('9610 export: %s', (_what, changes) => {
    expect(refusals(orderWith(changes, validOrder()))).toEqual([]);
  });

  test.each<[string, Changes]>([
    [
      'paid by another person, the buyer authenticated',
      { 'payer.name': '测试乙', 'payer.idNumber': makeIdNumber(8), 'buyer.identityVerified': '是' },
    ],
    ['a small x in the identity number', { 'buyer.idNumber': smallX, 'payer.idNumber': smallX }],
    ['from a country in letters', { 'list.country': 'JPN' }],
    ['origin in words', { 'lines[0].originCountry': '新西兰', 'lines[1].originCountry': 'FR' }],
    ['the consignee is somebody else', { 'consignee.name': '测试丙', 'consignee.telephone': '13900000002' }],
    [
      'freight included',
      {
        freight: '0',
        'waybill.freight': '0',
        'list.freight': null,
        acturalPaid: '330.77',
        'payment.charge': '330.77',
      },
    ],
    ['a lot', { batchNumbers: 'L20261101' }],
    ['a licence number', { 'list.licenseNo': '26-AB-100001' }],
  ])('9610 import: %s', (_what, changes) => {
    expect(refusals(orderWith(changes, validImport()))).toEqual([]);
  });

  test.each(sampleRegimes)('%s: forty orders of all kinds', (regime) => {
    const found = [...sampleOrders({ count: 40, seed: 2026, batch: 'K', regime })].map(refusals);
    expect(found).toEqual(found.map(() => []));
  });
});
