import { OPERATOR_TENANT, type Queryable } from '../store/store.js';
import { isOver } from '../store/pauses.js';
import type { SendOutcome } from './transport.js';

/** When a counterpart counts as gone, and how it is tried again. */
export interface BreakerSchedule {
  /** The breaker opens when so many messages in a row got no answer. */
  after: number;
  /** Pauses before one message tries again, in milliseconds; the last one repeats. */
  pausesMs: readonly number[];
}

/** What a step may take from the outbox: so many messages; a probe is one, of those tried least. */
export interface Allowance {
  count: number;
  probe: boolean;
}

/** How a counterpart stands. */
export interface CounterpartState {
  /** `open`: the breaker holds messages back; `closed`: they go. */
  breaker: 'closed' | 'open';
  failures: number;
  openedAt: Date | null;
  nextTryAt: Date | null;
}

/** A pause that ends further ahead than this was set before the clock was put back. */
const LONGEST_SECONDS = 3_600;

/** The row of the counterpart is there from now on. */
export async function meetCounterpart(db: Queryable, name: string): Promise<void> {
  await db.query('insert into counterparts (tenant_id, name) values ($1, $2) on conflict (name) do nothing', [
    OPERATOR_TENANT,
    name,
  ]);
}

/**
 * How many messages may leave for the counterpart now, of `wanted`: all while its breaker is closed, as far as `paced`
 * allows; one in one process once a pause of an open breaker is over; else none.
 */
export async function allowance(
  db: Queryable,
  name: string,
  wanted: number,
  paced: (wanted: number) => Promise<number>,
  breaker: BreakerSchedule,
): Promise<Allowance> {
  const { rows } = await db.query<{ open: boolean; waits: boolean }>(
    `select opened_at is not null as open, not coalesce(${isOver('next_try_at', LONGEST_SECONDS)}, true) as waits
       from counterparts where name = $1`,
    [name],
  );
  if (!rows[0]?.open) return { count: await paced(wanted), probe: false };
  return { count: !rows[0].waits && (await claimProbe(db, name, breaker)) ? 1 : 0, probe: true };
}

/** True for one process; the others have to wait for the next pause to end. */
async function claimProbe(db: Queryable, name: string, breaker: BreakerSchedule): Promise<boolean> {
  const { rowCount } = await db.query(
    `update counterparts set next_try_at = now() + make_interval(secs => $2)
      where name = $1 and opened_at is not null and ${isOver('next_try_at', LONGEST_SECONDS)}`,
    [name, (breaker.pausesMs.at(-1) ?? 0) / 1000],
  );
  return (rowCount ?? 0) > 0;
}

/** The counterpart is there: it took the message, or said no. */
export const isAnswer = (outcome: SendOutcome['kind']): boolean =>
  outcome === 'accepted' || outcome === 'refused';

/**
 * What an attempt says of the counterpart. Any answer, also a refusal, shows that it is there: the breaker closes. No answer
 * counts, unless it is the same message again: one that it cannot take is no reason to hold the others back. Returns
 * whether the breaker opened or closed by it.
 */
export async function noteOutcome(
  db: Queryable,
  name: string,
  messageId: string,
  outcome: SendOutcome['kind'],
  breaker: BreakerSchedule,
): Promise<'opened' | 'closed' | undefined> {
  if (isAnswer(outcome)) {
    const { rows } = await db.query<{ was_open: boolean }>(
      `update counterparts c set failures = 0, last_failed = null, opened_at = null, next_try_at = null
         from (select name, opened_at is not null as was_open from counterparts where name = $1 and failures > 0 for update) b
        where c.name = b.name returning b.was_open`,
      [name],
    );
    return rows[0]?.was_open ? 'closed' : undefined;
  }
  const { rows } = await db.query<{ opened: boolean }>(
    `with noted as (
       select name, opened_at, failures + case when last_failed is distinct from $2 or opened_at is not null then 1 else 0 end as failures
         from counterparts where name = $1 for update
     )
     update counterparts c
        set failures = n.failures, last_failed = $2,
            opened_at = case when n.failures >= $3 then coalesce(n.opened_at, now()) end,
            next_try_at = case when n.failures >= $3
              then now() + make_interval(secs => ($4::float8[])[least(n.failures - $3 + 1, cardinality($4::float8[]))] / 1000) end
       from noted n where c.name = n.name
     returning n.opened_at is null and c.opened_at is not null as opened`,
    [name, messageId, breaker.after, breaker.pausesMs],
  );
  return rows[0]?.opened ? 'opened' : undefined;
}

/** How the counterpart stands. */
export async function counterpartState(db: Queryable, name: string): Promise<CounterpartState> {
  const { rows } = await db.query<{ failures: number; opened_at: Date | null; next_try_at: Date | null }>(
    'select failures, opened_at, next_try_at from counterparts where name = $1',
    [name],
  );
  const row = rows[0];
  return {
    breaker: row?.opened_at ? 'open' : 'closed',
    failures: row?.failures ?? 0,
    openedAt: row?.opened_at ?? null,
    nextTryAt: row?.next_try_at ?? null,
  };
}

/** A person says that it is worth a try: the next message goes at once. */
export async function tryNow(db: Queryable, name: string): Promise<void> {
  await db.query('update counterparts set next_try_at = now() where name = $1 and opened_at is not null', [
    name,
  ]);
}
