import type { z } from 'zod';
import { readTime } from '../../base/clock.js';
import { groupBy } from '../../base/collections.js';
import type { Entry } from '../declarations/entry.js';
import { statusOf, textOf as codeText, type View } from '../view.js';
import type { Delivery } from '../../terms/delivery.js';
import type { declarationSchema, taxBillSchema } from '../declarations/shapes.js';
import type { filingLinkSchema, summaryResultSchema } from '../shapes.js';
import type { Verdict } from '../../terms/verdict.js';
import type { Catalogue } from '../../messages/catalogue.js';
import type { Queryable } from '../../store/store.js';
import type { TaxComparison } from '../../filings/pushed.js';
import type { PushedBody } from '../../filings/pushedKinds.js';

type SummaryResult = z.output<typeof summaryResultSchema>;
type TaxBill = z.output<typeof taxBillSchema>;
type FilingLink = z.output<typeof filingLinkSchema>;
type Shown = Pick<
  z.input<typeof declarationSchema>,
  'filings' | 'withdrawnAt' | 'returnedAt' | 'summaryResults' | 'taxBills'
>;

/** What pushed messages speak of: one declaration, or one filing with all its parts. */
export type PushedOf = { declarationId: string } | { filingId: string };

interface PushedRow {
  id: string;
  raw_id: string;
  tenant_id: string;
  message_type: string;
  body: PushedBody;
  comparison: TaxComparison | null;
  return_time: Date | null;
  received_at: Date;
  sha256: Buffer;
  /** Numbers of the declaration asked for, when one was. */
  own: string | null;
}

/** Pushed messages, oldest first by customs' time. */
async function pushedRows(db: Queryable, of: PushedOf): Promise<PushedRow[]> {
  const [where, id] =
    'declarationId' in of
      ? [
          'exists (select 1 from pushed_declarations x where x.pushed_id = p.id and x.declaration_id = $1)',
          of.declarationId,
        ]
      : ['p.document_id in (select id from documents where filing_id = $1)', of.filingId];
  const own = 'declarationId' in of ? '(select invt_no from declarations where id = $1)' : 'null::text';
  const { rows } = await db.query<PushedRow>(
    `select p.id, w.id as raw_id, w.tenant_id, p.message_type, p.body, p.comparison, p.return_time, p.received_at, w.sha256,
            ${own} as own
       from pushed_messages p join raw_receipts w on w.id = p.raw_id where ${where}
      order by p.return_time nulls first, p.id`,
    [id],
  );
  return rows;
}

const bytesOf = (row: PushedRow, tenants: readonly string[]) =>
  tenants.includes(row.tenant_id) ? `/v1/receipts/${row.raw_id}/xml` : null;

/** What an entry of the timeline says of a pushed message; the rest of it is blank. */
export type PushedEntry = Pick<
  Entry,
  'at' | 'kind' | 'messageType' | 'title' | 'detail' | 'receivedAt' | 'bytes' | 'sha256'
>;

/** Pushed messages as entries of a timeline. */
export async function pushedEntries(
  db: Queryable,
  of: PushedOf,
  tenants: readonly string[],
  title: (type: string) => Entry['title'],
): Promise<PushedEntry[]> {
  return (await pushedRows(db, of)).map((row) => {
    const { declSeqNo, decState, entryId, taxNo, status } = row.body.head;
    return {
      at: (row.return_time ?? row.received_at).toISOString(),
      kind: 'receipt',
      messageType: row.message_type,
      title: title(row.message_type),
      detail: [declSeqNo, decState, entryId, taxNo, status].filter((v) => v !== undefined).join(' · '),
      receivedAt: row.received_at.toISOString(),
      bytes: bytesOf(row, tenants),
      sha256: row.sha256.toString('hex'),
    };
  });
}

/**
 * The customs declarations of summary results: of the results with one declSeqNo the newest opDate wins, and what it
 * leaves out stays as the newest before said it. Lines of a result sent in parts are put together.
 */
export async function summaryResults(
  db: Queryable,
  of: PushedOf,
  tenants: readonly string[],
): Promise<SummaryResult[]> {
  const rows = (await pushedRows(db, of)).filter((r) => r.message_type === 'CEB792Message');
  return [...groupBy(rows, (r) => r.body.head.declSeqNo ?? '').entries()].map(([declSeqNo, results]) => {
    const said = (name: string) =>
      results.reduceRight<string | null>((found, r) => found ?? r.body.head[name] ?? null, null);
    const newest = results[results.length - 1];
    const opDate = newest?.body.head.opDate ?? '';
    const withLines = results.filter((r) => r.body.list.length > 0);
    const lastLines = withLines[withLines.length - 1]?.body.head.opDate;
    const invtNos = withLines
      .filter((r) => r.body.head.opDate === lastLines)
      .flatMap((r) => r.body.list.flatMap((line) => line.invtNo ?? []));
    const mine = newest?.own;
    return {
      declSeqNo,
      sumNo: said('sumNo') ?? '',
      decState: said('decState') ?? '',
      decTmpNo: said('decTmpNo'),
      decPreNo: said('decPreNo'),
      entryId: said('entryId'),
      grossWeight: said('grossWeight'),
      netWeight: said('netWeight'),
      opTime: readTime(opDate)?.toISOString() ?? null,
      results: new Set(results.map((r) => r.body.head.opDate)).size,
      // Who looks at one declaration learns nothing of the others in the same result.
      invtNos: [...new Set(invtNos)].filter((no) => mine === null || mine === undefined || no === mine),
      bytes: newest ? bytesOf(newest, tenants) : null,
    };
  });
}

/** Tax bills of an import list: amounts of the bill, the newest status, and the estimate beside it. */
async function taxBills(
  db: Queryable,
  declarationId: string,
  tenants: readonly string[],
  view: View,
): Promise<TaxBill[]> {
  const rows = (await pushedRows(db, { declarationId })).filter((r) => r.body.head.taxNo !== undefined);
  return [...groupBy(rows, (r) => r.body.head.taxNo ?? '').entries()].map(([taxNo, messages]) => {
    const bills = messages.filter((m) => m.message_type === 'CEB816Message');
    const bill = bills[bills.length - 1];
    const newest = messages[messages.length - 1];
    const said = (name: string) =>
      messages.reduceRight<string | null>((found, m) => found ?? m.body.head[name] ?? null, null);
    const taxes = bill && {
      customsTax: bill.body.head.customsTax ?? '0',
      valueAddedTax: bill.body.head.valueAddedTax ?? '0',
      consumptionTax: bill.body.head.consumptionTax ?? '0',
    };
    return {
      taxNo,
      invtNo: said('invtNo') ?? '',
      // A void bill (3) does not come back to life, whatever is said of a later moment.
      status: codeText(
        view,
        'taxStatus',
        messages.some((m) => m.body.head.status === '3') ? '3' : said('status'),
      ),
      taxes: taxes ?? null,
      estimated: bill?.comparison?.estimated ?? null,
      difference: bill?.comparison?.difference ?? null,
      entDutyNo: said('entDutyNo'),
      assureCode: said('assureCode'),
      time: newest?.return_time?.toISOString() ?? null,
      lines: bill?.body.list ?? [],
      bytes: newest ? bytesOf(newest, tenants) : null,
    };
  });
}

/** A document of a filing as far as its state is concerned. */
export interface PartState {
  delivery: Delivery;
  verdict: Verdict;
  accepted: boolean;
  status: string | null;
  status_time: Date | null;
}

const TROUBLE: readonly Delivery[] = [
  'dead',
  'refused',
  'unknown',
  'waiting',
  'ready',
  'queued',
  'sending',
  'sent',
];
const BAD: readonly Verdict[] = ['refused', 'failed', 'detained', 'sent-back'];
const ONWARD: readonly Verdict[] = [
  'none',
  'received',
  'accepted',
  'review',
  'inspection',
  'reviewed',
  'released',
  'cleared',
];

/** The state of a filing as one: the delivery and verdict of the part that most needs attention or lags behind. */
export function stateOfParts(parts: readonly PartState[]): PartState {
  const rank = (verdict: Verdict) =>
    BAD.includes(verdict) ? BAD.indexOf(verdict) - BAD.length : ONWARD.indexOf(verdict);
  const [last] = [...parts].sort((a, b) => rank(a.verdict) - rank(b.verdict));
  const delivery = TROUBLE.find((d) => parts.some((p) => p.delivery === d)) ?? 'waiting';
  return {
    delivery,
    verdict: last?.verdict ?? 'none',
    accepted: parts.length > 0 && parts.every((p) => p.accepted),
    status: last?.status ?? null,
    status_time: last?.status_time ?? null,
  };
}

/** The revision a filing is shown as: the one in force, so that a refused change takes nothing away; else the newest. */
export function shownRevision(documents: readonly { revision: number; current: boolean }[]): number {
  const inForce = documents.filter((d) => d.current);
  return Math.max(...(inForce.length > 0 ? inForce : documents).map((d) => d.revision));
}

/** Filings, summary results and tax bills of one declaration. */
export async function filingsOfDeclaration(
  db: Queryable,
  row: { id: string },
  tenants: readonly string[],
  catalogue: Catalogue,
  view: View,
): Promise<Shown> {
  const { rows } = await db.query<
    PartState & {
      filing_id: string;
      message_type: string;
      cop_no: string;
      app_type: string;
      created_at: Date;
      revision: number;
      current: boolean;
    }
  >(
    `select distinct on (d.id) d.filing_id, d.message_type, d.cop_no, d.app_type, d.created_at, d.revision, d.current,
            d.delivery, d.verdict, d.accepted, d.status, d.status_time
       from filing_declarations f join documents own on own.id = f.document_id
       join documents d on d.filing_id = own.filing_id
      where f.declaration_id = $1 order by d.id`,
    [row.id],
  );
  const filings = [...groupBy(rows, (r) => r.filing_id).entries()].flatMap(
    ([id, documents]): FilingLink[] => {
      const shown = shownRevision(documents);
      const parts = documents.filter((d) => d.revision === shown);
      const [part] = parts;
      if (!part) return [];
      const state = stateOfParts(parts);
      return [
        {
          id,
          messageType: part.message_type,
          title: catalogue.message(part.message_type)?.title ?? {
            zh: part.message_type,
            en: part.message_type,
          },
          number: part.cop_no,
          appType: part.app_type,
          delivery: state.delivery,
          verdict: state.verdict,
          accepted: state.accepted,
          status: statusOf(view, state.status),
          createdAt: (documents[0] ?? part).created_at.toISOString(),
        },
      ];
    },
  );
  const { rows: moments } = await db.query<{ withdrawn_at: Date | null; returned_at: Date | null }>(
    'select withdrawn_at, returned_at from declarations where id = $1',
    [row.id],
  );
  return {
    filings,
    withdrawnAt: moments[0]?.withdrawn_at?.toISOString() ?? null,
    returnedAt: moments[0]?.returned_at?.toISOString() ?? null,
    summaryResults: await summaryResults(db, { declarationId: row.id }, tenants),
    taxBills: await taxBills(db, row.id, tenants, view),
  };
}
