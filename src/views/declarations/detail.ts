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
import { documentTimeline } from './documentTimeline.js';
import { blank, inTime, type Entry } from './entry.js';
import { listNotices } from '../../declarations/notices.js';
import { inWords } from '../attemptWords.js';
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
    zh: '等待所依据的单证（订单、收款单、运单，涉检的检验检疫申请，附件的证书申请）被接收',
    en: 'Waiting until what it depends on is taken in (order, payment, waybill, inspection application, the application of an attachment)',
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

/** One document as a page shows it; what the row does not hold (`elsewhere`, `why_dead`) is shown as nothing. */
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
