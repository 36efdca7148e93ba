import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicies, measuresOfAward } from '../../src/awards/book.js';
import { answerCase, caseFileSchema, checkCase, checkCases, type AwardCase } from '../../src/awards/check.js';
import { choiceOf } from '../../src/awards/readings.js';
import { mappingPath } from '../../src/base/root.js';

const dir = mappingPath('policies');
const book = loadPolicies();
const files = readdirSync(dir).filter((f) => f.endsWith('.cases.json'));
const caseFile = (file: string) => caseFileSchema.parse(JSON.parse(readFileSync(join(dir, file), 'utf8')));
const all = files.flatMap((f) => {
  const { baselineReading, cases } = caseFile(f);
  return cases.map((c) => ({ baseline: baselineReading, one: c as AwardCase }));
});
const outcome = (baseline: Record<string, unknown>, one: unknown) => {
  const { line } = checkCase(book, baseline, one);
  return `${line.status} ${line.awardCny ?? ''}`;
};

describe('worked cases beside every policy', () => {
  test('every policy has a case file, and every clause stands in a case', () => {
    expect(files.sort()).toEqual([...book.policies.keys()].map((id) => `${id}.cases.json`).sort());
    const used = new Set(all.flatMap(({ one }) => one.clauses));
    const clauses = [...book.policies.values()].flatMap((p) => p.clauses).map((c) => c.id);
    expect(clauses.length).toBeGreaterThan(35);
    expect(clauses.filter((c) => !used.has(c) && c !== 'QJ-10a')).toEqual([]);
  });

  test.each(files)('%s passes', (file) => {
    const checked = checkCases(book, caseFile(file));
    expect(checked.length).toBeGreaterThan(0);
    expect(checked.filter((c) => c.passed !== true).map((c) => c.line)).toEqual([]);
  });

  test('every answer says how it was reached, in Chinese and English', () => {
    for (const { baseline, one } of all) {
      const { made } = answerCase(book, baseline, one);
      expect({ id: one.id, lines: made.lines.length }).not.toMatchObject({ lines: 0 });
      for (const l of made.lines) expect(l.zh.length * l.en.length).toBeGreaterThan(0);
    }
  });
});

describe('readings', () => {
  /** Readings that decide no amount: the clause has none, the text allows one only, or it is about an indicator. */
  const WITHOUT_EFFECT = ['A18', 'A32', 'A35'];

  test('every reading of every ambiguity that touches an amount changes the result of some case', () => {
    const idle: string[] = [];
    for (const ambiguity of book.ambiguities.values()) {
      if (WITHOUT_EFFECT.includes(ambiguity.id)) continue;
      const moved = all.some(({ baseline, one }) => {
        const readings = (one.readings ?? {}) as Record<string, unknown>;
        const results = ambiguity.readings.map((r) =>
          outcome(baseline, {
            ...one,
            expected: undefined,
            readings: { ...readings, [ambiguity.id]: r.choice },
          }),
        );
        return new Set(results).size > 1;
      });
      if (!moved) idle.push(ambiguity.id);
    }
    expect(idle).toEqual([]);
  });

  test('without a reading the result stands only where every reading gives the same', () => {
    let undecided = 0;
    for (const { baseline, one } of all.slice(0, 60))
      for (const id of Object.keys(baseline)) {
        const ambiguity = book.ambiguities.get(id)!;
        if (ambiguity.unset) continue;
        const own = (one.readings ?? {}) as Record<string, unknown>;
        const under = (choice: string | null) =>
          outcome(baseline, { ...one, expected: undefined, readings: { ...own, [id]: choice } });
        const without = under(null);
        if (without.startsWith('needs-decision')) {
          undecided += 1;
          continue;
        }
        // A choice that settles nothing by itself (a listing that reaches into the window) is no result to compare.
        const each = ambiguity.readings
          .map((r) => under(r.choice))
          .filter((r) => !r.startsWith('needs-decision'));
        expect({ case: one.id, id, results: [...new Set(each)] }).toEqual({
          case: one.id,
          id,
          results: [without],
        });
      }
    expect(undecided).toBeGreaterThan(40);
  });

  test('a wording that nobody can place is no choice', () => {
    const a15 = book.ambiguities.get('A15')!;
    expect(choiceOf(a15, 'gross')).toBe('gross');
    expect(choiceOf(a15, 'Net, restated to the original period')).toBe('net-original');
    expect(choiceOf(a15, 'as the committee likes')).toBeUndefined();
    const { baseline, one } = all.find(({ one }) => one.inputs.returnsUsdSamePeriod !== undefined)!;
    const { line } = checkCase(book, baseline, { ...one, readings: { A15: 'as the committee likes' } });
    expect(line).toMatchObject({ status: 'needs-decision', awardCny: null });
    expect(line.arithmetic).toContain('as the committee likes');
  });
});

describe('what a file may hold', () => {
  const baseline = caseFile('qianjiang-2023.cases.json').baselineReading;
  const facts = { year: 2026, registeredDistrict: '黔江区', paysTax: true, fxCnyPerUsd: '7.00' };
  const of = (clauses: string[], inputs: object, more: object = {}) =>
    checkCase(book, baseline, { id: 'x', clauses, inputs, ...more }).line;
  const turnover = (inputs: object, more: object = {}) => of(['QJ-08a'], { ...facts, ...inputs }, more);

  test('an amount may be a number, text, or text with thousands separators', () => {
    for (const turnoverUsd of [1000000, '1000000', '1,000,000.00', '1，000，000'])
      expect(turnover({ turnoverUsd })).toMatchObject({ status: 'award', awardCny: '350000.00' });
    for (const usdByMode of [{ '9610': '500,000.00', '9710': 500000 }])
      expect(turnover({ usdByMode })).toMatchObject({ awardCny: '350000.00' });
    expect(of(['QJ-G2'], { computed: { A: '4,000,000.00', B: 4000000 } })).toMatchObject({
      status: 'award',
      awardCny: '8000000.00',
    });
  });

  test('an amount nobody can read is never left out in silence, wherever it stands', () => {
    for (const line of [
      turnover({ turnoverUsd: '1,00,0000' }),
      turnover({ usdByMode: { '9610': '2000000', '9710': 'much' } }),
      turnover({
        records: [
          { month: '2026-01', usd: '2000000' },
          { month: '2026-02', usd: '-1' },
        ],
      }),
      of(['QJ-G2'], { computed: { A: '4000000', B: 'four million' } }),
      of(['QJ-09'], { incubateeSalesCny: ['1000000', 'n/a'] }),
    ])
      expect(line).toMatchObject({ status: 'needs-decision', awardCny: null });
  });

  test('a district is the same with or without its city and 区', () => {
    for (const registeredDistrict of ['黔江', '黔江区', '重庆市黔江区'])
      expect(turnover({ turnoverUsd: '1000000', registeredDistrict }).status).toBe('award');
    expect(turnover({ turnoverUsd: '1000000', registeredDistrict: '重庆市渝中区' }).status).toBe('excluded');
  });

  test('an adopted text with its date settles a case that still says draft; without a date it does not', () => {
    const said = { turnoverUsd: '2000000', policyStatus: 'draft' };
    const adopted = { readings: { A01: 'adopted text supplied' } };
    expect(turnover({ ...said, validFrom: '2024-01-01' }, adopted)).toMatchObject({ awardCny: '700000.00' });
    expect(turnover(said, adopted)).toMatchObject({ status: 'not-in-force', awardCny: null });
    expect(turnover({ ...said, validFrom: '2024-01-01' })).toMatchObject({ status: 'not-in-force' });
  });

  test('a reading in words alone is placed where only one ambiguity of the case has such a choice', () => {
    const back = { turnoverUsd: '1200000', returnsUsdSamePeriod: '150000' };
    expect(turnover(back, { reading: 'gross', ambiguities: ['A15'] })).toMatchObject({
      awardCny: '420000.00',
    });
    expect(turnover(back, { reading: 'as they like', ambiguities: ['A15'] }).arithmetic).toContain(
      'as they like',
    );
  });

  test('the arithmetic holds the figures it was made of: what came back, what was converted, what was added', () => {
    expect(turnover({ turnoverUsd: '1200000', returnsUsdSamePeriod: '300000' }).arithmetic).toContain(
      '1,200,000.00 − 300,000.00 = 900,000.00',
    );
    expect(turnover({ turnoverCny: '7000000' }).arithmetic).toContain('7,000,000.00 CNY÷7 = 1,000,000.00');
    expect(of(['QJ-09'], { incubateeSalesCny: ['1000000', '5000000'] }).arithmetic).toContain(
      '10,000.00 + 50,000.00 = 60,000.00',
    );
    expect(of(['QJ-G2'], { computed: { A: '6000000', B: '5000000' } }).arithmetic).toContain(
      'A 6,000,000.00 + B 5,000,000.00',
    );
  });

  test('the increase over the event of the year before counts as given, or is made from both events', () => {
    const last = { readings: { A25: "above previous year's event" } };
    for (const more of [{ previousEventRetailCny: '20734567' }, { eventRetailIncreaseCny: '500000' }])
      expect(of(['QJ-01c'], { eventRetailCny: '21234567', ...more }, last)).toMatchObject({
        awardCny: '500.00',
      });
  });
});

describe('first come, first served', () => {
  const baseline = caseFile('qianjiang-2023.cases.json').baselineReading;
  const three = (times: (string | undefined)[]) =>
    checkCase(book, baseline, {
      id: 'x',
      clauses: ['QJ-08a', 'QJ-G2'],
      readings: { A11: 'first come first served' },
      inputs: {
        year: 2026,
        fxCnyPerUsd: '7.00',
        registeredDistrict: '黔江区',
        paysTax: true,
        entities: ['A', 'B', 'C', 'D', 'E', 'F'].map((uscc, i) => ({
          uscc,
          turnoverUsd: '10000000',
          ...(times[i] ? { appliedAt: times[i] } : {}),
        })),
      },
    }).line;
  const hours = [6, 5, 4, 3, 2, 1].map((h) => `2027-01-20T0${h}:00:00+08:00`);

  test('the moment of the application decides, not the place in a list', () => {
    const { status, arithmetic } = three(hours);
    expect(status).toBe('award');
    expect(arithmetic).toContain('A 2,000,000.00 → 0.00');
    expect(arithmetic).toContain('F 2,000,000.00 → 2,000,000.00');
  });

  test('the same moment where the pot ends is for a person to decide', () => {
    expect(three(['2027-01-20', ...hours.slice(0, 5)].map(() => '2027-01-20T01:00:00Z'))).toMatchObject({
      status: 'needs-decision',
    });
  });
});

describe('a policy is data', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'policies-'));
    cpSync(dir, copy, { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const clause = (id: string, formula: unknown, more: object = {}) => ({
    id,
    kind: 'award',
    article: '第一条',
    quote: '示例条文。',
    title: { zh: '示例', en: 'Example' },
    measure: 'overseasArea',
    formula,
    maximum: false,
    recurrence: 'one-off',
    conflictGroup: null,
    evidence: [],
    ambiguities: [],
    ...more,
  });
  const policy = (clauses: unknown[]) => ({
    id: 'example-2026',
    version: '2026-01-01',
    title: { zh: '示例区海外仓办法', en: 'Example: overseas warehouses' },
    district: '示例区',
    document: { title: '示例区海外仓办法', docNo: '示例〔2026〕1号', issued: '2026-01-01' },
    seen: true,
    status: 'adopted',
    validFrom: '2026-01-01',
    validTo: null,
    reviewers: ['commerce', 'finance'],
    ambiguities: [],
    rules: {},
    clauses,
  });
  const write = (value: unknown) => writeFileSync(join(copy, 'example-2026.json'), JSON.stringify(value));

  test('a new policy by area and by tiers is one more file', () => {
    const measures = JSON.parse(readFileSync(join(copy, 'measures.json'), 'utf8')) as { measures: unknown[] };
    measures.measures.push({
      id: 'overseasArea',
      text: { zh: '海外仓面积', en: 'area of overseas warehouses' },
      unit: 'm2',
      inputs: ['overseasAreaM2'],
    });
    writeFileSync(join(copy, 'measures.json'), JSON.stringify(measures));
    write(
      policy([
        clause(
          'EX-1',
          { fn: 'area', of: 'overseasArea', perM2: '30' },
          { cap: { amount: '200000', per: 'enterprise' } },
        ),
        clause('EX-2', {
          fn: 'tiers',
          of: 'overseasArea',
          tiers: [
            { from: '50000', amount: '1000000' },
            { from: '100000', amount: '2000000' },
          ],
        }),
        clause('EX-3', { fn: 'ranking', of: 'overseasArea', amounts: ['50000', '30000'] }),
      ]),
    );
    const wider = loadPolicies(copy);
    const of = (id: string, overseasAreaM2: string) =>
      checkCase(wider, {}, { id, clauses: [id], inputs: { year: 2026, overseasAreaM2 } }).line;
    expect(of('EX-1', '5000.5')).toMatchObject({ status: 'award', awardCny: '150015.00' });
    expect(of('EX-1', '9000')).toMatchObject({ status: 'award', awardCny: '200000.00' });
    expect(of('EX-2', '49999.99')).toMatchObject({ status: 'no-award', awardCny: '0.00' });
    expect(of('EX-2', '100000')).toMatchObject({ status: 'award', awardCny: '2000000.00' });
    expect(of('EX-3', '100000')).toMatchObject({ status: 'needs-decision', awardCny: null });
  });

  test('an unknown field, an unknown measure and an unknown reading stop the start, naming the file', () => {
    write({ ...policy([]), subsidy: true });
    expect(() => loadPolicies(copy)).toThrow(/example-2026\.json.*subsidy/);
    write(policy([clause('EX-1', { fn: 'area', of: 'height', perM2: '30' })]));
    expect(() => loadPolicies(copy)).toThrow(/EX-1.*height/);
    write(policy([clause('EX-1', { fn: 'fixed', amount: '1' }, { ambiguities: ['A99'] })]));
    expect(() => loadPolicies(copy)).toThrow(/EX-1.*A99/);
    write(policy([clause('QJ-04', { fn: 'fixed', amount: '1' })]));
    expect(() => loadPolicies(copy)).toThrow(/QJ-04/);
  });

  test('every award clause names its evidence and reads only measures that have a name in files or come from records', () => {
    for (const p of book.policies.values())
      for (const c of p.clauses)
        if (c.kind === 'award') {
          expect(c.evidence.length).toBeGreaterThan(0);
          for (const id of measuresOfAward(c)) {
            const m = book.measures.get(id)!;
            expect({ id, readable: m.inputs.length > 0 || m.flows !== undefined }).toMatchObject({
              readable: true,
            });
          }
        }
  });
});
