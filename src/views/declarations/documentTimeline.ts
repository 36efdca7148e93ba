import { coachShort } from '../../coach/coach.js';
import type { Queryable } from '../../store/store.js';
import { attemptWords } from '../attemptWords.js';
import { statusOf, type View } from '../view.js';
import type { DocumentRow } from './detail.js';
import { blank, inTime, type Entry } from './entry.js';
import { signatureOf } from './signatures.js';

/** Documents and the messages they left in, to find each by what a row names. */
interface Happened {
  byId: ReadonlyMap<string, DocumentRow>;
  byMessage: ReadonlyMap<string, DocumentRow>;
}

/** What happened to documents, oldest first: signed, sent, answered, decided. Times are UTC. */
export async function documentTimeline(
  db: Queryable,
  documents: readonly DocumentRow[],
  title: (type: string) => Entry['title'],
  view: View,
): Promise<Entry[]> {
  const of: Happened = {
    byId: new Map(documents.map((d) => [d.id, d])),
    byMessage: new Map(documents.flatMap((d) => (d.message_id ? [[d.message_id, d] as const] : []))),
  };
  return [
    ...(await written(db, of, title, view)),
    ...(await attempted(db, of)),
    ...(await answered(db, of, view)),
    ...(await decided(db, of)),
  ].sort(inTime);
}

/** Messages as they were signed or, in families that sign nothing, written. */
async function written(
  db: Queryable,
  { byMessage }: Happened,
  title: (type: string) => Entry['title'],
  view: View,
): Promise<Entry[]> {
  const { rows: messages } = await db.query<{
    id: string;
    message_type: string;
    guid: string;
    bytes: Buffer;
    sha256: Buffer;
    document_count: number;
    created_at: Date;
    suite: string | null;
  }>(
    'select id, message_type, guid, bytes, sha256, document_count, created_at, suite from messages where id = any($1)',
    [[...byMessage.keys()]],
  );
  const entries: Entry[] = [];
  for (const m of messages) {
    entries.push({
      ...blank,
      at: m.created_at.toISOString(),
      kind: 'signed',
      documentId: byMessage.get(m.id)?.id ?? null,
      messageType: m.message_type,
      title: m.suite
        ? { zh: `${title(m.message_type).zh}已签名`, en: `${title(m.message_type).en} signed` }
        : { zh: `${title(m.message_type).zh}已生成`, en: `${title(m.message_type).en} written` },
      detail: `${m.guid} · ${m.document_count}`,
      bytes: `/v1/messages/${m.id}/xml`,
      sha256: m.sha256.toString('hex'),
      // A family that signs nothing, or in its own way, has no signature to verify here.
      signature: m.suite ? await signatureOf(m, view) : null,
    });
  }
  return entries;
}

/** Attempts to send them, with how each ended. */
async function attempted(db: Queryable, { byMessage }: Happened): Promise<Entry[]> {
  const { rows } = await db.query<{
    message_id: string;
    n: number;
    started_at: Date;
    outcome: string | null;
    detail: string | null;
  }>('select message_id, n, started_at, outcome, detail from attempts where message_id = any($1)', [
    [...byMessage.keys()],
  ]);
  return rows.map((a): Entry => {
    const document = byMessage.get(a.message_id);
    return {
      ...blank,
      at: a.started_at.toISOString(),
      kind: 'attempt',
      documentId: document?.id ?? null,
      messageType: document?.message_type ?? null,
      title: attemptTitle(a.outcome, a.detail),
      outcome: OUTCOMES.find((one) => one === a.outcome) ?? null,
      detail: [`#${a.n}`, attemptWords(a.detail) ? null : a.detail].filter(Boolean).join(' '),
    };
  });
}

/** What customs and the port said of them. */
async function answered(db: Queryable, { byId }: Happened, view: View): Promise<Entry[]> {
  const { rows } = await db.query<{
    document_id: string;
    raw_id: string;
    message_type: string;
    return_status: string;
    return_time: Date | null;
    info: string | null;
    info_code: string | null;
    duplicate_notice: boolean;
    received_at: Date;
    sha256: Buffer;
  }>(
    `select r.document_id, r.raw_id, r.message_type, r.return_status, r.return_time, r.info, r.info_code,
            r.duplicate_notice, r.received_at, w.sha256
       from receipts r join raw_receipts w on w.id = r.raw_id where r.document_id = any($1)`,
    [[...byId.keys()]],
  );
  return rows.map((r): Entry => {
    const messageType = byId.get(r.document_id)?.message_type;
    const meaning = view.statuses.meaning(r.return_status, messageType);
    return {
      ...blank,
      at: (r.return_time ?? r.received_at).toISOString(),
      kind: 'receipt',
      documentId: r.document_id,
      messageType: messageType ?? r.message_type,
      title: r.duplicate_notice
        ? { zh: '对端回复：该单证此前已收到', en: 'The port says it had the document already' }
        : meaning.text,
      detail: r.info,
      verdict: r.duplicate_notice ? null : meaning.verdict,
      status: statusOf(view, r.return_status, messageType),
      infoCode: r.info_code,
      receivedAt: r.received_at.toISOString(),
      bytes: `/v1/receipts/${r.raw_id}/xml`,
      sha256: r.sha256.toString('hex'),
      coach: r.duplicate_notice
        ? null
        : coachShort({
            receiptType: r.message_type,
            status: r.return_status,
            infoCode: r.info_code,
            info: r.info,
          }),
    };
  });
}

/** What people decided about them, with who and why. */
async function decided(db: Queryable, { byId }: Happened): Promise<Entry[]> {
  const { rows } = await db.query<{
    document_id: string;
    kind: string;
    note: string;
    decided_by: string;
    decided_at: Date;
  }>(
    'select document_id, kind, note, actor_name(decided_by) as decided_by, decided_at from decisions where document_id = any($1)',
    [[...byId.keys()]],
  );
  return rows.map((d): Entry => ({
    ...blank,
    at: d.decided_at.toISOString(),
    kind: 'decision',
    documentId: d.document_id,
    messageType: byId.get(d.document_id)?.message_type ?? null,
    title: DECISION[d.kind] ?? { zh: d.kind, en: d.kind },
    detail: [d.decided_by, d.note].filter(Boolean).join('：'),
  }));
}

const OUTCOMES = ['accepted', 'refused', 'retry', 'unknown'] as const;

const ATTEMPT: Record<string, Entry['title']> = {
  open: { zh: '正在发送', en: 'Sending' },
  accepted: { zh: '对端已接收', en: 'Taken by the port' },
  refused: { zh: '对端拒收', en: 'Refused by the port' },
  retry: { zh: '发送未成功，稍后重试', en: 'Not delivered, will try again' },
  unknown: {
    zh: '已发送但未得到答复，将以相同报文重发',
    en: 'Sent but the answer was lost; the same bytes go again',
  },
};

/** How an attempt ended and, where the network was the reason, which. */
function attemptTitle(outcome: string | null, detail: string | null): Entry['title'] {
  const title = ATTEMPT[outcome ?? 'open'] ?? ATTEMPT.open!;
  const words = attemptWords(detail);
  return words ? { zh: `${title.zh}（${words.zh}）`, en: `${title.en} (${words.en})` } : title;
}

const DECISION: Record<string, Entry['title']> = {
  'declared-elsewhere': { zh: '登记为由责任主体自行申报', en: 'Marked as declared by its own party' },
  resend: { zh: '人工重发', en: 'Sent again by hand' },
  discard: { zh: '作废停止发送的单证', en: 'Discarded after it was given up' },
  rewrite: { zh: '改写未发送的单证', en: 'Rewritten before it was sent' },
  change: { zh: '申报变更', en: 'Change declared' },
  resubmit: { zh: '重新申报', en: 'Declared again' },
  delete: { zh: '申报删除', en: 'Deletion declared' },
  'put-aside': { zh: '发送前作废', en: 'Put aside before it was sent' },
  removed: { zh: '移除附件', en: 'Attachment taken away' },
  withdraw: { zh: '申请撤单', en: 'Withdrawal applied for' },
  return: { zh: '申请退货', en: 'Return applied for' },
};
