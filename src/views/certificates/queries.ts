import type { z } from 'zod';
import type { Fault } from '../../base/fault.js';
import type { Application } from '../../certificates/application.js';
import { concernsOf } from '../../certificates/concerns.js';
import { answersFor, demandCertificate, NEWEST, SUPERSEDED } from '../../certificates/standing.js';
import type { Form } from '../../messages/forms/form.js';
import { fieldOf, nodeOf } from '../../messages/families/forms.js';
import type { Queryable } from '../../store/store.js';
import type { Delivery } from '../../terms/delivery.js';
import type { Verdict } from '../../terms/verdict.js';
import { documentView, type DocumentRow } from '../declarations/detail.js';
import { documentTimeline } from '../declarations/documentTimeline.js';
import { blank, inTime } from '../declarations/entry.js';
import { ownForm, type FormsContext } from '../forms/goodsForms.js';
import { statusOf, textOf, trimZeros, type View } from '../view.js';
import { attachmentsShown } from './attachments.js';
import type {
  certificateFilterSchema,
  certificateSchema,
  certificateStateSchema,
  certificateSummarySchema,
} from './shapes.js';

type Summary = z.output<typeof certificateSummarySchema>;
type Detail = z.output<typeof certificateSchema>;
type Filter = z.output<typeof certificateFilterSchema>;

/** What certificates are shown with. */
export interface CertificateView extends FormsContext {
  form: Form;
  view: View;
}

/** SQL: where certificate `c` with its newest document `d` stands, in one word. */
const STATE = `case
  when c.cancelled_at is not null then 'cancelled'
  when ${SUPERSEDED} then 'superseded'
  when d.verdict = 'accepted' then 'issued'
  when d.verdict = 'sent-back' then 'returned'
  when d.verdict in ('refused', 'failed') or d.delivery = 'refused' then 'refused'
  when d.verdict = 'review' then 'review'
  when d.delivery in ('dead', 'unknown') then 'stopped'
  when d.delivery in ('sent', 'sending') or d.verdict = 'received' then 'sent'
  else 'unsent' end`;

interface Row {
  id: string;
  tenant_id: string;
  cert_no: string;
  type: string;
  status: string;
  destination: string;
  exporter_code: string;
  state: z.output<typeof certificateStateSchema>;
  delivery: Delivery;
  verdict: Verdict;
  doc_status: string | null;
  status_time: Date | null;
  application: Application;
  created_at: Date;
  created_by: string | null;
}

const SELECT = `select c.id, c.tenant_id, c.cert_no, c.type, c.status, c.destination, c.exporter_code, ${STATE} as state,
    d.delivery, d.verdict, d.status as doc_status, d.status_time, d.filing as application, c.created_at,
    actor_name(c.created_by) as created_by
  from certificates c ${NEWEST}`;

/** A page of certificates, newest first. */
export async function listCertificates(
  db: Queryable,
  tenants: readonly string[],
  filter: Filter,
  page: { cursor?: string | undefined; limit: number },
  shown: CertificateView,
): Promise<{ items: Summary[]; next: string | null }> {
  const { rows } = await db.query<Row>(
    `${SELECT} where c.tenant_id = any($1) and ($2::uuid is null or c.id < $2)
        and ($3::text is null or starts_with(c.cert_no, upper($3)) or d.filing #>> '{certificate,CertificateHead,InvNo}' = $3
          or exists (select 1 from certificate_lines l join declarations o on o.id = l.declaration_id
                      where l.certificate_id = c.id and o.order_no = $3))
        and ($4::text is null or ${STATE} = $4) and ($5::text is null or c.type = $5)
        and ($6::uuid is null or exists (select 1 from certificate_lines l
                                           where l.certificate_id = c.id and l.declaration_id = $6))
      order by c.id desc limit $7`,
    [
      tenants,
      page.cursor ?? null,
      filter.search || null,
      filter.state ?? null,
      filter.type ?? null,
      filter.declarationId ?? null,
      page.limit + 1,
    ],
  );
  const found = rows.slice(0, page.limit);
  const concerns = await concernsOf(
    db,
    tenants,
    found.map((row) => row.id),
  );
  const items = found.map((row) => summaryOf(row, shown, concerns.get(row.id)));
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}

function summaryOf(row: Row, { form, view }: CertificateView, concerns: Fault[] = []): Summary {
  const { data } = composed(form, row);
  return {
    id: row.id,
    certNo: row.cert_no,
    type: textOf(view, 'certType', row.type),
    status: textOf(view, 'certStatus', row.status),
    destination: textOf(view, 'country', row.destination),
    exporter: {
      tenantId: row.tenant_id,
      code: row.exporter_code,
      name: row.application.exporter.name ?? row.exporter_code,
    },
    invoiceNo: fieldOf(nodeOf(data, 'CertificateHead'), 'InvNo') ?? '',
    orderNos: [...new Set(row.application.lines.map((l) => l.orderNo))],
    lines: row.application.lines.length,
    state: row.state,
    delivery: row.delivery,
    verdict: row.verdict,
    lastReceipt: statusOf(view, row.doc_status, form.mapping.message),
    lastReceiptAt: row.status_time?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by ?? '',
    concerns,
  };
}

const documentOf = ({ cert_no }: Pick<Row, 'cert_no'>) => ({
  guid: '',
  appType: '1',
  appTime: new Date(0),
  appStatus: '2',
  copNo: cert_no,
  key: cert_no,
});

const composed = (form: Form, row: Pick<Row, 'cert_no' | 'application'>) =>
  form.compose({ order: { ...row.application }, document: documentOf(row) });

/** One certificate with all that is known of it. Throws A03 (404) when none of `tenants` owns it. */
export async function certificateDetail(
  db: Queryable,
  tenants: readonly string[],
  id: string,
  shown: CertificateView,
): Promise<Detail> {
  const certificate = await demandCertificate(db, { tenants }, id);
  const { rows } = await db.query<
    Row & {
      replaces: string | null;
      cancelled_at: Date | null;
      cancelled_by: string | null;
      cancelled_why: string | null;
    }
  >(
    `select x.*, c.replaces, c.cancelled_at, actor_name(c.cancelled_by) as cancelled_by, c.cancelled_why
       from (${SELECT} where c.id = $1) x join certificates c on c.id = x.id`,
    [id],
  );
  const [row] = rows;
  if (!row) throw new Error('a certificate that was just read is there');
  const { rows: documents } = await db.query<DocumentRow>(
    'select * from documents where filing_id = $1 and tenant_id = any($2) order by revision',
    [id, tenants],
  );
  const { rows: chain } = await db.query<{ id: string; cert_no: string; replaces: string | null }>(
    'select id, cert_no, replaces from certificates where (id = $2 or replaces = $1) and tenant_id = any($3) order by id',
    [id, row.replaces, tenants],
  );
  const { rows: covers } = await db.query<{
    line: number;
    declarationId: string;
    orderNo: string;
    gnum: string;
    qty: string;
    invtNo: string | null;
    declared: string | null;
  }>(
    `select l.line, l.declaration_id as "declarationId", c.order_no as "orderNo", l.gnum, l.qty::text as qty, c.invt_no as "invtNo",
            (select coalesce(x.line ->> 'qty', '') from jsonb_array_elements(coalesce(r.body, o.body) -> 'lines')
               with ordinality as x (line, n) where coalesce(x.line ->> 'gnum', x.n::text) = l.gnum limit 1) as declared
       from certificate_lines l join declarations c on c.id = l.declaration_id join orders o on o.id = c.id
       left join lateral (select body from order_revisions where order_id = c.id order by revision desc limit 1) r on true
      where l.certificate_id = $1 order by l.line`,
    [id],
  );
  const title = shown.form.mapping.title;
  const attachments = await attachmentsShown(db, id, shown);
  const form = ownForm(shown.form, { ...row.application }, shown, {
    id: certificate.document_id,
    facts: documentOf(row),
    numbers: {},
  });
  if (!form) throw new Error('certificates have a layout');
  const link = (one: { id: string; cert_no: string }) => ({ id: one.id, certNo: one.cert_no });
  const summary = summaryOf(row, shown, (await concernsOf(db, tenants, [id])).get(id));
  return {
    ...summary,
    form,
    covers: covers.map((cover) => ({
      ...cover,
      qty: trimZeros(cover.qty),
      declared: cover.declared ?? '',
      name: row.application.lines.find((l) => l.no === String(cover.line))?.name ?? '',
    })),
    attachments: attachments.items,
    attachable: certificate.cancelled_at === null && !certificate.superseded,
    replaces: chain.filter((c) => c.id === row.replaces).map(link)[0] ?? null,
    replacedBy: chain.filter((c) => c.replaces === id).map(link),
    cancelled: row.cancelled_at && {
      at: row.cancelled_at.toISOString(),
      by: row.cancelled_by ?? '',
      why: row.cancelled_why ?? '',
    },
    actions: answersFor(certificate),
    documents: documents.map((d) => documentView(d, title, shown.catalogue, shown.view)),
    timeline: [
      {
        ...blank,
        at: summary.createdAt,
        kind: 'intake' as const,
        messageType: shown.form.mapping.message,
        title: { zh: '提交原产地证书申请', en: 'Application handed in' },
        detail: summary.createdBy,
      },
      ...(await documentTimeline(
        db,
        [...documents, ...attachments.documents],
        (type) => shown.catalogue.message(type)?.title ?? title,
        shown.view,
      )),
    ]
      .sort(inTime)
      // Which of several files it was.
      .map((entry) => {
        const name = entry.documentId === null ? undefined : attachments.names.get(entry.documentId);
        // How often it was sent is said by its number alone.
        return name === undefined || entry.kind === 'attempt'
          ? entry
          : { ...entry, detail: [name, entry.detail].filter(Boolean).join(' · ') };
      })
      // Verdicts and their coach speak the words of customs declarations (入库、退运); here the receipt's own words do.
      .map((entry) => ({ ...entry, verdict: null, coach: null })),
  };
}
