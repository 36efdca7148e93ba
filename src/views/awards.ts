import type { PolicyBook } from '../awards/book.js';
import type { Policy } from '../awards/policy.js';
import { canonical, sha256, type LineResult, type RunPot } from '../awards/run.js';
import { policyOf, roundOf } from '../awards/rounds.js';
import type { Queryable } from '../store/store.js';

/** Read models of policies and award rounds: what pages, sheets and the API show. Nothing is decided here. */

/** A policy with its text beside its data. */
export const policyView = (book: PolicyBook, policy: Policy) => ({
  id: policy.id,
  version: policy.version,
  title: policy.title,
  district: policy.district,
  document: {
    title: policy.document.title,
    docNo: policy.document.docNo ?? null,
    issued: policy.document.issued,
  },
  seen: policy.seen,
  status: policy.status,
  validFrom: policy.validFrom,
  validFromText: policy.validFromText ?? null,
  validTo: policy.validTo,
  reviewers: policy.reviewers,
  sha256: sha256(canonical(policy)),
  potCny: policy.rules.pot?.annualCny ?? null,
  rules: Object.entries(policy.rules).flatMap(([kind, rule]) =>
    rule
      ? [{ kind, id: rule.id, article: rule.article, quote: rule.quote, ambiguities: rule.ambiguities }]
      : [],
  ),
  clauses: policy.clauses.map((c) => ({
    id: c.id,
    kind: c.kind,
    article: c.article,
    quote: c.quote,
    title: c.title,
    ambiguities: c.ambiguities,
    measure: 'measure' in c && c.measure ? (book.measures.get(c.measure)?.text ?? null) : null,
    inputs: 'measure' in c && c.measure ? (book.measures.get(c.measure)?.inputs ?? []) : [],
    maximum: c.kind === 'award' && c.maximum,
    capCny: c.kind === 'award' ? (c.cap?.amount ?? null) : null,
    evidence: c.kind === 'award' ? c.evidence : [],
  })),
  ambiguities: ambiguitiesOf(book, policy),
});

/** The ambiguities that touch a policy, each with its readings. */
function ambiguitiesOf(book: PolicyBook, policy: Policy) {
  const ids = new Set([
    ...policy.ambiguities,
    ...Object.values(policy.rules).flatMap((r) => r?.ambiguities ?? []),
    ...policy.clauses.flatMap((c) => c.ambiguities),
  ]);
  return [...book.ambiguities.values()]
    .filter((a) => ids.has(a.id))
    .map((a) => ({
      id: a.id,
      title: a.title,
      question: a.question,
      mustChoose: a.unset === undefined,
      unset: a.unset?.why ?? null,
      readings: a.readings.map((r) => ({ choice: r.choice, text: r.text })),
    }));
}

interface ListRow {
  id: string;
  title: string;
  policy: string;
  policy_version: string;
  year: number;
  state: string;
  created_by: string;
  created_at: Date;
  computed_at: Date | null;
  frozen_at: Date | null;
  sha256: string | null;
  enterprises: number;
  cny: string;
  reviews: number;
}

const listView = (r: ListRow) => ({
  id: r.id,
  title: r.title,
  policy: r.policy,
  version: r.policy_version,
  year: r.year,
  state: r.state,
  createdBy: r.created_by,
  createdAt: r.created_at.toISOString(),
  computedAt: r.computed_at?.toISOString() ?? null,
  frozenAt: r.frozen_at?.toISOString() ?? null,
  sha256: r.sha256,
  enterprises: r.enterprises,
  cny: r.cny,
  openReviews: r.reviews,
});

const LIST = `select r.*, actor_name(r.created_by) as created_by,
    (select count(*)::int from award_lines l where l.round_id = r.id) as enterprises,
    (select coalesce(sum(cny), 0)::numeric(24, 2) from award_lines l where l.round_id = r.id and l.status = 'award') as cny,
    (select count(*)::int from award_reviews v where v.round_id = r.id and v.decision is null) as reviews
  from award_rounds r`;

export async function listRounds(db: Queryable) {
  const { rows } = await db.query<ListRow>(`${LIST} order by r.id desc limit 200`);
  return rows.map(listView);
}

/** A round with all that stands in it: readings, given figures, results, flags, signatures, evidence, review items. */
export async function roundView(db: Queryable, book: PolicyBook, id: string) {
  const round = await roundOf(db, id);
  const policy = policyOf(book, round.policy);
  const { rows: heads } = await db.query<ListRow>(`${LIST} where r.id = $1`, [id]);
  const read = async <T extends object>(sql: string) =>
    (await db.query<T & Record<string, never>>(sql, [id])).rows as T[];
  const readings = await read<{
    ambiguity: string;
    choice: string | null;
    note: string;
    chosen_by: string;
    chosen_at: Date;
  }>(
    `select distinct on (ambiguity) ambiguity, choice, note, actor_name(chosen_by) as chosen_by, chosen_at
       from award_readings where round_id = $1 order by ambiguity, id desc`,
  );
  const lines = await read<{
    enterprise: string;
    name: string;
    status: string;
    cny: string | null;
    granted: string | null;
    result: LineResult;
    records: number;
    records_sha256: string;
  }>('select * from award_lines where round_id = $1 order by cny desc nulls last, enterprise');
  const pot =
    (await read<{ pot: RunPot | null }>('select pot from award_rounds where id = $1'))[0]?.pot ?? null;
  const month = `from=${round.year}-01&to=${round.year}-12&direction=all`;
  return {
    ...listView(heads[0]!),
    asOf: round.as_of?.toISOString() ?? null,
    estimate:
      policy.status === 'draft' &&
      !readings.some((r) => r.ambiguity === 'A01' && r.choice && r.choice !== 'draft'),
    policyTitle: policy.title,
    policyStatus: policy.status,
    policySha256: round.policy_sha256,
    clauses: round.clauses,
    readings: ambiguitiesOf(book, policy).map((a) => {
      const r = readings.find((x) => x.ambiguity === a.id);
      return {
        ...a,
        choice: r?.choice ?? null,
        note: r?.note ?? null,
        chosenBy: r?.chosen_by ?? null,
        chosenAt: r?.chosen_at.toISOString() ?? null,
      };
    }),
    pot,
    lines: lines.map((l) => ({
      enterprise: l.enterprise,
      name: l.name,
      status: l.status,
      cny: l.cny,
      granted: l.granted,
      result: l.result,
      records: l.records,
      recordsSha256: l.records_sha256,
      /** The API path of the records behind the line, as of the computation. */
      recordsPath: `/v1/figures/records?${month}&enterprise=${encodeURIComponent(l.enterprise)}${round.as_of ? `&asOf=${round.as_of.toISOString()}` : ''}`,
    })),
    inputs: (
      await read<{
        enterprise: string;
        name: string;
        inputs: Record<string, unknown>;
        source: string;
        given_by: string;
        given_at: Date;
      }>(
        'select enterprise, name, inputs, source, actor_name(given_by) as given_by, given_at from award_inputs where round_id = $1 order by id',
      )
    ).map((i) => ({
      enterprise: i.enterprise,
      name: i.name,
      inputs: i.inputs,
      source: i.source,
      givenBy: i.given_by,
      givenAt: i.given_at.toISOString(),
    })),
    signers: (
      await read<{ office: string; signer: string; named_by: string; named_at: Date }>(
        `select distinct on (office) office, actor_name(signer) as signer, actor_name(named_by) as named_by, named_at
           from award_signers where round_id = $1 order by office, id desc`,
      )
    ).map((s) => ({
      office: s.office,
      signer: s.signer,
      namedBy: s.named_by,
      namedAt: s.named_at.toISOString(),
    })),
    evidence: (
      await read<{
        id: string;
        enterprise: string;
        item: string;
        file_name: string;
        sha256: string;
        uploaded_by: string;
        uploaded_at: Date;
      }>(
        'select id, enterprise, item, file_name, sha256, actor_name(uploaded_by) as uploaded_by, uploaded_at from award_evidence where round_id = $1 order by id',
      )
    ).map((e) => ({
      id: e.id,
      enterprise: e.enterprise,
      item: e.item,
      fileName: e.file_name,
      sha256: e.sha256,
      uploadedBy: e.uploaded_by,
      uploadedAt: e.uploaded_at.toISOString(),
    })),
    signatures: (
      await read<{
        office: string;
        decision: string;
        note: string;
        computed_at: Date;
        signed_by: string;
        signed_at: Date;
      }>(
        'select office, decision, note, computed_at, actor_name(signed_by) as signed_by, signed_at from award_signatures where round_id = $1 order by id',
      )
    ).map((s) => ({
      office: s.office,
      decision: s.decision,
      note: s.note,
      signedBy: s.signed_by,
      signedAt: s.signed_at.toISOString(),
      /** False for a signature under an earlier computation. */
      current: s.computed_at.getTime() === round.computed_at?.getTime(),
    })),
    flags: (
      await read<{
        id: string;
        enterprise: string;
        kind: string;
        evidence: Record<string, unknown>;
        decision: string | null;
        note: string | null;
        decided_by: string | null;
        decided_at: Date | null;
      }>(
        'select id, enterprise, kind, evidence, decision, note, actor_name(decided_by) as decided_by, decided_at from award_flags where round_id = $1 order by enterprise, kind, id',
      )
    ).map((f) => ({
      id: f.id,
      enterprise: f.enterprise,
      kind: f.kind,
      evidence: f.evidence,
      decision: f.decision,
      note: f.note,
      decidedBy: f.decided_by,
      decidedAt: f.decided_at?.toISOString() ?? null,
    })),
    reviews: (
      await read<{
        id: string;
        enterprise: string;
        before_cny: string | null;
        after_cny: string | null;
        difference: string;
        detail: Record<string, unknown>;
        raised_at: Date;
        decision: string | null;
        note: string | null;
      }>(
        'select id, enterprise, before_cny, after_cny, difference, detail, raised_at, decision, note from award_reviews where round_id = $1 order by id',
      )
    ).map((v) => ({
      id: v.id,
      enterprise: v.enterprise,
      beforeCny: v.before_cny,
      afterCny: v.after_cny,
      differenceCny: v.difference,
      detail: v.detail,
      raisedAt: v.raised_at.toISOString(),
      decision: v.decision,
      note: v.note,
    })),
  };
}
export type RoundView = Awaited<ReturnType<typeof roundView>>;

/** Two rounds side by side: readings that differ and what each enterprise gets in either. */
export function compareRounds(a: RoundView, b: RoundView) {
  const pair = (view: RoundView) => new Map(view.lines.map((l) => [l.enterprise, l]));
  const [left, right] = [pair(a), pair(b)];
  return {
    left: { id: a.id, title: a.title, cny: a.cny },
    right: { id: b.id, title: b.title, cny: b.cny },
    readings: a.readings.flatMap((r) => {
      const other = b.readings.find((o) => o.id === r.id);
      return other && other.choice !== r.choice
        ? [{ id: r.id, title: r.title, left: r.choice, right: other.choice }]
        : [];
    }),
    lines: [...new Set([...left.keys(), ...right.keys()])].sort().map((enterprise) => {
      const [l, r] = [left.get(enterprise), right.get(enterprise)];
      return {
        enterprise,
        name: l?.name ?? r?.name ?? '',
        left: l ? { status: l.status, cny: l.cny } : null,
        right: r ? { status: r.status, cny: r.cny } : null,
        same: l?.status === r?.status && l?.cny === r?.cny,
      };
    }),
  };
}

const OFFICES = { commerce: '商务主管部门', tax: '税务部门', finance: '财政部门' } as const;

/** The award sheet of a round as a print view: heading, notes, rows, seal space, and the hash that names the round. */
export function sheetView(book: PolicyBook, view: RoundView) {
  const policy = policyOf(book, view.policy);
  return {
    heading: { zh: `${policy.title.zh} ${view.year} 年度`, en: `${policy.title.en}, ${view.year}` },
    title: view.title,
    mark: view.estimate
      ? { zh: '测算，不作为奖励依据', en: 'Estimate; no award may be based on it' }
      : view.state === 'frozen'
        ? { zh: '已冻结', en: 'Frozen' }
        : { zh: '评审中，未冻结', en: 'In review, not frozen' },
    hash: view.sha256,
    asOf: view.asOf,
    document: policy.document.docNo
      ? `${policy.document.title}（${policy.document.docNo}）`
      : policy.document.title,
    readings: view.readings
      .filter((r) => r.choice !== null)
      .map((r) => ({
        id: r.id,
        title: r.title,
        text: r.readings.find((x) => x.choice === r.choice)?.text ?? {
          zh: r.choice ?? '',
          en: r.choice ?? '',
        },
        chosenBy: r.chosenBy,
        chosenAt: r.chosenAt,
      })),
    rows: view.lines.map((l) => ({
      enterprise: l.enterprise,
      name: l.name,
      status: l.status,
      cny: l.cny,
      estimateCny: l.result.estimateCny,
      granted: l.granted,
      records: l.records,
      recordsSha256: l.recordsSha256,
      arithmetic: l.result.lines,
      clauses: l.result.clauses.filter((c) => c.kept && c.status === 'award').map((c) => c.clause),
    })),
    pot: view.pot,
    seals: policy.reviewers.map((office) => {
      const signed = view.signatures.filter((s) => s.office === office && s.current).at(-1);
      return {
        office,
        text: { zh: OFFICES[office], en: office },
        signedBy: signed?.signedBy ?? null,
        signedAt: signed?.signedAt ?? null,
      };
    }),
  };
}
export type SheetView = ReturnType<typeof sheetView>;
