import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import type { OrderFormat } from '../../src/orders/read/format.js';
import type { ReadOptions, ReadOrder } from '../../src/orders/read/readOrders.js';
import type { TableNotes } from '../../src/orders/read/table.js';
import { readAll } from './reading.js';

/** What a file gave: its orders without what intake fills in by itself, how its columns were read, what is to be asked. */
interface Result {
  read: ReadOrder[];
  notes: TableNotes;
  orders: Record<string, unknown>[];
  /** Columns a person is asked about. */
  asked: string[];
}

const filled = ['ieFlag', 'producer', 'declarant', 'platform', 'bondedOperator', 'payer'];
const filledLeaves: Record<string, string[]> = { waybill: ['insuredFee'], lines: ['gnum', 'barCode'] };

/** The part of an order that came from the file: no empty groups, nothing that intake always fills. */
function essence(order: object): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(order)) {
    if (filled.includes(key) || value === undefined) continue;
    const strip = (leaves: object) =>
      Object.fromEntries(
        Object.entries(leaves).filter(
          ([leaf, v]) =>
            v !== undefined &&
            !filledLeaves[key]?.includes(leaf) &&
            !(key === 'waybill' && leaf === 'freight' && v === '0'),
        ),
      );
    if (Array.isArray(value)) out[key] = value.map((line: object) => strip(line));
    else if (typeof value === 'object' && value !== null) {
      const leaves = strip(value);
      if (Object.keys(leaves).length > 0) out[key] = leaves;
    } else if (!(key === 'freight' && value === '0')) out[key] = value;
  }
  return out;
}

async function readFile(
  content: Buffer | string,
  format: OrderFormat = 'csv',
  options: Partial<ReadOptions> = {},
): Promise<Result> {
  let notes: TableNotes | undefined;
  const read = await readAll(content, format, { ...options, onTable: (found) => (notes = found) });
  if (!notes) throw new Error('the table was not told of');
  return {
    read,
    notes,
    orders: read.map((r) => essence(r.order ?? {})),
    asked: notes.columns.filter((c) => ['unsure', 'unknown'].includes(c.confidence)).map((c) => c.header),
  };
}

const table = (rows: readonly (readonly string[])[], delimiter = ','): string =>
  rows
    .map((row) =>
      row.map((text) => (/["\n,;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(delimiter),
    )
    .join('\r\n') + '\r\n';
/** Bytes of another program than the decoder under test. */
const gbk = (text: string): Buffer => execFileSync('iconv', ['-f', 'utf-8', '-t', 'gbk'], { input: text });
const noFaults = ({ read }: Result) => expect(read.flatMap((r) => r.faults)).toEqual([]);

describe('files of people, as they are', () => {
  test('1. official names with units in brackets, a title row above', async () => {
    const result = await readFile(
      table([
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
    const result = await readFile(
      table([
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

  const shopify = [
    [
      'Name',
      'Email',
      'Financial Status',
      'Paid at',
      'Fulfillment Status',
      'Currency',
      'Subtotal',
      'Shipping',
      'Taxes',
      'Total',
      'Discount Code',
      'Discount Amount',
      'Shipping Method',
      'Created at',
      'Lineitem quantity',
      'Lineitem name',
      'Lineitem price',
      'Lineitem sku',
      'Billing Name',
      'Shipping Name',
      'Shipping Street',
      'Shipping Address1',
      'Shipping City',
      'Shipping Zip',
      'Shipping Province',
      'Shipping Country',
      'Payment Reference',
      'Vendor',
    ],
    [
      '#1001',
      'a@example.com',
      'paid',
      '2026-11-01 10:20:30 +0800',
      'fulfilled',
      'USD',
      '50.00',
      '5.00',
      '0.00',
      '55.00',
      'SAVE',
      '5.00',
      'Standard',
      '2026-11-01 10:20:00 +0800',
      '1',
      'Plush toy',
      '30.00',
      'SKU-1',
      'Ann B',
      'Ann B',
      '1 Road',
      '1 Road',
      'Austin',
      '73301',
      'TX',
      'USA',
      'pay-1',
      'V',
    ],
    [
      '#1001',
      'a@example.com',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '2026-11-01 10:20:00 +0800',
      '5',
      'Puzzle',
      '5.00',
      'SKU-2',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      'V',
    ],
  ];
  test('3. Shopify: one row a line item, the discount spread over the lines', async () => {
    const result = await readFile(table(shopify));
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

  const dianxiaomi = [
    [
      '订单号',
      '包裹号',
      '店铺账号',
      '买家姓名',
      '币种缩写',
      '产品总金额',
      '订单金额',
      'SKU',
      '产品名称',
      '产品数量',
      '产品售价',
      '中文报关名',
      '海关编码',
      '收件人姓名',
      '收件人电话',
      '地址1',
      '城市',
      '国家二字码',
      '物流方式',
      '运单号',
      '重量(g)',
      '付款时间',
      '图片网址',
    ],
    [
      'D-1',
      'XM1',
      'shop-a',
      'Bob',
      'USD',
      '25.00',
      '28.00',
      'SKU-1',
      '杯',
      '1',
      '10.00',
      '陶瓷杯',
      '6912001000',
      'Bob',
      '555',
      '2 Road',
      'Paris',
      '美国',
      '云途',
      'YT-9',
      '350',
      '2026-11-02 08:00:00',
      'http://x',
    ],
    [
      'D-1',
      'XM1',
      'shop-a',
      'Bob',
      'USD',
      '25.00',
      '28.00',
      'SKU-2',
      '碗',
      '3',
      '5.00',
      '陶瓷碗',
      '6912001000',
      'Bob',
      '555',
      '2 Road',
      'Paris',
      '美国',
      '云途',
      'YT-9',
      '350',
      '2026-11-02 08:00:00',
      'http://x',
    ],
  ];
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
    const result = await readFile(gbk(table(dianxiaomi)));
    noFaults(result);
    expect(result.notes.profile).toBe('dianxiaomi');
    expect(result.asked).toEqual([]);
    expect(result.orders).toEqual([dianxiaomiOrder]);
  });

  test('5. the same with a tab, in UTF-16 with a mark', async () => {
    const result = await readFile(Buffer.from(`\ufeff${table(dianxiaomi, '\t')}`, 'utf16le'));
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
    const result = await readFile(await writeExcelFile(data, { sheet: 'Sheet1' }).toBuffer(), 'xlsx');
    noFaults(result);
    expect(result.orders).toEqual([dianxiaomiOrder]);
  });

  test('7. 马帮: blank cells continue the order, a totals row at the end, semicolons', async () => {
    const result = await readFile(
      table(
        [
          [
            '订单编号',
            '交易编号',
            '店铺名',
            '付款时间',
            '币种',
            '商品总金额',
            '订单总金额',
            'SKU',
            '商品中文名称',
            '商品数量',
            '商品售价',
            '客户姓名',
            '电话1',
            '地址1',
            '城市',
            '所属国家',
            '货运单号',
            '订单重量(g)',
          ],
          [
            'M-1',
            'T-1',
            'mb-1',
            '2026/11/3 9:05',
            'EUR',
            '1,234.00',
            '1,240.00',
            'A',
            '椅',
            '1',
            '1,200.00',
            'Carl',
            '1',
            'Str. 1',
            'Bonn',
            '德国',
            'LN1',
            '12000',
          ],
          ['', '', '', '', '', '', '', 'B', '垫', '2', '17.00', '', '', '', '', '', '', ''],
          ['合计', '', '', '', '', '1,234.00', '1,240.00', '', '', '3', '', '', '', '', '', '', '', ''],
        ],
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
    const result = await readFile(
      table([
        [
          '订单号',
          '订单状态',
          '负责人',
          '下单时间',
          '付款时间',
          '产品总金额',
          '物流费用',
          '订单金额',
          '商家编码',
          '产品信息',
          '数量',
          '产品单价',
          '买家名称',
          '收货人名称',
          '收货国家',
          '城市',
          '地址',
          '手机',
          '物流追踪号',
        ],
        [
          '8000001',
          '已发货',
          '甲',
          '2026-11-01 01:00',
          '2026-11-01 01:10',
          'USD 12.50',
          'USD 2.00',
          'USD 14.50',
          'K-1',
          '帽',
          '1',
          'USD 12.50',
          'Dan',
          'Dan',
          '美国',
          'Reno',
          '3 Road',
          '77',
          'LP001',
        ],
      ]),
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
    const result = await readFile(
      table([
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
      table([
        ['订单号', '币种', '订单金额', 'SKU'],
        ['A1', 'AUD', `${sign}12.50`, 'S'],
      ]);
    const good = await readFile(rows('$'));
    noFaults(good);
    expect(good.orders[0]).toMatchObject({ currency: '601', goodsValue: '12.50' });
    const bad = await readFile(rows('€'));
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
    const result = await readFile(await writeExcelFile(data, { sheet: '导出' }).toBuffer(), 'xlsx');
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
    const result = await readFile(
      table([
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
    const stock = await readFile(table([head, ['A1', 'TOY-01', '1']]));
    expect(stock.asked).toEqual(['商品编码']);
    expect(stock.notes.columns[1]!.candidates.map((f) => f.path)).toEqual([
      'lines[].itemNo',
      'lines[].gcode',
    ]);
    const customs = await readFile(table([head, ['A1', '9503.00.2100', '1']]));
    expect(customs.asked).toEqual([]);
    expect(customs.orders[0]).toMatchObject({ lines: [{ gcode: '9503002100', qty: '1' }] });
  });

  test('14. two columns for one field: the stronger name is read, the other is asked about', async () => {
    const result = await readFile(
      table([
        ['订单号', '平台订单号', '订单编号', '数量'],
        ['s', 'p', 'own', '1'],
      ]),
    );
    noFaults(result);
    expect(result.orders[0]).toMatchObject({ orderNo: 'own' });
    expect(result.asked).toEqual(['订单号', '平台订单号']);
  });

  test('15. a header of two rows: groups above, names below', async () => {
    const result = await readFile(
      table([
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
    const one = await readFile(
      table([
        ['订单号\nOrder No.', '数量/Qty', 'SKU', '收货国家 (Country)'],
        ['A1', '1', 'S', '日本'],
      ]),
    );
    const two = await readFile(
      table([
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
        await readFile(
          table([
            ['订单号', header, 'SKU'],
            ['A1', text, 'S'],
          ]),
        )
      ).orders[0]!.waybill;
    expect(await weigh('毛重（克）', '850')).toEqual({ grossWeight: '0.85' });
    expect(await weigh('毛重(KG)', '0.85')).toEqual({ grossWeight: '0.85' });
    expect(await weigh('包裹重量', '850g')).toEqual({ grossWeight: '0.85' });
    expect(await weigh('Gross Weight (lb)', '2')).toEqual({ grossWeight: '0.90718474' });
  });

  test('18. days that can mean only one day are read; others when the profile says which comes first', async () => {
    const text = (date: string) =>
      table([
        ['订单号', '付款时间', 'SKU'],
        ['A1', date, 'S'],
      ]);
    expect((await readFile(text('25/11/2026 10:00'))).orders[0]!.payment).toEqual({
      accountingDate: '2026-11-25T02:00:00Z',
    });
    const unclear = await readFile(text('03/04/2026'));
    expect(unclear.read[0]!.faults.map((f) => f.code)).toEqual(['I29']);
    const profile = { name: 'us', columns: [], values: {}, dateOrder: 'mdy' as const };
    expect((await readFile(text('03/04/2026'), 'csv', { profile })).orders[0]!.payment).toEqual({
      accountingDate: '2026-03-03T16:00:00Z',
    });
  });

  test('19. two waybills under one order number are told as what they are: several parcels', async () => {
    const result = await readFile(
      table([
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
    const result = await readFile(
      table([
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
    const result = await readFile(table([head, ['A1', 'a', '1'], head, ['A2', 'b', '2']]));
    noFaults(result);
    expect(result.read.map((r) => r.order!.orderNo)).toEqual(['A1', 'A2']);
  });

  test('22. a profile names what the file calls otherwise, and the columns nobody needs', async () => {
    const text = table([
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
    const named = await readFile(text, 'csv', { profile });
    noFaults(named);
    expect(named.asked).toEqual([]);
    expect(named.orders).toEqual(wanted);
    const found = await readFile(text, 'csv', { saved: [profile] });
    expect(found.notes.profile).toBe('自用');
    expect(found.orders).toEqual(wanted);
  });

  test('23. an order number of the ERP, a lot, a source place, a shop: kept with the order', async () => {
    const result = await readFile(
      table([
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
    const result = await readFile(
      table([
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
    const amazon = table(
      [
        ['amazon-order-id', 'purchase-date', 'sku', 'quantity', 'currency', 'item-price', 'ship-country'],
        ['111-1', '2026-11-01T08:00:00+00:00', 'C-1', '2', 'USD', '20.00', 'US'],
      ],
      '\t',
    );
    expect((await readFile(amazon)).asked).toEqual(['item-price']);
    const { orders } = await readFile(
      table([
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
    const net = await readFile(table([header, ['A1', '2', '10', '20.00', '3.00', 'USD']]));
    expect(net.read[0]!.faults).toMatchObject([{ code: 'I52', severity: 'notice', path: 'discount' }]);
    expect(net.read[0]!.faults[0]!.message.zh).toContain('优惠 3 未再扣除');
    const gross = await readFile(table([header, ['A1', '2', '10', '17.00', '3.00', 'USD']]));
    expect(gross.read[0]!.faults).toEqual([]);
    expect(gross.orders).toMatchObject([{ lines: [{ totalPrice: '17' }] }]);
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
