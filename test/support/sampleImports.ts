import { Dec } from '../../src/base/decimal.js';
import { orderSchema, type Order, type OrderLine } from '../../src/orders/order.js';
import { makeIdNumber } from './identity.js';
import { agents, carriers, company, payers, platforms, randomFrom, type Company } from './companies.js';

export interface ImportOptions {
  count: number;
  lines: number;
  seed: number;
  batch: string;
  until: Date;
  /** 9610 (direct mail) or 1210 (bonded stock). */
  regime: string;
}

interface Goods {
  itemNo: string;
  itemName: string;
  gcode: string;
  gname: string;
  gmodel: string;
  unit: string;
  unit1: string;
  unit2?: string;
  originCountry: string;
  /** In CNY. */
  price: string;
  /** Net kilograms of one, which is the statutory quantity where that is in kilograms. */
  weight: string;
  /** Rates of value-added tax and consumption tax. */
  vat: string;
  consumption?: string;
}

/** Goods of retail import whose rates the sample of `mappings/tax` has. */
const goods: readonly Goods[] = [
  {
    itemNo: 'MLK-0101',
    itemName: '婴幼儿配方奶粉 1 段 800 克',
    gcode: '1901101010',
    gname: '婴幼儿配方奶粉',
    gmodel: '乳清粉、植物油|示例牌|800克/罐',
    unit: '122',
    unit1: '035',
    originCountry: '609',
    price: '168',
    weight: '0.8',
    vat: '0.13',
  },
  {
    itemNo: 'DIA-0102',
    itemName: '婴儿纸尿裤 M 码 64 片',
    gcode: '9619001100',
    gname: '纸尿裤',
    gmodel: '无纺布、高分子吸收体|示例牌|M码64片/包',
    unit: '125',
    unit1: '035',
    originCountry: '116',
    price: '89.5',
    weight: '1.9',
    vat: '0.13',
  },
  {
    itemNo: 'WIN-0103',
    itemName: '干红葡萄酒 750 毫升',
    gcode: '2204210000',
    gname: '葡萄酒',
    gmodel: '鲜葡萄酿造|示例酒庄|750毫升/瓶',
    unit: '142',
    unit1: '095',
    unit2: '035',
    originCountry: '305',
    price: '128',
    weight: '0.75',
    vat: '0.13',
    consumption: '0.10',
  },
  {
    itemNo: 'SHO-0104',
    itemName: '运动鞋 42 码',
    gcode: '6404110000',
    gname: '运动鞋',
    gmodel: '橡胶底纺织面|示例牌|42码',
    unit: '025',
    unit1: '025',
    unit2: '035',
    originCountry: '141',
    price: '460',
    weight: '0.9',
    vat: '0.13',
  },
  {
    itemNo: 'BOK-0105',
    itemName: '儿童绘本',
    gcode: '4903000000',
    gname: '儿童图画书',
    gmodel: '印刷品|示例出版社|24页',
    unit: '132',
    unit1: '035',
    originCountry: '303',
    price: '75',
    weight: '0.4',
    vat: '0.09',
  },
];

const shops: readonly Company[] = [
  company(800, '重庆海购示例贸易有限公司'),
  company(801, '重庆渝港示例进出口有限公司'),
];
const zoneOperator = company(700, '重庆西永综保区示例仓储有限公司');
const buyers = ['测试甲', '测试乙', '测试丙', '测试丁', '测试戊'];

/** Valid, normalised import orders with fictitious companies and buyers nobody is; see `sampleOrders`. */
export function* sampleImports(options: ImportOptions): Generator<Order> {
  const { count, lines: wanted, seed, batch, until, regime } = options;
  const from = Date.UTC(until.getUTCFullYear(), until.getUTCMonth(), until.getUTCDate() - 18);
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const whole = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const bonded = regime === '1210';

  for (let n = 1, made = 0; n <= count && made < wanted; n++) {
    const serial = String(n).padStart(8, '0');
    const paidAt = new Date(from + whole(0, 14 * 24 * 60 - 1) * 60_000);
    const entered = new Date(paidAt.getTime() + whole(1, 4) * 86_400_000);
    const seller = pick(shops);
    const carrier = pick(carriers);
    const declarant = random() < 0.5 ? seller : pick(agents);
    const chosen = new Set<Goods>();
    for (let size = whole(1, 3); chosen.size < size;) chosen.add(pick(goods));

    const freight = new Dec(whole(0, 30));
    let goodsValue = new Dec(0);
    let netWeight = new Dec(0);
    const lines = [...chosen].map((item, i): OrderLine => {
      const qty = new Dec(whole(1, 3));
      const weight = qty.times(item.weight);
      const totalPrice = qty.times(item.price);
      goodsValue = goodsValue.plus(totalPrice);
      netWeight = netWeight.plus(weight);
      return {
        gnum: String(i + 1),
        itemNo: item.itemNo,
        ...(bonded && { itemRecordNo: `R-${item.itemNo}` }),
        itemName: item.itemName,
        gcode: item.gcode,
        gname: item.gname,
        gmodel: item.gmodel,
        barCode: '无',
        originCountry: item.originCountry,
        qty: qty.toFixed(),
        unit: item.unit,
        qty1: (item.unit1 === '025' ? qty : weight).toFixed(),
        unit1: item.unit1,
        ...(item.unit2 && { qty2: weight.toFixed(), unit2: item.unit2 }),
        price: item.price,
        totalPrice: totalPrice.toFixed(),
      };
    });
    made += lines.length;
    // The shop withholds what it expects at 70 % of the statutory rates, freight shared out by value.
    const taxTotal = [...chosen]
      .reduce((sum, item, i) => {
        const value = new Dec(lines[i]?.totalPrice ?? 0);
        const price = value.plus(freight.times(value).div(goodsValue));
        const consumption = price.div(new Dec(1).minus(item.consumption ?? 0)).times(item.consumption ?? 0);
        return sum.plus(price.plus(consumption).times(item.vat).plus(consumption).times('0.7'));
      }, new Dec(0))
      .toDecimalPlaces(2);
    const discount = random() < 0.3 ? new Dec(whole(1, 20)) : new Dec(0);
    const acturalPaid = goodsValue.plus(freight).plus(taxTotal).minus(discount).toFixed();
    const buyer = pick(buyers);
    const idNumber = makeIdNumber(n);

    yield orderSchema.parse({
      regime,
      ieFlag: 'I',
      orderType: 'I',
      orderNo: `IM202611${batch}${serial}`,
      currency: '142',
      goodsValue: goodsValue.toFixed(),
      freight: freight.toFixed(),
      discount: discount.toFixed(),
      taxTotal: taxTotal.toFixed(),
      acturalPaid,
      platform: platforms[n % 2],
      seller,
      declarant,
      ...(bonded && { bondedOperator: zoneOperator }),
      payment: {
        ...pick(payers),
        payNo: `PAYI202611${batch}${serial}`,
        charge: acturalPaid,
        accountingDate: paidAt.toISOString().replace('.000Z', 'Z'),
      },
      buyer: {
        regNo: `user${serial}`,
        name: buyer,
        idType: '1',
        idNumber,
        telephone: `1380000${String(n % 10_000).padStart(4, '0')}`,
      },
      consignee: {
        name: buyer,
        telephone: `1380000${String(n % 10_000).padStart(4, '0')}`,
        address: `重庆市示例区样例路${String(1 + (n % 200))}号`,
        district: '500112',
      },
      waybill: {
        ...carrier,
        logisticsNo: `YTI202611${batch}${serial}`,
        freight: freight.toFixed(),
        insuredFee: '0',
        grossWeight: netWeight.times('1.1').plus('0.1').toDecimalPlaces(3).toFixed(),
        packNo: '1',
        goodsInfo: lines[0]?.gname,
      },
      list: {
        customsCode: bonded ? '8013' : '8014',
        portCode: bonded ? '8013' : '8003',
        ieDate: new Date(entered.getTime() + 8 * 3_600_000).toISOString().slice(0, 10),
        assureCode: pick([seller.code, carrier.code]),
        ...(bonded
          ? { emsNo: 'T8013W000002', trafMode: '4', country: '142' }
          : {
              trafMode: '5',
              trafName: 'CA836',
              voyageNo: `202611${String(whole(1, 28)).padStart(2, '0')}`,
              billNo: `999${String(whole(10_000_000, 99_999_999))}`,
              loctNo: '801402',
              country: lines[0]?.originCountry,
            }),
        wrapType: '2',
        netWeight: netWeight.toFixed(),
      },
      lines,
    });
  }
}
