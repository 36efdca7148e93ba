import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import writeExcelFile from 'write-excel-file/node';
import type { Order } from '../../src/orders/order.js';
import type { factsTakenSchema } from '../../src/views/registry/shapes.js';
import { enrol, type Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { ordersOfOneSeller, type IntakeResult } from '../support/journey.js';
import { makeUscc } from '../support/uscc.js';

const stock = ordersOfOneSeller(10, { seed: 71, batch: 'G' });
let it: TestGateway;
let seller: Client;
let officer: Client;
beforeAll(async () => {
  it = await startTestGateway({ orders: stock, workers: false });
  seller = [...it.sellers.values()][0]!.client;
  officer = (await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' })).client;
});
afterAll(() => it.close());

/** An Excel of the registry as an office keeps it: code, name, fact, content, days, source. */
async function importRegistry(
  rows: readonly (readonly string[])[],
): Promise<z.output<typeof factsTakenSchema>> {
  const header = ['统一社会信用代码', '企业名称', '登记事项', '内容', '生效日期', '失效日期', '来源'];
  const sheet = [header, ...rows].map((row) => row.map((value) => ({ value, type: String })));
  const bytes = await writeExcelFile(sheet, { sheet: '名录' }).toBuffer();
  return officer.upload(`/v1/registry/import?fileName=${encodeURIComponent('名录.xlsx')}`, bytes);
}

/** What an order is told at intake of its parties: `fault R701 seller.code`. */
async function toldOf(order: Order): Promise<string[]> {
  const { orders } = await seller.post<IntakeResult>('/v1/orders', [order]);
  const [result] = orders;
  return [...result!.faults, ...result!.notices]
    .filter((found) => /^R70\d$/.test(found.code))
    .map((found) => `${found.severity} ${found.code} ${found.path}`)
    .sort();
}
/** An order whose party stands as no other of this test does. */
let parties = 7100;
const withParty = (party: 'seller' | 'platform' | 'declarant' | 'payment' | 'waybill'): [Order, string] => {
  const order = stock.shift()!;
  const code = party === 'seller' ? order.seller.code! : makeUscc(parties++);
  return [{ ...order, [party]: { ...order[party], code } }, code];
};

test.each([
  ['a payment company whose licence ended', 'payment', '许可证', '支付', 'notice R705 payment.code'],
  ['a carrier whose licence ended', 'waybill', '牌照', '快递', 'notice R707 waybill.code'],
  ['a declarant whose filing ended', 'declarant', '海关备案', '', 'fault R701 declarant.code'],
] as const)(
  '%s is told at intake, and no longer once a later Excel renews it',
  async (_who, party, fact, content, told) => {
    const [order, code] = withParty(party);
    const row = (from: string, to: string) => [code, '某合作企业', fact, content, from, to, '主管部门公示'];
    expect(await importRegistry([row('2020-01-01', '2024-12-31')])).toMatchObject({ faults: [], unread: [] });
    expect(await toldOf(order)).toEqual([told]);
    await importRegistry([row('2025-01-01', '2099-12-31')]);
    const again = stock.shift()!;
    expect(await toldOf({ ...again, [party]: order[party] })).toEqual([]);
  },
);

test.each([
  ['失信名单', 'platform', 'notice R702 platform.code'],
  ['经营异常名录', 'waybill', 'notice R703 waybill.code'],
  ['严重违法失信名单', 'declarant', 'notice R704 declarant.code'],
] as const)(
  'a party on the %s is told while it stands there, and not before or after',
  async (list, party, told) => {
    const [order, code] = withParty(party);
    const row = (from: string, to: string) => [code, '', list, '', from, to, '市场监管部门'];
    await importRegistry([row('2019-01-01', '2021-06-30'), row('2098-01-01', '')]);
    expect(await toldOf({ ...order, goodsValue: '-1' })).toEqual([]);
    await importRegistry([row('2022-01-01', '')]);
    expect(await toldOf(order)).toEqual([told]);
  },
);
