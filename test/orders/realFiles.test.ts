import { describe, expect, test } from '@jest/globals';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import type { TableNotes } from '../../src/orders/read/table.js';
import { readAll } from './reading.js';
import { shopExport } from '../support/shopExports.js';
import { csvTable, gbk, noFaults, readTable } from './tables.js';

describe('files of people, as they are', () => {
  test('1. official names with units in brackets, a title row above', async () => {
    const result = await readTable(
      csvTable([
        ['2026年11月 跨境电商零售出口清单', '', '', '', '', '', '', ''],
        [
          '订单编号',
          '物流运单编号',
          '运费',
          '毛重（公斤）',
          '净重（公斤）',
          '商品编码',
          '申报数量',
          '申报计量单位',
          '单价',
          '总价',
          '币制',
          '运抵国（地区）',
        ],
        ['CQ001', 'YT001', '3.5', '0.85', '0.70', '9503002100', '2', '个', '29.90', '59.80', '美元', '美国'],
      ]),
    );
    noFaults(result);
    expect(result.asked).toEqual([]);
    expect(result.notes.headerRow).toBe(2);
    expect(result.orders).toEqual([
      {
        orderNo: 'CQ001',
        currency: '502',
        goodsValue: '59.80',
        waybill: { logisticsNo: 'YT001', freight: '3.5', grossWeight: '0.85' },
        list: { netWeight: '0.70', country: '502' },
        lines: [{ gcode: '9503002100', qty: '2', unit: '007', price: '29.90', totalPrice: '59.80' }],
      },
    ]);
  });

  test('2. element names of the messages, one of them read by its only meaning', async () => {
    const result = await readTable(
      csvTable([
        [
          'orderNo',
          'logisticsNo',
          'grossWeight',
          'netWeight',
          'gcode',
          'gname',
          'qty',
          'unit',
          'price',
          'totalPrice',
          'currency',
        ],
        ['CQ002', 'YT002', '0.5', '0.4', '9503002100', '玩具', '1', '007', '10', '10', '502'],
      ]),
    );
    noFaults(result);
    expect(result.asked).toEqual([]);
    expect(result.orders).toEqual([
      {
        orderNo: 'CQ002',
        currency: '502',
        goodsValue: '10',
        waybill: { logisticsNo: 'YT002', grossWeight: '0.5' },
        list: { netWeight: '0.4' },
        lines: [{ gcode: '9503002100', gname: '玩具', qty: '1', unit: '007', price: '10', totalPrice: '10' }],
      },
    ]);
  });

  const shopify = shopExport('shopify', [
    {
      Name: '#1001',
      Email: 'a@example.com',
      'Financial Status': 'paid',
      'Paid at': '2026-11-01 10:20:30 +0800',
      'Fulfillment Status': 'fulfilled',
      Currency: 'USD',
      Subtotal: '50.00',
      Shipping: '5.00',
      Taxes: '0.00',
      Total: '55.00',
      'Discount Code': 'SAVE',
      'Discount Amount': '5.00',
      'Shipping Method': 'Standard',
      'Created at': '2026-11-01 10:20:00 +0800',
      'Lineitem quantity': '1',
      'Lineitem name': 'Plush toy',
      'Lineitem price': '30.00',
      'Lineitem sku': 'SKU-1',
      'Billing Name': 'Ann B',
      'Shipping Name': 'Ann B',
      'Shipping Street': '1 Road',
      'Shipping Address1': '1 Road',
      'Shipping City': 'Austin',
      'Shipping Zip': '73301',
      'Shipping Province': 'TX',
      'Shipping Country': 'USA',
      'Payment Reference': 'pay-1',
      Vendor: 'V',
    },
    {
      Name: '#1001',
      Email: 'a@example.com',
      'Created at': '2026-11-01 10:20:00 +0800',
      'Lineitem quantity': '5',
      'Lineitem name': 'Puzzle',
      'Lineitem price': '5.00',
      'Lineitem sku': 'SKU-2',
      Vendor: 'V',
    },
  ]);
  test('3. Shopify: one row a line item, the discount spread over the lines', async () => {
    const result = await readTable(csvTable(shopify));
    noFaults(result);
    expect(result.notes.profile).toBe('shopify');
    expect(result.asked).toEqual([]);
    expect(result.orders).toEqual([
      {
        orderNo: '#1001',
        channel: 'Shopify',
        currency: '502',
        goodsValue: '50.00',
        freight: '5.00',
        payment: { charge: '55.00', accountingDate: '2026-11-01T02:20:30Z', payNo: 'pay-1' },
        buyer: { name: 'Ann B' },
        consignee: { name: 'Ann B', address: '1 Road Austin 73301 TX' },
        list: { country: '502' },
        lines: [
          { itemNo: 'SKU-1', itemName: 'Plush toy', qty: '1', price: '27.27', totalPrice: '27.27' },
          { itemNo: 'SKU-2', itemName: 'Puzzle', qty: '5', price: '4.546', totalPrice: '22.73' },
        ],
      },
    ]);
  });

  const dianxiaomi = shopExport('dianxiaomi', [
    {
      订单号: 'D-1',
      包裹号: 'XM1',
      店铺账号: 'shop-a',
      买家姓名: 'Bob',
      币种缩写: 'USD',
      产品总金额: '25.00',
      订单金额: '28.00',
      SKU: 'SKU-1',
      产品名称: '杯',
      产品数量: '1',
      产品售价: '10.00',
      中文报关名: '陶瓷杯',
      海关编码: '6912001000',
      收件人姓名: 'Bob',
      收件人电话: '555',
      地址1: '2 Road',
      城市: 'Paris',
      国家二字码: '美国',
      物流方式: '云途',
      运单号: 'YT-9',
      '重量(g)': '350',
      付款时间: '2026-11-02 08:00:00',
      图片网址: 'http://x',
    },
    {
      订单号: 'D-1',
      包裹号: 'XM1',
      店铺账号: 'shop-a',
      买家姓名: 'Bob',
      币种缩写: 'USD',
      产品总金额: '25.00',
      订单金额: '28.00',
      SKU: 'SKU-2',
      产品名称: '碗',
      产品数量: '3',
      产品售价: '5.00',
      中文报关名: '陶瓷碗',
      海关编码: '6912001000',
      收件人姓名: 'Bob',
      收件人电话: '555',
      地址1: '2 Road',
      城市: 'Paris',
      国家二字码: '美国',
      物流方式: '云途',
      运单号: 'YT-9',
      '重量(g)': '350',
      付款时间: '2026-11-02 08:00:00',
      图片网址: 'http://x',
    },
  ]);
  const dianxiaomiOrder = {
    orderNo: 'D-1',
    shopId: 'shop-a',
    currency: '502',
    goodsValue: '25.00',
    payment: { charge: '28.00', accountingDate: '2026-11-02T00:00:00Z' },
    buyer: { name: 'Bob' },
    consignee: { name: 'Bob', telephone: '555', address: '2 Road Paris' },
    waybill: { name: '云途', logisticsNo: 'YT-9', grossWeight: '0.35' },
    list: { country: '502' },
    lines: [
      {
        itemNo: 'SKU-1',
        itemName: '杯',
        gname: '陶瓷杯',
        gcode: '6912001000',
        qty: '1',
        price: '10.00',
        totalPrice: '10',
      },
      {
        itemNo: 'SKU-2',
        itemName: '碗',
        gname: '陶瓷碗',
        gcode: '6912001000',
        qty: '3',
        price: '5.00',
        totalPrice: '15',
      },
    ],
  };
  test('4. 店小秘 in GBK: order values repeated in every row, weight in grams', async () => {
    const result = await readTable(gbk(csvTable(dianxiaomi)));
    noFaults(result);
    expect(result.notes.profile).toBe('dianxiaomi');
    expect(result.asked).toEqual([]);
    expect(result.orders).toEqual([dianxiaomiOrder]);
  });

  test('5. the same with a tab, in UTF-16 with a mark', async () => {
    const result = await readTable(Buffer.from(`\ufeff${csvTable(dianxiaomi, '\t')}`, 'utf16le'));
    noFaults(result);
    expect(result.orders).toEqual([dianxiaomiOrder]);
  });

  test('6. 店小秘 as a workbook with merged cells over the rows of an order', async () => {
    const merged = dianxiaomi[0]!.map(
      (name) => !['SKU', '产品名称', '产品数量', '产品售价', '中文报关名', '海关编码'].includes(name),
    );
    const [head, first, second] = dianxiaomi as [string[], string[], string[]];
    const data: SheetData = [
      head.map((value) => ({ value, type: String })),
      first.map((value, i) => ({ value, type: String, ...(merged[i] ? { rowSpan: 2 } : {}) })),
      second.map((value, i) => (merged[i] ? null : { value, type: String })),
    ];
    const result = await readTable(await writeExcelFile(data, { sheet: 'Sheet1' }).toBuffer(), 'xlsx');
    noFaults(result);
    expect(result.orders).toEqual([dianxiaomiOrder]);
  });

  test('7. 马帮: blank cells continue the order, a totals row at the end, semicolons', async () => {
    const result = await readTable(
      csvTable(
        shopExport('mabang', [
          {
            订单编号: 'M-1',
            交易编号: 'T-1',
            店铺名: 'mb-1',
            付款时间: '2026/11/3 9:05',
            币种: 'EUR',
            商品总金额: '1,234.00',
            订单总金额: '1,240.00',
            SKU: 'A',
            商品中文名称: '椅',
            商品数量: '1',
            商品售价: '1,200.00',
            客户姓名: 'Carl',
            电话1: '1',
            地址1: 'Str. 1',
            城市: 'Bonn',
            所属国家: '德国',
            货运单号: 'LN1',
            '订单重量(g)': '12000',
          },
          { SKU: 'B', 商品中文名称: '垫', 商品数量: '2', 商品售价: '17.00' },
          { 订单编号: '合计', 商品总金额: '1,234.00', 订单总金额: '1,240.00', 商品数量: '3' },
        ]),
        ';',
      ),
    );
    noFaults(result);
    expect(result.notes.profile).toBe('mabang');
    expect(result.asked).toEqual([]);
    expect(result.notes.left).toEqual([{ row: 4, why: 'total' }]);
    expect(result.orders).toEqual([
      {
        orderNo: 'M-1',
        shopId: 'mb-1',
        currency: '300',
        goodsValue: '1234.00',
        payment: { payNo: 'T-1', charge: '1240.00', accountingDate: '2026-11-03T01:05:00Z' },
        consignee: { name: 'Carl', telephone: '1', address: 'Str. 1 Bonn' },
        waybill: { logisticsNo: 'LN1', grossWeight: '12' },
        list: { country: '304' },
        lines: [
          { itemNo: 'A', itemName: '椅', qty: '1', price: '1200.00', totalPrice: '1200' },
          { itemNo: 'B', itemName: '垫', qty: '2', price: '17.00', totalPrice: '34' },
        ],
      },
    ]);
  });

  test('8. 速卖通: amounts with their currency before them', async () => {
    const result = await readTable(
      csvTable(
        shopExport('aliexpress', [
          {
            订单号: '8000001',
            订单状态: '已发货',
            负责人: '甲',
            下单时间: '2026-11-01 01:00',
            付款时间: '2026-11-01 01:10',
            产品总金额: 'USD 12.50',
            物流费用: 'USD 2.00',
            订单金额: 'USD 14.50',
            商家编码: 'K-1',
            产品信息: '帽',
            数量: '1',
            产品单价: 'USD 12.50',
            买家名称: 'Dan',
            收货人名称: 'Dan',
            收货国家: '美国',
            城市: 'Reno',
            地址: '3 Road',
            手机: '77',
            物流追踪号: 'LP001',
          },
        ]),
      ),
    );
    noFaults(result);
    expect(result.notes.profile).toBe('aliexpress');
    expect(result.asked).toEqual([]);
    expect(result.orders).toEqual([
      {
        orderNo: '8000001',
        channel: '速卖通',
        currency: '502',
        goodsValue: '12.50',
        freight: '2.00',
        payment: { accountingDate: '2026-10-31T17:10:00Z', charge: '14.50', currency: '502' },
        buyer: { name: 'Dan' },
        consignee: { name: 'Dan', address: 'Reno 3 Road', telephone: '77' },
        waybill: { logisticsNo: 'LP001' },
        list: { country: '502' },
        lines: [{ itemNo: 'K-1', itemName: '帽', qty: '1', price: '12.50', totalPrice: '12.5' }],
      },
    ]);
  });

  test.each([
    ['USD 12.50', '12.50', '502'],
    ['$12.50', '12.50', '502'],
    ['US $12.50', '12.50', '502'],
    ['12.50 USD', '12.50', '502'],
    ['€ 1.234,50', '1234.50', '300'],
    ['12,50 €', '12.50', '300'],
    ['￥1,234.50', '1234.50', '142'],
    ['1,234.50元', '1234.50', '142'],
    ['HK$ 80', '80', '110'],
    ['ＵＳＤ　１２．５０', '12.50', '502'],
  ])('9. 订单金额 written as %s is an amount and a currency', async (text, goodsValue, currency) => {
    const result = await readTable(
      csvTable([
        ['订单号', '订单金额', 'SKU', '数量'],
        ['A1', text, 'S', '1'],
      ]),
    );
    noFaults(result);
    expect(result.asked).toEqual([]);
    expect(result.orders).toEqual([
      { orderNo: 'A1', goodsValue, currency, lines: [{ itemNo: 'S', qty: '1' }] },
    ]);
  });

  test('10. a sign that may mean several currencies agrees with the currency column; another one is a fault', async () => {
    const rows = (sign: string) =>
      csvTable([
        ['订单号', '币种', '订单金额', 'SKU'],
        ['A1', 'AUD', `${sign}12.50`, 'S'],
      ]);
    const good = await readTable(rows('$'));
    noFaults(good);
    expect(good.orders[0]).toMatchObject({ currency: '601', goodsValue: '12.50' });
    const bad = await readTable(rows('€'));
    expect(bad.read[0]!.faults.map((f) => f.message.zh)).toEqual([
      '第 2 行“订单金额”金额旁的币种与“订单币制”不一致',
    ]);
  });

  test('11. a workbook with titles, empty columns, dates as serial numbers, numbers as text', async () => {
    const data: SheetData = [
      [{ value: '某某贸易公司 11 月订单', type: String, columnSpan: 6 }, null, null, null, null, null],
      [null],
      [
        null,
        '平台订单号',
        null,
        '出口日期',
        '收货国家',
        '货号',
        '品名',
        '数量',
        '单位',
        '单价(美元)',
        '备注信息',
      ].map((value) => (value === null ? null : { value, type: String })),
      [
        null,
        { value: 'X1', type: String },
        null,
        { value: 46327, type: Number },
        { value: '美国', type: String },
        { value: 'SKU-9', type: String },
        { value: '灯', type: String },
        { value: '1,000', type: String },
        { value: '个', type: String },
        { value: 2.5, type: Number },
        null,
      ],
      [null, null, null, null, null, null, null, { value: 1000, type: Number }, null, null, null],
    ];
    const result = await readTable(await writeExcelFile(data, { sheet: '导出' }).toBuffer(), 'xlsx');
    noFaults(result);
    expect(result.notes.headerRow).toBe(3);
    expect(result.asked).toEqual(['备注信息']);
    expect(result.notes.left).toEqual([{ row: 5, why: 'total' }]);
    expect(result.orders).toEqual([
      {
        orderNo: 'X1',
        currency: '502',
        goodsValue: '2500',
        list: { ieDate: '2026-11-01', country: '502' },
        lines: [{ itemNo: 'SKU-9', gname: '灯', qty: '1000', unit: '007', price: '2.5', totalPrice: '2500' }],
      },
    ]);
  });

  test('12. an unknown column refuses nothing and is asked about once', async () => {
    const result = await readTable(
      csvTable([
        ['订单编号', '颜色', '商品货号', '数量'],
        ['A1', '红', 'S', '1'],
        ['A2', '绿', 'S', '2'],
      ]),
    );
    noFaults(result);
    expect(result.asked).toEqual(['颜色']);
    expect(result.notes.columns[1]).toMatchObject({ confidence: 'unknown', candidates: [] });
    expect(result.read).toHaveLength(2);
  });

  test('13. 商品编码 with stock numbers below it is asked about, not taken for an HS code', async () => {
    const head = ['订单编号', '商品编码', '数量'];
    const stock = await readTable(csvTable([head, ['A1', 'TOY-01', '1']]));
    expect(stock.asked).toEqual(['商品编码']);
    expect(stock.notes.columns[1]!.candidates.map((f) => f.path)).toEqual([
      'lines[].itemNo',
      'lines[].gcode',
    ]);
    const customs = await readTable(csvTable([head, ['A1', '9503.00.2100', '1']]));
    expect(customs.asked).toEqual([]);
    expect(customs.orders[0]).toMatchObject({ lines: [{ gcode: '9503002100', qty: '1' }] });
  });

  test('14. two columns for one field: the stronger name is read, the other is asked about', async () => {
    const result = await readTable(
      csvTable([
        ['订单号', '平台订单号', '订单编号', '数量'],
        ['s', 'p', 'own', '1'],
      ]),
    );
    noFaults(result);
    expect(result.orders[0]).toMatchObject({ orderNo: 'own' });
    expect(result.asked).toEqual(['订单号', '平台订单号']);
  });

  test('15. a header of two rows: groups above, names below', async () => {
    const result = await readTable(
      csvTable([
        ['订单编号', '收件人', '商品信息', '', ''],
        ['', '', 'SKU', '数量', '单价'],
        ['A1', '甲', 'S1', '2', '3'],
        ['', '', 'S2', '1', '4'],
      ]),
    );
    noFaults(result);
    expect(result.orders).toEqual([
      {
        orderNo: 'A1',
        goodsValue: '10',
        consignee: { name: '甲' },
        lines: [
          { itemNo: 'S1', qty: '2', price: '3', totalPrice: '6' },
          { itemNo: 'S2', qty: '1', price: '4', totalPrice: '4' },
        ],
      },
    ]);
  });

  test('16. Chinese and English in one header, and a second row of English names', async () => {
    const one = await readTable(
      csvTable([
        ['订单号\nOrder No.', '数量/Qty', 'SKU', '收货国家 (Country)'],
        ['A1', '1', 'S', '日本'],
      ]),
    );
    const two = await readTable(
      csvTable([
        ['订单号', '数量', '货号', '收货国家'],
        ['Order No.', 'Qty', 'SKU', 'Country code'],
        ['A1', '1', 'S', '日本'],
      ]),
    );
    for (const result of [one, two]) {
      noFaults(result);
      expect(result.asked).toEqual([]);
      expect(result.orders).toEqual([
        { orderNo: 'A1', list: { country: '116' }, lines: [{ itemNo: 'S', qty: '1' }] },
      ]);
    }
  });

  test('17. weights by the unit of their header or cell are kilograms', async () => {
    const weigh = async (header: string, text: string) =>
      (
        await readTable(
          csvTable([
            ['订单号', header, 'SKU'],
            ['A1', text, 'S'],
          ]),
        )
      ).orders[0]!.waybill;
    expect(await weigh('毛重（克）', '850')).toEqual({ grossWeight: '0.85' });
    expect(await weigh('毛重(KG)', '0.85')).toEqual({ grossWeight: '0.85' });
    expect(await weigh('包裹重量', '850g')).toEqual({ grossWeight: '0.85' });
    expect(await weigh('实重kg', '0.85')).toEqual({ grossWeight: '0.85' });
    expect(await weigh('毛重 G', '850')).toEqual({ grossWeight: '0.85' });
    expect(await weigh('Gross Weight (lb)', '2')).toEqual({ grossWeight: '0.90718474' });
  });

  test('18. days that can mean only one day are read; others when the profile says which comes first', async () => {
    const text = (date: string) =>
      csvTable([
        ['订单号', '付款时间', 'SKU'],
        ['A1', date, 'S'],
      ]);
    expect((await readTable(text('25/11/2026 10:00'))).orders[0]!.payment).toEqual({
      accountingDate: '2026-11-25T02:00:00Z',
    });
    const unclear = await readTable(text('03/04/2026'));
    expect(unclear.read[0]!.faults.map((f) => f.code)).toEqual(['I29']);
    const profile = { name: 'us', columns: [], values: {}, dateOrder: 'mdy' as const };
    expect((await readTable(text('03/04/2026'), 'csv', { profile })).orders[0]!.payment).toEqual({
      accountingDate: '2026-03-03T16:00:00Z',
    });
  });

  test('19. two waybills under one order number are told as what they are: several parcels', async () => {
    const result = await readTable(
      csvTable([
        ['订单号', '运单号', 'SKU'],
        ['A1', 'YT1', 'a'],
        ['A1', 'YT2', 'b'],
      ]),
    );
    expect(result.read[0]!.faults.map((f) => f.code)).toEqual(['I40']);
    expect(result.read[0]!.faults[0]!.message.zh).toContain(
      '第 2 行是 YT1，在第 3 行是 YT2；一份清单只能对应一个订单和一个运单',
    );
  });

  test('20. notes and totals below the data, in any of their forms, are no orders', async () => {
    const result = await readTable(
      csvTable([
        ['订单号', 'SKU', '数量', '订单金额', '收货国家'],
        ['A1', 'a', '1', '5', '美国'],
        ['A2', 'b', '1', '6', '美国'],
        ['', '', '2', '11', ''],
        ['合计：', '', '2', '11', ''],
        ['共2单', '', '', '', ''],
        ['制表人：张三', '', '', '', ''],
        ['', '', '', '', '第 1 页'],
      ]),
    );
    noFaults(result);
    expect(result.read.map((r) => r.order!.orderNo)).toEqual(['A1', 'A2']);
    expect(result.notes.left.map((l) => l.row).sort()).toEqual([4, 5, 6, 7, 8]);
  });

  test('21. a header repeated on every page is no order', async () => {
    const head = ['订单号', 'SKU', '数量'];
    const result = await readTable(csvTable([head, ['A1', 'a', '1'], head, ['A2', 'b', '2']]));
    noFaults(result);
    expect(result.read.map((r) => r.order!.orderNo)).toEqual(['A1', 'A2']);
  });

  test('22. a profile names what the file calls otherwise, and the columns nobody needs', async () => {
    const text = csvTable([
      ['单据', '什么', '件', '颜色'],
      ['A1', 'S', '2', '红'],
    ]);
    const profile = {
      name: '自用',
      columns: [
        { header: '单据', field: 'orderNo' },
        { header: '什么', field: 'lines[].itemNo' },
        { header: '件', field: 'lines[].qty' },
        { header: '颜色', field: null },
      ],
      values: { currency: 'USD', 'lines[].originCountry': '中国' },
      dateOrder: 'ymd' as const,
    };
    const wanted = [
      { orderNo: 'A1', currency: '502', lines: [{ itemNo: 'S', qty: '2', originCountry: '142' }] },
    ];
    const named = await readTable(text, 'csv', { profile });
    noFaults(named);
    expect(named.asked).toEqual([]);
    expect(named.orders).toEqual(wanted);
    const found = await readTable(text, 'csv', { saved: [profile] });
    expect(found.notes.profile).toBe('自用');
    expect(found.orders).toEqual(wanted);
  });

  test('23. an order number of the ERP, a lot, a source place, a shop: kept with the order', async () => {
    const result = await readTable(
      csvTable([
        ['系统订单', '订单号', '店铺', '销售渠道', 'SKU', '数量', '批号', '境内货源地'],
        ['1', 'A1', 's-1', '自建站', 'S', '1', 'L1', '重庆'],
      ]),
    );
    noFaults(result);
    expect(result.orders).toEqual([
      {
        orderNo: 'A1',
        shopId: 's-1',
        channel: '自建站',
        lines: [{ itemNo: 'S', qty: '1', lotNo: 'L1', sourcePlace: '重庆' }],
      },
    ]);
  });

  test('24. full-width headers and cells, stars and blanks, without a mark in UTF-8', async () => {
    const result = await readTable(
      csvTable([
        ['＊订单编号（必填）', 'Ｓ Ｋ Ｕ', '数　量*', '单 价'],
        ['A1', 'S', '２', '３．５０'],
      ]),
    );
    noFaults(result);
    expect(result.asked).toEqual([]);
    expect(result.orders).toEqual([
      { orderNo: 'A1', goodsValue: '7', lines: [{ itemNo: 'S', qty: '2', price: '3.50', totalPrice: '7' }] },
    ]);
  });

  test('25. a price of a whole line is asked about, and a line total gives the price', async () => {
    const amazon = csvTable(
      [
        ['amazon-order-id', 'purchase-date', 'sku', 'quantity', 'currency', 'item-price', 'ship-country'],
        ['111-1', '2026-11-01T08:00:00+00:00', 'C-1', '2', 'USD', '20.00', 'US'],
      ],
      '\t',
    );
    expect((await readTable(amazon)).asked).toEqual(['item-price']);
    const { orders } = await readTable(
      csvTable([
        ['订单号', '数量', '小计'],
        ['A1', '3', '10.00'],
      ]),
    );
    expect(orders).toMatchObject([
      { goodsValue: '10.00', lines: [{ price: '3.33333', totalPrice: '10.00' }] },
    ]);
  });

  test('26. a discount that the amounts leave no room for is left out with a notice', async () => {
    const header = ['订单号', '数量', '单价', '商品总金额', '优惠金额', '币种'];
    const net = await readTable(csvTable([header, ['A1', '2', '10', '20.00', '3.00', 'USD']]));
    expect(net.read[0]!.faults).toMatchObject([{ code: 'I52', severity: 'notice', path: 'discount' }]);
    expect(net.read[0]!.faults[0]!.message.zh).toContain('优惠 3 未再扣除');
    const gross = await readTable(csvTable([header, ['A1', '2', '10', '17.00', '3.00', 'USD']]));
    expect(gross.read[0]!.faults).toEqual([]);
    expect(gross.orders).toMatchObject([{ lines: [{ totalPrice: '17' }] }]);
  });

  test('27. 件数 is the quantity where no column is one, the packages beside 数量; country is where it goes', async () => {
    const alone = await readTable(
      csvTable([
        ['订单号', 'SKU', '件数', 'country'],
        ['A1', 'S', '3', 'US'],
      ]),
    );
    expect(alone.asked).toEqual([]);
    expect(alone.orders[0]).toMatchObject({ list: { country: '502' }, lines: [{ qty: '3' }] });
    const beside = await readTable(
      csvTable([
        ['订单号', 'SKU', '件数', '数量'],
        ['A1', 'S', '1', '3'],
      ]),
    );
    expect(beside.orders[0]).toMatchObject({ waybill: { packNo: '1' }, lines: [{ qty: '3' }] });
  });

  test('no known name at all: the columns can still be shown and named, and the import says what is missing', async () => {
    let notes: TableNotes | undefined;
    const reading = readAll('\uFEFF甲,乙\n1,2\n', 'csv', { onTable: (found) => (notes = found) });
    await expect(reading).rejects.toMatchObject({ faults: [{ code: 'I07' }] });
    expect(notes?.columns.map((c) => [c.header, c.confidence])).toEqual([
      ['甲', 'unknown'],
      ['乙', 'unknown'],
    ]);
  });
});
