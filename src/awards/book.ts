import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { loadIntegrity, type IntegrityChecks } from './integrity.js';
import {
  ambiguityFileSchema,
  measureFileSchema,
  policySchema,
  type Ambiguity,
  type AwardClause,
  type Clause,
  type Measure,
  type Policy,
} from './policy.js';

/** All policies with the readings they leave open and the measures they use. */
export interface PolicyBook {
  policies: ReadonlyMap<string, Policy>;
  ambiguities: ReadonlyMap<string, Ambiguity>;
  measures: ReadonlyMap<string, Measure>;
  /** When integrity flags are raised. */
  integrity: IntegrityChecks;
  /** The policy and clause of a clause id. */
  clause(id: string): { policy: Policy; clause: Clause } | undefined;
  /** The policy that a rule id (eligibility, pot …) belongs to. */
  rule(id: string): { policy: Policy; rule: keyof Policy['rules'] } | undefined;
}

/**
 * Reads `mappings/policies`: `ambiguities.json`, `measures.json` and one file a policy (`*.cases.json` are case files and
 * are left out). Throws, naming file and place, on a wrong shape, an unknown field, or a reference that leads nowhere.
 */
export function loadPolicies(dir = mappingPath('policies')): PolicyBook {
  const read = <S extends z.ZodType>(file: string, schema: S): z.output<S> =>
    parse(join(dir, file), schema, JSON.parse(readFileSync(join(dir, file), 'utf8')));
  const ambiguities = new Map(
    read('ambiguities.json', ambiguityFileSchema).ambiguities.map((a) => [a.id, a]),
  );
  const measures = new Map(read('measures.json', measureFileSchema).measures.map((m) => [m.id, m]));
  const files = readdirSync(dir)
    .filter(
      (f) =>
        f.endsWith('.json') &&
        !f.endsWith('.cases.json') &&
        !['ambiguities.json', 'measures.json'].includes(f),
    )
    .sort();
  const policies = new Map<string, Policy>();
  const clauses = new Map<string, { policy: Policy; clause: Clause }>();
  const rules = new Map<string, { policy: Policy; rule: keyof Policy['rules'] }>();
  for (const file of files) {
    const policy = read(file, policySchema);
    const wrong = (what: string) => new Error(`${join(dir, file)}: ${what}`);
    if (policies.has(policy.id)) throw wrong(`policy ${policy.id} stands there twice`);
    policies.set(policy.id, policy);
    for (const [name, rule] of Object.entries(policy.rules)) {
      if (!rule) continue;
      for (const a of rule.ambiguities) if (!ambiguities.has(a)) throw wrong(`${rule.id}: no ambiguity ${a}`);
      if (rules.has(rule.id)) throw wrong(`rule ${rule.id} stands there twice`);
      rules.set(rule.id, { policy, rule: name as keyof Policy['rules'] });
    }
    for (const a of policy.ambiguities) if (!ambiguities.has(a)) throw wrong(`no ambiguity ${a}`);
    for (const clause of policy.clauses) {
      if (clauses.has(clause.id) || rules.has(clause.id)) throw wrong(`clause ${clause.id} is taken`);
      for (const a of clause.ambiguities)
        if (!ambiguities.has(a)) throw wrong(`${clause.id}: no ambiguity ${a}`);
      for (const m of measuresOf(clause))
        if (!measures.has(m)) throw wrong(`${clause.id}: no measure ${m} in measures.json`);
      clauses.set(clause.id, { policy, clause });
    }
  }
  for (const a of ambiguities.values()) {
    const choices = a.readings.map((r) => r.choice);
    if (new Set(choices).size < choices.length)
      throw new Error(`ambiguities.json: ${a.id} has a choice twice`);
    const unset = a.unset;
    if (unset && 'choice' in unset && !choices.includes(unset.choice))
      throw new Error(`ambiguities.json: ${a.id} has no choice ${unset.choice}`);
    if (unset && 'follows' in unset && !ambiguities.has(unset.follows))
      throw new Error(`ambiguities.json: ${a.id} follows ${unset.follows}, which is not there`);
    for (const r of a.readings)
      for (const c of r.outside ?? [])
        if (!clauses.has(c)) throw new Error(`ambiguities.json: ${a.id} names no clause ${c}`);
  }
  return {
    policies,
    ambiguities,
    measures,
    integrity: loadIntegrity(),
    clause: (id) => clauses.get(id),
    rule: (id) => rules.get(id),
  };
}

function parse<S extends z.ZodType>(file: string, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new Error(
      `${file}: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`,
    );
  return parsed.data;
}

const measuresOf = (clause: Clause): string[] => {
  if (clause.kind === 'non-monetary') return [];
  if (clause.kind === 'undefined') return clause.measure ? [clause.measure] : [];
  return [...measuresOfAward(clause)];
};

/** Every measure an award clause reads. */
export function measuresOfAward(clause: AwardClause): Set<string> {
  const used = new Set([clause.measure, ...(clause.conditions ?? []).map((c) => c.measure)]);
  if (clause.titles) used.add(clause.titles.measure);
  const f = clause.formula;
  if ('of' in f) used.add(f.of);
  if ('by' in f) used.add(f.by);
  if (f.fn === 'steps') for (const m of [f.previous, f.increase]) if (m) used.add(m);
  return used;
}
