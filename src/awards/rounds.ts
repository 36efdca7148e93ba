import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { Access } from '../enterprises/access.js';
import { momentOf } from '../figures/moment.js';
import type { Queryable, Store } from '../store/store.js';
import type { PolicyBook } from './book.js';
import type { Inputs } from './caseInputs.js';
import { findFlags } from './flags.js';
import type { Policy } from './policy.js';
import { canonical, runAwards, sha256, type RunParts, type RunRequest } from './run.js';

/** What rounds work with beside the database. */
export interface AwardParts extends Omit<RunParts, 'db'> {
  store: Store;
}

export interface RoundRow {
  id: string;
  tenant_id: string;
  title: string;
  policy: string;
  policy_version: string;
  policy_sha256: string;
  year: number;
  clauses: string[];
  state: 'open' | 'computed' | 'frozen';
  as_of: Date | null;
  computed_at: Date | null;
  frozen_at: Date | null;
  canonical: string | null;
  sha256: string | null;
}

/** Refuses with one fault. */
export const refuse = (code: string, path: string, params: Record<string, string>, status = 422): never => {
  throw new FaultError([makeFault(code, path, params)], status);
};

/** The policy of an id. Throws W02 (404). */
export function policyOf(book: PolicyBook, id: string): Policy {
  return book.policies.get(id) ?? refuse('W02', 'policy', { what: id }, 404);
}

/** Opens a round: a policy version, a year, and the clauses it is about (all award clauses when none are named). */
export async function openRound(
  { store, book }: AwardParts,
  access: Access,
  input: { policy: string; year: number; title: string; clauses: readonly string[] },
): Promise<string> {
  const policy = policyOf(book, input.policy);
  for (const id of input.clauses)
    if (!policy.clauses.some((c) => c.id === id)) refuse('W02', 'clauses', { what: id });
  const id = newId();
  await store.query(
    `insert into award_rounds (id, tenant_id, title, policy, policy_version, policy_sha256, year, clauses, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      access.tenantId,
      input.title,
      policy.id,
      policy.version,
      sha256(canonical(policy)),
      input.year,
      input.clauses,
      access.actor,
    ],
  );
  return id;
}

/** A round, locked when it is to be changed. Throws A03 (404), and W04 (409) for a change of a frozen one. */
export async function roundOf(db: Queryable, id: string, toChange = false): Promise<RoundRow> {
  const { rows } = await db.query<RoundRow>(
    `select * from award_rounds where id = $1${toChange ? ' for update' : ''}`,
    [id],
  );
  const round = rows[0];
  if (!round) throw new FaultError([notFoundFault('评审 / round')], 404);
  if (toChange && round.state === 'frozen') refuse('W04', 'id', {}, 409);
  return round;
}

/** Chooses readings (null takes one back); who chose, when and why stays. The round has to be computed again. */
export async function chooseReadings(
  { store, book }: AwardParts,
  access: Access,
  roundId: string,
  readings: Readonly<Record<string, string | null>>,
  note: string,
): Promise<void> {
  for (const [id, choice] of Object.entries(readings)) {
    const ambiguity = book.ambiguities.get(id);
    if (!ambiguity || (choice !== null && !ambiguity.readings.some((r) => r.choice === choice)))
      refuse('W03', `readings.${id}`, { ambiguity: id, choice: choice ?? '' });
  }
  await store.transaction(async (tx) => {
    const round = await roundOf(tx, roundId, true);
    for (const [id, choice] of Object.entries(readings))
      await tx.query(
        `insert into award_readings (id, tenant_id, round_id, ambiguity, choice, note, chosen_by) values ($1, $2, $3, $4, $5, $6, $7)`,
        [newId(), round.tenant_id, roundId, id, choice, note, access.actor],
      );
    await reopen(tx, roundId);
  });
}

/** Gives figures and facts about an enterprise, by the names of the case files; later ones replace earlier ones by name. */
export async function giveInputs(
  { store }: AwardParts,
  access: Access,
  roundId: string,
  given: { enterprise: string; name: string; inputs: Inputs; source: string },
): Promise<void> {
  await store.transaction(async (tx) => {
    const round = await roundOf(tx, roundId, true);
    await tx.query(
      `insert into award_inputs (id, tenant_id, round_id, enterprise, name, inputs, source, given_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        newId(),
        round.tenant_id,
        roundId,
        given.enterprise,
        given.name,
        JSON.stringify(given.inputs),
        given.source,
        access.actor,
      ],
    );
    await reopen(tx, roundId);
  });
}

const reopen = (tx: Queryable, id: string) =>
  tx.query(`update award_rounds set state = 'open' where id = $1 and state = 'computed'`, [id]);

/** The choices in force: the newest of each ambiguity, without those taken back. */
export async function choicesOf(db: Queryable, roundId: string): Promise<Map<string, string>> {
  const { rows } = await db.query<{ ambiguity: string; choice: string | null }>(
    `select distinct on (ambiguity) ambiguity, choice from award_readings where round_id = $1 order by ambiguity, id desc`,
    [roundId],
  );
  return new Map(rows.flatMap((r) => (r.choice === null ? [] : [[r.ambiguity, r.choice]])));
}

async function givenOf(
  db: Queryable,
  roundId: string,
): Promise<Map<string, { name: string; inputs: Inputs }>> {
  const { rows } = await db.query<{ enterprise: string; name: string; inputs: Inputs }>(
    'select enterprise, name, inputs from award_inputs where round_id = $1 order by id',
    [roundId],
  );
  const given = new Map<string, { name: string; inputs: Inputs }>();
  for (const r of rows)
    given.set(r.enterprise, {
      name: r.name || (given.get(r.enterprise)?.name ?? ''),
      inputs: { ...given.get(r.enterprise)?.inputs, ...r.inputs },
    });
  return given;
}

/** What a round's computation is made of, as it stands. */
export const requestOf = async (
  db: Queryable,
  book: PolicyBook,
  round: RoundRow,
  asOf: Date,
): Promise<RunRequest> => ({
  policy: policyOf(book, round.policy),
  year: round.year,
  clauses: round.clauses,
  choices: await choicesOf(db, round.id),
  given: await givenOf(db, round.id),
  asOf,
  tenants: (await db.query<{ id: string }>('select id from tenants')).rows.map((r) => r.id),
  round: { id: round.id, before: round.frozen_at },
});

/** Computes all candidates as of now and looks for what might not be honest (flags). Frozen rounds are refused (W04). */
export async function computeRound(parts: AwardParts, access: Access, roundId: string): Promise<void> {
  const asOf = await momentOf(parts.store);
  await parts.store.transaction(async (tx) => {
    const round = await roundOf(tx, roundId, true);
    const request = await requestOf(tx, parts.book, round, asOf);
    const { lines, pot } = await runAwards({ ...parts, db: tx }, request);
    await tx.query('delete from award_lines where round_id = $1', [roundId]);
    for (const l of lines)
      await tx.query(
        `insert into award_lines (tenant_id, round_id, enterprise, name, status, cny, granted, result, records, records_sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          round.tenant_id,
          roundId,
          l.enterprise,
          l.name,
          l.result.status,
          l.result.cny,
          l.granted,
          JSON.stringify(l.result),
          l.records,
          l.recordsSha256,
        ],
      );
    await tx.query(
      `update award_rounds set state = 'computed', as_of = $2, computed_at = now(), computed_by = $3, pot = $4, policy_sha256 = $5 where id = $1`,
      [roundId, asOf, access.actor, pot ? JSON.stringify(pot) : null, sha256(canonical(request.policy))],
    );
    await findFlags(tx, parts.book.integrity, {
      roundId,
      tenantId: round.tenant_id,
      year: round.year,
      asOf,
      enterprises: lines.map((l) => l.enterprise),
    });
  });
}

/**
 * Names who signs for an office: the email of an active user, or the prefix of a key, of a committee or the operator. The
 * newest naming of an office holds. Throws W10 for somebody who is named for another office, W11 for somebody unknown.
 */
export async function nameSigner(
  { store }: AwardParts,
  access: Access,
  roundId: string,
  naming: { office: string; signer: string },
): Promise<void> {
  await store.transaction(async (tx) => {
    const round = await roundOf(tx, roundId, true);
    const { rows } = await tx.query<{ actor: string; line: string }>(
      `select actor, actor_line(actor) as line
         from (select 'user:' || u.id as actor from users u join tenants t on t.id = u.tenant_id
                where lower(u.email) = lower($1) and u.active and t.role in ('officer', 'operator')
               union all
               select 'key:' || k.prefix from api_keys k join tenants t on t.id = k.tenant_id
                where k.prefix = $1 and k.revoked_at is null and t.role in ('officer', 'operator')) a`,
      [naming.signer],
    );
    const { actor: signer, line } = rows[0] ?? refuse('W11', 'signer', { signer: naming.signer });
    for (const [office, other] of await signersOf(tx, roundId))
      if (other === line && office !== naming.office) refuse('W10', 'signer', {}, 409);
    await tx.query(
      'insert into award_signers (id, tenant_id, round_id, office, signer, named_by) values ($1, $2, $3, $4, $5, $6)',
      [newId(), round.tenant_id, roundId, naming.office, signer, access.actor],
    );
  });
}

/** Who is named for each office, by the newest naming; a key stands for those it was rotated from and to. */
async function signersOf(db: Queryable, roundId: string): Promise<Map<string, string>> {
  const { rows } = await db.query<{ office: string; signer: string }>(
    'select distinct on (office) office, actor_line(signer) as signer from award_signers where round_id = $1 order by office, id desc',
    [roundId],
  );
  return new Map(rows.map((r) => [r.office, r.signer]));
}

/**
 * An office signs the computation it saw, by the person named for it. Throws W08 before the first computation, W09 for
 * anybody else, W10 for somebody who signed this computation for another office.
 */
export async function signRound(
  { store }: AwardParts,
  access: Access,
  roundId: string,
  signature: { office: string; decision: string; note: string },
): Promise<void> {
  await store.transaction(async (tx) => {
    const round = await roundOf(tx, roundId, true);
    if (round.state !== 'computed') refuse('W08', 'id', {}, 409);
    const { rows: acting } = await tx.query<{ line: string }>('select actor_line($1) as line', [
      access.actor,
    ]);
    if ((await signersOf(tx, roundId)).get(signature.office) !== acting[0]?.line)
      refuse('W09', 'office', {}, 403);
    const { rows: elsewhere } = await tx.query(
      'select 1 from award_signatures where round_id = $1 and computed_at = $2 and actor_line(signed_by) = actor_line($3) and office <> $4',
      [roundId, round.computed_at, access.actor, signature.office],
    );
    if (elsewhere.length > 0) refuse('W10', 'office', {}, 409);
    await tx.query(
      `insert into award_signatures (id, tenant_id, round_id, office, decision, note, computed_at, signed_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        newId(),
        round.tenant_id,
        roundId,
        signature.office,
        signature.decision,
        signature.note,
        round.computed_at,
        access.actor,
      ],
    );
  });
}

/** A person decides a flag: dismissed, or upheld. Throws A03 when the round has no such flag. */
export async function decideFlag(
  { store }: AwardParts,
  access: Access,
  roundId: string,
  flagId: string,
  decision: { decision: string; note: string },
): Promise<void> {
  await store.transaction(async (tx) => {
    await roundOf(tx, roundId, true);
    const { rowCount } = await tx.query(
      `update award_flags set decision = $3, note = $4, decided_by = $5, decided_at = now() where id = $1 and round_id = $2`,
      [flagId, roundId, decision.decision, decision.note, access.actor],
    );
    if (!rowCount) throw new FaultError([notFoundFault('疑点 / flag')], 404);
  });
}

/** A person decides what a later change means: reclaimed, paid, or noted. The round itself stays. */
export async function decideReview(
  { store }: AwardParts,
  access: Access,
  roundId: string,
  reviewId: string,
  decision: { decision: string; note: string },
): Promise<void> {
  const { rowCount } = await store.query(
    `update award_reviews set decision = $3, note = $4, decided_by = $5, decided_at = now() where id = $1 and round_id = $2`,
    [reviewId, roundId, decision.decision, decision.note, access.actor],
  );
  if (!rowCount) throw new FaultError([notFoundFault('复核事项 / review item')], 404);
}

/** Stores a file of evidence for an item of the policy's checklist. Throws W06 when the policy lists no such item. */
export async function addEvidence(
  { store, book }: AwardParts,
  access: Access,
  roundId: string,
  file: { enterprise: string; item: string; fileName: string; bytes: Buffer },
): Promise<{ id: string; sha256: string }> {
  return store.transaction(async (tx) => {
    const round = await roundOf(tx, roundId, true);
    const items = policyOf(book, round.policy).clauses.flatMap((c) =>
      c.kind === 'award' ? c.evidence.map((e) => e.id) : [],
    );
    if (!items.includes(file.item)) refuse('W06', 'item', { item: file.item });
    const made = { id: newId(), sha256: sha256(file.bytes) };
    await tx.query(
      `insert into award_evidence (id, tenant_id, round_id, enterprise, item, file_name, bytes, sha256, uploaded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        made.id,
        round.tenant_id,
        roundId,
        file.enterprise,
        file.item,
        file.fileName,
        file.bytes,
        made.sha256,
        access.actor,
      ],
    );
    return made;
  });
}
