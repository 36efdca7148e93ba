import { Dec } from '../base/decimal.js';
import type { EnterpriseFlow } from '../figures/flows.js';
import type { Rates } from '../figures/rates.js';
import type { PolicyBook } from './book.js';
import { factsOf, type Inputs } from './caseInputs.js';
import type { Facts, Flow } from './facts.js';
import type { Policy } from './policy.js';

/**
 * What a register of enterprises can say about one on a day, by the names of the case files (`registeredDistrict`,
 * `movedIntoDistrict`, `paysTax`, `listings` …). A register that is not there says nothing; officers then give the facts.
 */
export interface EnterpriseRegister {
  about(enterprises: readonly string[], on: Date): Promise<ReadonlyMap<string, Inputs>>;
}

/** The register of a round judged by what officers give alone. */
export const noRegister: EnterpriseRegister = { about: () => Promise.resolve(new Map()) };

/** One enterprise of a round: what the records, the register and the officers say. */
export interface Candidate {
  enterprise: string;
  name: string;
  inputs: Inputs;
  flows: readonly EnterpriseFlow[];
}

/** The facts of a candidate for a policy and year: given inputs, and flows made of the counting records. */
export function factsOfCandidate(
  book: PolicyBook,
  policy: Policy,
  year: number,
  candidate: Candidate,
  rates: Rates,
  asOf: Date | null,
): Facts {
  const facts = factsOf(
    book,
    { year, ...candidate.inputs, uscc: candidate.enterprise },
    candidate.enterprise,
  );
  if (asOf && facts.snapshot === null) facts.snapshot = asOf.toISOString().slice(0, 10);
  const made = candidate.flows.map((f) => flowOf(f, policy, facts, rates));
  const unrated = candidate.flows.reduce((n, f) => n + f.withoutRate, 0);
  return {
    ...facts,
    flows: [...facts.flows, ...made],
    problems: [
      ...facts.problems,
      ...(unrated > 0
        ? [
            {
              zh: `${unrated} 条记录没有汇率，金额不完整`,
              en: `${unrated} records have no rate: the amount is not complete`,
            },
          ]
        : []),
    ],
  };
}

function flowOf(flow: EnterpriseFlow, policy: Policy, facts: Facts, rates: Rates): Flow {
  const district = policy.rules.eligibility?.registeredDistrict ?? policy.district;
  return {
    basis: 'declared',
    ...(flow.measure === 'counted' ? {} : { off: flow.measure === 'withdrawn' ? 'revoked' : 'returned' }),
    of: 'own',
    regime: flow.regime,
    direction: flow.direction === 'I' ? 'import' : 'export',
    year: Number(flow.month.slice(0, 4)),
    month: flow.month,
    backOn: flow.backMonth === null ? null : `${flow.backMonth}-28`,
    afterCutOff: false,
    // Without a register the records do not know the district; then registration is proven by evidence.
    registered: flow.district === '' ? registeredBy(facts, flow.month) : flow.district === district,
    attributed: null,
    currency: 'USD',
    amount: new Dec(flow.usd),
    usd: new Dec(flow.usd),
    cny: new Dec(flow.cny),
    cnyPerUsd: rates.on(flow.month, 'USD'),
    records: flow.lines,
  };
}

const registeredBy = (facts: Facts, month: string): boolean =>
  facts.movedInOn === null || month >= facts.movedInOn.slice(0, 7);

/** Places by clause among all candidates, for clauses that reward a ranking: the largest figure is first. */
export function placesOf(policy: Policy, all: readonly Facts[]): void {
  for (const clause of policy.clauses) {
    if (clause.kind !== 'award' || clause.formula.fn !== 'ranking') continue;
    const measure = clause.formula.of;
    const ranked = all
      .flatMap((facts) => {
        const given = facts.given.get(measure);
        const value = given && 'numbers' in given ? given.numbers[0] : undefined;
        return value ? [{ facts, value }] : [];
      })
      .sort((a, b) => b.value.cmp(a.value));
    for (const { facts, value } of ranked)
      facts.places.set(clause.id, 1 + ranked.filter((r) => r.value.gt(value)).length);
  }
}
