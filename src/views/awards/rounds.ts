import type { PolicyBook } from '../../awards/book.js';
import type { Status } from '../../awards/clause.js';
import type { FlagKind } from '../../awards/integrity.js';
import type { Office } from '../../awards/policy.js';
import { policyOf, roundOf } from '../../awards/rounds.js';
import type { LineResult, RunPot } from '../../awards/run.js';
import { Dec } from '../../base/decimal.js';
import type { Queryable } from '../../store/store.js';
import { ambiguitiesOf } from './policies.js';
import { whyNotMore } from './whyNotMore.js';

/** Read models of award rounds: what pages, sheets and the API show. Nothing is decided here. */

interface ListRow {
  id: string;
  title: string;
  policy: string;
  policy_version: string;
  year: number;
  state: 'open' | 'computed' | 'frozen';
  created_by: string;
  created_at: Date;
  computed_at: Date | null;
  frozen_at: Date | null;
  sha256: string | null;
  enterprises: number;
  cny: string;
  reviews: number;
  /** How the committee reads the standing of a draft. */
  standing: string | null;
}

const listView = (book: PolicyBook, r: ListRow) => ({
  id: r.id,
  policyTitle: policyOf(book, r.policy).title,
  policyStatus: policyOf(book, r.policy).status,
  estimate: policyOf(book, r.policy).status === 'draft' && (r.standing === null || r.standing === 'draft'),
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

const LIST = `select r.*,
    (select choice from award_readings a where a.round_id = r.id and a.ambiguity = 'A01' order by a.id desc limit 1) as standing, actor_name(r.created_by) as created_by,
    (select count(*)::int from award_lines l where l.round_id = r.id) as enterprises,
    (select coalesce(sum(cny), 0)::numeric(24, 2) from award_lines l where l.round_id = r.id and l.status = 'award') as cny,
    (select count(*)::int from award_reviews v where v.round_id = r.id and v.decision is null) as reviews
  from award_rounds r`;

/** The newest 200 rounds, newest first. */
export async function listRounds(db: Queryable, book: PolicyBook) {
  const { rows } = await db.query<ListRow>(`${LIST} order by r.id desc limit 200`);
  return rows.map((r) => listView(book, r));
}

/** A round with all that stands in it: readings, given figures, results, flags, signatures, evidence, review items. */
export async function roundView(db: Queryable, book: PolicyBook, id: string, actor: string) {
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
    status: Status;
    cny: string | null;
    granted: string | null;
    result: LineResult;
    records: number;
    records_sha256: string;
  }>(
    `select * from award_lines where round_id = $1
      order by coalesce(cny, (result->>'estimateCny')::numeric) desc nulls last, enterprise`,
  );
  const pot =
    (await read<{ pot: RunPot | null }>('select pot from award_rounds where id = $1'))[0]?.pot ?? null;
  const month = `from=${round.year}-01&to=${round.year}-12&direction=all`;
  return {
    ...listView(book, heads[0]!),
    asOf: round.as_of?.toISOString() ?? null,
    policySha256: round.policy_sha256,
    reviewers: policy.reviewers,
    granted: lines.reduce((sum, l) => sum.plus(l.granted ?? 0), new Dec(0)).toFixed(2),
    estimated: lines.reduce((sum, l) => sum.plus(l.result.estimateCny ?? 0), new Dec(0)).toFixed(2),
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
      /** Why more was not granted. */
      why: whyNotMore(policy, l.result, l.granted),
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
      await read<{ office: Office; actor: string; signer: string; named_by: string; named_at: Date }>(
        `select distinct on (office) office, signer as actor, actor_name(signer) as signer, actor_name(named_by) as named_by, named_at
           from award_signers where round_id = $1 order by office, id desc`,
      )
    ).map((s) => ({
      office: s.office,
      signer: s.signer,
      /** Whoever asks is the one named. */
      mine: s.actor === actor,
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
        office: Office;
        decision: 'agreed' | 'objected';
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
        kind: FlagKind;
        evidence: Record<string, unknown>;
        decision: 'dismissed' | 'upheld' | null;
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
      rule: book.integrity.get(f.kind)?.text ?? { zh: f.kind, en: f.kind },
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
