import type { Order } from '../src/orders/order.js';
import { sampleOrders, type SampleRegime } from '../test/support/sampleOrders.js';
import { inspectedOrders, type InspectedOrders } from './inspected.js';
import { overseasOrders } from './overseas.js';

/** What the demo hands in, and what must come of it: the numbers are known before anything runs. */
export interface Scenario {
  /** Files as people would send them. */
  uploads: { fileName: string; as: 'broker' | 'seller'; sellerCode?: string; orders: Order[] }[];
  /** Orders sent straight to the API. */
  direct: Order[];
  /** Orders of one seller of retail imports, bonded and direct, handed in last: to try arrivals, withdrawals, returns and tax bills on. */
  imports: Order[];
  /** 9810 orders of the seller who hands in a file, handed in after the imports: they fill its overseas warehouses. */
  overseas: Order[];
  /** Goods under inspection of two of the sellers, handed in at the very end. */
  inspected: InspectedOrders;
  expected: Expected;
}

export interface Expected {
  orders: number;
  accepted: number;
  faulty: number;
  exists: number;
  /** Declarations by what they come to: verdict, or delivery where customs never speaks. */
  outcomes: Record<Outcome, number>;
}

export type Outcome =
  | 'cleared'
  | 'released'
  | 'refused'
  | 'detained'
  | 'failed'
  | 'refused-delivery'
  | 'waiting-party'
  | 'silent';

interface Marked {
  marker: string;
  count: number;
  outcome: Outcome;
  /** Where the marker goes; the order number unless said otherwise. */
  inWaybill?: boolean;
}

/** Behaviours of the sandbox that concern single documents, mixed among all orders. */
const MARKED: readonly Marked[] = [
  { marker: '-SBREFUSE', count: 12, outcome: 'refused' },
  { marker: '-SBORDER100', count: 6, outcome: 'refused' },
  { marker: '-SBPAYMENT100', count: 4, outcome: 'refused' },
  { marker: '-SBWAYBILL100', count: 4, outcome: 'refused', inWaybill: true },
  { marker: '-SBINSPECT', count: 15, outcome: 'cleared' },
  { marker: '-SBREVIEW', count: 10, outcome: 'cleared' },
  { marker: '-SBDETAIN', count: 3, outcome: 'detained' },
  { marker: '-SBNOCLEAR', count: 20, outcome: 'released' },
  { marker: '-SBNEG', count: 4, outcome: 'failed' },
  { marker: '-SBSLOW', count: 5, outcome: 'cleared' },
  { marker: '-SBSILENT', count: 3, outcome: 'silent' },
  { marker: '-SBDUPRCPT', count: 8, outcome: 'cleared' },
  { marker: '-SBREORDER', count: 8, outcome: 'cleared' },
  { marker: '-SBMULTI', count: 8, outcome: 'cleared' },
  { marker: '-SBPLAIN', count: 6, outcome: 'cleared' },
  { marker: '-SBPREFIX', count: 6, outcome: 'cleared' },
  { marker: '-SBUNKNOWNRCPT', count: 2, outcome: 'cleared' },
  { marker: '-SBGARBAGE', count: 1, outcome: 'cleared' },
  { marker: '-SBDROPBEFORE', count: 2, outcome: 'cleared' },
  { marker: '-SBDROPAFTER', count: 3, outcome: 'cleared' },
  { marker: '-SB503', count: 2, outcome: 'cleared' },
];

/** Faults people really make; each breaks one order. */
const FAULTS: readonly ((order: Order) => void)[] = [
  (o) => void (o.lines[0]!.totalPrice = '1.00'),
  (o) => void (o.seller.code = `${o.seller.code!.slice(0, 17)}${o.seller.code!.endsWith('0') ? '1' : '0'}`),
  (o) => void (o.list.customsCode = '渝关'),
  (o) => void (o.currency = '比特币'),
  (o) => void (o.list.netWeight = '999'),
  (o) => void (o.lines[0]!.gcode = '95'),
  (o) => void (o.waybill.logisticsNo = undefined),
  (o) => void (o.lines[0]!.qty = '-1'),
  (o) => void (o.list.country = '月球'),
  (o) => void (o.orderNo = `${o.orderNo}${'X'.repeat(50)}`),
];

const NORMAL_SELLERS = 4;
const PLAIN_ORDERS = 1940;

/** A carrier whose key the gateway does not hold: its waybills wait for it. */
export const KEYLESS_CARRIER = { code: '91500107MA5U0WAT3E', name: '重庆无密钥示例物流有限公司' };

/** Builds the scenario; `today` is the newest day the orders may speak of. */
export function makeScenario(today: Date): Scenario {
  const source = sampleOrders({ seed: 20261120, batch: 'D', until: today });
  const sellers: { code: string; name: string }[] = [];
  const pool = (sellerIndex: (i: number) => boolean): Order => {
    for (;;) {
      const order = source.next().value as Order;
      const code = order.seller.code!;
      let index = sellers.findIndex((s) => s.code === code);
      if (index < 0) index = sellers.push({ code, name: order.seller.name! }) - 1;
      if (sellerIndex(index)) return order;
    }
  };
  const normal = () => pool((i) => i < NORMAL_SELLERS);
  const outcomes: Expected['outcomes'] = {
    cleared: 0,
    released: 0,
    refused: 0,
    detained: 0,
    failed: 0,
    'refused-delivery': 0,
    'waiting-party': 0,
    silent: 0,
  };
  const orders: Order[] = [];
  for (let i = 0; i < PLAIN_ORDERS; i++) orders.push(normal());
  outcomes.cleared += PLAIN_ORDERS;
  for (const { marker, count, outcome, inWaybill } of MARKED)
    for (let i = 0; i < count; i++) {
      const order = normal();
      if (inWaybill) order.waybill.logisticsNo += marker;
      else order.orderNo += marker;
      orders.splice(Math.floor((orders.length * (i + 1)) / (count + 1)), 0, order);
      outcomes[outcome]++;
    }
  for (let i = 0; i < 8; i++) {
    const order = normal();
    Object.assign(order.waybill, KEYLESS_CARRIER);
    orders.push(order);
    outcomes['waiting-party']++;
  }
  // What happens to a whole message would drag other orders along: these sellers have messages of their own.
  const refusedByPort = Array.from({ length: 6 }, () =>
    mark(
      pool((i) => i === NORMAL_SELLERS),
      '-SBREFUSEHTTP',
    ),
  );
  const unreadable = Array.from({ length: 6 }, () =>
    mark(
      pool((i) => i === NORMAL_SELLERS + 1),
      '-SB900',
    ),
  );
  outcomes['refused-delivery'] += refusedByPort.length;
  outcomes.failed += unreadable.length;

  const faulty = Array.from({ length: 40 }, (_, i) => {
    const order = normal();
    FAULTS[i % FAULTS.length]!(order);
    return order;
  });
  const firstSeller = sellers[0]!.code;
  const mine = orders.filter((o) => o.seller.code === firstSeller);
  const others = orders.filter((o) => o.seller.code !== firstSeller);
  const repeated = mine.slice(0, 5).map((o) => structuredClone(o));
  const direct = mine.splice(0, 60);
  const half = Math.floor(others.length / 2);
  return {
    uploads: [
      { fileName: '报关行-多卖家.csv', as: 'broker', orders: [...others.slice(0, half), ...faulty] },
      {
        fileName: '报关行-补充.ndjson',
        as: 'broker',
        orders: [...others.slice(half), ...refusedByPort, ...unreadable],
      },
      { fileName: '十一月订单.xlsx', as: 'seller', sellerCode: firstSeller, orders: [...mine, ...repeated] },
    ],
    direct,
    imports: importsOfOneSeller(today),
    overseas: overseasOrders(firstSeller, today),
    inspected: inspectedOrders(),
    expected: {
      orders: orders.length + refusedByPort.length + unreadable.length + faulty.length + repeated.length,
      accepted: orders.length + refusedByPort.length + unreadable.length,
      faulty: faulty.length,
      exists: repeated.length,
      outcomes,
    },
  };
}

const BONDED_ORDERS = 12;
const DIRECT_ORDERS = 8;
/** Direct imports that customs has released and not cleared: these can be withdrawn. */
const RELEASED_ORDERS = 2;

/**
 * Imports of one seller: bonded ones, and direct ones whose parcels came on one bill with one carrier, so that a warehouse
 * entry (711) holds them all.
 */
function importsOfOneSeller(today: Date): Order[] {
  const take = (regime: SampleRegime, count: number, code?: string): Order[] => {
    const orders: Order[] = [];
    for (const order of sampleOrders({
      seed: 20261121,
      batch: `D${regime.slice(0, 1)}`,
      until: today,
      regime,
    })) {
      if (order.seller.code !== (code ?? orders[0]?.seller.code ?? order.seller.code)) continue;
      orders.push(order);
      if (orders.length === count) break;
    }
    return orders;
  };
  const bonded = take('1210-import', BONDED_ORDERS);
  const direct = take('9610-import', DIRECT_ORDERS, bonded[0]?.seller.code);
  const [first] = direct;
  if (!first) throw new Error('there is a direct import');
  const { customsCode, portCode, trafMode, trafName, voyageNo, loctNo, billNo } = first.list;
  const trip = { customsCode, portCode, trafMode, trafName, voyageNo, loctNo, billNo };
  const parcels = direct.map((order, i) => ({
    ...order,
    platform: first.platform,
    declarant: first.declarant,
    waybill: { ...order.waybill, code: first.waybill.code, name: first.waybill.name },
    list: { ...order.list, ...trip, assureCode: order.seller.code },
    orderNo: `${order.orderNo}${i < RELEASED_ORDERS ? '-SBNOCLEAR' : ''}`,
  }));
  return [...bonded, ...parcels];
}

function mark(order: Order, marker: string): Order {
  order.orderNo += marker;
  return order;
}
