import { describe, expect, test } from '@jest/globals';
import { csvTable, readTable } from './tables.js';

const header = [
  '订单号',
  '订单状态',
  '负责人(业务员)',
  '买家名称',
  '下单时间',
  '付款时间',
  '产品总金额',
  '物流费用',
  '订单金额',
  '满立减',
  '产品信息\n（双击单元格展开所有产品信息！）',
  '订单备注',
  '收货地址',
  '收货人名称',
  '收货国家',
  '州/省',
  '城市',
  '地址',
  '邮编',
  '联系电话',
  '手机',
  '买家选择物流',
  '发货期限',
  '实际发货物流:运单号',
  '发货时间',
  '确认收货时间',
];
const order = (products: string, amounts = ['$ 30.00', '$ 0.00', '$ 30.00', '$ 0.00']): string =>
  csvTable([
    header,
    [
      '81600000012345',
      '等待您发货',
      '甲',
      'Ann B',
      '2026-11-01 08:00',
      '2026-11-01 08:10',
      ...amounts,
      products,
      '',
      'Ann B, 1 Road, Austin',
      'Ann B',
      'United States',
      'Texas',
      'Austin',
      '1 Road',
      '73301',
      '1-5550100',
      '',
      'AliExpress Standard Shipping',
      '3天',
      'AE_SP:LP00123456789',
      '2026-11-02 09:00',
      '',
    ],
  ]);
const faultsOf = ({ read }: Awaited<ReturnType<typeof readTable>>) =>
  read.flatMap((r) => r.faults.map((f) => `${f.severity} ${f.code} ${f.path}`));

describe('速卖通: all products of an order in one cell', () => {
  test('one product: title, attributes, SKU, quantity; the goods value is its total; the waybill follows its carrier', async () => {
    const result = await readTable(
      order(
        '【1】 Plush Bear (30cm) Toy for Kids\n(产品属性:Color:Brown、Size:30cm)\n(商家编码:TOY-01)\n(产品数量:2 piece)\n(物流等级&买家选择物流:AliExpress Standard Shipping)\n(备注:gift)',
      ),
    );
    expect(faultsOf(result)).toEqual([]);
    expect(result.asked).toEqual([]);
    expect(result.notes.profile).toBe('aliexpress');
    expect(result.orders).toMatchObject([
      {
        orderNo: '81600000012345',
        goodsValue: '30.00',
        waybill: { logisticsNo: 'LP00123456789' },
        lines: [
          {
            itemNo: 'TOY-01',
            itemName: 'Plush Bear (30cm) Toy for Kids',
            itemDescribe: 'Color:Brown、Size:30cm',
            qty: '2',
            price: '15',
            totalPrice: '30.00',
          },
        ],
      },
    ]);
  });

  test('several products with their prices, on lines of their own or behind each other', async () => {
    const parts = [
      '【1】 Bear',
      '(商家编码:TOY-01)',
      '(产品数量:1 piece)',
      '(产品单价:USD 12.00)',
      '【2】 Mug (350ml)',
      '(产品属性:Color:White (matt))',
      '(商家编码:CUP-02)',
      '(产品数量:3 pieces)',
      '(产品单价:USD 6.00)',
    ];
    for (const between of ['\n', '\r\n', ' ', '']) {
      const result = await readTable(order(parts.join(between)));
      expect(faultsOf(result)).toEqual([]);
      expect(result.orders[0]!.lines).toEqual([
        { itemNo: 'TOY-01', itemName: 'Bear', qty: '1', price: '12.00', totalPrice: '12' },
        {
          itemNo: 'CUP-02',
          itemName: 'Mug (350ml)',
          itemDescribe: 'Color:White (matt)',
          qty: '3',
          price: '6.00',
          totalPrice: '18',
        },
      ]);
      expect(result.read[0]!.raw).toMatchObject({ kind: 'rows', lines: [0, 0] });
    }
  });

  test('what the cell does not say is asked, product by product, and never guessed', async () => {
    const result = await readTable(
      order('【1】 Bear\n(商家编码:A)\n(产品数量:1 piece)\n【2】 Mug\n(商家编码:B)\n(礼品:yes)'),
    );
    expect(faultsOf(result)).toEqual([
      'notice I54 lines[1]',
      'fault I53 lines[1].qty',
      'fault I55 lines[0].price',
      'fault I55 lines[1].price',
    ]);
  });

  test('a unit that is not pieces stays with its number: a lot may be ten', async () => {
    const unit = async (text: string) =>
      (await readTable(order(`【1】 Socks\n(产品数量:${text})`))).read[0]!.order!.lines[0];
    expect(await unit('2 pair')).toMatchObject({ qty: '2', unit: '025' });
    expect(await unit('1 lot (10 pieces)')).toMatchObject({ qty: '1', unit: 'lot (10 pieces)' });
  });

  test('one value beside several products is asked; what may be the same for all is taken', async () => {
    const cell = '【1】 Bear (产品数量:1) (产品单价:3) 【2】 Mug (产品数量:1) (产品单价:4)';
    const table = (column: string, value: string) =>
      readTable(
        csvTable([
          ['订单号', '产品信息', column],
          ['A1', cell, value],
        ]),
      );
    expect(faultsOf(await table('海关编码', '9503002100'))).toEqual(['fault I56 lines[0].gcode']);
    expect((await table('原产国', '中国')).orders[0]!.lines).toMatchObject([
      { originCountry: '142' },
      { originCountry: '142' },
    ]);
  });

  test('a discount that only the payment shows comes off the goods', async () => {
    const result = await readTable(
      order('【1】 Bear\n(商家编码:TOY-01)\n(产品数量:1 piece)', ['$ 30.00', '$ 2.00', '$ 27.00', '$ 5.00']),
    );
    expect(faultsOf(result)).toEqual([]);
    expect(result.orders[0]).toMatchObject({
      goodsValue: '25.00',
      payment: { charge: '27.00' },
      lines: [{ totalPrice: '25' }],
    });
  });
});
