import type { Queryable, Store } from '../store/store.js';
import type { Text } from '../terms/text.js';
import { entryColumns, lineOf, NOTHING_BEFORE, sha256Hex, type EntryRow } from './chain.js';
import { entryHashes, listRoots, rootLine } from './roots.js';
import { merkleRoot } from './merkle.js';

/** Something that is not as the chain says. */
export interface AuditProblem {
  /** What is wrong, in words. */
  message: Text;
  /** Number of the entry, where one is concerned. */
  seq: number | null;
  /** Id of the order, message, received file, document or attachment, where one is concerned. */
  subject: string | null;
}

export interface AuditVerdict {
  ok: boolean;
  entries: number;
  roots: number;
  /** What was noted and is not in the chain yet; counted against the rows as well. */
  notes: number;
  /** The newest root's hash: compare it with one that was kept elsewhere. */
  newestRoot: string | null;
  /** How many problems there are, and the first of them. */
  problemCount: number;
  problems: AuditProblem[];
}

const SHOWN = 100;
const BATCH = 5_000;

class Findings {
  readonly shown: AuditProblem[] = [];
  count = 0;

  add(zh: string, en: string, seq: number | null = null, subject: string | null = null): void {
    this.count++;
    if (this.shown.length < SHOWN) this.shown.push({ message: { zh, en }, seq, subject });
  }
}

/**
 * Holds the chain against itself, its roots, `kept` roots from elsewhere (id → hash), and every row it speaks of: changed,
 * missing, and never noted. Reads everything once, in one snapshot; nothing is written.
 */
export function verifyAudit(store: Store, kept?: ReadonlyMap<number, string>): Promise<AuditVerdict> {
  return store.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read read only');
    return verifyAuditIn(tx, kept);
  });
}

/** The same within a transaction of the caller's. */
export async function verifyAuditIn(
  tx: Queryable,
  kept: ReadonlyMap<number, string> = new Map(),
): Promise<AuditVerdict> {
  const findings = new Findings();
  const entries = await verifyChain(tx, findings);
  const roots = await verifyRoots(tx, entries, kept, findings);
  for (const check of rowChecks) await verifyRows(tx, check, findings);
  const { rows } = await tx.query<{ n: number }>('select count(*)::int as n from audit_notes');
  return {
    ok: findings.count === 0,
    entries,
    roots: roots.count,
    notes: rows[0]?.n ?? 0,
    newestRoot: roots.newest,
    problemCount: findings.count,
    problems: findings.shown,
  };
}

/** Every entry's number and hash follow from the one before. Returns how many there are. */
async function verifyChain(tx: Queryable, findings: Findings): Promise<number> {
  let before = NOTHING_BEFORE;
  let seq = 0;
  for (;;) {
    const { rows } = await tx.query<EntryRow>(
      `select ${entryColumns} from audit_entries where seq > $1 order by audit_entries.seq limit ${BATCH}`,
      [seq],
    );
    for (const row of rows) {
      const entry = { ...row, seq: Number(row.seq) };
      if (entry.seq !== seq + 1)
        findings.add(
          `链中第 ${seq + 1} 条起缺少记录`,
          `entries are missing from number ${seq + 1} on`,
          seq + 1,
          null,
        );
      else if (entry.hash !== sha256Hex(lineOf(entry, before)))
        findings.add(
          `第 ${entry.seq} 条记录或其之前的记录被改动`,
          `entry ${entry.seq}, or what stands before it, was changed`,
          entry.seq,
          entry.subject,
        );
      seq = entry.seq;
      before = entry.hash;
    }
    if (rows.length < BATCH) return seq;
  }
}

/** Every root follows from its entries and the root before, without a gap, and is the one that was kept elsewhere. */
async function verifyRoots(
  tx: Queryable,
  entries: number,
  kept: ReadonlyMap<number, string>,
  findings: Findings,
): Promise<{ count: number; newest: string | null }> {
  let before = NOTHING_BEFORE;
  let toSeq = 0;
  const roots = await listRoots(tx);
  for (const root of roots) {
    const hashes = await entryHashes(tx, root.fromSeq, root.toSeq);
    const sound =
      root.fromSeq === toSeq + 1 &&
      root.toSeq <= entries &&
      hashes.length > 0 &&
      merkleRoot(hashes) === root.merkle &&
      sha256Hex(rootLine(root, before)) === root.hash;
    if (!sound)
      findings.add(
        `第 ${root.id} 个根与其记录不符`,
        `root ${root.id} does not fit its entries`,
        root.fromSeq,
      );
    before = root.hash;
    toSeq = root.toSeq;
  }
  const byId = new Map(roots.map((root) => [root.id, root.hash]));
  for (const [id, hash] of kept)
    if (byId.get(id) !== hash)
      findings.add(
        `第 ${id} 个根与另行保存的不同：整条链可能被重写`,
        `root ${id} is not the one that was kept elsewhere: the chain may have been made anew`,
      );
  return { count: roots.length, newest: roots.at(-1)?.hash ?? null };
}

/** How rows are held against what the chain says of them. */
interface RowCheck {
  what: Text;
  /** Entries and rows side by side (SQL): `seq`, `subject`, `said` (the entry's hash) and `now` (that of the row), either null. */
  sql: string;
}

const noted = (kind: string): string =>
  `select seq, null as note, subject, actor, sha256, detail from audit_entries where kind = '${kind}'
   union all select null, id, subject, actor, sha256, detail from audit_notes where kind = '${kind}'`;

/** Notes follow the entries: the last word on something is the newest note, else the newest entry. */
const NEWEST = 'seq desc nulls first, note desc';

/** When decisions began to be noted; what was decided before stands in no chain. */
const BEGAN = `(select applied_at from schema_migrations where name = '0210_audit_chain.sql')`;

/** Who decided is part of what is held against the chain. */
const by = (hash: string, actor: string): string => `${hash} || convert_to(${actor}, 'UTF8')`;

const rowChecks: readonly RowCheck[] = [
  {
    what: { zh: '订单', en: 'an order' },
    sql: `select e.seq, coalesce(e.subject, r.id) as subject, e.sha256 as said, audit_hash(r.body::text) as now
            from (${noted('order-taken')}) e full join orders r on r.id = e.subject`,
  },
  {
    what: { zh: '订单更正', en: 'a correction of an order' },
    sql: `select e.seq, coalesce(e.subject, r.order_id) as subject, e.sha256 as said,
                 audit_hash(audit_revision_text(r.revision, r.body, r.changes, r.reason)) as now
            from (${noted('order-corrected')}) e
            full join order_revisions r on r.order_id = e.subject and r.revision = (e.detail ->> 'revision')::int`,
  },
  {
    what: { zh: '已签名报文', en: 'a signed message' },
    sql: `select e.seq, coalesce(e.subject, r.id) as subject, e.sha256 as said, sha256(r.bytes) as now
            from (${noted('message-signed')}) e full join messages r on r.id = e.subject`,
  },
  {
    what: { zh: '发送尝试', en: 'an attempt' },
    sql: `select e.seq, coalesce(e.subject, r.message_id) as subject, e.sha256 as said,
                 audit_hash(audit_attempt_text(r.n, r.outcome, r.detail)) as now
            from (select distinct on (subject, (detail ->> 'attempt')::int) * from (${noted('attempt-ended')}) a
                   order by subject, (detail ->> 'attempt')::int, ${NEWEST}) e
            full join (select * from attempts where outcome is not null) r
              on r.message_id = e.subject and r.n = (e.detail ->> 'attempt')::int`,
  },
  {
    what: { zh: '收到的回执文件', en: 'a received file' },
    sql: `select e.seq, coalesce(e.subject, r.id) as subject, e.sha256 as said, sha256(r.bytes) as now
            from (${noted('receipt-stored')}) e full join raw_receipts r on r.id = e.subject`,
  },
  {
    what: { zh: '对单证的决定', en: 'a decision on a document' },
    sql: `select e.seq, coalesce(e.subject, r.document_id) as subject, ${by('e.sha256', 'e.actor')} as said,
                 ${by('audit_hash(audit_decision_text(r.kind, r.note))', 'r.decided_by')} as now
            from (${noted('document-decided')}) e full join decisions r on r.id = (e.detail ->> 'decision')::uuid
           where e.subject is not null or r.decided_at >= ${BEGAN}`,
  },
  {
    what: { zh: '对回执文件的决定', en: 'a decision on a received file' },
    sql: `select e.seq, coalesce(e.subject, r.raw_id) as subject,
                 ${by('e.sha256', `case when e.detail ->> 'decision' is null then '' else e.actor end`)} as said,
                 ${by('audit_hash(audit_tray_text(r.decision, r.receipt_id, r.note))', `coalesce(r.decided_by, '')`)} as now
            from (select distinct on (detail ->> 'tray') * from (${noted('receipt-decided')}) a
                   order by detail ->> 'tray', ${NEWEST}) e
            full join tray r on r.id = (e.detail ->> 'tray')::uuid
           where e.subject is not null or r.decided_at >= ${BEGAN}`,
  },
  {
    what: { zh: '附件', en: 'an attachment' },
    sql: `select e.seq, coalesce(e.subject, r.id) as subject, ${by('e.sha256', 'e.actor')} as said,
                 ${by('sha256(r.bytes)', 'r.created_by')} as now
            from (${noted('attachment-added')}) e full join attachments r on r.id = e.subject`,
  },
  {
    what: { zh: '附件的撤除', en: 'the removal of an attachment' },
    sql: `select e.seq, coalesce(e.subject, r.id) as subject, ${by('e.sha256', 'e.actor')} as said,
                 ${by('sha256(r.bytes)', `coalesce(r.removed_by, 'gateway')`)} as now
            from (${noted('attachment-removed')}) e
            full join (select * from attachments where removed_at is not null) r on r.id = e.subject`,
  },
];

async function verifyRows(tx: Queryable, check: RowCheck, findings: Findings): Promise<void> {
  const { rows } = await tx.query<{ seq: string | null; subject: string; said: boolean; now: boolean }>(
    `select seq, subject, said is not null as said, now is not null as now
       from (${check.sql}) c where said is distinct from now order by seq nulls last, subject`,
  );
  const { zh, en } = check.what;
  for (const row of rows) {
    const seq = row.seq === null ? null : Number(row.seq);
    if (!row.said) findings.add(`${zh}不在链中`, `${en} is not in the chain`, seq, row.subject);
    else if (!row.now) findings.add(`${zh}已不存在`, `${en} is gone`, seq, row.subject);
    else findings.add(`${zh}被改动`, `${en} was changed`, seq, row.subject);
  }
}
