import type { z } from 'zod';
import { documentView, type DocumentRow } from '../declarations/detail.js';
import { documentTimeline } from '../declarations/documentTimeline.js';
import { blank, inTime } from '../declarations/entry.js';
import { statusOf, type View } from '../view.js';
import type { filingFilterSchema, filingSchema, filingSummarySchema } from './shapes.js';
import type { Catalogue } from '../../messages/catalogue.js';
import type { Queryable } from '../../store/store.js';
import { coveredLists } from './covered.js';
import { linesOf, textOf, type FilingData } from '../../filings/data.js';
import { pushedEntries, shownRevision, stateOfParts, summaryResults } from './shown.js';

export type FilingFilter = z.output<typeof filingFilterSchema>;
type Summary = z.output<typeof filingSummarySchema>;
type Filing = z.input<typeof filingSchema>;

interface PartRow extends DocumentRow {
  filing_id: string;
  app_type: string;
  revision: number;
  current: boolean;
  accepted: boolean;
  cop_no: string;
  given_no: string | null;
  created_at: Date;
  created_by: string | null;
  /** Head of the filing, without its lines. */
  head: FilingData;
  lines: number;
}

const COLUMNS = `d.id, d.filing_id, d.tenant_id, d.message_type, d.responsible_role, d.responsible_code, d.responsible_name,
  d.guid, d.document_key, d.delivery, d.waiting_for, d.verdict, d.accepted, d.status, d.status_time, d.message_id, d.app_type,
  d.revision, d.current, d.order_revision, d.cop_no, d.given_no, d.created_at, actor_name(d.created_by) as created_by, d.filing - 'list' as head,
  coalesce(jsonb_array_length(d.filing -> 'list'), 0) as lines`;

/** Messages that are filings; other documents with data of their own have places of their own. */
const filingTypes = (catalogue: Catalogue): string[] =>
  catalogue.names().filter((name) => catalogue.editions(name).some((mapping) => mapping.filing));

/** A page of filings, newest first; each is shown as one, whatever its parts. */
export async function listFilings(
  db: Queryable,
  tenants: readonly string[],
  filter: FilingFilter,
  page: { cursor?: string | undefined; limit: number },
  catalogue: Catalogue,
  view: View,
): Promise<{ items: Summary[]; next: string | null }> {
  const parts = ['d.id = d.filing_id', 'd.tenant_id = any($1)', 'd.message_type = any($2)'];
  const values: unknown[] = [tenants, filingTypes(catalogue)];
  const add = (sql: (p: string) => string, value: unknown) => {
    values.push(value);
    parts.push(sql(`$${values.length}`));
  };
  // As `shownRevision`: the revision in force, the newest when none is.
  const shown = `p.filing_id = d.filing_id and p.revision = (
    select coalesce(max(revision) filter (where current), max(revision)) from documents where filing_id = d.filing_id)`;
  if (filter.messageType) add((p) => `d.message_type = ${p}`, filter.messageType);
  if (filter.verdict)
    add((p) => `exists (select 1 from documents p where ${shown} and p.verdict = ${p})`, filter.verdict);
  if (filter.delivery)
    add((p) => `exists (select 1 from documents p where ${shown} and p.delivery = ${p})`, filter.delivery);
  if (filter.billNo)
    add(
      (p) => `exists (select 1 from documents p where ${shown} and p.filing ->> 'billNo' = ${p})`,
      filter.billNo,
    );
  const covers = (condition: string) =>
    `exists (select 1 from documents p join filing_declarations f on f.document_id = p.id
       join declarations c on c.id = f.declaration_id where p.filing_id = d.filing_id and ${condition})`;
  if (filter.seller) add((p) => covers(`(c.seller_code = ${p} or c.tenant_id::text = ${p})`), filter.seller);
  if (filter.declarationId) add((p) => covers(`c.id = ${p}`), filter.declarationId);
  if (page.cursor) add((p) => `d.id < ${p}`, page.cursor);
  const { rows: heads } = await db.query<{ id: string }>(
    `select d.id from documents d where d.filing is not null and ${parts.join(' and ')}
      order by d.id desc limit ${page.limit + 1}`,
    values,
  );
  const ids = heads.slice(0, page.limit).map((r) => r.id);
  const { rows } = await db.query<PartRow>(
    `select ${COLUMNS} from documents d where d.filing_id = any($1) order by d.id`,
    [ids],
  );
  const { rows: counts } = await db.query<{ filing_id: string; n: number }>(
    `select d.filing_id, count(distinct f.declaration_id)::int as n
       from documents d join filing_declarations f on f.document_id = d.id where d.filing_id = any($1) group by 1`,
    [ids],
  );
  return {
    items: ids.flatMap((id) => {
      const covered = counts.find((c) => c.filing_id === id)?.n ?? 0;
      return (
        summaryOf(
          rows.filter((r) => r.filing_id === id),
          covered,
          catalogue,
          view,
        ) ?? []
      );
    }),
    next: heads.length > page.limit ? (ids[ids.length - 1] ?? null) : null,
  };
}

/** The parts of one filing (all revisions) as one line; its state is that of the revision in force. */
function summaryOf(
  documents: readonly PartRow[],
  declarations: number,
  catalogue: Catalogue,
  view: View,
): Summary | undefined {
  const newest = Math.max(...documents.map((d) => d.revision));
  const shown = shownRevision(documents);
  const parts = documents.filter((d) => d.revision === shown);
  const later = documents.filter((d) => d.revision === newest);
  const [first] = documents;
  const [part] = parts;
  if (!first || !part) return undefined;
  const state = stateOfParts(parts);
  const putAside = parts.every((p) => !p.current && p.message_id === null);
  return {
    id: part.filing_id,
    messageType: part.message_type,
    title: catalogue.message(part.message_type)?.title ?? { zh: part.message_type, en: part.message_type },
    number: part.cop_no,
    appType: part.app_type,
    delivery: state.delivery,
    verdict: state.verdict,
    accepted: state.accepted,
    status: statusOf(view, state.status),
    createdAt: first.created_at.toISOString(),
    givenNo: documents.reduce<string | null>((no, d) => d.given_no ?? no, null),
    billNo: textOf(part.head, 'billNo') ?? null,
    responsible: { role: part.responsible_role, code: part.responsible_code, name: part.responsible_name },
    revision: newest,
    refusedChange: refusedChange(later, shown, view),
    parts: parts.length,
    lines: parts.reduce((n, p) => n + p.lines, 0),
    declarations,
    revisionInForce: documents.find((d) => d.current)?.revision ?? null,
    deleted: putAside || (part.app_type === '3' && (state.accepted || state.status === '3')),
    createdBy: first.created_by ?? '',
  };
}

/** The newest revision when customs refused it and an earlier one stays in force. */
function refusedChange(
  later: readonly PartRow[],
  shown: number,
  view: View,
): z.input<typeof filingSummarySchema>['refusedChange'] {
  const [change] = later;
  if (!change || change.revision === shown || change.message_id === null) return null;
  const state = stateOfParts(later);
  return {
    revision: change.revision,
    appType: change.app_type,
    verdict: state.verdict,
    status: statusOf(view, state.status),
  };
}

/** One filing with all that is known of it; undefined when none of `tenants` owns it. */
export async function filingDetail(
  db: Queryable,
  tenants: readonly string[],
  id: string,
  catalogue: Catalogue,
  view: View,
): Promise<Filing | undefined> {
  const { rows: documents } = await db.query<PartRow>(
    `select ${COLUMNS} from documents d
      where d.filing_id = $1 and d.tenant_id = any($2) and d.message_type = any($3) order by d.id`,
    [id, tenants, filingTypes(catalogue)],
  );
  const { rows: links } = await db.query<{ id: string }>(
    `select distinct f.declaration_id as id from documents d join filing_declarations f on f.document_id = d.id
      where d.filing_id = $1`,
    [id],
  );
  const covered = await coveredLists(
    db,
    tenants,
    links.map((link) => link.id),
  );
  const summary = summaryOf(documents, covered.length, catalogue, view);
  if (!summary) return undefined;
  const { rows: filings } = await db.query<{ filing: FilingData }>(
    'select filing from documents where filing_id = $1 and revision = $2 order by id',
    [id, shownRevision(documents)],
  );
  const title = (type: string) => catalogue.message(type)?.title ?? { zh: type, en: type };
  const [head] = filings;
  const lines = filings.flatMap((f) => linesOf(f.filing));
  const pushed = await pushedEntries(db, { filingId: id }, tenants, title);
  return {
    ...summary,
    data: { ...head?.filing, ...(head?.filing.list === undefined ? {} : { list: lines }) } as Filing['data'],
    documents: documents.map((d) => documentView(d, title(d.message_type), catalogue, view)),
    covered,
    timeline: [
      {
        ...blank,
        at: summary.createdAt,
        kind: 'intake' as const,
        messageType: summary.messageType,
        title: { zh: '提交单证', en: 'Filing handed in' },
        detail: summary.createdBy,
      },
      ...(await documentTimeline(db, documents, title, view)),
      ...pushed.map((e) => ({ ...blank, ...e })),
    ].sort(inTime),
    summaryResults: await summaryResults(db, { filingId: id }, tenants),
  };
}
