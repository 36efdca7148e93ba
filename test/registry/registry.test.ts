import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { creditEntries, standingOn } from '../../src/registry/lookups.js';
import type { figuresSchema } from '../../src/views/figures/shapes.js';
import type {
  factsTakenSchema,
  registryCountsSchema,
  registryEnterpriseSchema,
  registryLineSchema,
} from '../../src/views/registry/shapes.js';
import { enrol, type Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, ordersOfOneSeller } from '../support/journey.js';
import { makeUscc } from '../support/uscc.js';

type Taken = z.output<typeof factsTakenSchema>;
type Enterprise = z.output<typeof registryEnterpriseSchema>;
type Lines = { items: z.output<typeof registryLineSchema>[]; next: string | null };

const orders = ordersOfOneSeller(1, { seed: 401, batch: 'Q' });
const seller = orders[0]!.seller.code!;
const other = makeUscc(4010);
let it: TestGateway;
let officer: Client;
let owner: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders, batch: 1 });
  officer = (await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' })).client;
  owner = it.sellers.get(seller)!.client;
  const [id] = await handIn(owner, orders);
  await declarationWhere(owner, id!, (d) => d.verdict === 'cleared');
});
afterAll(() => it.close());

const source = '某区商务委备案表';
const record = (...facts: Record<string, string>[]) =>
  officer.post<Taken>('/v1/registry/facts', { facts: facts.map((f) => ({ source, ...f })) });
const enterprise = (code: string, client = officer) =>
  client.get<Enterprise>(`/v1/registry/enterprises/${code}`);

test('where an enterprise stands goes into the figures of what was counted before, as new versions', async () => {
  const months = 'from=2020-01&to=2099-12&by=district,park';
  const before = await officer.get<z.output<typeof figuresSchema>>(`/v1/figures?${months}`);
  expect(before.lines.map((l) => l.key)).toEqual([{ district: '', park: '' }]);
  const taken = await record(
    { code: seller, kind: '所在区县', subject: '黔江区', validFrom: '2020-01-01' },
    { code: seller, kind: 'park', subject: '正阳园区', validFrom: '2020-01-01' },
  );
  expect(taken).toMatchObject({ added: 2, recounted: 1, faults: [] });
  const after = await officer.get<z.output<typeof figuresSchema>>(`/v1/figures?${months}`);
  expect(after.lines.map((l) => l.key)).toEqual([{ district: '黔江区', park: '正阳园区' }]);
  expect(after.sum.gross.cny).toBe(before.sum.gross.cny);
});

test('moving to another district ends the stay in the one before, and every change stays on record with who made it', async () => {
  await record({ code: other, kind: 'district', subject: '北碚区', validFrom: '2020-01-01' });
  expect(
    await record({ code: other, kind: 'district', subject: '黔江区', validFrom: '2026-03-01' }),
  ).toMatchObject({
    added: 1,
    ended: 1,
  });
  expect(
    await record({ code: other, kind: 'district', subject: '沙坪坝区', validFrom: '2021-01-01' }),
  ).toMatchObject({
    added: 0,
    faults: [{ code: 'N01' }],
  });
  const { facts, history } = await enterprise(other);
  expect(facts.map((f) => [f.subject, f.validFrom, f.validTo])).toEqual([
    ['黔江区', '2026-03-01', null],
    ['北碚区', '2020-01-01', '2026-02-28'],
  ]);
  expect(history).toHaveLength(3);
  expect(history.filter((f) => f.withdrawnAt !== null)).toMatchObject([{ subject: '北碚区', validTo: null }]);
  expect(history.every((f) => f.recordedBy !== '')).toBe(true);
  const on = async (day: string) => (await standingOn(it.gateway.store, [other], day)).get(other)?.district;
  expect([await on('2026-02-28'), await on('2026-03-01')]).toEqual(['北碚区', '黔江区']);
  await expect(
    it.gateway.store.query(`delete from enterprise_facts where code = $1`, [other]),
  ).rejects.toThrow('never changed');
});

test('a file in words is read row by row: wrong rows come back with their number, the others are taken once', async () => {
  const csv = Buffer.from(
    [
      '某区经营异常名录（2026）',
      '信用代码,企业名称,列入日期,移出日期,列入机关,序号',
      `${other},重庆名录测试有限公司,2025/3/1,2025-09-30,某区市场监管局,1`,
      `123,坏代码公司,2025-03-01,,某区市场监管局,2`,
      `${makeUscc(4011)},重庆日期公司,2025-13-01,,某区市场监管局,3`,
    ].join('\n'),
  );
  const path = `/v1/registry/import?kind=abnormal&fileName=${encodeURIComponent('名录.csv')}`;
  const taken = await officer.upload<Taken>(path, csv);
  expect(taken).toMatchObject({ added: 2, replaced: 0, unread: ['序号'] });
  expect(taken.faults.map((f) => f.path)).toEqual(['row.4', 'row.5']);
  expect(await officer.upload<Taken>(path, csv)).toMatchObject({ added: 0, same: 1 });
  expect(await enterprise(other)).toMatchObject({ name: '重庆名录测试有限公司' });
  expect((await creditEntries(it.gateway.store, [other])).get(other)).toEqual([
    expect.objectContaining({ kind: 'abnormal', listedOn: '2025-03-01', removedOn: '2025-09-30' }),
  ]);
});

test('what is exported can be imported again and changes nothing, as Excel and as CSV', async () => {
  await record(
    { code: other, kind: '类型', subject: '卖家', validFrom: '2020-01-01' },
    { code: other, kind: '数据入统', subject: '2026', value: '是' },
    { code: other, kind: 'list', subject: '龙头企业', validFrom: '2026-01-01', validTo: '2026-12-31' },
    { code: other, kind: 'project', subject: '跨境电商产业园二期', number: 'ZD-7', validFrom: '2026-01-01' },
    {
      code: other,
      kind: 'licence',
      subject: 'investment',
      number: '境外投资证第N500号',
      validFrom: '2024-01-01',
    },
  );
  const standing = (await enterprise(other)).facts.length;
  for (const format of ['xlsx', 'csv']) {
    const file = await officer.raw('GET', `/v1/registry/export?format=${format}`);
    const bytes = Buffer.from(await file.arrayBuffer());
    const taken = await officer.upload<Taken>(`/v1/registry/import?fileName=out.${format}`, bytes);
    expect(taken).toMatchObject({ added: 0, replaced: 0, ended: 0, faults: [], unread: [] });
    expect(taken.same).toBeGreaterThanOrEqual(standing);
  }
  const counts = await officer.get<z.output<typeof registryCountsSchema>>('/v1/registry/counts');
  expect(counts.items).toContainEqual(
    expect.objectContaining({ kind: 'list', subject: 'leading', enterprises: 1 }),
  );
});

test('a hit shows in the list until it is taken back', async () => {
  await record({ code: seller, kind: 'serious', validFrom: '2025-01-01' });
  const hits = await officer.get<Lines>('/v1/registry/enterprises?hits=true');
  expect(hits.items.map((e) => [e.code, e.hits[0]?.since])).toEqual([[seller, '2025-01-01']]);
  const fact = (await enterprise(seller)).facts.find((f) => f.kind === 'serious')!;
  await officer.call('POST', `/v1/registry/facts/${fact.id}/withdraw`, { why: '同名误录' });
  expect((await officer.get<Lines>('/v1/registry/enterprises?hits=true')).items).toEqual([]);
  expect((await enterprise(seller)).history[0]).toMatchObject({ withdrawnWhy: '同名误录' });
});

test('a seller sees what stands about itself and nothing of others, and changes nothing', async () => {
  expect((await enterprise(seller, owner)).facts.length).toBeGreaterThan(1);
  expect((await owner.get<Lines>('/v1/registry/enterprises')).items.map((e) => e.code)).toEqual([seller]);
  expect((await owner.raw('GET', `/v1/registry/enterprises/${other}`)).status).toBe(404);
  const body = JSON.stringify({ facts: [{ code: seller, kind: 'pilot', subject: 'medicine', source }] });
  const json = { 'Content-Type': 'application/json' };
  expect((await owner.raw('POST', '/v1/registry/facts', body, json)).status).toBe(403);
  const exported = await (await owner.raw('GET', '/v1/registry/export?format=csv')).text();
  expect([exported.includes(seller), exported.includes(other)]).toEqual([true, false]);
});
