import type { z } from 'zod';
import type { declarationSchema, documentSchema, timelineEntrySchema } from '../http/contract.js';
import type { Delivery, Verdict } from '../http/contract.js';
import type { Catalogue } from '../messages/catalogue.js';
import type { Order } from '../orders/order.js';
import { verifyMessage } from '../signing/verify.js';
import type { Queryable } from '../store/store.js';
import { statusOf, summaryOf, type DeclarationRow, type View } from './queries.js';

type Declaration = z.input<typeof declarationSchema>;
type DocumentView = z.output<typeof documentSchema>;
type Entry = z.output<typeof timelineEntrySchema>;

interface DocumentRow {
  id: string;
  message_type: string;
  responsible_role: string;
  responsible_code: string;
  responsible_name: string;
  guid: string;
  document_key: string;
  delivery: Delivery;
  waiting_for: 'party' | 'documents' | 'refused-document' | null;
  verdict: Verdict;
  status: string | null;
  status_time: Date | null;
  message_id: string | null;
}

const WAITING = {
  party: (name: string) => ({
    zh: `网关没有责任主体“${name}”的签名密钥，等待其签名发送`,
    en: `The gateway holds no key of ${name}: waiting for it to sign and send`,
  }),
  documents: () => ({
    zh: '等待订单、收款单、运单被海关接收',
    en: 'Waiting until customs took in the order, payment receipt and waybill',
  }),
  'refused-document': () => ({
    zh: '所依据的单证被退回，处理后才能申报清单',
    en: 'A document it depends on was refused; the list goes after that is repaired',
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
  const { rows } = await db.query<DeclarationRow & { body: Order; submitted_by: string; order_created_at: Date }>(
    `select c.*, o.body, o.submitted_by, o.created_at as order_created_at
       from declarations c join orders o on o.id = c.id where c.id = $1 and c.tenant_id = any($2)`,
    [id, tenants],
  );
  const row = rows[0];
  if (!row) return undefined;
  const { rows: documents } = await db.query<DocumentRow>('select * from documents where declaration_id = $1 and filing is null order by seq, revision', [id]);
  const title = (type: string) => catalogue.message(type)?.title ?? { zh: type, en: type };
  const { rows: counted } = await db.query<{ month: string; cny: string | null; usd: string | null; rates: string; released_at: Date }>(
    `select month, sum(cny) as cny, sum(usd) as usd, string_agg(distinct coalesce(rate_id, '-'), ', ') as rates,
            min(released_at) as released_at
       from counting_records where declaration_id = $1 group by month`,
    [id],
  );
  return {
    ...summaryOf(row, view),
    order: row.body,
    documents: documents.map((d) => documentView(d, title(d.message_type), catalogue, view)),
    timeline: await timeline(db, row, documents, title, view),
    counted: counted.map((c) => ({
      month: c.month,
      cny: c.cny ?? '0.00',
      usd: c.usd ?? '0.00',
      rateId: c.rates,
      releasedAt: c.released_at.toISOString(),
    })),
  };
}

function documentView(d: DocumentRow, title: DocumentView['title'], catalogue: Catalogue, view: View): DocumentView {
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
    status: statusOf(view, d.status),
    statusTime: d.status_time?.toISOString() ?? null,
    key: Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])),
    guid: d.guid,
    responsible: { role: d.responsible_role, code: d.responsible_code, name: d.responsible_name },
    messageId: d.message_id,
  };
}

const blank = {
  documentId: null,
  messageType: null,
  detail: null,
  status: null,
  infoCode: null,
  receivedAt: null,
  bytes: null,
  sha256: null,
  signature: null,
} satisfies Partial<Entry>;

async function timeline(
  db: Queryable,
  row: DeclarationRow & { submitted_by: string; order_created_at: Date },
  documents: readonly DocumentRow[],
  title: (type: string) => Entry['title'],
  view: View,
): Promise<Entry[]> {
  const entries: Entry[] = [
    {
      ...blank,
      at: row.order_created_at.toISOString(),
      kind: 'intake',
      title: { zh: '网关受理订单', en: 'Order taken in' },
      detail: row.submitted_by,
    },
  ];
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
  }>('select id, message_type, guid, bytes, sha256, document_count, created_at from messages where id = any($1)', [messageIds]);
  for (const m of messages) {
    const verdict = await verifyMessage(m.bytes, { at: m.created_at });
    entries.push({
      ...blank,
      at: m.created_at.toISOString(),
      kind: 'signed',
      documentId: byMessage.get(m.id)?.id ?? null,
      messageType: m.message_type,
      title: { zh: `${title(m.message_type).zh}已签名`, en: `${title(m.message_type).en} signed` },
      detail: `${m.guid} · ${m.document_count}`,
      bytes: `/v1/messages/${m.id}/xml`,
      sha256: m.sha256.toString('hex'),
      signature: {
        ok: verdict.ok,
        suite: verdict.suite ?? '',
        keyName: verdict.keyName ?? '',
        subject: verdict.certificate?.subject ?? '',
        test: verdict.certificate?.test ?? false,
      },
    });
  }
  const { rows: attempts } = await db.query<{
    message_id: string;
    n: number;
    started_at: Date;
    finished_at: Date | null;
    outcome: string | null;
    detail: string | null;
  }>('select message_id, n, started_at, finished_at, outcome, detail from attempts where message_id = any($1)', [messageIds]);
  for (const a of attempts) {
    const document = byMessage.get(a.message_id);
    entries.push({
      ...blank,
      at: a.started_at.toISOString(),
      kind: 'attempt',
      documentId: document?.id ?? null,
      messageType: document?.message_type ?? null,
      title: ATTEMPT[a.outcome ?? 'open'] ?? ATTEMPT.open!,
      detail: [`#${a.n}`, a.detail].filter(Boolean).join(' '),
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
        : view.statuses.meaning(r.return_status).text,
      detail: r.info,
      status: statusOf(view, r.return_status),
      infoCode: r.info_code,
      receivedAt: r.received_at.toISOString(),
      bytes: `/v1/receipts/${r.raw_id}/xml`,
      sha256: r.sha256.toString('hex'),
    });
  const { rows: decisions } = await db.query<{ document_id: string; kind: string; note: string; decided_by: string; decided_at: Date }>(
    'select document_id, kind, note, decided_by, decided_at from decisions where document_id = any($1)',
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
  return entries.sort((a, b) => a.at.localeCompare(b.at) || ORDER[a.kind] - ORDER[b.kind]);
}

const ORDER: Record<Entry['kind'], number> = { intake: 0, waiting: 1, signed: 2, attempt: 3, decision: 4, receipt: 5 };

const ATTEMPT: Record<string, Entry['title']> = {
  open: { zh: '正在发送', en: 'Sending' },
  accepted: { zh: '对端已接收', en: 'Taken by the port' },
  refused: { zh: '对端拒收', en: 'Refused by the port' },
  retry: { zh: '发送未成功，稍后重试', en: 'Not delivered, will try again' },
  unknown: { zh: '已发送但未得到答复，将以相同报文重发', en: 'Sent but the answer was lost; the same bytes go again' },
};

const DECISION: Record<string, Entry['title']> = {
  'declared-elsewhere': { zh: '登记为由责任主体自行申报', en: 'Marked as declared by its own party' },
  resend: { zh: '人工重发', en: 'Sent again by hand' },
};
