import type { z } from 'zod';
import type { declarationSchema } from './shapes.js';
import type { documentSchema } from '../shapes.js';
import type { Delivery } from '../../terms/delivery.js';
import type { Verdict } from '../../terms/verdict.js';
import type { Catalogue } from '../../messages/catalogue.js';
import { coachShort } from '../../coach/coach.js';
import { filingsOfDeclaration, pushedEntries } from '../filings/shown.js';
import type { Order } from '../../orders/order.js';
import type { Queryable } from '../../store/store.js';
import { arrivalEntries } from '../inspections/tasks.js';
import { recordEntries } from '../records/order.js';
import { causesOf } from './causes.js';
import { corrections } from './corrections.js';
import { blank, inTime, type Entry } from './entry.js';
import { listNotices } from '../../declarations/notices.js';
import { signatureOf } from './signatures.js';
import { attemptWords, inWords } from '../attemptWords.js';
import { statusOf, type View } from '../view.js';
import { summaryOf, type DeclarationRow } from './queries.js';

type Declaration = z.input<typeof declarationSchema>;
type DocumentView = z.output<typeof documentSchema>;

export interface DocumentRow {
  id: string;
  tenant_id: string;
  revision: number;
  current: boolean;
  app_type: string;
  order_revision: number;
  info_code: string | null;
  /** What the last receipt said, where it was read with the row. */
  info?: string | null;
  message_type: string;
  responsible_role: string;
  responsible_code: string;
  responsible_name: string;
  guid: string;
  document_key: string;
  delivery: Delivery;
  waiting_for: 'party' | 'documents' | 'refused-document' | 'number' | 'draft' | null;
  verdict: Verdict;
  status: string | null;
  status_time: Date | null;
  message_id: string | null;
  /** Read only where a declaration shows its own documents. */
  elsewhere?: { by: string; at: string; note: string } | null;
  why_dead?: string | null;
  discarded_at?: Date | null;
}

const WAITING = {
  party: (name: string) => ({
    zh: `网关没有责任主体“${name}”的签名密钥，等待其签名发送`,
    en: `The gateway holds no key of ${name}: waiting for it to sign and send`,
  }),
  documents: () => ({
    zh: '等待所依据的单证（订单、收款单、运单，涉检的检验检疫申请）被接收',
    en: 'Waiting until what it depends on is taken in (order, payment, waybill, inspection application)',
  }),
  'refused-document': () => ({
    zh: '所依据的单证被退回，处理后才能申报清单',
    en: 'A document it depends on was refused; the list goes after that is repaired',
  }),
  draft: () => ({ zh: '草稿尚未填写完整，补填后发送', en: 'It leaves once its draft is complete' }),
  number: () => ({
    zh: '海关正在处理或已接收另一票以同一编号申报的单证；编号有误请更正，编号无误请向给出编号的企业核实',
    en: 'Customs has another document with this number; correct it when it is wrong, else ask who gave it',
  }),
};

/** One declaration with everything that is known of it, newest event last; undefined when none of `tenants` owns it. */
export async function declarationDetail(
  db: Queryable,
  tenants: readonly string[],
  id: string,
  catalogue: Catalogue,
  view: View,
): Promise<Declaration | undefined> {
  const { rows } = await db.query<
    DeclarationRow & { body: Order; revision: number; submitted_by: string; order_created_at: Date }
  >(
    `select c.*, coalesce(r.body, o.body) as body, coalesce(r.revision, 1) as revision, actor_name(o.submitted_by) as submitted_by,
            o.created_at as order_created_at
       from declarations c join orders o on o.id = c.id
       left join lateral (select body, revision from order_revisions where order_id = c.id order by revision desc limit 1) r on true
      where c.id = $1 and c.tenant_id = any($2)`,
    [id, tenants],
  );
  const row = rows[0];
  if (!row) return undefined;
  const { rows: documents } = await db.query<DocumentRow>(
    `select d.*, (select r.info from receipts r where r.document_id = d.id and r.return_status = d.status
                   order by r.return_time desc nulls last limit 1) as info,
            (select jsonb_build_object('by', actor_name(x.decided_by), 'at', x.decided_at, 'note', x.note)
               from decisions x where x.document_id = d.id and x.kind = 'declared-elsewhere'
              order by x.decided_at desc limit 1) as elsewhere,
            case when d.delivery = 'dead' then coalesce(d.failure,
              (select a.detail from attempts a where a.message_id = d.message_id order by a.n desc limit 1)) end as why_dead
       from documents d where d.declaration_id = $1 and d.filing is null order by d.seq, d.revision desc`,
    [id],
  );
  const { rows: filed } = await db.query<DocumentRow>(
    `select d.* from filing_declarations f join documents d on d.id = f.document_id
      where f.declaration_id = $1 order by d.id`,
    [id],
  );
  const title = (type: string) => catalogue.message(type)?.title ?? { zh: type, en: type };
  const { rows: counted } = await db.query<{
    month: string;
    cny: string | null;
    usd: string | null;
    rates: string;
    released_at: Date;
  }>(
    `select month, sum(cny) as cny, sum(usd) as usd, string_agg(distinct coalesce(rate_id, '-'), ', ') as rates,
            min(released_at) as released_at
       from counting_records where source_id = $1 and measure = 'counted' and ended_batch is null group by month`,
    [id],
  );
  return {
    ...summaryOf(row, view, documents.at(-1)?.message_type),
    cause: (await causesOf(db, [row], catalogue)).get(row.id) ?? null,
    order: row.body,
    notices: (await listNotices(db, tenants, { declarationId: id }, { open: false, limit: 500 })).map(
      (n) => ({
        id: n.id,
        notice: n.fault,
        acknowledgedAt: n.acknowledged_at?.toISOString() ?? null,
        acknowledgedBy: n.acknowledged_by,
        note: n.note,
      }),
    ),
    revision: row.revision,
    documents: documents.map((d) => documentView(d, title(d.message_type), catalogue, view)),
    timeline: await timeline(db, row, documents, filed, tenants, { title, catalogue }, view),
    ...(await filingsOfDeclaration(db, row, tenants, catalogue, view)),
    counted: counted.map((c) => ({
      month: c.month,
      cny: c.cny ?? '0.00',
      usd: c.usd ?? '0.00',
      rateId: c.rates,
      releasedAt: c.released_at.toISOString(),
    })),
  };
}

export function documentView(
  d: DocumentRow,
  title: DocumentView['title'],
  catalogue: Catalogue,
  view: View,
): DocumentView {
  const names = catalogue.message(d.message_type)?.key ?? [];
  const values = d.document_key.split('|');
  return {
    id: d.id,
    messageType: d.message_type,
    title,
    delivery: d.delivery,
    waitingFor: d.waiting_for
      ? {
          reason: d.waiting_for,
          text: WAITING[d.waiting_for](d.responsible_name || d.responsible_code),
          ...(d.waiting_for === 'party' ? { party: d.responsible_code } : {}),
        }
      : null,
    verdict: d.verdict,
    status: statusOf(view, d.status, d.message_type),
    statusTime: d.status_time?.toISOString() ?? null,
    key: Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])),
    guid: d.guid,
    responsible: { role: d.responsible_role, code: d.responsible_code, name: d.responsible_name },
    messageId: d.message_id,
    revision: d.revision,
    current: d.current,
    appType: d.app_type,
    orderRevision: d.order_revision,
    givenUp:
      d.delivery === 'dead'
        ? {
            reason: d.why_dead ? inWords(d.why_dead) : null,
            discardedAt: d.discarded_at?.toISOString() ?? null,
          }
        : null,
    elsewhere: d.elsewhere ? { ...d.elsewhere, at: new Date(d.elsewhere.at).toISOString() } : null,
    coach:
      d.status === null
        ? null
        : coachShort({
            receiptType: catalogue.message(d.message_type)?.receipt ?? d.message_type,
            status: d.status,
            infoCode: d.info_code,
            info: d.info,
          }),
  };
}

async function timeline(
  db: Queryable,
  row: DeclarationRow & { submitted_by: string; order_created_at: Date },
  documents: readonly DocumentRow[],
  filed: readonly DocumentRow[],
  tenants: readonly string[],
  { title, catalogue }: { title: (type: string) => Entry['title']; catalogue: Catalogue },
  view: View,
): Promise<Entry[]> {
  const intake: Entry = {
    ...blank,
    at: row.order_created_at.toISOString(),
    kind: 'intake',
    title: { zh: '网关受理订单', en: 'Order taken in' },
    detail: row.submitted_by,
  };
  // A filing of someone else shows that it happened, not its bytes: they speak of other enterprises, too.
  const foreign = new Set(filed.filter((d) => !tenants.includes(d.tenant_id)).map((d) => d.id));
  const entries = await documentTimeline(db, [...documents, ...filed], title, view);
  const pushed = await pushedEntries(db, { declarationId: row.id }, tenants, title);
  return [
    intake,
    ...entries.map((e) => (e.documentId && foreign.has(e.documentId) ? { ...e, bytes: null } : e)),
    ...pushed.map((e) => ({ ...blank, ...e })),
    ...(await corrections(db, row.id, catalogue.forms)),
    ...(await arrivalEntries(db, row.id)),
    ...(await recordEntries(db, view.taxRecords, tenants, row.id)),
  ].sort(inTime);
}

/** What happened to documents, oldest first: signed, sent, answered, decided. Times are UTC. */
export async function documentTimeline(
  db: Queryable,
  documents: readonly DocumentRow[],
  title: (type: string) => Entry['title'],
  view: View,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const documentOf = new Map(documents.map((d) => [d.id, d]));
  const messageIds = documents.flatMap((d) => (d.message_id ? [d.message_id] : []));
  const byMessage = new Map(documents.flatMap((d) => (d.message_id ? [[d.message_id, d] as const] : [])));

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
    [messageIds],
  );
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
  const { rows: attempts } = await db.query<{
    message_id: string;
    n: number;
    started_at: Date;
    finished_at: Date | null;
    outcome: string | null;
    detail: string | null;
  }>(
    'select message_id, n, started_at, finished_at, outcome, detail from attempts where message_id = any($1)',
    [messageIds],
  );
  for (const a of attempts) {
    const document = byMessage.get(a.message_id);
    entries.push({
      ...blank,
      at: a.started_at.toISOString(),
      kind: 'attempt',
      documentId: document?.id ?? null,
      messageType: document?.message_type ?? null,
      title: attemptTitle(a.outcome, a.detail),
      outcome: OUTCOMES.find((one) => one === a.outcome) ?? null,
      detail: [`#${a.n}`, attemptWords(a.detail) ? null : a.detail].filter(Boolean).join(' '),
    });
  }
  const { rows: receipts } = await db.query<{
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
    [documents.map((d) => d.id)],
  );
  for (const r of receipts)
    entries.push({
      ...blank,
      at: (r.return_time ?? r.received_at).toISOString(),
      kind: 'receipt',
      documentId: r.document_id,
      messageType: documentOf.get(r.document_id)?.message_type ?? r.message_type,
      title: r.duplicate_notice
        ? { zh: '对端回复：该单证此前已收到', en: 'The port says it had the document already' }
        : view.statuses.meaning(r.return_status, documentOf.get(r.document_id)?.message_type).text,
      detail: r.info,
      verdict: r.duplicate_notice
        ? null
        : view.statuses.meaning(r.return_status, documentOf.get(r.document_id)?.message_type).verdict,
      status: statusOf(view, r.return_status, documentOf.get(r.document_id)?.message_type),
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
    });
  const { rows: decisions } = await db.query<{
    document_id: string;
    kind: string;
    note: string;
    decided_by: string;
    decided_at: Date;
  }>(
    'select document_id, kind, note, actor_name(decided_by) as decided_by, decided_at from decisions where document_id = any($1)',
    [documents.map((d) => d.id)],
  );
  for (const d of decisions)
    entries.push({
      ...blank,
      at: d.decided_at.toISOString(),
      kind: 'decision',
      documentId: d.document_id,
      messageType: documentOf.get(d.document_id)?.message_type ?? null,
      title: DECISION[d.kind] ?? { zh: d.kind, en: d.kind },
      detail: [d.decided_by, d.note].filter(Boolean).join('：'),
    });
  return entries.sort(inTime);
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
  withdraw: { zh: '申请撤单', en: 'Withdrawal applied for' },
  return: { zh: '申请退货', en: 'Return applied for' },
};
