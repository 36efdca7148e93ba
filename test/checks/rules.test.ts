import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { severities, type Fault } from '../../src/base/fault.js';
import { loadFaultDefinitions } from '../../src/base/faults.js';
import { projectRoot } from '../../src/base/root.js';
import { factKinds } from '../../src/checks/enterpriseFacts.js';
import { loadRules, ruleFault } from '../../src/checks/rules.js';
import { regimeSchema, type Regimes } from '../../src/orders/regimes.js';
import { documentFaults } from '../orders/documents.js';
import { checkerWith, parts } from './checker.js';
import { noon, orderWith, validImport, validOrder } from './fixtures.js';

const changesSchema = z.record(z.string(), z.string().nullable());
const situationSchema = {
  when: z.string().min(1),
  set: changesSchema,
  /** The moment of the check, when it is not noon of the test day. */
  clock: z.iso.datetime().optional(),
  /** The order the changes are made to: the valid export order unless import is said. */
  of: z.enum(['export', 'import']).optional(),
  /** What the registry knows, by code; left out where it is not asked. */
  facts: z
    .record(
      z.string(),
      z.array(
        z.strictObject({
          kind: z.enum(factKinds),
          subject: z.string(),
          validFrom: z.iso.date(),
          validTo: z.iso.date().optional(),
          source: z.string(),
        }),
      ),
    )
    .optional(),
  /** Replaces parts of its regime 9610, for rules that its shipped file gives nothing to judge. */
  regime: z.record(z.string(), z.unknown()).optional(),
  /** Faults of other rules that the same change brings, as `R305 lines[1].currency`. */
  with: z.array(z.string()).default([]),
};
/**
 * The cases of one rule: changes to a valid order under which it holds, and under which it breaks at `at`. The faults
 * of a case are compared whole: nothing but what the case names may be found.
 */
const casesSchema = z.strictObject({
  rule: z.string(),
  holds: z.array(z.strictObject(situationSchema)).default([]),
  breaks: z
    .array(
      z.strictObject({
        ...situationSchema,
        at: z.array(z.string()).min(1),
        /** Its severity, where that is not the rule's own. */
        as: z.enum(severities).optional(),
      }),
    )
    .default([]),
  /** For rules that only the store raises. */
  raises: z
    .array(
      z.strictObject({
        when: z.string(),
        path: z.string(),
        params: z.record(z.string(), z.string()),
        /** Left out where the value is personal. */
        hint: z.string().optional(),
      }),
    )
    .default([]),
});
type Situation = z.output<z.ZodObject<typeof situationSchema>>;

const casesDir = join(projectRoot, 'test', 'checks', 'cases');
const casesOf = (code: string) =>
  casesSchema.parse(JSON.parse(readFileSync(join(casesDir, `${code}.json`), 'utf8')));

const shipped = [...parts.rules.values()];
const byStore = shipped.filter((rule) => rule.check.use === 'store');
const byChecker = shipped.filter((rule) => rule.check.use !== 'store');

function check({ set, clock, regime, of, facts }: Situation, otherwise?: string): Fault[] {
  const base = parts.regimes.regimeOn('9610', of === 'import' ? 'I' : 'E', '2026-11-20')!;
  const regimes: Regimes = regime
    ? { ...parts.regimes, regimeOn: () => regimeSchema.parse({ ...base, ...regime }) }
    : parts.regimes;
  const now = clock === undefined ? noon : new Date(clock);
  const checker = checkerWith({ regimes, clock: { now: () => now } });
  const order = orderWith(set, of === 'import' ? validImport() : validOrder());
  // What breaks a rule that sends an order away from its list goes by goods declaration, and the rule is the reason.
  const sent = otherwise ? checker.check(order, undefined, 'list') : [];
  expect(sent.filter((fault) => fault.code === otherwise).length > 0).toBe(
    otherwise !== undefined && checker.formOf(order).reasons.some(({ id }) => id === otherwise),
  );
  return [
    ...(otherwise ? sent : checker.check(order)),
    ...(facts ? checker.checkRegistry(order, { of: (code) => facts[code] ?? [] }) : []),
  ];
}

const places = (faults: readonly Fault[]) => faults.map((fault) => `${fault.code} ${fault.path}`).sort();

describe('every rule is wired', () => {
  test('every rule has cases, and every case file has its rule', () => {
    expect(
      readdirSync(casesDir)
        .map((file) => file.replace('.json', ''))
        .sort(),
    ).toEqual([...parts.rules.keys()].sort());
    for (const code of parts.rules.keys()) expect(casesOf(code).rule).toBe(code);
  });

  test('every rule has a case under which it holds and one under which it breaks', () => {
    for (const { code } of byChecker) {
      const { holds, breaks } = casesOf(code);
      expect({ code, holds: holds.length > 0, breaks: breaks.length > 0 }).toEqual({
        code,
        holds: true,
        breaks: true,
      });
    }
    for (const { code } of byStore)
      expect({ code, raises: casesOf(code).raises.length }).toEqual({ code, raises: 1 });
  });

  test('no code is shared between rules and the fault catalogue', () => {
    const faultCodes = new Set(loadFaultDefinitions().keys());
    expect([...parts.rules.keys()].filter((code) => faultCodes.has(code))).toEqual([]);
  });
});

test('the valid orders have no fault, in the rules or in their messages', () => {
  expect(documentFaults(validOrder())).toEqual([]);
  expect(documentFaults(validImport())).toEqual([]);
});

describe.each(byChecker.map((rule) => [rule.code, rule.text.en] as const))('%s %s', (code) => {
  const { holds, breaks } = casesOf(code);
  const { severity, otherwise } = parts.rules.get(code)!;
  const sends = otherwise && code;

  test.each(holds.map((situation) => [situation.when, situation] as const))(
    'holds when: %s',
    (_when, situation) => {
      expect(places(check(situation, sends))).toEqual(situation.with.sort());
    },
  );

  test.each(breaks.map((situation) => [situation.when, situation] as const))(
    'breaks when: %s',
    (_when, situation) => {
      const faults = check(situation, sends);
      const own = situation.at.map((path) => `${code} ${path}`);
      expect(places(faults)).toEqual([...own, ...situation.with].sort());
      expect(faults.filter((fault) => fault.code === code).map((fault) => fault.severity)).toEqual(
        own.map(() => situation.as ?? severity),
      );
      for (const fault of faults) {
        for (const text of [fault.message, fault.fix])
          expect(`${text.zh} ${text.en}`).not.toMatch(/[{}]|undefined/);
        expect(fault.message.zh).toMatch(/\p{Script=Han}/u);
        expect(fault.source).not.toBe('');
      }
    },
  );
});

describe.each(byStore.map((rule) => [rule.code, rule.text.en] as const))('%s %s', (code) => {
  test.each(casesOf(code).raises.map((raise) => [raise.when, raise] as const))(
    'is raised by the store when: %s',
    (_when, { path, params, hint }) => {
      const fault = ruleFault(code, path, params, hint);
      expect(fault).toMatchObject({ code, path, ...(hint !== undefined && { hint }) });
      for (const value of Object.values(params)) expect(fault.message.zh).toContain(value);
      expect(`${fault.message.zh}${fault.message.en}${fault.fix.zh}${fault.fix.en}`).not.toMatch(/[{}]/);
    },
  );
});

test('a rule that the checker judges cannot be raised from outside', () => {
  expect(() => ruleFault('R301', 'lines[0].totalPrice')).toThrow('R301 is not a rule that the store raises');
  expect(() => ruleFault('R999', 'orderNo')).toThrow('R999');
});

describe('a wrong rule file stops the start and names file and rule', () => {
  const rule = {
    code: 'R801',
    text: { zh: '例', en: 'example' },
    fix: { zh: '例', en: 'example' },
    source: 'test',
    validFrom: '2026-01-01',
    check: { use: 'digitsOnly', path: 'lines[].gcode' } as Record<string, unknown>,
  };

  function load(files: Record<string, unknown[]>) {
    const dir = mkdtempSync(join(tmpdir(), 'rules-'));
    try {
      for (const [file, rules] of Object.entries(files))
        writeFileSync(join(dir, file), JSON.stringify({ title: { zh: '例', en: 'example' }, rules }));
      return loadRules(dir);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }

  test('a right one loads', () => {
    expect([...load({ 'a.json': [rule] }).keys()]).toEqual(['R801']);
  });

  test.each([
    [
      'an unknown function',
      { ...rule, check: { use: 'digits' } },
      'R801 uses digits, which is not a check function',
    ],
    ['a name every object has', { ...rule, check: { use: 'constructor' } }, 'R801 uses constructor'],
    ['an unknown path', { ...rule, check: { use: 'digitsOnly', path: 'lines[].hsCode' } }, 'R801, check'],
    [
      'a path of the head where a line is needed',
      { ...rule, check: { use: 'digitsOnly', path: 'orderNo' } },
      'R801, check',
    ],
    ['an unknown parameter', { ...rule, check: { ...rule.check, strict: true } }, 'R801, check'],
    ['a field that rules do not have', { ...rule, severity: 'high' }, 'severity'],
    ['a date that does not exist', { ...rule, validFrom: '2026-02-30' }, 'validFrom'],
  ])('%s', (_what, broken, message) => {
    expect(() => load({ 'wrong.json': [broken] })).toThrow(/mappings\/rules\/wrong\.json/);
    expect(() => load({ 'wrong.json': [broken] })).toThrow(message);
  });

  test('a file that is not JSON', () => {
    const dir = mkdtempSync(join(tmpdir(), 'rules-'));
    try {
      writeFileSync(join(dir, 'cut.json'), '{ "title": ');
      expect(() => loadRules(dir)).toThrow('mappings/rules/cut.json');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('a code used twice', () => {
    expect(() => load({ 'a.json': [rule], 'b.json': [rule] })).toThrow(
      'mappings/rules/b.json: rule code R801 is already taken',
    );
  });
});
