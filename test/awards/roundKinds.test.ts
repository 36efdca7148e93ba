import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicies } from '../../src/awards/book.js';
import { noRegister } from '../../src/awards/candidates.js';
import type { Inputs } from '../../src/awards/caseInputs.js';
import { answerCase, caseFileSchema, type AwardCase } from '../../src/awards/check.js';
import { readChoices } from '../../src/awards/readings.js';
import { runAwards, type RunLine, type RunRequest } from '../../src/awards/run.js';
import { mappingPath } from '../../src/base/root.js';
import { momentOf } from '../../src/figures/moment.js';
import { loadRates } from '../../src/figures/rates.js';
import { addTurnover, readTurnover } from '../../src/figures/turnover.js';
import { Store } from '../../src/store/store.js';
import { newDatabase, type TestDatabase } from '../support/database.js';
import { makeUscc } from '../support/uscc.js';

const book = loadPolicies();
const rates = loadRates();
const policy = book.policies.get('qianjiang-2023')!;
const [A, B, C] = [makeUscc(7301), makeUscc(7302), makeUscc(7303)] as const;
let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await newDatabase();
  store = new Store(database.url);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const baseline = caseFileSchema.parse(
  JSON.parse(readFileSync(mappingPath('policies', 'qianjiang-2023.cases.json'), 'utf8')),
).baselineReading;
const choicesOf = (more: Inputs = {}) => readChoices(book, { ...baseline, ...more }).choices;

async function compute(
  given: Record<string, Inputs>,
  over: Partial<RunRequest> & { readings?: Inputs } = {},
): Promise<Awaited<ReturnType<typeof runAwards>> & { of(code: string): RunLine }> {
  const { readings, ...rest } = over;
  const made = await runAwards(
    { db: store, book, rates, register: noRegister },
    {
      policy,
      year: 2026,
      clauses: [],
      choices: choicesOf(readings),
      given: new Map(Object.entries(given).map(([code, inputs]) => [code, { name: `企业 ${code}`, inputs }])),
      asOf: await momentOf(store),
      tenants: [],
      ...rest,
    },
  );
  return { ...made, of: (code) => made.lines.find((l) => l.enterprise === code)! };
}

describe('every kind of clause works in a round as it does in a worked case', () => {
  const files = readdirSync(mappingPath('policies')).filter((f) => f.endsWith('.cases.json'));
  test.each(files)('%s', async (file) => {
    const { baselineReading, cases } = caseFileSchema.parse(
      JSON.parse(readFileSync(join(mappingPath('policies'), file), 'utf8')),
    );
    const own = book.policies.get(file.replace('.cases.json', ''))!;
    const kinds = new Set<string>();
    const wrong: unknown[] = [];
    for (const one of cases as AwardCase[]) {
      const { made } = answerCase(book, baselineReading, one);
      const clauses = one.clauses.filter((id) => own.clauses.some((c) => c.id === id && c.kind === 'award'));
      // Cases of several enterprises, of the pot alone or of clauses without an amount are no single line of a round.
      if (
        clauses.length === 0 ||
        made.enterprises.length !== 1 ||
        one.inputs.entities !== undefined ||
        made.pots.some((p) => p.cut) ||
        one.awardIsTotal
      )
        continue;
      const inputs = one.inputs ?? {};
      const { choices } = readChoices(book, { ...baselineReading, ...(one.readings as Inputs | undefined) });
      const round = await compute(
        { [A]: inputs },
        { policy: own, year: Number(inputs.year ?? 2026), clauses, choices },
      );
      const line = round.lines[0];
      for (const id of clauses) {
        const clause = own.clauses.find((c) => c.id === id);
        if (clause?.kind === 'award' && line) kinds.add(clause.formula.fn);
      }
      const [expected, got] = [
        [made.status, made.cny?.toFixed(2) ?? null],
        [line?.result.status, line?.result.cny],
      ];
      if (JSON.stringify(expected) !== JSON.stringify(got)) wrong.push({ id: one.id, expected, got });
    }
    expect(wrong).toEqual([]);
    if (own.id === 'qianjiang-2023')
      expect([...kinds].sort()).toEqual(
        ['schedule', 'share', 'steps', 'tier-rate', 'tiers', 'tiers-each', 'title'].sort(),
      );
  });
});

const turnover = (usd: string, more: Inputs = {}): Inputs => ({
  turnoverUsd: usd,
  fxCnyPerUsd: '7.00',
  registeredDistrict: '黔江区',
  paysTax: true,
  ...more,
});

test('affiliates: each by itself, or all figures together with the first of them, and a decision where nobody chose', async () => {
  const given = {
    [A]: turnover('600000', { affiliatedWith: B }),
    [B]: turnover('500000'),
    [C]: turnover('1000000'),
  };
  const [first, second] = [A, B].sort() as [string, string];
  const alone = await compute(given, { readings: { A28: 'entity' } });
  expect([A, B, C].map((c) => [alone.of(c).result.status, alone.of(c).result.cny])).toEqual([
    ['no-award', '0.00'],
    ['no-award', '0.00'],
    ['award', '350000.00'],
  ]);
  const together = await compute(given, { readings: { A28: 'consolidated' } });
  // 1,100,000 USD × 7.00 × 5 % = 385,000 CNY.
  expect(together.of(first)).toMatchObject({
    granted: '385000.00',
    result: { status: 'award', cny: '385000.00' },
  });
  expect(together.of(second)).toMatchObject({ granted: null, result: { status: 'no-award', cny: null } });
  expect(together.of(second).result.lines[0]!.zh).toContain('合并计算');
  expect(together.of(C).result.cny).toBe('350000.00');
  const open = await compute(given, { choices: new Map([...choicesOf()].filter(([id]) => id !== 'A28')) });
  for (const code of [A, B]) {
    expect(open.of(code).result).toMatchObject({ status: 'needs-decision', open: [{ ambiguity: 'A28' }] });
    expect(open.of(code).result.lines[0]!.zh).toContain('关联企业');
  }
  expect(open.of(C).result.status).toBe('award');
});

test('an order of priority is followed to the last yuan, and has to be complete', async () => {
  // Each 1,700,000 USD × 7.00 × 5 % = 595,000 and 2,000,000 at the cap: six of them exceed the pot of 10,000,000.
  const codes = [7311, 7312, 7313, 7314, 7315, 7316].map(makeUscc);
  const given = (places: readonly (number | null)[]) =>
    Object.fromEntries(
      codes.map((code, i) => [
        code,
        turnover('20000000', places[i] === null ? {} : { priority: String(places[i]) }),
      ]),
    );
  const readings = { A11: 'priority' };
  const made = await compute(given([6, 5, 4, 3, 2, 1]), { readings });
  expect(made.pot).toMatchObject({
    status: 'award',
    used: '12000000.00',
    limit: '10000000.00',
    paid: '10000000.00',
  });
  expect(codes.map((c) => made.of(c).granted)).toEqual(['0.00', ...codes.slice(1).map(() => '2000000.00')]);
  for (const places of [
    [6, 5, 4, 3, 2, null],
    [1, 1, 2, 3, 4, 5],
  ]) {
    const open = await compute(given(places), { readings });
    expect(open.pot).toMatchObject({ status: 'needs-decision' });
    expect(open.pot!.lines.at(-1)!.zh).toContain('完整顺序');
  }
});

test('turnover as platforms report it stands beside customs turnover, and is the turnover only where that reading is chosen', async () => {
  const rows = ['2026-03', '2026-04'].map((month) => ({
    month,
    platformCode: 'P1',
    enterprise: A,
    currency: 'USD',
    amount: '800000.00',
    source: '平台月报',
    reportedAt: '2026-05-10',
  }));
  await addTurnover(store, rates, readTurnover(rows), 'test', null);
  const given = {
    [A]: { registeredDistrict: '黔江区', paysTax: true, fxCnyPerUsd: '7.00', turnoverUsd: '500000' },
  };
  const customs = await compute(given, { readings: { A03: 'declared' } });
  expect(customs.of(A).result).toMatchObject({
    status: 'no-award',
    turnover: {
      platform: { usd: '1600000.00' },
      customs: { usd: '0.00' },
      difference: { usd: '1600000.00' },
      sources: ['平台月报'],
    },
  });
  const platform = await compute(given, { readings: { A03: 'platform-gross' } });
  expect(platform.of(A).result.status).toBe('award');
  const cny = ['2026-03', '2026-04']
    .map((m) => Math.round(Number(rates.on(m, 'USD')!.toFixed()) * 800_000 * 100) / 100)
    .reduce((a, b) => a + b);
  expect(Number(platform.of(A).result.cny)).toBeCloseTo(cny * 0.05, 2);
});
