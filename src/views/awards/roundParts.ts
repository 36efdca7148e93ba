import type { PolicyBook } from '../../awards/book.js';
import type { Status } from '../../awards/clause.js';
import type { FlagKind } from '../../awards/integrity.js';
import type { Office, Policy } from '../../awards/policy.js';
import type { RoundRow } from '../../awards/rounds.js';
import type { LineResult } from '../../awards/run.js';
import type { Queryable } from '../../store/store.js';
import { ambiguitiesOf } from './policies.js';
import { whyNotMore } from './whyNotMore.js';

/** What stands in an award round, part by part. */

/** The open questions of a policy, each with what the committee chose last. */
export async function readingsOf(db: Queryable, book: PolicyBook, policy: Policy, roundId: string) {
  const { rows } = await db.query<{
    ambiguity: string;
    choice: string | null;
    note: string;
    chosen_by: string;
    chosen_at: Date;
  }>(
    `select distinct on (ambiguity) ambiguity, choice, note, actor_name(chosen_by) as chosen_by, chosen_at
       from award_readings where round_id = $1 order by ambiguity, id desc`,
    [roundId],
  );
  return ambiguitiesOf(book, policy).map((a) => {
    const r = rows.find((x) => x.ambiguity === a.id);
    return {
      ...a,
      choice: r?.choice ?? null,
      note: r?.note ?? null,
      chosenBy: r?.chosen_by ?? null,
      chosenAt: r?.chosen_at.toISOString() ?? null,
    };
  });
}

/** The award sheet: a line for each enterprise, the largest sum first. Sums are decimal text in CNY. */
export async function linesOf(db: Queryable, policy: Policy, round: RoundRow) {
  const { rows } = await db.query<{
    enterprise: string;
    name: string;
    status: Status;
    cny: string | null;
    granted: string | null;
    result: LineResult;
    records: number;
    records_sha256: string;
  }>(
    `select * from award_lines where round_id = $1
      order by coalesce(cny, (result->>'estimateCny')::numeric) desc nulls last, enterprise`,
    [round.id],
  );
  const year = `from=${round.year}-01&to=${round.year}-12&direction=all`;
  const asOf = round.as_of ? `&asOf=${round.as_of.toISOString()}` : '';
  return rows.map((l) => ({
    enterprise: l.enterprise,
    name: l.name,
    status: l.status,
    cny: l.cny,
    granted: l.granted,
    result: l.result,
    /** Why more was not granted. */
    why: whyNotMore(policy, l.result, l.granted),
    records: l.records,
    recordsSha256: l.records_sha256,
    /** The API path of the records behind the line, as of the computation. */
    recordsPath: `/v1/figures/records?${year}&enterprise=${encodeURIComponent(l.enterprise)}${asOf}`,
  }));
}

/** Figures that enterprises or officers gave, in the order they came. */
export async function givenFigures(db: Queryable, roundId: string) {
  const { rows } = await db.query<{
    enterprise: string;
    name: string;
    inputs: Record<string, unknown>;
    source: string;
    given_by: string;
    given_at: Date;
  }>(
    'select enterprise, name, inputs, source, actor_name(given_by) as given_by, given_at from award_inputs where round_id = $1 order by id',
    [roundId],
  );
  return rows.map((i) => ({
    enterprise: i.enterprise,
    name: i.name,
    inputs: i.inputs,
    source: i.source,
    givenBy: i.given_by,
    givenAt: i.given_at.toISOString(),
  }));
}

/** Who is named to sign for each office. */
export async function signersOf(db: Queryable, roundId: string, actor: string) {
  const { rows } = await db.query<{
    office: Office;
    actor: string;
    signer: string;
    named_by: string;
    named_at: Date;
  }>(
    `select distinct on (office) office, signer as actor, actor_name(signer) as signer, actor_name(named_by) as named_by, named_at
           from award_signers where round_id = $1 order by office, id desc`,
    [roundId],
  );
  return rows.map((s) => ({
    office: s.office,
    signer: s.signer,
    /** Whoever asks is the one named. */
    mine: s.actor === actor,
    namedBy: s.named_by,
    namedAt: s.named_at.toISOString(),
  }));
}

/** Papers handed in for the enterprises. */
export async function evidenceOf(db: Queryable, roundId: string) {
  const { rows } = await db.query<{
    id: string;
    enterprise: string;
    item: string;
    file_name: string;
    sha256: string;
    uploaded_by: string;
    uploaded_at: Date;
  }>(
    'select id, enterprise, item, file_name, sha256, actor_name(uploaded_by) as uploaded_by, uploaded_at from award_evidence where round_id = $1 order by id',
    [roundId],
  );
  return rows.map((e) => ({
    id: e.id,
    enterprise: e.enterprise,
    item: e.item,
    fileName: e.file_name,
    sha256: e.sha256,
    uploadedBy: e.uploaded_by,
    uploadedAt: e.uploaded_at.toISOString(),
  }));
}

/** What was signed, also under earlier computations. */
export async function signaturesOf(db: Queryable, round: RoundRow) {
  const { rows } = await db.query<{
    office: Office;
    decision: 'agreed' | 'objected';
    note: string;
    computed_at: Date;
    signed_by: string;
    signed_at: Date;
  }>(
    'select office, decision, note, computed_at, actor_name(signed_by) as signed_by, signed_at from award_signatures where round_id = $1 order by id',
    [round.id],
  );
  return rows.map((s) => ({
    office: s.office,
    decision: s.decision,
    note: s.note,
    signedBy: s.signed_by,
    signedAt: s.signed_at.toISOString(),
    /** False for a signature under an earlier computation. */
    current: s.computed_at.getTime() === round.computed_at?.getTime(),
  }));
}

/** What the checks of integrity found, and what was decided about it. */
export async function flagsOf(db: Queryable, book: PolicyBook, roundId: string) {
  const { rows } = await db.query<{
    id: string;
    enterprise: string;
    kind: FlagKind;
    evidence: Record<string, unknown>;
    decision: 'dismissed' | 'upheld' | null;
    note: string | null;
    decided_by: string | null;
    decided_at: Date | null;
  }>(
    'select id, enterprise, kind, evidence, decision, note, actor_name(decided_by) as decided_by, decided_at from award_flags where round_id = $1 order by enterprise, kind, id',
    [roundId],
  );
  return rows.map((f) => ({
    id: f.id,
    enterprise: f.enterprise,
    kind: f.kind,
    rule: book.integrity.get(f.kind)?.text ?? { zh: f.kind, en: f.kind },
    evidence: f.evidence,
    decision: f.decision,
    note: f.note,
    decidedBy: f.decided_by,
    decidedAt: f.decided_at?.toISOString() ?? null,
  }));
}

/** What changed after the round was frozen, and what was decided about it. */
export async function reviewsOf(db: Queryable, roundId: string) {
  const { rows } = await db.query<{
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
    [roundId],
  );
  return rows.map((v) => ({
    id: v.id,
    enterprise: v.enterprise,
    beforeCny: v.before_cny,
    afterCny: v.after_cny,
    differenceCny: v.difference,
    detail: v.detail,
    raisedAt: v.raised_at.toISOString(),
    decision: v.decision,
    note: v.note,
  }));
}
