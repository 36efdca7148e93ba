import { groupBy } from '../base/collections.js';
import { month7 } from '../base/clock.js';
import type { Queryable } from '../store/store.js';
import type { CountingContext } from './counting.js';
import { byCode } from './attribution.js';
import { bySource, record, standing } from './ledger.js';
import { moneyOf } from './lines.js';
import type { StandingRecord, WantedRecord } from './records.js';
import { takenBack, type Grant } from './reversals.js';
import { counts } from './rule.js';

/** What a file said of one goods line, in the columns of the sheet `history`; codes are customs codes, decimals plain text. */
export interface HistorySaid {
  declaredOn?: string;
  name: string;
  regime: string;
  direction: 'E' | 'I';
  platformCode: string;
  platformName: string;
  channel: string;
  country: string;
  port: string;
  transport: string;
  sourcePlace: string;
  gcode: string;
  qty: string | null;
  unit: string;
  currency: string;
  amount: string;
  orderNo: string;
}

interface Row {
  documentId: string;
  tenantId: string;
  enterprise: string;
  documentNo: string;
  /** True when the gateway counts it already (`countedElsewhere`). */
  listed: boolean;
  id: string;
  line: number;
  event: 'cleared' | 'withdrawn' | 'returned';
  day: string;
  said: HistorySaid;
}

/** Only the day is known of them; noon in Asia/Shanghai lies in that day everywhere. */
const noonOf = (day: string): Date => new Date(`${day}T12:00:00+08:00`);

/**
 * Makes the counting records of these historical documents (ids of `history_documents`) what their files say: one a
 * goods line, and one for each line that a withdrawal or return takes back, as with lists. None where the gateway
 * counts the same goods by a list: no goods count twice. Returns how many versions were written.
 */
export async function countHistory(
  tx: Queryable,
  { rates, rule, attribute = byCode }: CountingContext,
  documentIds: readonly string[],
): Promise<number> {
  if (documentIds.length === 0) return 0;
  await tx.query('select 1 from history_documents where id = any($1) order by id for no key update', [
    documentIds,
  ]);
  const { rows } = await tx.query<Row>(
    `select distinct on (d.id, l.line, l.event, case when l.event = 'cleared' then null else l.day end)
            d.id as "documentId", d.tenant_id as "tenantId", d.enterprise, d.document_no as "documentNo",
            ${countedElsewhere('d.document_no')} as listed,
            l.id, l.line, l.event, l.day::text as day, l.said
       from history_documents d join history_lines l on l.document_id = d.id
      where d.id = any($1)
      order by d.id, l.line, l.event, case when l.event = 'cleared' then null else l.day end, l.id desc`,
    [documentIds],
  );
  const stands = (await standing(tx, documentIds)).filter((s) => s.sourceKind === 'history');
  const standsOf = bySource(stands);
  const counted = rows.filter(
    (r) => r.event === 'cleared' && counts(rule, { kind: 'history', countedBefore: r.listed }).counts,
  );
  const attributions = await attribute(
    tx,
    counted.map((r) => ({ tenantId: r.tenantId, sellerCode: r.enterprise, at: noonOf(r.day) })),
  );
  const firstLines = new Map<string, number>();
  for (const { documentId, line } of counted)
    firstLines.set(documentId, Math.min(line, firstLines.get(documentId) ?? line));
  const lines = counted.map((row, i) => ({
    ...lineOf(row, attributions[i] ?? { uscc: null, district: '', park: '' }),
    ...moneyOf(
      find(standsOf.get(row.documentId), row),
      amountOf(row),
      row.said.currency,
      rule.rate.on === 'declared' && row.said.declaredOn
        ? row.said.declaredOn.slice(0, 7)
        : row.day.slice(0, 7),
      rates,
    ),
    rule: rule.id,
    lead: row.line === firstLines.get(row.documentId),
  }));
  const grants = groupBy(
    rows.filter((r) => r.event !== 'cleared'),
    (r) => r.documentId,
  );
  const wanted = [...groupBy(lines, (l) => l.sourceId)].flatMap(([id, ofDocument]) => [
    ...ofDocument,
    ...takenBack(ofDocument, (grants.get(id) ?? []).map(grantOf)),
  ]);
  return record(tx, wanted, stands);
}

const find = (stood: readonly StandingRecord[] | undefined, { documentId, line }: Row) =>
  stood?.find((s) => s.line === line && s.eventId === documentId);

const amountOf = ({ said }: Row): string => {
  const [whole = '0', places = ''] = said.amount.split('.');
  return `${whole}.${places.padEnd(5, '0')}`;
};

const grantOf = (row: Row): Grant => ({
  documentId: row.id,
  declarationId: row.documentId,
  kind: row.event === 'withdrawn' ? 'withdrawn' : 'returned',
  at: noonOf(row.day),
  lines: row.event === 'returned' ? [{ gnum: row.line, qty: row.said.qty ?? '0' }] : [],
});

function lineOf(
  row: Row,
  at: Pick<WantedRecord, 'uscc' | 'district' | 'park'>,
): Omit<WantedRecord, 'cny' | 'usd' | 'rateId' | 'rule' | 'lead'> {
  const { said } = row;
  const moment = noonOf(row.day);
  const [whole = '0', places = ''] = (said.qty ?? '').split('.');
  return {
    sourceKind: 'history',
    sourceId: row.documentId,
    line: row.line,
    eventId: row.documentId,
    tenantId: row.tenantId,
    measure: 'counted',
    month: month7(moment),
    countedAt: moment,
    declaredAt: said.declaredOn === undefined ? null : noonOf(said.declaredOn),
    releasedAt: said.direction === 'I' ? moment : null,
    clearedAt: said.direction === 'E' ? moment : null,
    inspected: false,
    orderRevision: 1,
    orderIds: [],
    orderNos: [said.orderNo || row.documentNo],
    regime: said.regime,
    direction: said.direction,
    sellerCode: row.enterprise,
    sellerName: said.name || row.enterprise,
    ...at,
    platformCode: said.platformCode,
    platformName: said.platformName,
    channel: said.channel,
    shopId: '',
    sourcePlace: said.sourcePlace,
    country: said.country,
    port: said.port,
    transport: said.transport,
    gcode: said.gcode,
    qty: said.qty === null ? null : `${whole}.${places.padEnd(5, '0')}`,
    unit: said.unit,
    currency: said.currency,
    amount: amountOf(row),
  };
}

/**
 * SQL: a document of this number speaks of goods that the gateway counts: a list it carried, or the declaration into which
 * customs merged such lists (汇总申报, CEB701).
 */
export const countedElsewhere = (number: string): string => `(
  exists (select 1 from declarations c where c.invt_no = ${number} and c.released_at is not null)
  or exists (select 1 from pushed_messages p where p.message_type = 'CEB792Message' and p.body -> 'head' ->> 'entryId' = ${number}))`;

/** Historical documents with one of these numbers. */
export async function historyNumbered(tx: Queryable, numbers: readonly string[]): Promise<string[]> {
  if (numbers.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    'select id from history_documents where document_no = any($1) order by id',
    [numbers],
  );
  return rows.map((r) => r.id);
}

/** Historical documents that have the number of one of these declarations: they yield to the list of the gateway. */
export async function historyOfLists(tx: Queryable, declarationIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select h.id from declarations c join history_documents h on h.document_no = c.invt_no
      where c.id = any($1) and c.released_at is not null order by 1`,
    [declarationIds],
  );
  return rows.map((r) => r.id);
}

/** Historical documents of these enterprises, by 统一社会信用代码. */
export async function historyOf(db: Queryable, codes: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from history_documents where enterprise = any($1) order by id',
    [codes],
  );
  return rows.map((r) => r.id);
}
