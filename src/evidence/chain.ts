import { createHash } from 'node:crypto';
import { LOCK } from '../store/advisory.js';
import type { Queryable, Store } from '../store/store.js';

/** What an entry speaks of: its subject is an order, a message, a received file, a document, or an attachment. */
export const entryKinds = [
  'order-taken',
  'order-corrected',
  'message-signed',
  'message-leaves',
  'attempt-ended',
  'receipt-stored',
  'document-decided',
  'receipt-decided',
  'attachment-added',
  'attachment-removed',
] as const;

/** One entry of the audit chain. */
export interface Entry {
  seq: number;
  /** Instant it was noted, UTC, with microseconds: `2026-11-21T08:30:00.123456Z`. */
  at: string;
  kind: string;
  tenantId: string;
  /** Id of what it speaks of. */
  subject: string;
  /** `user:<id>`, `key:<prefix>`, `cli`, or `gateway` for what it did by itself. */
  actor: string;
  /** Hash of the exact bytes, lower-case hex. */
  sha256: string;
  /** JSON on one line. */
  detail: string;
  /** Hash of `lineOf` this entry, lower-case hex. */
  hash: string;
}

/** Hash that stands before the first entry and the first root. */
export const NOTHING_BEFORE = '0'.repeat(64);
/** How many notes one transaction moves into the chain. */
const AT_ONCE = 2_000;

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An instant as it stands in the lines of the chain (SQL). */
export const instant = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Columns of an entry as `Entry` names them (SQL), for the table `audit_entries`. */
export const entryColumns = `seq::int8::text as seq, ${instant('at')} as at, kind, tenant_id as "tenantId", subject, actor,
  encode(sha256, 'hex') as sha256, detail::text as detail, encode(hash, 'hex') as hash`;

export type EntryRow = Omit<Entry, 'seq'> & { seq: string };

/** The line of an entry, whose hash is the entry's: nine columns parted by tabs, the last the hash of the entry before. */
export const lineOf = (entry: Omit<Entry, 'hash'>, before: string): string =>
  [
    entry.seq,
    entry.at,
    entry.kind,
    entry.tenantId,
    entry.subject,
    entry.actor.replace(/[\t\r\n]/g, ' '),
    entry.sha256,
    entry.detail,
    before,
  ].join('\t');

/**
 * Moves what was noted into the chain, in the order it was noted as far as it is committed, until nothing is left.
 * Returns how many entries were added; 0 also when another process is at it.
 */
export async function sealNotes(store: Store): Promise<number> {
  let sealed = 0;
  for (;;) {
    const moved = await store.transaction(sealSome);
    sealed += moved;
    if (moved < AT_ONCE) return sealed;
  }
}

async function sealSome(tx: Queryable): Promise<number> {
  const { rows: lock } = await tx.query<{ held: boolean }>('select pg_try_advisory_xact_lock($1) as held', [
    LOCK.sealing,
  ]);
  if (!lock[0]?.held) return 0;
  const { rows: notes } = await tx.query<Omit<Entry, 'seq' | 'hash'>>(
    `with moved as (
       delete from audit_notes where id in (select id from audit_notes order by id limit ${AT_ONCE}) returning *
     )
     select ${instant('at')} as at, kind, tenant_id as "tenantId", subject, actor, encode(sha256, 'hex') as sha256,
            detail::text as detail
       from moved order by id`,
  );
  if (notes.length === 0) return 0;
  const last = await lastEntry(tx);
  let { seq, hash } = last;
  const entries = notes.map((note) => {
    const entry = { ...note, seq: ++seq };
    hash = sha256Hex(lineOf(entry, hash));
    return { ...entry, hash };
  });
  const column = <K extends keyof Entry>(key: K) => entries.map((e) => e[key]);
  await tx.query(
    `insert into audit_entries (seq, at, kind, tenant_id, subject, actor, sha256, detail, hash)
     select e.seq, e.at, e.kind, e.tenant_id, e.subject, e.actor, decode(e.sha256, 'hex'), e.detail, decode(e.hash, 'hex')
       from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::jsonb[], $9::text[])
         as e (seq, at, kind, tenant_id, subject, actor, sha256, detail, hash)`,
    [
      column('seq'),
      column('at'),
      column('kind'),
      column('tenantId'),
      column('subject'),
      column('actor'),
      column('sha256'),
      column('detail'),
      column('hash'),
    ],
  );
  return entries.length;
}

/** The newest entry's number and hash. */
export async function lastEntry(db: Queryable): Promise<{ seq: number; hash: string }> {
  const { rows } = await db.query<{ seq: string; hash: string }>(
    `select seq, encode(hash, 'hex') as hash from audit_entries order by seq desc limit 1`,
  );
  return { seq: Number(rows[0]?.seq ?? 0), hash: rows[0]?.hash ?? NOTHING_BEFORE };
}
