import type { Access } from '../enterprises/access.js';
import { newId } from '../base/ids.js';
import { momentOf } from '../figures/moment.js';
import type { Queryable } from '../store/store.js';
import { grantedTwice } from './earlier.js';
import { policyOf, refuse, requestOf, roundOf, type AwardParts, type RoundRow } from './rounds.js';
import { canonical, runAwards, sha256 } from './run.js';

/**
 * Freezes a round: every office of the policy has agreed to the last computation, every flag is decided, and nothing
 * needs a decision. Its canonical form and the hash over it stand from then on. Throws W05 naming what is still open.
 */
export async function freezeRound(
  { store, book }: AwardParts,
  access: Access,
  roundId: string,
): Promise<string> {
  return store.transaction(async (tx) => {
    const round = await roundOf(tx, roundId, true);
    const policy = policyOf(book, round.policy);
    const open: string[] = [];
    if (round.state !== 'computed') open.push('尚未按现有读法计算 / not computed with the present readings');
    const { rows: signed } = await tx.query<{ office: string; decision: string }>(
      `select distinct on (office) office, decision from award_signatures where round_id = $1 and computed_at = $2 order by office, id desc`,
      [roundId, round.computed_at],
    );
    for (const office of policy.reviewers)
      if (!signed.some((s) => s.office === office && s.decision === 'agreed'))
        open.push(`${OFFICES[office]}未签署同意 / ${office} has not agreed`);
    const { rows: counts } = await tx.query<{ flags: number; undecided: number; pot: string | null }>(
      `select (select count(*)::int from award_flags where round_id = $1 and decision is null) as flags,
              (select count(*)::int from award_lines where round_id = $1 and status = 'needs-decision') as undecided,
              (select pot->>'status' from award_rounds where id = $1) as pot`,
      [roundId],
    );
    const count = counts[0];
    if (count?.flags) open.push(`${count.flags} 个疑点未处理 / ${count.flags} flags undecided`);
    if (count?.undecided)
      open.push(`${count.undecided} 家企业待决定 / ${count.undecided} enterprises need a decision`);
    if (count?.pot === 'needs-decision') open.push('资金总额待决定 / the pot needs a decision');
    const twice = await grantedTwice(tx, roundId);
    if (twice.length > 0)
      open.push(
        `${twice.join('、')} 在同年度已冻结的评审中已获同一条款奖励 / already granted the same clause by a frozen round of this year`,
      );
    if (open.length > 0) refuse('W05', 'id', { reason: open.join('；') }, 409);
    const form = canonical(await formOf(tx, round));
    const hash = sha256(form);
    await tx.query(
      `update award_rounds set state = 'frozen', frozen_at = now(), frozen_by = $2, canonical = $3, sha256 = $4 where id = $1`,
      [roundId, access.actor, form, hash],
    );
    return hash;
  });
}

const OFFICES = { commerce: '商务', tax: '税务', finance: '财政' } as const;

/** Everything a frozen round says, in the form the hash covers. */
async function formOf(db: Queryable, round: RoundRow): Promise<unknown> {
  const read = async (sql: string) => (await db.query(sql, [round.id])).rows;
  return {
    round: {
      id: round.id,
      title: round.title,
      year: round.year,
      policy: round.policy,
      version: round.policy_version,
      policySha256: round.policy_sha256,
      clauses: round.clauses,
      asOf: round.as_of?.toISOString(),
    },
    readings: await read(
      `select distinct on (ambiguity) ambiguity, choice, note, chosen_by, to_json(chosen_at) as chosen_at from award_readings where round_id = $1 order by ambiguity, id desc`,
    ),
    inputs: await read(
      'select enterprise, name, inputs, source, given_by, to_json(given_at) as given_at from award_inputs where round_id = $1 order by id',
    ),
    lines: await read(
      'select enterprise, name, status, cny, granted, result, records, records_sha256 from award_lines where round_id = $1 order by enterprise',
    ),
    pot: (await read('select pot from award_rounds where id = $1'))[0],
    evidence: await read(
      'select enterprise, item, file_name, sha256 from award_evidence where round_id = $1 order by id',
    ),
    signatures: await read(
      'select office, decision, note, signed_by, to_json(signed_at) as signed_at from award_signatures where round_id = $1 order by id',
    ),
    signers: await read(
      'select office, signer, named_by, to_json(named_at) as named_at from award_signers where round_id = $1 order by id',
    ),
    flags: await read(
      'select enterprise, kind, evidence, decision, note, decided_by from award_flags where round_id = $1 order by id',
    ),
  };
}

/**
 * Computes a frozen round again with its own readings and inputs and the records of now; a difference raises a review
 * item, once for each new result. The round stays as it is. Returns how many were raised.
 */
export async function recheckRound(parts: AwardParts, roundId: string): Promise<number> {
  const asOf = await momentOf(parts.store);
  return parts.store.transaction(async (tx) => {
    const round = await roundOf(tx, roundId);
    if (round.state !== 'frozen') return 0;
    const request = await requestOf(tx, parts.book, round, asOf);
    const now = new Map((await runAwards({ ...parts, db: tx }, request)).lines.map((l) => [l.enterprise, l]));
    const { rows } = await tx.query<{
      enterprise: string;
      status: string;
      cny: string | null;
      records_sha256: string;
    }>('select enterprise, status, cny, records_sha256 from award_lines where round_id = $1', [roundId]);
    let raised = 0;
    for (const before of rows) {
      const after = now.get(before.enterprise);
      if (after && after.result.cny === before.cny && after.result.status === before.status) continue;
      const detail = {
        before: { status: before.status, cny: before.cny, recordsSha256: before.records_sha256 },
        after: after
          ? {
              status: after.result.status,
              cny: after.result.cny,
              recordsSha256: after.recordsSha256,
              lines: after.result.lines,
            }
          : null,
      };
      const { rowCount } = await tx.query(
        `insert into award_reviews (id, tenant_id, round_id, enterprise, before_cny, after_cny, difference, detail, fingerprint)
         values ($1, $2, $3, $4, $5, $6, coalesce($6::numeric, 0) - coalesce($5::numeric, 0), $7, $8) on conflict do nothing`,
        [
          newId(),
          round.tenant_id,
          roundId,
          before.enterprise,
          before.cny,
          after?.result.cny ?? null,
          JSON.stringify(detail),
          sha256(canonical([after?.result.status, after?.result.cny])),
        ],
      );
      raised += rowCount ?? 0;
    }
    return raised;
  });
}
