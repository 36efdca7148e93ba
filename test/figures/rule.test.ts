import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mappingPath } from '../../src/base/root.js';
import { byCode } from '../../src/figures/attribution.js';
import { linesOf } from '../../src/figures/lines.js';
import type { ListFacts } from '../../src/figures/lists.js';
import { loadRates } from '../../src/figures/rates.js';
import { counts, loadCountingRule, loadCountryGroups, sourceKinds } from '../../src/figures/rule.js';
import { freshOrders } from '../support/sampleOrders.js';

const rule = loadCountingRule();
const rates = loadRates();

describe('no goods are counted twice', () => {
  test.each([
    ['list', false, true],
    ['goods-declaration', false, true],
    // The goods declaration of lists that were counted when they were cleared.
    ['goods-declaration', true, false],
    ['general-trade', false, false],
    // 701: a month of lists, declared once more together.
    ['summary-declaration', true, false],
    ['summary-declaration', false, false],
    // 9810: counted on exit, sold abroad later.
    ['warehouse-sale', true, false],
    // Moves into and between bonded zones: nothing has left the country.
    ['zone-entry', false, false],
    ['zone-transfer', false, false],
  ] as const)('%s, counted before: %s → counts: %s', (kind, countedBefore, expected) => {
    const answer = counts(rule, { kind, countedBefore });
    expect(answer.counts).toBe(expected);
    if (!answer.counts) expect(answer.why.zh).toMatch(/[\u4e00-\u9fff]/);
  });

  test('the rule says of every kind of document whether it counts, with its source', () => {
    expect(rule.sources.map((s) => s.kind).sort()).toEqual([...sourceKinds].sort());
  });
});

const [order] = [...freshOrders({ count: 1, seed: 3, batch: 'RULE' })];
const list = (over: Partial<ListFacts> = {}): ListFacts => ({
  id: 'list',
  tenantId: 'tenant',
  sellerCode: order!.seller.code!,
  sellerName: '甲公司',
  platformCode: 'P',
  platformName: 'P',
  orderNo: 'ORDER-1',
  regime: '9610',
  direction: 'E',
  declaredAt: null,
  releasedAt: new Date('2026-10-31T15:00:00Z'),
  clearedAt: null,
  inspected: false,
  orderRevision: 1,
  body: order!,
  uscc: null,
  district: '',
  park: '',
  ...over,
});
const made = (over: Partial<ListFacts>, withdrawn = false) => linesOf(list(over), withdrawn, rule, rates, []);

describe('what makes a line count', () => {
  test('an export is pending from its release, counts in the month it is cleared, and stops being pending when withdrawn', () => {
    expect(made({}).map((l) => [l.measure, l.month])).toContainEqual(['pending', '2026-10']);
    const cleared = made({ clearedAt: new Date('2026-10-31T16:00:00Z') });
    expect(new Set(cleared.map((l) => `${l.measure} ${l.month}`))).toEqual(new Set(['counted 2026-11']));
    expect(made({}, true)).toEqual([]);
  });

  test('an import counts when it is released, with freight and insurance of the list spread over its lines', () => {
    const lines = order!.lines.slice(0, 1).map((l) => ({ ...l, totalPrice: '33.33', currency: '142' }));
    const body = {
      ...order!,
      currency: '142',
      lines: [...lines, ...lines, ...lines].map((l, i) => ({ ...l, gnum: String(i + 1) })),
    };
    const made3 = made({
      direction: 'I',
      regime: '1210',
      body: {
        ...body,
        list: { ...body.list, freight: '10', fCurrency: '142', insuredFee: '0.01', iCurrency: '142' },
      },
    });
    expect(made3.map((l) => [l.measure, l.month])).toEqual(Array(3).fill(['counted', '2026-10']));
    // 33.33 × 3 + 10 + 0.01, and not a hundred-thousandth lost on the way.
    expect(made3.reduce((sum, l) => sum + BigInt(l.amount.replace('.', '')), 0n)).toBe(11_000_000n);
  });

  test('the rate is that of the month of declaration where that is known, else of the month it counts in', () => {
    const clearedAt = new Date('2026-11-02T00:00:00Z');
    expect(made({ clearedAt, declaredAt: new Date('2026-10-30T00:00:00Z') })[0]?.rateId).toMatch(/:2026-10:/);
    expect(made({ clearedAt })[0]?.rateId).toMatch(/:2026-11:/);
  });

  test('the sales channel is what the order says, else its own site when the seller is its own platform', () => {
    const channel = (over: Partial<ListFacts>) => made(over)[0]?.channel;
    expect(channel({})).toBe('platform');
    expect(channel({ platformCode: order!.seller.code! })).toBe('own-site');
    expect(channel({ body: { ...order!, channel: '自建站' } })).toBe('own-site');
    expect(channel({ body: { ...order!, channel: 'Amazon' } })).toBe('platform');
    expect(channel({ regime: '9810' })).toBe('overseas-warehouse');
  });
});

test('a declared 统一社会信用代码 is the key of attribution, a customs code names none', async () => {
  const db = { query: () => Promise.reject(new Error('asks nothing')) };
  const at = new Date();
  const of = (sellerCode: string) => byCode(db, [{ tenantId: 't', sellerCode, at }]).then(([a]) => a?.uscc);
  expect(await of('91500103MA5YQ00A09')).toBe('91500103MA5YQ00A09');
  expect(await of('5001960AB1')).toBeNull();
});

describe('the data', () => {
  const edited = (
    name: string,
    edit: (data: Record<string, unknown>) => void,
    load: (file: string) => unknown,
  ) => {
    const dir = mkdtempSync(join(tmpdir(), 'figures-'));
    try {
      const file = join(dir, name);
      const data = JSON.parse(readFileSync(mappingPath('figures', name), 'utf8')) as Record<string, unknown>;
      edit(data);
      writeFileSync(file, JSON.stringify(data));
      return () => load(file);
    } finally {
      setImmediate(() => rmSync(dir, { recursive: true, force: true }));
    }
  };

  test('an unknown field or a kind of document left out stops the start, naming the file', () => {
    expect(edited('counting.json', (d) => (d.surprise = 1), loadCountingRule)).toThrow(
      /counting\.json.*surprise/s,
    );
    expect(edited('counting.json', (d) => (d.sources as unknown[]).pop(), loadCountingRule)).toThrow(
      /zone-transfer/,
    );
  });

  test('a country cannot be in one group twice in one month', () => {
    const twice = (d: Record<string, unknown>) => {
      const [group] = d.groups as { members: unknown[] }[];
      group!.members.push({ country: '132', from: '2024-01' });
    };
    expect(edited('country-groups.json', twice, loadCountryGroups)).toThrow(/rcep has 132 twice/);
  });
});
