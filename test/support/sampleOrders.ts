import { readFileSync } from 'node:fs';
import { Dec } from '../../src/base/decimal.js';
import { mappingPath } from '../../src/base/root.js';
import { orderSchema, type Order, type OrderLine } from '../../src/orders/order.js';
import {
  agents,
  carriers,
  company,
  payers,
  platforms,
  producers,
  randomFrom,
  sellers,
  type Company,
} from './companies.js';
import { sampleImports } from './sampleImports.js';

export { randomFrom } from './companies.js';

/** Destination: country, port of `mappings/codes/port.json`, currency with its letters and a price factor. */
const destinations = [
  { country: '502', pod: '3154', currency: '502', iso: 'USD', factor: '1' },
  { country: '502', pod: '3166', currency: '502', iso: 'USD', factor: '1' },
  { country: '116', pod: '1331', currency: '116', iso: 'JPY', factor: '150' },
  { country: '116', pod: '1303', currency: '116', iso: 'JPY', factor: '150' },
  { country: '304', pod: '2110', currency: '300', iso: 'EUR', factor: '0.9' },
  { country: '305', pod: '2165', currency: '300', iso: 'EUR', factor: '0.9' },
  { country: '303', pod: '1974', currency: '303', iso: 'GBP', factor: '0.8' },
  { country: '601', pod: '3266', currency: '601', iso: 'AUD', factor: '1.5' },
  { country: '132', pod: '1477', currency: '132', iso: 'SGD', factor: '1.3' },
  { country: '136', pod: '1497', currency: '136', iso: 'THB', factor: '33' },
  { country: '344', pod: '2672', currency: '344', iso: 'RUB', factor: '80' },
  { country: '133', pod: '1480', currency: '133', iso: 'KRW', factor: '1400' },
  { country: '501', pod: '3089', currency: '501', iso: 'CAD', factor: '1.4' },
] as const;

/** Customs of declaration with its supervised place, and the port of exit with its transport. */
const exits = [
  { customsCode: '8013', loctNo: '801301', portCode: '8003', trafMode: '5', trafName: 'CA437' },
  { customsCode: '8014', loctNo: '801402', portCode: '8003', trafMode: '5', trafName: 'HU7951' },
  { customsCode: '8011', loctNo: '801105', portCode: '8003', trafMode: '5', trafName: '3U3835' },
  { customsCode: '8010', loctNo: '801001', portCode: '8010', trafMode: '2', trafName: 'YUXIN HAO' },
  { customsCode: '8006', loctNo: '800603', portCode: '8006', trafMode: '3', trafName: 'X8083' },
] as const;

interface Goods {
  itemNo: string;
  itemName: string;
  gcode: string;
  gname: string;
  gmodel: string;
  unit: string;
  /** Statutory unit; kilograms unless it is the unit of sale itself. */
  unit1: string;
  unit2?: string;
  /** In USD. */
  price: string;
  /** Net kilograms of one. */
  weight: string;
  barCode?: string;
  /** Customs asks for an inspection at export, which a B2B list cannot carry. */
  inspected?: true;
}
const kg = '035';
const goods: readonly Goods[] = [
  {
    itemNo: 'TOY-1001',
    itemName: '毛绒玩具熊 30cm',
    gcode: '9503002100',
    gname: '毛绒玩具',
    gmodel: '涤纶填充|无品牌|30cm',
    unit: '007',
    unit1: '007',
    unit2: kg,
    price: '14.95',
    weight: '0.35',
  },
  {
    itemNo: 'TOY-1002',
    itemName: '木制拼图 24 片',
    gcode: '9503006000',
    gname: '智力玩具',
    gmodel: '椴木|无品牌|24片',
    unit: '006',
    unit1: '006',
    unit2: kg,
    price: '9.9',
    weight: '0.42',
  },
  {
    itemNo: 'TEA-2001',
    itemName: '永川秀芽 100 克',
    gcode: '0902109000',
    gname: '绿茶',
    gmodel: '绿茶|无品牌|100克/盒',
    unit: '140',
    unit1: kg,
    price: '12.5',
    weight: '0.1',
    barCode: '6901000020018',
    inspected: true,
  },
  {
    itemNo: 'LED-3001',
    itemName: '便携露营灯',
    gcode: '8513109000',
    gname: '手提式电灯',
    gmodel: '锂电池|无品牌|LED 3W',
    unit: '007',
    unit1: '007',
    unit2: kg,
    price: '18.8',
    weight: '0.26',
    barCode: '6901000030017',
  },
  {
    itemNo: 'BAG-4001',
    itemName: '折叠旅行背包',
    gcode: '4202920000',
    gname: '背包',
    gmodel: '尼龙面|无品牌|20L',
    unit: '007',
    unit1: '007',
    unit2: kg,
    price: '16.2',
    weight: '0.31',
  },
  {
    itemNo: 'HOT-5001',
    itemName: '火锅底料 400 克',
    gcode: '2103909000',
    gname: '调味料',
    gmodel: '牛油、辣椒、花椒|山城红|400克/袋',
    unit: '125',
    unit1: kg,
    price: '4.75',
    weight: '0.4',
    barCode: '6901000050015',
    inspected: true,
  },
  {
    itemNo: 'CUP-6001',
    itemName: '手绘陶瓷杯',
    gcode: '6912001000',
    gname: '陶瓷餐具',
    gmodel: '陶|无品牌|350ml',
    unit: '007',
    unit1: kg,
    price: '8.88',
    weight: '0.38',
  },
  {
    itemNo: 'MSC-7001',
    itemName: '摩托车后视镜',
    gcode: '8714100090',
    gname: '摩托车零件',
    gmodel: '后视镜|无品牌|通用型',
    unit: '025',
    unit1: kg,
    price: '11.4',
    weight: '0.55',
  },
  {
    itemNo: 'SHO-8001',
    itemName: '帆布休闲鞋',
    gcode: '6404199000',
    gname: '休闲鞋',
    gmodel: '橡胶底纺织面|无品牌|42码',
    unit: '025',
    unit1: '025',
    unit2: kg,
    price: '22.5',
    weight: '0.7',
  },
  {
    itemNo: 'SCF-9001',
    itemName: '蜀绣丝巾',
    gcode: '6214100090',
    gname: '丝巾',
    gmodel: '机织桑蚕丝|无品牌|90×90cm',
    unit: '015',
    unit1: '015',
    unit2: kg,
    price: '36',
    weight: '0.06',
  },
];

interface RateTable {
  months: { month: string; cnyPerUnit: Record<string, string> }[];
}
const rateTable = JSON.parse(readFileSync(mappingPath('rates', 'customs-monthly.json'), 'utf8')) as RateTable;

const monthRate = (iso: string, month: string): Dec =>
  new Dec(rateTable.months.find((m) => m.month === month)?.cnyPerUnit[iso] ?? NaN);

export const sampleRegimes = ['9610', '1210', '9710', '9810', '9610-import', '1210-import'] as const;
export type SampleRegime = (typeof sampleRegimes)[number];

/** The warehouses that 9810 orders go to, named where other orders name the platform. */
const warehouses: readonly Company[] = [
  { code: '无', name: 'Shancheng Overseas Warehouse Los Angeles' },
  { code: '无', name: 'Shancheng Overseas Warehouse Duisburg' },
];
const zoneOperator = company(700, '重庆西永综保区示例仓储有限公司');

/** What the export regimes change in an order of 9610. */
function underRegime(order: Order, regime: SampleRegime, n: number): Order {
  switch (regime) {
    case '1210':
      return {
        ...order,
        regime,
        bondedOperator: { ...zoneOperator },
        list: { ...order.list, emsNo: 'T8013W000001' },
        lines: order.lines.map((line) => ({ ...line, itemRecordNo: `R-${line.itemNo ?? ''}` })),
      };
    case '9710':
      return { ...order, regime, orderType: 'B', payment: {} };
    case '9810':
      return {
        ...order,
        regime,
        orderType: 'W',
        platform: { ...(warehouses[n % warehouses.length] as Company) },
        payment: {},
      };
    default:
      return order;
  }
}

export interface SampleOptions {
  /** Orders to make; endless when left out. */
  count?: number;
  /** Goods lines to make at least; an alternative to `count`. */
  lines?: number;
  seed?: number;
  /** 9610 when left out; the others as the files of `examples/` name them. */
  regime?: SampleRegime;
  /** Part of the order numbers, so that two batches never share one. */
  batch?: string;
  /** The newest day the orders speak of; they spread over the 19 days before it. 2026-11-19 when left out. */
  until?: Date;
}

/**
 * Valid, normalised orders of a regime with fictitious companies, made one at a time, the same for the same options. Amounts
 * add up exactly; simplified lists (A) stay below 5,000 CNY at the example rates of their month.
 */
export function* sampleOrders(options: SampleOptions = {}): Generator<Order> {
  const { count = Infinity, lines: wanted = Infinity, seed = 1, batch = 'A', regime = '9610' } = options;
  const until = options.until ?? new Date(Date.UTC(2026, 10, 19));
  if (regime === '9610-import' || regime === '1210-import') {
    yield* sampleImports({ count, lines: wanted, seed, batch, until, regime: regime.slice(0, 4) });
    return;
  }
  /** The regimes of B2B, whose lists may not exceed 5,000 CNY at all and carry no inspected goods. */
  const small = regime === '9710' || regime === '9810';
  const sold = small ? goods.filter((item) => !item.inspected) : goods;
  const from = Date.UTC(until.getUTCFullYear(), until.getUTCMonth(), until.getUTCDate() - 18);
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const months = [new Date(from), until].map((d) => d.toISOString().slice(0, 7));
  // Lists of two months: the dearer rate keeps a simplified list below its limit in both.
  const rates = new Map(destinations.map((d) => [d.iso, Dec.max(...months.map((m) => monthRate(d.iso, m)))]));

  for (let n = 1, made = 0; n <= count && made < wanted; n++) {
    const to = pick(destinations);
    const exit = pick(exits);
    const seller = pick(sellers);
    const platform = pick(platforms);
    const serial = String(n).padStart(8, '0');
    const minutes = whole(0, 14 * 24 * 60 - 1);
    const paidAt = new Date(from + minutes * 60_000 + whole(0, 59) * 1000);
    const exported = new Date(paidAt.getTime() + whole(1, 4) * 86_400_000);
    const big = random() < 0.08 && !small;

    const lines: OrderLine[] = [];
    const chosen = new Set<Goods>();
    for (let size = whole(1, 5); chosen.size < size;) chosen.add(pick(sold));
    let goodsValue = new Dec(0);
    let netWeight = new Dec(0);
    for (const item of chosen) {
      const qty = new Dec(big ? whole(40, 90) : whole(1, 4));
      const price = new Dec(item.price)
        .times(to.factor)
        .toDecimalPlaces(to.iso === 'JPY' || to.iso === 'KRW' ? 0 : 2);
      const totalPrice = qty.times(price);
      const weight = qty.times(item.weight);
      goodsValue = goodsValue.plus(totalPrice);
      netWeight = netWeight.plus(weight);
      lines.push({
        gnum: String(lines.length + 1),
        itemNo: item.itemNo,
        itemName: item.itemName,
        gcode: item.gcode,
        gname: item.gname,
        gmodel: item.gmodel,
        barCode: item.barCode ?? '无',
        country: to.country,
        qty: qty.toFixed(),
        unit: item.unit,
        qty1: (item.unit1 === kg ? weight : qty).toFixed(),
        unit1: item.unit1,
        ...(item.unit2 && { qty2: weight.toFixed(), unit2: item.unit2 }),
        price: price.toFixed(),
        totalPrice: totalPrice.toFixed(),
      });
    }
    made += lines.length;
    const freight = new Dec(random() < 0.5 ? 0 : whole(2, 9)).times(to.factor).toDecimalPlaces(0);
    const cny = goodsValue.times(rates.get(to.iso) ?? NaN);
    const simplified = cny.lte(5000) && random() < 0.75;
    const declarant = random() < 0.4 ? seller : pick(agents);
    const producer = random() < 0.6 ? { code: 'NO', name: seller.name } : pick(producers);
    const payer = pick(payers);
    const carrier = pick(carriers);

    const order = orderSchema.parse({
      regime: '9610',
      ieFlag: 'E',
      orderType: 'E',
      orderNo: `CQ202611${batch}${serial}`,
      currency: to.currency,
      goodsValue: goodsValue.toFixed(),
      freight: freight.toFixed(),
      platform,
      seller,
      producer,
      declarant: { code: declarant.code, name: declarant.name },
      payment: {
        ...payer,
        payNo: `PAY202611${batch}${serial}`,
        charge: goodsValue.plus(freight).toFixed(),
        currency: to.currency,
        accountingDate: paidAt.toISOString().replace('.000Z', 'Z'),
      },
      waybill: {
        ...carrier,
        logisticsNo: `YT202611${batch}${serial}`,
        freight: new Dec(whole(18, 160)).plus('0.5').toFixed(),
        insuredFee: random() < 0.8 ? '0' : String(whole(1, 6)),
        currency: '142',
        grossWeight: netWeight.times('1.12').plus('0.05').toDecimalPlaces(3).toFixed(),
        packNo: '1',
        goodsInfo: lines[0]?.gname,
      },
      list: {
        customsCode: exit.customsCode,
        portCode: exit.portCode,
        ieDate: new Date(exported.getTime() + 8 * 3_600_000).toISOString().slice(0, 10),
        statisticsFlag: simplified ? 'A' : 'B',
        trafMode: exit.trafMode,
        trafName: exit.trafName,
        voyageNo: `202611${String(whole(1, 28)).padStart(2, '0')}`,
        billNo: `999${String(whole(10_000_000, 99_999_999))}`,
        loctNo: exit.loctNo,
        country: to.country,
        pod: to.pod,
        wrapType: pick(['2', '6', '7']),
        netWeight: netWeight.toFixed(),
      },
      lines,
    });
    yield underRegime(order, regime, n);
  }
}

/** The same, up to yesterday: for a gateway that runs by the real clock and refuses orders of long ago. */
export function freshOrders(options: SampleOptions = {}): Generator<Order> {
  return sampleOrders({ until: new Date(Date.now() - 86_400_000), ...options });
}
