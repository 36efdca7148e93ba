import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf } from '../../src/base/clock.js';
import { projectRoot } from '../../src/base/root.js';
import { orderSchema, type Order } from '../../src/orders/order.js';

const examplesIn = (file: string): Order[] =>
  orderSchema
    .array()
    .parse(JSON.parse(readFileSync(join(projectRoot, 'examples', 'declarations', file), 'utf8')) as unknown);

const tomorrow = (): string => dayOf(new Date(Date.now() + 86_400_000));

/** The inspected goods of the examples, in their order: food and batteries by 9710, cosmetics by 9810. */
const inspectedGoods = ['food', 'cosmetics', 'battery'] as const;

/**
 * An order with goods under inspection that goes by goods declaration, with a number of its own; `marker` is a sandbox
 * marker in the order number.
 */
export function inspectedOrder(
  number: string,
  marker = '',
  goods: (typeof inspectedGoods)[number] = 'food',
): Order {
  const order = examplesIn('inspected.json')[inspectedGoods.indexOf(goods)];
  if (!order) throw new Error('the example is gone');
  return {
    ...order,
    orderNo: `DEC${number}${marker}`,
    waybill: { ...order.waybill, logisticsNo: `DECW${number}` },
    list: { ...order.list, ieDate: tomorrow() },
  };
}

/** The same without inspection: a declaration because of what the order brings. */
export function plainOrder(number: string, marker = ''): Order {
  const order = inspectedOrder(number, marker);
  const { application: _none, ...rest } = order;
  return { ...rest, lines: order.lines.map(({ inspType: _type, ...line }) => line) };
}

/** A declaration of goods for Japan, for which there are certificates of origin of RCEP. */
export function orderToJapan(number: string, qty = '1000'): Order {
  const JAPAN = '116';
  const order = plainOrder(number);
  const [line] = order.lines;
  return {
    ...order,
    list: { ...order.list, country: JAPAN, pod: JAPAN },
    lines: [{ ...line!, country: JAPAN, qty, price: '5.4', totalPrice: '5400', qty1: '240' }],
  };
}

/** What the goods master says of those goods. */
export const goodsForJapan = () => ({
  items: [
    {
      sku: orderToJapan('').lines[0]!.itemNo!,
      values: { originCriteria: 'RC=PE', producerCode: 'MA6C96CN5', mnufctrRegName: '重庆璧山食品有限公司' },
    },
  ],
});

/** An order of general export (0110): a goods declaration alone, without platform and waybill. */
export function generalOrder(number: string, marker = ''): Order {
  const [general] = examplesIn('general-export.json');
  if (!general) throw new Error('the example is gone');
  return { ...general, orderNo: `GEN${number}${marker}`, list: { ...general.list, ieDate: tomorrow() } };
}

/** What applies for a certificate of the goods of one declaration. */
export const certificateFor = (declarationId: string, invoice: string, qty?: string) => ({
  type: 'RC',
  sources: [{ declarationId, ...(qty ? { lines: [{ gnum: '1', qty }] } : {}) }],
  certificate: certificateFields(invoice),
  promise: true,
});

/** What only people know of a certificate of origin with one goods line; the number of the invoice may carry a marker of the sandbox. */
export const certificateFields = (invoice: string) => ({
  CertificateHead: {
    EntMgrNo: '5001960A1B',
    ApplName: '李示例',
    Applicant: '110101199001010015',
    FetchPlace: '8000',
    InvNo: invoice,
    InvDate: '2026-11-20',
    PriceTerms: 'FOB',
    Exporter: 'CHONGQING JINYUN SUPPLY CHAIN CO., LTD., CHONGQING, CHINA',
    Consignee: 'EXAMPLE FOODS K.K., TOKYO, JAPAN',
    ExporterTel: '86-23-60000102',
    ExporterFax: '86-23-60000103',
    ExporterEmail: 'export@example.com',
  },
  CertificateList: [{ PackQty: '60', GoodsDesc: 'SIXTY (60) CARTONS OF HOT POT SEASONING' }],
});
