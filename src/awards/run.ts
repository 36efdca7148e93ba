import { createHash } from 'node:crypto';
import { Dec } from '../base/decimal.js';
import { digestFlows, NO_RECORDS, readFlows } from '../figures/flows.js';
import type { Rates } from '../figures/rates.js';
import { readTurnoverMonths, type TurnoverMonth } from '../figures/turnover.js';
import type { Queryable } from '../store/store.js';
import type { PolicyBook } from './book.js';
import { factsOfCandidate, placesOf, type Candidate, type EnterpriseRegister } from './candidates.js';
import type { Inputs } from './caseInputs.js';
import type { Status } from './clause.js';
import { answersOf, groupsOf, type Applicant } from './affiliates.js';
import type { Answer } from './compute.js';
import { grantedBefore } from './earlier.js';
import type { Facts, Flow } from './facts.js';
import { line, money, type Line } from './lines.js';
import type { AwardClause, Policy } from './policy.js';
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
  /** The round it is for: what earlier rounds of the policy granted is counted. `before`: when it was frozen itself. */
  round?: { id: string; before: Date | null };
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
  /** Customs beside platforms in the year, with sources; the difference is platform less customs, null without a report. */
  turnover: {
    platform: { cny: string; usd: string };
    customs: { cny: string; usd: string };
    difference: { cny: string; usd: string } | null;
    sources: string[];
  };
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
  const reports = await readTurnoverMonths(parts.db, {
    from: `${start < `${year}` ? start : year}-01`,
    to: scope.to,
    asOf,
    enterprises,
  });
  const earlier = request.round
    ? await grantedBefore(parts.db, policy.id, { ...request.round, year })
    : undefined;
  const candidates = enterprises.map((enterprise): Candidate => ({
    enterprise,
    name: names.get(enterprise) ?? '',
    inputs: {
      ...registered.get(enterprise),
      ...(earlier?.has(enterprise) ? { paidBefore: earlier.get(enterprise) } : {}),
      ...request.given.get(enterprise)?.inputs,
    },
    flows: flows.filter((f) => f.enterprise === enterprise),
  }));
  const facts = candidates.map((c) => {
    const own = factsOfCandidate(book, policy, year, c, rates, asOf);
    return { ...own, flows: [...own.flows, ...salesOf(reports, c, own)] };
  });
  placesOf(policy, facts);
  const clauses =
    request.clauses.length > 0
      ? request.clauses
      : policy.clauses.filter((c) => c.kind === 'award').map((c) => c.id);
  const applicants = candidates.map((candidate, i): Applicant => {
    const known = clauses.filter((id) => applies(book, id, facts[i]!, request.clauses.length > 0));
    // Who was entered for clauses that were named stays a candidate, whose missing figures have to be asked for.
    const entered = request.given.has(candidate.enterprise) ? request.clauses : [];
    return { candidate, facts: facts[i]!, clauses: known.length > 0 ? known : entered };
  });
  const made = new Map(
    groupsOf(applicants).flatMap((group) => {
      const all = answersOf(book, policy, group, request.choices);
      return group.map((one, i) => [one.candidate.enterprise, all[i]!] as const);
    }),
  );
  const answers = candidates.map((c) => made.get(c.enterprise)!);
  const pot = potOver(book, policy, candidates, facts, answers, request.choices);
  return {
    pot: pot && { status: pot.status, used: pot.used, limit: pot.limit, paid: pot.paid, lines: pot.lines },
    lines: candidates.flatMap((c, i): RunLine[] => {
      const result = { ...resultOf(answers[i]!), turnover: turnoverOf(reports, c, year) };
      // Nothing to compute and nothing given: no candidate.
      if (applicants[i]!.clauses.length === 0) return [];
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

/** Whether an enterprise is a candidate for a clause: the figure of its measure or formula is known of it. */
function applies(book: PolicyBook, id: string, facts: Facts, asked: boolean): boolean {
  const clause = book.clause(id)?.clause;
  if (clause?.kind !== 'award') return asked && clause !== undefined;
  return [clause.measure, ...measuresOf(clause.formula)].some((measure) => {
    const flows = book.measures.get(measure)?.flows;
    if (flows === undefined || flows === null)
      return [...facts.given.keys()].some(
        (given) => given === measure || ALTERNATIVES[measure]?.includes(given),
      );
    const platform = flows === 'platform';
    return facts.flows.some((f) => !f.off && platform === PLATFORM.has(f.of));
  });
}

const PLATFORM: ReadonlySet<string> = new Set(['platform', 'third-party', 'district-merchants']);
/** Figures that stand for another under a reading. */
const ALTERNATIVES: Readonly<Record<string, readonly string[]>> = {
  taxableOnlineSales: ['taxableOnlineSalesCalendar', 'taxableOnlineSalesRolling'],
};
const measuresOf = (formula: AwardClause['formula']): string[] => ('of' in formula ? [formula.of] : []);

/** What platforms report of a candidate, as sales: turnover only where that reading is chosen, else beside customs. */
const salesOf = (reports: readonly TurnoverMonth[], { enterprise }: Candidate, facts: Facts): Flow[] =>
  reports
    .filter((r) => r.enterprise === enterprise && r.usd !== null)
    .map((r) => ({
      basis: 'sale',
      of: 'own',
      regime: null,
      direction: 'export',
      year: Number(r.month.slice(0, 4)),
      month: r.month,
      registered: facts.movedInOn === null || r.month >= facts.movedInOn.slice(0, 7),
      attributed: null,
      currency: 'USD',
      amount: new Dec(r.usd ?? 0),
      usd: new Dec(r.usd ?? 0),
      ...(r.cny === null ? {} : { cny: new Dec(r.cny) }),
    }));

/** Platform turnover beside customs turnover of the year, never mixed. */
function turnoverOf(
  reports: readonly TurnoverMonth[],
  { enterprise, flows }: Candidate,
  year: number,
): LineResult['turnover'] {
  const of = reports.filter((r) => r.enterprise === enterprise && r.month.startsWith(`${year}-`));
  const sum = (values: readonly (string | null)[]) =>
    values.reduce<Dec>((a, v) => a.plus(v ?? 0), new Dec(0)).toFixed(2);
  const cleared = flows.filter(
    (f) => f.measure === 'counted' && f.direction === 'E' && f.month.startsWith(`${year}-`),
  );
  const platform = { cny: sum(of.map((r) => r.cny)), usd: sum(of.map((r) => r.usd)) };
  const customs = { cny: sum(cleared.map((f) => f.cny)), usd: sum(cleared.map((f) => f.usd)) };
  const less = (a: string, b: string) => new Dec(a).minus(b).toFixed(2);
  return {
    platform,
    customs,
    difference:
      of.length === 0 ? null : { cny: less(platform.cny, customs.cny), usd: less(platform.usd, customs.usd) },
    sources: [...new Set(of.map((r) => r.source))].sort(),
  };
}

function resultOf(made: Answer): Omit<LineResult, 'turnover'> {
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
    const made = potOf(policy, entries, reader, priorityOf(candidates, entries));
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

/** The order of priority that was given as a place (1 first) of each enterprise; none where a place is missing or shared. */
function priorityOf(
  candidates: readonly Candidate[],
  entries: readonly PotEntry[],
): readonly string[] | undefined {
  const wanted = new Set(entries.map((e) => e.subject));
  const places = candidates
    .filter((c) => wanted.has(c.enterprise))
    .map((c) => ({ enterprise: c.enterprise, place: Number(c.inputs.priority ?? NaN) }));
  const distinct = new Set(places.map((p) => p.place)).size === places.length;
  if (!distinct || places.some((p) => !Number.isInteger(p.place) || p.place < 1)) return undefined;
  return places.sort((a, b) => a.place - b.place).map((p) => p.enterprise);
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
