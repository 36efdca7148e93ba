import type { PolicyBook } from '../../awards/book.js';
import { policyOf, roundOf } from '../../awards/rounds.js';
import type { RunPot } from '../../awards/run.js';
import { Dec } from '../../base/decimal.js';
import type { Queryable } from '../../store/store.js';
import {
  evidenceOf,
  flagsOf,
  givenFigures,
  linesOf,
  readingsOf,
  reviewsOf,
  signaturesOf,
  signersOf,
} from './roundParts.js';

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
  const { rows: pots } = await db.query<{ pot: RunPot | null }>(
    'select pot from award_rounds where id = $1',
    [id],
  );
  const lines = await linesOf(db, policy, round);
  const sum = (values: readonly (string | null | undefined)[]): string =>
    values.reduce((total, value) => total.plus(value ?? 0), new Dec(0)).toFixed(2);
  return {
    ...listView(book, heads[0]!),
    asOf: round.as_of?.toISOString() ?? null,
    policySha256: round.policy_sha256,
    reviewers: policy.reviewers,
    granted: sum(lines.map((l) => l.granted)),
    estimated: sum(lines.map((l) => l.result.estimateCny)),
    clauses: round.clauses,
    readings: await readingsOf(db, book, policy, id),
    pot: pots[0]?.pot ?? null,
    lines,
    inputs: await givenFigures(db, id),
    signers: await signersOf(db, id, actor),
    evidence: await evidenceOf(db, id),
    signatures: await signaturesOf(db, round),
    flags: await flagsOf(db, book, id),
    reviews: await reviewsOf(db, id),
  };
}
export type RoundView = Awaited<ReturnType<typeof roundView>>;
