import { dayOf } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { LOCK } from '../store/advisory.js';
import type { Store, Queryable } from '../store/store.js';
import { instant, lastEntry, NOTHING_BEFORE, sealNotes, sha256Hex } from './chain.js';
import { merkleRoot } from './merkle.js';

/** One hash over a stretch of the chain. */
export interface Root {
  id: number;
  /** UTC, with microseconds. */
  madeAt: string;
  fromSeq: number;
  toSeq: number;
  /** Root of the tree over the hashes of the entries from `fromSeq` to `toSeq`, lower-case hex. */
  merkle: string;
  /** Hash of `rootLine`, lower-case hex. */
  hash: string;
}

/** The line of a root, whose hash is the root's: six columns parted by tabs, the last the hash of the root before. */
export const rootLine = (root: Omit<Root, 'hash'>, before: string): string =>
  [root.id, root.madeAt, root.fromSeq, root.toSeq, root.merkle, before].join('\t');

/** All roots, oldest first. */
export async function listRoots(db: Queryable): Promise<Root[]> {
  const { rows } = await db.query<Record<'id' | 'madeAt' | 'fromSeq' | 'toSeq' | 'merkle' | 'hash', string>>(
    `select id, ${instant('made_at')} as "madeAt", from_seq as "fromSeq", to_seq as "toSeq",
            encode(merkle, 'hex') as merkle, encode(hash, 'hex') as hash from audit_roots order by id`,
  );
  return rows.map((r) => ({
    ...r,
    id: Number(r.id),
    fromSeq: Number(r.fromSeq),
    toSeq: Number(r.toSeq),
  }));
}

/** Hashes of the entries from one number to another, in their order. */
export async function entryHashes(db: Queryable, fromSeq: number, toSeq: number): Promise<string[]> {
  const { rows } = await db.query<{ hash: string }>(
    `select encode(hash, 'hex') as hash from audit_entries where seq between $1 and $2 order by seq`,
    [fromSeq, toSeq],
  );
  return rows.map((r) => r.hash);
}

/** Makes a root over all entries that none covers yet; undefined when there is none, or another process is at it. */
export async function makeRoot(store: Store): Promise<Root | undefined> {
  return store.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK.rootMaking]);
    const { rows } = await tx.query<{ id: string; to_seq: string; hash: string; now: string }>(
      `select coalesce(r.id, 0) as id, coalesce(r.to_seq, 0) as to_seq, encode(r.hash, 'hex') as hash, ${instant('clock_timestamp()')} as now
         from (select 1) as one left join (select * from audit_roots order by id desc limit 1) as r on true`,
    );
    const before = rows[0];
    const last = await lastEntry(tx);
    const fromSeq = Number(before?.to_seq ?? 0) + 1;
    if (!before || last.seq < fromSeq) return undefined;
    const merkle = merkleRoot(await entryHashes(tx, fromSeq, last.seq));
    const root = { id: Number(before.id) + 1, madeAt: before.now, fromSeq, toSeq: last.seq, merkle };
    const hash = sha256Hex(rootLine(root, before.hash ?? NOTHING_BEFORE));
    await tx.query(
      `insert into audit_roots (id, made_at, from_seq, to_seq, merkle, hash)
       values ($1, $2, $3, $4, decode($5, 'hex'), decode($6, 'hex'))`,
      [root.id, root.madeAt, root.fromSeq, root.toSeq, root.merkle, hash],
    );
    return { ...root, hash };
  });
}

/**
 * What keeps the chain going, as the step of a loop: notes become entries, and the first time on a new day (Asia/Shanghai)
 * the entries get their root, which is also logged, so that it leaves the machine with the log.
 */
export function auditUpkeep(store: Store, log: Log): () => Promise<boolean> {
  return async () => {
    await sealNotes(store);
    const { rows } = await store.query<{ made_at: Date | null; now: Date }>(
      'select (select made_at from audit_roots order by id desc limit 1), now()',
    );
    const [row] = rows;
    if (!row || (row.made_at && dayOf(row.made_at) === dayOf(row.now))) return false;
    const root = await makeRoot(store);
    if (root)
      log.info({ root: root.id, entries: root.toSeq, hash: root.hash }, 'the audit chain has a new root');
    return false;
  };
}
