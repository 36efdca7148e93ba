import { createHash } from 'node:crypto';
import { Dec } from '../base/decimal.js';
import { digestFlows, NO_RECORDS, readFlows } from '../figures/flows.js';
import type { Rates } from '../figures/rates.js';
import type { Queryable } from '../store/store.js';
import type { PolicyBook } from './book.js';
import { factsOfCandidate, placesOf, type Candidate, type EnterpriseRegister } from './candidates.js';
import type { Inputs } from './caseInputs.js';
import type { Status } from './clause.js';
import { answer, type Answer } from './compute.js';
import type { Facts } from './facts.js';
import { line, money, type Line } from './lines.js';
import type { Policy } from './policy.js';
import { potOf, type PotEntry } from './pot.js';
import { Missing, readerFor, Undecided, type Choices } from './readings.js';

/** What a computation is made of: policy, year, readings, given figures, and the moment of the records. */
export interface RunRequest {
  policy: Policy;
  year: number;
  clauses: readonly string[];
  choices: Choices;
  /** Figures and facts given by people, by enterprise, with its name. */
  given: ReadonlyMap<string, { name: string; inputs: Inputs }>;
  asOf: Date;
  tenants: readonly string[];
  /** Only this enterprise. */
  enterprise?: string;
}

export interface RunParts {
  db: Queryable;
  book: PolicyBook;
  rates: Rates;
  register: EnterpriseRegister;
}

/** The result of one enterprise in a form that JSON keeps and a hash covers. */
export interface LineResult {
  status: Status;
  /** CNY after caps and 就高不重复, before the pot; null where none can be said. */
  cny: string | null;
  /** Marked on every page: the policy is a draft and the amount only an estimate (测算). */
  estimateCny: string | null;
  lines: Line[];
  clauses: {
    clause: string;
    status: Status;
    cny: string | null;
    estimateCny: string | null;
    maximum: boolean;
    kept: boolean;
    lost: Line | null;
    lines: Line[];
    readings: Record<string, string>;
  }[];
  /** Readings that would change the result and nobody chose, with what each would give. */
  open: { ambiguity: string; alternatives: { choice: string; status: Status; cny: string | null }[] }[];
}

export interface RunLine {
  enterprise: string;
  name: string;
  result: LineResult;
  /** What is paid after the pot; null while that needs a decision or there is no award. */
  granted: string | null;
  records: number;
  recordsSha256: string;
}

export interface RunPot {
  status: Status;
  used: string;
  limit: string;
  paid: string;
  lines: Line[];
}

/** Computes every candidate of a policy and year with the engine that checks the worked cases. */
export async function runAwards(
  parts: RunParts,
  request: RunRequest,
): Promise<{ lines: RunLine[]; pot: RunPot | null }> {
  const { book, rates } = parts;
  const { policy, year, asOf, tenants } = request;
  const scope = { from: `${year}-01`, to: `${year}-12`, asOf, tenants };
  // The cumulative reading looks at the years before; they are read with it, from the start of the policy.
  const start = (policy.validFrom ?? policy.earliestFrom ?? `${year}`).slice(0, 4);
  const one = request.enterprise ? { enterprise: request.enterprise } : {};
  const flows = await readFlows(parts.db, {
    ...scope,
    from: `${start < `${year}` ? start : year}-01`,
    ...one,
  });
  const digests = await digestFlows(parts.db, scope);
  const names = new Map<string, string>();
  for (const f of flows) names.set(f.enterprise, f.name);
  for (const [enterprise, { name }] of request.given)
    names.set(enterprise, name || (names.get(enterprise) ?? ''));
  const enterprises = [...names.keys()].filter((e) => !request.enterprise || e === request.enterprise).sort();
  const registered = await parts.register.about(enterprises, asOf);
  const candidates = enterprises.map((enterprise): Candidate => ({
    enterprise,
    name: names.get(enterprise) ?? '',
    inputs: { ...registered.get(enterprise), ...request.given.get(enterprise)?.inputs },
    flows: flows.filter((f) => f.enterprise === enterprise),
  }));
  const facts = candidates.map((c) => factsOfCandidate(book, policy, year, c, rates, asOf));
  placesOf(policy, facts);
  const clauses =
    request.clauses.length > 0
      ? request.clauses
      : policy.clauses.filter((c) => c.kind === 'award').map((c) => c.id);
  const answers = candidates.map((candidate, i) => {
    const mine = facts[i]!;
    const wanted = clauses.filter((id) => applies(book, id, candidate, request.clauses.length > 0));
    return answer(
      book,
      { clauses: wanted, enterprises: [mine], others: [], total: false, pots: [] },
      request.choices,
    );
  });
  const pot = potOver(book, policy, candidates, facts, answers, request.choices);
  return {
    pot: pot && { status: pot.status, used: pot.used, limit: pot.limit, paid: pot.paid, lines: pot.lines },
    lines: candidates.flatMap((c, i): RunLine[] => {
      const result = resultOf(answers[i]!);
      // Nothing to compute and nothing given: no candidate.
      if (result.clauses.length === 0 && result.open.length === 0) return [];
      const digest = digests.get(c.enterprise) ?? NO_RECORDS;
      return [
        {
          enterprise: c.enterprise,
          name: c.name,
          result,
          granted:
            result.status !== 'award' ? null : pot ? (pot.granted.get(c.enterprise) ?? null) : result.cny,
          records: digest.count,
          recordsSha256: digest.sha256,
        },
      ];
    }),
  };
}

/** Clauses an enterprise is a candidate for: those whose measure is known of it. */
function applies(book: PolicyBook, id: string, candidate: Candidate, asked: boolean): boolean {
  const clause = book.clause(id)?.clause;
  if (clause?.kind !== 'award') return asked && clause !== undefined;
  const measure = book.measures.get(clause.measure);
  if (measure?.flows === 'own' || measure?.flows === 'retail')
    return (
      candidate.flows.length > 0 ||
      Object.keys(candidate.inputs).some((k) => /^(turnover|usdByMode|records|retail)/.test(k))
    );
  if (measure?.flows === 'platform')
    return Object.keys(candidate.inputs).some((k) => /^(onlineTurnover|thirdParty)/.test(k));
  return [...(measure?.inputs ?? []), ...(measure?.months ?? [])].some(
    (k) => (candidate.inputs[k] ?? null) !== null,
  );
}

function resultOf(made: Answer): LineResult {
  const text = (d: Dec | null) => (d === null ? null : d.toFixed(2));
  const one = made.enterprises[0];
  const estimates = (one?.clauses ?? []).flatMap((c) => (c.estimateCny ? [c.estimateCny] : []));
  return {
    status: made.status,
    cny: text(made.cny),
    estimateCny: estimates.length > 0 ? Dec.max(...estimates).toFixed(2) : null,
    lines: made.lines,
    clauses: (one?.clauses ?? []).map((c) => ({
      clause: c.clause,
      status: c.status,
      cny: text(c.cny),
      estimateCny: text(c.estimateCny),
      maximum: c.maximum,
      kept: c.kept,
      lost: c.lost,
      lines: c.lines,
      readings: c.readings,
    })),
    open: made.open.map((o) => ({
      ambiguity: o.ambiguity,
      alternatives: o.alternatives.map((a) => ({ ...a, cny: text(a.cny) })),
    })),
  };
}

/** The yearly pot over all awards of the round; stops for a decision where the text or a missing choice asks for one. */
function potOver(
  book: PolicyBook,
  policy: Policy,
  candidates: readonly Candidate[],
  facts: readonly Facts[],
  answers: readonly Answer[],
  choices: Choices,
): (RunPot & { granted: Map<string, string> }) | null {
  if (!policy.rules.pot) return null;
  const entries = answers.flatMap((a, i): PotEntry[] =>
    (a.enterprises[0]?.clauses ?? [])
      .filter((c) => c.kept && c.status === 'award' && c.cny && a.status === 'award')
      .map((c) => ({
        subject: candidates[i]!.enterprise,
        clause: c.clause,
        cny: c.cny!,
        appliedAt: facts[i]?.appliedAt ?? null,
      })),
  );
  const reader = readerFor(book, choices, policy, policy.rules.pot.ambiguities);
  const all = entries.reduce((a, e) => a.plus(e.cny), new Dec(0));
  const open = (why: Line) => ({
    status: 'needs-decision' as const,
    used: all.toFixed(2),
    limit: policy.rules.pot!.annualCny,
    paid: '0.00',
    lines: [
      line(
        `合计 ${money(all)} 元，总额 ${money(new Dec(policy.rules.pot!.annualCny))} 元`,
        `together ${money(all)} CNY, the pot holds ${money(new Dec(policy.rules.pot!.annualCny))} CNY`,
      ),
      why,
    ],
    granted: new Map<string, string>(),
  });
  try {
    const made = potOf(policy, entries, reader, undefined);
    const granted = new Map<string, Dec>();
    if (made.status !== 'needs-decision')
      for (const e of made.entries)
        granted.set(e.subject, (granted.get(e.subject) ?? new Dec(0)).plus(e.granted));
    return {
      status: made.status,
      used: made.used.toFixed(2),
      limit: made.limit.toFixed(2),
      paid: made.status === 'needs-decision' ? '0.00' : made.paid.toFixed(2),
      lines: made.lines,
      granted: new Map([...granted].map(([k, v]) => [k, v.toFixed(2)])),
    };
  } catch (error) {
    if (error instanceof Undecided)
      return open(
        line(
          `须决定 ${error.ambiguity.id} ${error.ambiguity.title.zh}`,
          `${error.ambiguity.id} ${error.ambiguity.title.en} has to be decided`,
        ),
      );
    if (error instanceof Missing) return open(error.what);
    throw error;
  }
}

/** JSON with its keys in order and no spaces: the same content always has the same bytes, and so the same hash. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
      .join(',')}}`;
  return JSON.stringify(value ?? null);
}

export const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
