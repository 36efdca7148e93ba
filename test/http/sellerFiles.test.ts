import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import type {
  goodsChangeSchema,
  goodsItemSchema,
  goodsVersionSchema,
} from '../../src/http/goods/contract.js';
import type {
  causeSchema,
  importSchema,
  importVerdictSchema,
  previewSchema,
} from '../../src/http/imports/contract.js';
import type { profileViewSchema } from '../../src/http/profiles/contract.js';
import type { Order } from '../../src/orders/order.js';
import type { Client } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { ordersOfOneSeller } from '../support/journey.js';
import { sellers } from '../support/companies.js';

type Import = z.output<typeof importSchema>;
type Preview = z.output<typeof previewSchema>;

const sample = ordersOfOneSeller(3, { seed: 91, batch: 'F' });
const other = { ...sample[0]!, seller: { ...sellers.find((s) => s.code !== sample[0]!.seller.code)! } };
let it: TestGateway;
let client: Client;
let stranger: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders: [...sample, other], env: { GATEWAY_TRANSPORT: 'none' } });
  client = it.sellers.get(sample[0]!.seller.code!)!.client;
  stranger = it.sellers.get(other.seller.code!)!.client;
});
afterAll(() => it.close());

const csv = (rows: readonly (readonly string[])[]): Buffer =>
  Buffer.from(rows.map((row) => row.map((t) => `"${t.replaceAll('"', '""')}"`).join(',')).join('\n'));
const preview = (bytes: Buffer, query = '') =>
  client.upload<Preview>(`/v1/imports/preview?fileName=a.csv${query}`, bytes);
const imported = async (bytes: Buffer, query = ''): Promise<Import> => {
  const { id } = await client.upload<Import>(`/v1/imports?fileName=a.csv${query}`, bytes);
  return finished(id);
};
const finished = (id: string) =>
  eventually(
    () => client.get<Import>(`/v1/imports/${id}`),
    (i) => ['done', 'failed'].includes(i.state),
    60_000,
  );

/** What differs from order to order, under headers of the seller's own. */
const own: readonly (readonly [string, (order: Order) => string | undefined])[] = [
  ['我方单据', (o) => o.orderNo],
  ['跟踪号', (o) => o.waybill.logisticsNo],
  ['支付流水号', (o) => o.payment.payNo],
  ['付款时间', (o) => o.payment.accountingDate],
  ['毛重（克）', () => '900'],
  ['颜色', () => '红'],
  ['我的货号', () => 'SKU-A'],
  ['件', () => '2'],
  ['单价', () => 'USD 10.00'],
  ['付款金额', () => '$20.00'],
];
const fileOf = (orders: readonly Order[]) =>
  csv([own.map(([h]) => h), ...orders.map((o) => own.map(([, get]) => get(o) ?? ''))]);
const answers = {
  name: '自营站',
  columns: [
    { header: '我方单据', field: 'orderNo' },
    { header: '我的货号', field: 'lines[].itemNo' },
    { header: '件', field: 'lines[].qty' },
    { header: '颜色', field: null },
  ],
};

describe('the files a seller really has', () => {
  test('a preview says what each column is, asks once about each unknown one, and stores nothing', async () => {
    const seen = await preview(fileOf(sample));
    expect(seen.headerRow).toBe(1);
    expect(seen.columns.map((c) => [c.header, c.field?.field ?? null])).toEqual([
      ['我方单据', null],
      ['跟踪号', 'waybill.logisticsNo'],
      ['支付流水号', 'payment.payNo'],
      ['付款时间', 'payment.accountingDate'],
      ['毛重（克）', 'waybill.grossWeight'],
      ['颜色', null],
      ['我的货号', null],
      ['件', null],
      ['单价', 'lines[].price'],
      ['付款金额', 'payment.charge'],
    ]);
    expect(seen.questions.map((q) => q.header)).toEqual(['我方单据', '颜色', '我的货号', '件']);
    expect(seen.faults.map((f) => f.code)).toEqual(['I07']);
    expect(seen.columns[0]!.samples).toHaveLength(3);
    const { rows } = await it.gateway.store.query('select 1 from imports');
    expect(rows).toEqual([]);
  });

  test('the answers are kept as a profile, refused when a field does not exist, and not seen by others', async () => {
    const bad = await client.raw(
      'POST',
      '/v1/profiles',
      JSON.stringify({ ...answers, columns: [{ header: 'x', field: 'lines[].qtty' }] }),
      { 'Content-Type': 'application/json' },
    );
    expect(bad.status).toBe(400);
    expect(
      ((await bad.json()) as { faults: { code: string; message: { zh: string } }[] }).faults[0],
    ).toMatchObject({
      code: 'I42',
      message: { zh: '列对应方案中的“lines[].qtty”不是订单字段，是否应为“lines[].qty”？' },
    });
    const saved = await client.post<z.output<typeof profileViewSchema>>('/v1/profiles', answers);
    expect(saved).toMatchObject({ name: '自营站', shipped: false });
    const names = async (who: Client) =>
      (await who.get<{ items: { name: string }[] }>('/v1/profiles')).items.map((p) => p.name);
    expect(await names(client)).toEqual([
      '自营站',
      'aliexpress',
      'dianxiaomi',
      'mabang',
      'official',
      'shopify',
    ]);
    expect(await names(stranger)).not.toContain('自营站');
    expect((await stranger.raw('DELETE', `/v1/profiles/${saved.id}`)).status).toBe(404);
    expect((await client.raw('POST', '/v1/imports?fileName=a.csv&profile=自营', fileOf(sample))).status).toBe(
      404,
    );
  });

  test('a file without the constant columns fails for their lack alone, grouped by cause, in the sender’s words', async () => {
    const first = await imported(fileOf(sample.slice(0, 2)), `&profile=${encodeURIComponent('自营站')}`);
    expect(first).toMatchObject({ state: 'done', orders: 2, accepted: 0, faulty: 2, unread: [] });
    const { items } = await client.get<{ items: z.output<typeof causeSchema>[] }>(
      `/v1/imports/${first.id}/causes`,
    );
    expect(items.length).toBeGreaterThan(0);
    for (const cause of items) expect([cause.orders, cause.firstRow]).toEqual([2, 2]);
    expect(items.map((c) => c.path)).toContain('regime');
  });

  test('defaults and goods master given once, the same file becomes good orders on a retry', async () => {
    const o = sample[0]!;
    await client.post('/v1/defaults', {
      values: Object.fromEntries(
        Object.entries({
          regime: o.regime,
          currency: 'USD',
          'platform.code': o.platform.code,
          'platform.name': o.platform.name,
          'seller.telephone': o.seller.telephone,
          'payment.code': o.payment.code,
          'payment.name': o.payment.name,
          'payment.currency': 'USD',
          'waybill.code': o.waybill.code,
          'waybill.name': o.waybill.name,
          'waybill.currency': '人民币',
          'waybill.packNo': '1',
          'waybill.goodsInfo': '玩具',
          'list.customsCode': o.list.customsCode,
          'list.portCode': o.list.portCode,
          'list.ieDate': o.list.ieDate,
          'list.statisticsFlag': o.list.statisticsFlag,
          'list.trafMode': o.list.trafMode,
          'list.trafName': o.list.trafName,
          'list.voyageNo': o.list.voyageNo,
          'list.billNo': o.list.billNo,
          'list.loctNo': o.list.loctNo,
          'list.country': o.list.country,
          'list.pod': o.list.pod,
          'list.wrapType': o.list.wrapType,
        }).filter(([, value]) => value !== undefined),
      ),
    });
    const goods = await client.upload<z.output<typeof goodsChangeSchema>>(
      '/v1/goods/import?fileName=goods.csv',
      csv([
        [
          '货号',
          'HS编码',
          '品名',
          '产品名称',
          '规格',
          '单位',
          '法定计量单位',
          '单件净重',
          '申报要素：材质',
          '我的备注',
        ],
        ['SKU-A', '9503.00.2100', '毛绒玩具', '小熊', '涤纶|无品牌|30cm', '个', '千克', '0.35', '涤纶', ''],
        ['SKU-B', '9503002100', '毛绒玩具', '小猫', '涤纶|无品牌|20cm', '不知道', '千克', '0.2', '', ''],
      ]),
    );
    expect(goods).toMatchObject({ added: 1, changed: 0, same: 0, unread: ['我的备注'] });
    expect(goods.faults.map((f) => f.message.zh)).toEqual([
      '商品档案第 3 行：“计量单位”的值 不知道 不在代码表中',
    ]);

    const { items } = await client.get<{ items: Import[] }>('/v1/imports');
    const again = await client.post<Import>(
      `/v1/imports/${items[0]!.id}/retry?profile=${encodeURIComponent('自营站')}`,
    );
    expect(again.retryOf).toBe(items[0]!.id);
    const done = await finished(again.id);
    const verdicts = await client.get<{ items: z.output<typeof importVerdictSchema>[] }>(
      `/v1/imports/${again.id}/verdicts`,
    );
    expect(verdicts.items.flatMap((v) => v.faults.map((f) => `${f.code} ${f.path}`))).toEqual([]);
    expect(done).toMatchObject({ state: 'done', accepted: 2, faulty: 0 });
    const { rows } = await it.gateway.store.query<{ body: Order }>(
      `select body from orders where body->>'orderNo' = $1`,
      [o.orderNo],
    );
    expect(rows[0]!.body).toMatchObject({
      orderNo: o.orderNo,
      currency: '502',
      goodsValue: '20',
      seller: { code: o.seller.code, name: o.seller.name },
      waybill: { grossWeight: '0.9', currency: '142' },
      list: { netWeight: '0.7' },
      lines: [
        {
          itemNo: 'SKU-A',
          gcode: '9503002100',
          gname: '毛绒玩具',
          unit: '007',
          unit1: '035',
          qty: '2',
          qty1: '0.7',
          price: '10.00',
        },
      ],
    });
  });

  test('the profile is used by itself for the next file with these columns, the constants come from the defaults', async () => {
    const seen = await preview(fileOf(sample.slice(2)));
    expect([seen.profile, seen.questions, seen.faults, seen.missing]).toEqual(['自营站', [], [], []]);
    expect(await imported(fileOf(sample.slice(2)))).toMatchObject({ accepted: 1, faulty: 0, unread: [] });
  });

  test('a refused row comes back with the sender’s own header and cell', async () => {
    const rows = [
      own.map(([h]) => h),
      own.map(([h, get]) => (h === '件' ? '两' : h === '我方单据' ? 'NEW-1' : (get(sample[0]!) ?? ''))),
    ];
    const bad = await imported(csv(rows));
    expect(bad).toMatchObject({ faulty: 1 });
    const [verdict] = (
      await client.get<{ items: z.output<typeof importVerdictSchema>[] }>(`/v1/imports/${bad.id}/verdicts`)
    ).items;
    expect(verdict!.places['lines[0].qty']).toEqual({ header: '件', cell: 'H2' });
    const file = await (await client.raw('GET', `/v1/imports/${bad.id}/errors-file`)).text();
    const [head, row] = parse(file, { bom: true }) as string[][];
    expect(row![head!.indexOf('错误位置')]).toContain('件（H2）');
    expect(head!.slice(0, own.length)).toEqual(own.map(([h]) => h));
  });

  test('the goods master keeps every version with who changed it, and comes out as it goes in', async () => {
    await client.post('/v1/goods', {
      items: [{ sku: 'SKU-A', values: { gcode: '9503002100', gname: '玩具熊', unit: '007' } }],
    });
    const { items } = await client.get<{ items: z.output<typeof goodsItemSchema>[] }>(
      '/v1/goods?search=玩具熊',
    );
    expect(items).toMatchObject([{ sku: 'SKU-A', version: 2, values: { gname: '玩具熊' } }]);
    const history = await client.get<{ items: z.output<typeof goodsVersionSchema>[] }>(
      '/v1/goods/SKU-A/history',
    );
    expect(history.items.map((v) => [v.version, v.values.gname])).toEqual([
      [2, '玩具熊'],
      [1, '毛绒玩具'],
    ]);
    for (const version of history.items) expect(version.changedBy).not.toBe('');
    for (const name of ['goods.xlsx', 'goods.csv']) {
      const bytes = Buffer.from(
        await (await client.raw('GET', `/v1/goods-export?format=${name.slice(6)}`)).arrayBuffer(),
      );
      const change = await client.upload(`/v1/goods/import?fileName=${name}`, bytes);
      expect(change).toMatchObject({ added: 0, changed: 0, same: 1, faults: [], unread: [] });
    }
    expect((await stranger.get<{ items: unknown[] }>('/v1/goods')).items).toEqual([]);
    expect((await client.raw('DELETE', '/v1/goods/SKU-A')).status).toBe(204);
    expect((await client.get<{ items: unknown[] }>('/v1/goods')).items).toEqual([]);
    expect((await client.get<{ items: unknown[] }>('/v1/goods/SKU-A/history')).items).toHaveLength(3);
  });

  test('a default for what differs from order to order, or names a person, is refused by name', async () => {
    const answer = await client.raw(
      'POST',
      '/v1/defaults',
      JSON.stringify({ values: { orderNo: 'x', 'buyer.name': 'y' } }),
      { 'Content-Type': 'application/json' },
    );
    expect(answer.status).toBe(400);
    const { faults } = (await answer.json()) as { faults: { code: string; message: { zh: string } }[] };
    expect(faults.map((f) => f.code)).toEqual(['I45', 'I45']);
    expect(faults[0]!.message.zh).toContain('“订单编号”');
  });
});
