import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { loadIndicators } from '../../src/awards/indicators.js';
import { newId } from '../../src/base/ids.js';
import { record, standing } from '../../src/figures/ledger.js';
import type { WantedRecord } from '../../src/figures/records.js';
import type { indicatorsSchema } from '../../src/http/indicators/contract.js';
import { enrol, type Client } from '../support/client.js';
import { settingsOf, startCommand } from '../support/commands.js';
import { countedLine } from '../support/countedLine.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { makeUscc } from '../support/uscc.js';

type Indicators = z.output<typeof indicatorsSchema>;

const SELLER = makeUscc(7301);
let it: TestGateway;
let officer: Client;
let seller: Client;
const of = (all: Indicators, id: string) => all.plans.flatMap((p) => p.indicators).find((i) => i.id === id)!;

beforeAll(async () => {
  it = await startTestGateway({ orders: [], workers: false });
  officer = (await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' })).client;
  const made = await enrol(it.operator, { code: SELLER, name: '示例', role: 'seller' });
  seller = made.client;
  const list = (cny: string, over: Partial<WantedRecord> = {}) => {
    const id = newId();
    return countedLine({
      sourceId: id,
      eventId: id,
      tenantId: made.enterprise.tenantId,
      orderIds: [id],
      orderNos: [id],
      month: '2026-03',
      countedAt: new Date('2026-03-15T04:00:00Z'),
      declaredAt: new Date('2026-03-15T02:00:00Z'),
      releasedAt: new Date('2026-03-15T03:00:00Z'),
      sellerCode: SELLER,
      sellerName: '示例',
      amount: '1.00000',
      usd: '1.00',
      cny,
      rateId: 'customs-monthly:2026-03:USD',
      ...over,
    });
  };
  const wanted = [
    list('90000000.00', { district: '黔江区' }),
    list('60000000.00', { district: '黔江区', direction: 'I' }),
    list('30000000.00', { district: '' }),
  ];
  await it.gateway.store.transaction(async (tx) =>
    record(
      tx,
      wanted,
      await standing(
        tx,
        wanted.map((w) => w.sourceId),
      ),
    ),
  );
});
afterAll(() => it.close());

test('what the gateway knows is computed in the unit of the indicator, with what it covers', async () => {
  const all = await officer.get<Indicators>('/v1/indicators?year=2026');
  // 180 million yuan of imports and exports are 1.8 亿元 of the 300 aimed at.
  expect(of(all, 'CQ-01').computed).toMatchObject({ value: '1.8', enterprises: 1, progress: '0.0060' });
  expect(of(all, 'CQ-01').coverage.zh).toContain('不经本网关的企业不在内');
  expect(of(all, 'CQ-01')).toMatchObject({
    baseline: { year: 2020, value: '78.1' },
    target: { year: 2025, value: '300' },
  });
  // Only what is known to be the district's; the rest is named, not added.
  expect(of(all, 'QJ-1').computed).toMatchObject({ value: '1.5', districtUnknown: 1, progress: '0.5000' });
  expect(of(all, 'QJ-1').coverage.zh).toContain('不与交易额相加');
  expect(of(all, 'QJ-2').computed).toMatchObject({ value: '1' });
  expect(of(all, 'QJ-5').computed).toMatchObject({ value: '1' });
  expect(of(all, 'BB-1').computed).toMatchObject({ value: '0' });
  expect(of(all, 'CQ-15').computed).toMatchObject({ value: '0.0003' });
  expect(of(all, 'CQ-02').computed).toMatchObject({ value: '1' });
  expect(of(all, 'CQ-03').computed).toBeNull();
});

test('an empty year is 0 and not an error, and a plan that has ended is called over', async () => {
  const all = await officer.get<Indicators>('/v1/indicators?year=2019');
  expect(of(all, 'CQ-01').computed).toMatchObject({ value: '0', enterprises: 0 });
  expect(all.plans.find((p) => p.id === 'qianjiang-2017')).toMatchObject({ over: true });
  expect(all.plans.find((p) => p.id === 'qianjiang-2023')).toMatchObject({ status: 'draft', over: false });
});

test('clearance times stand by port, regime and inspection', async () => {
  const all = await officer.get<Indicators>('/v1/indicators?year=2026');
  const lines = of(all, 'GW-E').clearance!;
  expect(lines.reduce((n, l) => n + l.documents, 0)).toBe(2);
  expect(lines[0]!.seconds).toMatchObject({ p50: 3600, p90: 3600 });
});

test('a given value stands beside the computed one with its source; the newest counts; nothing is overwritten', async () => {
  for (const [value, source] of [
    ['250', '初步统计'],
    ['251.5', '统计公报'],
  ])
    await officer.post('/v1/indicators/CQ-01/values', { year: 2026, value, source });
  const all = await officer.get<Indicators>('/v1/indicators?year=2026');
  expect(of(all, 'CQ-01').given).toMatchObject({ value: '251.5', source: '统计公报', progress: '0.8383' });
  expect(of(all, 'CQ-01').given!.givenBy).toContain('某区商务委员会');
  expect(of(all, 'CQ-01').computed).toMatchObject({ value: '1.8' });
  const { rows } = await it.gateway.store.query('select 1 from indicator_values');
  expect(rows).toHaveLength(2);
});

test('an unknown indicator, a value that is no number and a seller are refused', async () => {
  const give = async (client: Client, id: string, value: string) =>
    (
      await client.raw(
        'POST',
        `/v1/indicators/${id}/values`,
        JSON.stringify({ year: 2026, value, source: 'x' }),
        { 'Content-Type': 'application/json' },
      )
    ).status;
  expect(await give(officer, 'CQ-99', '1')).toBe(404);
  expect(await give(officer, 'CQ-01', '约三百')).toBeGreaterThanOrEqual(400);
  expect(await give(seller, 'CQ-01', '1')).toBe(403);
  expect((await seller.raw('GET', '/v1/indicators')).status).toBe(403);
});

test('gateway indicators prints the same', async () => {
  const command = startCommand(
    ['indicators', '--year', '2026'],
    settingsOf(it.gateway.config, it.sandbox.url),
  );
  expect({ code: await command.ended, stderr: command.stderr() }).toMatchObject({ code: 0 });
  expect(of(JSON.parse(command.stdout()) as Indicators, 'CQ-01').computed).toMatchObject({ value: '1.8' });
});

test('every indicator says what its actual covers, and an unknown field in the data stops the start', () => {
  const plans = loadIndicators();
  expect(plans.flatMap((p) => p.indicators).length).toBeGreaterThan(35);
  const dir = mkdtempSync(join(tmpdir(), 'indicators-'));
  try {
    writeFileSync(join(dir, 'x.json'), JSON.stringify({ ...plans[0], colour: 'red' }));
    expect(() => loadIndicators(dir)).toThrow('colour');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
