import { groupBy } from '../base/collections.js';
import { newId } from '../base/ids.js';
import type { Queryable } from '../store/store.js';
import type { Text } from '../terms/text.js';
import type { RegistryFact } from './fact.js';
import type { RegistryKinds } from './kinds.js';

export interface StandingFact extends RegistryFact {
  id: string;
}

/** What became of the facts of one hand-in. */
export interface Recorded {
  added: number;
  /** Took the place of one with the same enterprise, kind, subject and first day. */
  replaced: number;
  same: number;
  /** Of kinds of which one holds at a time: earlier ones that ended because of a new one. */
  ended: number;
  /** Which of the given facts (by place) were not taken, and why. */
  refused: { index: number; reason: Text }[];
  /** Enterprises whose figures are attributed by what changed. */
  attributed: string[];
}

const COLUMNS = `id, code, kind, subject, value, number, note, valid_from::text as "validFrom", valid_to::text as "validTo", source`;

const ENDED = '因后来的登记而终止 / ended by a later fact';
const REPLACED = '由新的记录替代 / replaced by a new record';

const sameFact = (a: RegistryFact, b: RegistryFact) =>
  a.value === b.value &&
  a.number === b.number &&
  a.note === b.note &&
  a.validTo === b.validTo &&
  a.source === b.source;
const dayBefore = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

/**
 * Records facts in the caller's transaction: one that stands already stays, one with the same enterprise, kind, subject
 * and first day is replaced, the others are added; rows are never overwritten. Of a kind of which one holds at a time, an
 * earlier one without end ends the day before; a fact that would overlap another is refused.
 */
export async function recordFacts(
  tx: Queryable,
  facts: readonly RegistryFact[],
  kinds: RegistryKinds,
  by: string,
): Promise<Recorded> {
  const result: Recorded = { added: 0, replaced: 0, same: 0, ended: 0, refused: [], attributed: [] };
  const codes = [...new Set(facts.map((f) => f.code))].sort();
  for (const code of codes)
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('registry ' || $1, 0))`, [code]);
  const { rows } = await tx.query<StandingFact>(
    `select ${COLUMNS} from enterprise_facts where code = any($1) and withdrawn_at is null`,
    [codes],
  );
  const standing = groupBy(rows, (f) => `${f.code} ${f.kind}`);
  const attributed = new Set<string>();
  for (const [index, fact] of facts.entries()) {
    const key = `${fact.code} ${fact.kind}`;
    const others = standing.get(key) ?? [];
    const before = others.find((o) => o.subject === fact.subject && o.validFrom === fact.validFrom);
    if (before && sameFact(before, fact)) {
      result.same++;
      continue;
    }
    const kind = kinds.byId.get(fact.kind);
    const rest = others.filter((o) => o !== before);
    const now: StandingFact[] = [];
    if (kind?.single) {
      const overlapping = rest.filter((o) => overlap(o, fact));
      const ends = overlapping.filter((o) => o.validTo === null && o.validFrom < fact.validFrom);
      const [clash] = overlapping.filter((o) => !ends.includes(o));
      if (clash) {
        const span = `${clash.validFrom}–${clash.validTo ?? ''}`;
        result.refused.push({
          index,
          reason: {
            zh: `与已登记的“${kind.text.zh}”${clash.subject} ${span} 重叠，请先撤回或写明截止日期`,
            en: `overlaps "${kind.text.en}" ${clash.subject} ${span} on record; take that back or give the last day`,
          },
        });
        continue;
      }
      for (const end of ends) {
        await takeBack(tx, end.id, by, ENDED);
        now.push(await insert(tx, { ...end, validTo: dayBefore(fact.validFrom) }, by));
        result.ended++;
      }
      rest.splice(0, rest.length, ...rest.filter((o) => !ends.includes(o)));
    }
    if (before) await takeBack(tx, before.id, by, REPLACED);
    now.push(await insert(tx, fact, by));
    standing.set(key, [...rest, ...now]);
    if (before) result.replaced++;
    else result.added++;
    if (kind?.attributes || fact.kind === 'customs-filing') attributed.add(fact.code);
  }
  return { ...result, attributed: [...attributed] };
}

const overlap = (a: RegistryFact, b: RegistryFact) =>
  a.validFrom <= (b.validTo ?? '9999-12-31') && b.validFrom <= (a.validTo ?? '9999-12-31');

async function insert(tx: Queryable, fact: RegistryFact, by: string): Promise<StandingFact> {
  const id = newId();
  await tx.query(
    `insert into enterprise_facts (id, code, kind, subject, value, number, note, valid_from, valid_to, source, recorded_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      fact.code,
      fact.kind,
      fact.subject,
      fact.value,
      fact.number,
      fact.note,
      fact.validFrom,
      fact.validTo,
      fact.source,
      by,
    ],
  );
  return { ...fact, id };
}

async function takeBack(
  tx: Queryable,
  id: string,
  by: string,
  why: string,
): Promise<StandingFact | undefined> {
  const { rows } = await tx.query<StandingFact>(
    `update enterprise_facts set withdrawn_at = now(), withdrawn_by = $2, withdrawn_why = $3
      where id::text = $1 and withdrawn_at is null returning ${COLUMNS}`,
    [id, by, why],
  );
  return rows[0];
}

/** Takes a fact back that should not stand; it stays in the history. Undefined when none stands by this id. */
export const withdrawFact = takeBack;

/** Every fact that stands, of some enterprises or all, in a fixed order. */
export async function standingFacts(
  db: Queryable,
  { codes, kind, limit }: { codes?: readonly string[]; kind?: string; limit: number },
): Promise<StandingFact[]> {
  const { rows } = await db.query<StandingFact>(
    `select ${COLUMNS} from enterprise_facts
      where withdrawn_at is null and ($1::text[] is null or code = any($1)) and ($2::text is null or kind = $2)
      order by code, kind, valid_from, subject limit $3`,
    [codes ?? null, kind ?? null, limit],
  );
  return rows;
}
