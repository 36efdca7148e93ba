import type { Order } from '../../src/orders/order.js';
import { orderSchema } from '../../src/orders/order.js';
import { makeIdNumber } from '../support/identity.js';

/** Noon of 20 November 2026 in Beijing, when every test of the rules takes place. */
export const noon = new Date('2026-11-20T04:00:00Z');

/** A valid, normalised 9610 order of three lines: no rule and no field check finds a fault in it. */
export function validOrder(): Order {
  return orderSchema.parse({
    regime: '9610',
    ieFlag: 'E',
    orderType: 'E',
    orderNo: 'CQ2026111800001',
    currency: '502',
    goodsValue: '88.40',
    freight: '6.00',
    platform: { code: '91500000MA5U0ABC9U', name: '重庆山城跨境商城有限公司' },
    seller: { code: '91500103MA5YQ00A09', name: '重庆嘉陵江贸易有限公司', telephone: '023-00000000' },
    producer: { code: '91500107MA60K2LM63', name: '重庆缙云山玩具厂' },
    declarant: { code: '91500108MA5XBRK744', name: '重庆南山报关有限公司' },
    payment: {
      code: '91500000MA5UPAY11M',
      name: '重庆两江支付有限公司',
      payNo: 'PAY2026111800001',
      charge: '94.40',
      accountingDate: '2026-11-18T02:20:30Z',
    },
    waybill: {
      code: '91500112MA5UL6G14W',
      name: '重庆果园物流有限公司',
      logisticsNo: 'GY2026111800001',
      freight: '25.00',
      insuredFee: '0',
      currency: '142',
      grossWeight: '2.60',
      packNo: '1',
      goodsInfo: '玩具',
    },
    list: {
      copNo: 'CQ2026111800001L',
      customsCode: '8013',
      portCode: '8003',
      ieDate: '2026-11-19',
      statisticsFlag: 'A',
      trafMode: '5',
      loctNo: '801301',
      country: '502',
      pod: '3154',
      freight: '25.00',
      insuredFee: '0',
      wrapType: '2',
      packNo: '1',
      grossWeight: '2.60',
      netWeight: '2.35',
    },
    lines: [
      {
        gnum: '1',
        itemNo: 'TOY-0001',
        itemName: '毛绒玩具熊',
        gcode: '9503002100',
        gname: '毛绒玩具',
        gmodel: '涤纶填充|无品牌|30cm',
        barCode: '无',
        qty: '2',
        unit: '011',
        qty1: '2',
        unit1: '007',
        qty2: '0.70',
        unit2: '035',
        price: '29.90',
        totalPrice: '59.80',
      },
      {
        gnum: '2',
        itemNo: 'TOY-0002',
        itemName: '木制拼图',
        gcode: '9503006000',
        gname: '智力玩具',
        gmodel: '椴木|无品牌|24片',
        barCode: '无',
        qty: '3',
        unit: '006',
        qty1: '3',
        unit1: '006',
        qty2: '0.15',
        unit2: '035',
        price: '3.33333',
        totalPrice: '10.00',
      },
      {
        gnum: '3',
        itemNo: 'TEA-0003',
        itemName: '永川秀芽礼盒',
        gcode: '0902109000',
        gname: '绿茶',
        gmodel: '绿茶|无品牌|500克以上',
        barCode: '无',
        qty: '1.5',
        unit: '035',
        qty1: '1.5',
        unit1: '035',
        price: '12.40',
        totalPrice: '18.60',
      },
    ],
  });
}

/** A valid, normalised direct-mail import order of two lines, of a buyer nobody is. */
export function validImport(): Order {
  return orderSchema.parse({
    regime: '9610',
    ieFlag: 'I',
    orderType: 'I',
    orderNo: 'IM2026111800001',
    currency: '142',
    goodsValue: '296.00',
    freight: '20.00',
    discount: '6.00',
    taxTotal: '40.77',
    acturalPaid: '350.77',
    platform: { code: '91500000MA5U0ABC9U', name: '重庆山城跨境商城有限公司' },
    seller: { code: '91500103MA5YQ00A09', name: '重庆嘉陵江贸易有限公司' },
    declarant: { code: '91500108MA5XBRK744', name: '重庆南山报关有限公司' },
    payment: {
      code: '91500000MA5UPAY11M',
      name: '重庆两江支付有限公司',
      payNo: 'PAYI2026111800001',
      charge: '350.77',
      accountingDate: '2026-11-18T02:20:30Z',
    },
    payer: { name: '测试甲', idType: '1', idNumber: makeIdNumber(7) },
    buyer: {
      regNo: 'user10001',
      name: '测试甲',
      idType: '1',
      idNumber: makeIdNumber(7),
      telephone: '13800000001',
    },
    consignee: {
      name: '测试甲',
      telephone: '13800000001',
      address: '重庆市示例区样例路1号',
      district: '500112',
    },
    waybill: {
      code: '91500112MA5UL6G14W',
      name: '重庆果园物流有限公司',
      logisticsNo: 'GYI2026111800001',
      freight: '20.00',
      insuredFee: '0',
      currency: '142',
      grossWeight: '2.60',
      packNo: '1',
      goodsInfo: '奶粉',
    },
    list: {
      copNo: 'CQI2026111800001',
      customsCode: '8013',
      portCode: '8003',
      ieDate: '2026-11-19',
      assureCode: '91500103MA5YQ00A09',
      trafMode: '5',
      trafName: 'CA836',
      voyageNo: '20261119',
      billNo: '99912345675',
      country: '116',
      wrapType: '2',
      packNo: '1',
      grossWeight: '2.60',
      netWeight: '2.35',
    },
    lines: [
      {
        gnum: '1',
        itemNo: 'MLK-0101',
        itemName: '婴幼儿配方奶粉 1 段 800 克',
        gcode: '1901101010',
        gname: '婴幼儿配方奶粉',
        gmodel: '乳清粉、植物油|示例牌|800克/罐',
        barCode: '无',
        originCountry: '116',
        qty: '1',
        unit: '122',
        qty1: '0.8',
        unit1: '035',
        price: '168.00',
        totalPrice: '168.00',
      },
      {
        gnum: '2',
        itemNo: 'WIN-0103',
        itemName: '干红葡萄酒 750 毫升',
        gcode: '2204210000',
        gname: '葡萄酒',
        gmodel: '鲜葡萄酿造|示例酒庄|750毫升/瓶',
        barCode: '无',
        originCountry: '305',
        qty: '1',
        unit: '142',
        qty1: '0.75',
        unit1: '095',
        qty2: '0.75',
        unit2: '035',
        price: '128.00',
        totalPrice: '128.00',
      },
    ],
  });
}

/** The valid order, or another, with some leaves set to other values (`lines[1].qty`), or emptied by null. */
export function orderWith(changes: Readonly<Record<string, string | null>>, order = validOrder()): Order {
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.');
    const leaf = keys.pop()!;
    const holder = keys.reduce(
      (node, key) => node[key] as Record<string, unknown>,
      order as unknown as Record<string, unknown>,
    );
    holder[leaf] = value ?? undefined;
  }
  return order;
}
