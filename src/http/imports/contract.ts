import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { textSchema } from '../../terms/text.js';
import { verdictOfRowSchema } from '../orders/contract.js';

export const importStateSchema = z.enum([
  'receiving',
  'running',
  'interrupted',
  'done',
  'cancelled',
  'failed',
]);

/** How the columns of a table were read. */
export const columnsReadSchema = z.object({
  headerRow: z.int(),
  profile: z.string().nullable(),
  columns: z.array(
    z.object({
      at: z.int(),
      header: z.string(),
      confidence: z.enum(['sure', 'unsure', 'unknown', 'ignored', 'blank']),
      field: z.string().nullable(),
      candidates: z.array(z.string()),
    }),
  ),
  /** Rows that are no orders: sums, footnotes, repeated headers. */
  left: z.array(z.object({ row: z.int(), why: z.enum(['total', 'footnote', 'header']) })),
});

export const importSchema = z
  .object({
    id: z.string(),
    fileName: z.string(),
    format: z.enum(['json', 'ndjson', 'csv', 'xlsx']),
    state: importStateSchema,
    /** The one seller of the file; null when it may hold orders of several. */
    seller: z.object({ tenantId: z.string(), code: z.string(), name: z.string() }).nullable(),
    bytesTotal: z.int(),
    bytesRead: z.int(),
    orders: z.int(),
    accepted: z.int(),
    faulty: z.int(),
    exists: z.int(),
    error: faultSchema.nullable(),
    /** Columns that were not read, with a hint what they may be: a profile can say it. */
    unread: z.array(faultSchema),
    /** Null until reading began, and for JSON. */
    read: columnsReadSchema.nullable(),
    /** The import whose bytes this one reads again. */
    retryOf: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    createdBy: z.string(),
  })
  .meta({ id: 'Import' });

export const importVerdictSchema = verdictOfRowSchema
  .extend({
    id: z.string(),
    /** For each path that a fault names: the sender's own header, and the cell. Empty for JSON. */
    places: z.record(z.string(), z.object({ header: z.string().optional(), cell: z.string().optional() })),
  })
  .meta({ id: 'ImportVerdict' });

const namedFieldSchema = z.object({ field: z.string(), name: textSchema });

export const previewSchema = z
  .object({
    format: z.enum(['json', 'ndjson', 'csv', 'xlsx']),
    headerRow: z.int().nullable(),
    profile: z.string().nullable(),
    columns: z.array(
      z.object({
        position: z.int(),
        letters: z.string(),
        header: z.string(),
        confidence: z.enum(['sure', 'unsure', 'unknown', 'ignored', 'blank']),
        field: namedFieldSchema.nullable(),
        candidates: z.array(namedFieldSchema),
        samples: z.array(z.string()),
      }),
    ),
    questions: z.array(z.object({ position: z.int(), header: z.string(), text: textSchema })),
    missing: z.array(namedFieldSchema),
    rows: z.array(z.array(z.string())),
    orders: z.array(
      z.object({
        rows: z.object({ from: z.int(), to: z.int() }),
        order: z.looseObject({}).nullable(),
        faults: z.array(faultSchema),
      }),
    ),
    left: z.array(z.object({ row: z.int(), why: z.enum(['total', 'footnote', 'header']) })),
    faults: z.array(faultSchema),
  })
  .meta({ id: 'ImportPreview' });

export const causeSchema = z
  .object({
    code: z.string(),
    path: z.string(),
    header: z.string().nullable(),
    orders: z.int(),
    count: z.int(),
    firstRow: z.int().nullable(),
    example: faultSchema,
  })
  .meta({ id: 'ImportCause' });
