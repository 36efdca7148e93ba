import type { z } from 'zod';
import { momentOf, stoodAsOf } from '../../figures/moment.js';
import { readRecord, readRecords, type RecordVersion } from '../../figures/read.js';
import type { Measure } from '../../figures/records.js';
import type { CountryGroup, SourceKind } from '../../figures/rule.js';
import type { View } from '../view.js';
import type { Queryable } from '../../store/store.js';
import { trimZeros } from '../view.js';
import { demandDimensions, type FiguresQuestion } from './figures.js';
import type { clearanceTimesSchema, figureRecordDetailSchema, figureRecordSchema } from './shapes.js';
import type { CodeTables } from '../../messages/codes.js';

export type FigureRecord = z.output<typeof figureRecordSchema>;

/** A page of the records behind figures, in the order of their ids. */
export async function listRecords(
  db: Queryable,
  groups: readonly CountryGroup[],
  tenants: readonly string[],
  question: Omit<FiguresQuestion, 'by'>,
  page: {
    measure?: Measure | undefined;
    source?: SourceKind | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: FigureRecord[]; next: string | null; asOf: string }> {
  demandDimensions(groups, Object.keys(question.chosen));
  const asOf = await momentOf(db, question.asOf);
  const { records, next } = await readRecords(
    db,
    { ...question, tenants, asOf },
    {
      after: page.cursor,
      limit: page.limit,
      source: page.source,
      ...(page.measure ? { measures: [page.measure] } : {}),
    },
    groups,
  );
  return { items: records.map(shown), next, asOf: asOf.toISOString() };
}

/**
 * One record with all its versions, the receipts of its document and the signed messages that carried it; undefined when
 * there is none. `bytes` false leaves out the paths to bytes.
 */
export async function recordDetail(
  db: Queryable,
  statuses: View['statuses'],
  tenants: readonly string[],
  id: string,
  bytes: boolean,
): Promise<z.output<typeof figureRecordDetailSchema> | undefined> {
  const versions = await readRecord(db, tenants, id);
  const record = versions.find((v) => v.id === id);
  if (!record) return undefined;
  const { rows: receipts } = await db.query<{
    id: string;
    return_status: string;
    return_time: Date | null;
    sha256: Buffer;
  }>(
    `select w.id, r.return_status, r.return_time, w.sha256 from receipts r join raw_receipts w on w.id = r.raw_id
       join documents d on d.id = r.document_id
      where (d.declaration_id = $1 and d.filing is null) or d.id = $2
      order by r.return_time nulls last, r.id`,
    [record.sourceId, record.eventId],
  );
  const { rows: messages } = await db.query<{
    id: string;
    message_type: string;
    guid: string;
    sha256: Buffer;
  }>(
    `select distinct m.id, m.message_type, m.guid, m.sha256 from documents d join messages m on m.id = d.message_id
      where (d.declaration_id = $1 and d.filing is null) or d.id = $2 order by m.id`,
    [record.sourceId, record.eventId],
  );
  return {
    ...shown(record),
    imported: await importedRow(db, record),
    versions: versions.map((v) => ({
      id: v.id,
      version: v.version,
      measure: v.measure,
      cause: v.cause,
      recordedAt: v.recordedAt.toISOString(),
      cny: v.cny,
      usd: v.usd,
    })),
    receipts: receipts.map((r) => ({
      status: r.return_status,
      text: statuses.meaning(r.return_status).text,
      at: r.return_time?.toISOString() ?? null,
      sha256: r.sha256.toString('hex'),
      bytes: bytes ? `/v1/receipts/${r.id}/xml` : null,
      masked: `/v1/figures/records/${id}/receipts/${r.id}`,
    })),
    messages: messages.map((m) => ({
      messageType: m.message_type,
      guid: m.guid,
      sha256: m.sha256.toString('hex'),
      bytes: bytes ? `/v1/messages/${m.id}/xml` : null,
      masked: `/v1/figures/records/${id}/messages/${m.id}`,
    })),
  };
}

/** The row of the file that a version of imported historical data was made from; null for others. */
async function importedRow(
  db: Queryable,
  record: RecordVersion,
): Promise<z.output<typeof figureRecordDetailSchema>['imported']> {
  if (record.sourceKind !== 'history') return null;
  const { rows } = await db.query<{
    documentNo: string;
    file: string;
    sha256: string;
    row: number;
    source: string;
    importedBy: string;
    importedAt: Date;
  }>(
    `select d.document_no as "documentNo", f.name as file, f.sha256, l.row, f.source,
            actor_name(f.imported_by) as "importedBy", f.imported_at as "importedAt"
       from history_lines l join history_files f on f.id = l.file_id join history_documents d on d.id = l.document_id
      where case when $2::uuid = $1::uuid then l.document_id = $1 and l.line = $3 and l.event = 'cleared' else l.id = $2 end
        and f.imported_at <= $4
      order by l.id desc limit 1`,
    [record.sourceId, record.eventId, record.line, record.recordedAt],
  );
  const [found] = rows;
  return found ? { ...found, importedAt: found.importedAt.toISOString() } : null;
}

function shown(r: RecordVersion): FigureRecord {
  return {
    id: r.id,
    version: r.version,
    cause: r.cause,
    measure: r.measure,
    recordedAt: r.recordedAt.toISOString(),
    sourceKind: r.sourceKind,
    sourceId: r.sourceId,
    line: r.line,
    eventId: r.eventId,
    month: r.month,
    countedAt: r.countedAt.toISOString(),
    releasedAt: r.releasedAt?.toISOString() ?? null,
    clearedAt: r.clearedAt?.toISOString() ?? null,
    orderNos: [...r.orderNos],
    enterprise: r.enterprise,
    sellerName: r.sellerName,
    regime: r.regime,
    direction: r.direction,
    platform: r.platformCode,
    channel: r.channel,
    district: r.district,
    park: r.park,
    sourcePlace: r.sourcePlace,
    country: r.country,
    port: r.port,
    transport: r.transport,
    gcode: r.gcode,
    qty: r.qty === null ? null : trimZeros(r.qty),
    unit: r.unit,
    currency: r.currency,
    amount: trimZeros(r.amount),
    cny: r.cny,
    usd: r.usd,
    rateId: r.rateId,
    declaration: r.sourceKind === 'list' ? `/v1/declarations/${r.sourceId}` : null,
    detail: `/v1/figures/records/${r.id}`,
  };
}

/**
 * How long customs took, from the submission of a list to its release, by port, regime and whether it was inspected:
 * percentiles over the lists counted in these months (data of the clearance-time indicator).
 */
export async function clearanceTimes(
  db: Queryable,
  codes: CodeTables,
  tenants: readonly string[],
  question: { from: string; to: string; direction: 'E' | 'I'; asOf?: Date | undefined },
): Promise<z.output<typeof clearanceTimesSchema>> {
  const asOf = await momentOf(db, question.asOf);
  const { rows } = await db.query<{
    port: string;
    regime: string;
    inspected: boolean;
    documents: number;
    without: number;
    seconds: (number | null)[];
  }>(
    `select r.port, r.regime, r.inspected, count(*)::int as documents,
            (count(*) filter (where r.declared_at is null))::int as without,
            coalesce(percentile_disc(array[0.5, 0.9, 0.99]) within group (
              order by greatest(0, round(extract(epoch from r.released_at - r.declared_at)))::int)
              filter (where r.declared_at is not null), array[null, null, null]::int[]) as seconds
       from counting_records r
      where r.tenant_id = any($1) and r.month between $2 and $3 and r.direction = $4 and r.lead
        and r.measure in ('counted', 'pending') and ${stoodAsOf('$5')}
      group by 1, 2, 3 order by 1, 2, 3`,
    [tenants, question.from, question.to, question.direction, asOf],
  );
  return {
    asOf: asOf.toISOString(),
    lines: rows.map((r) => ({
      port: { code: r.port, text: codes.get('customs').text(r.port) ?? { zh: r.port, en: r.port } },
      regime: r.regime,
      inspected: r.inspected,
      documents: r.documents,
      withoutSubmission: r.without,
      seconds: { p50: r.seconds[0] ?? null, p90: r.seconds[1] ?? null, p99: r.seconds[2] ?? null },
    })),
  };
}
