import { z } from 'zod';
import { faultSchema, type Fault } from '../../base/fault.js';
import type { FilingData } from '../../filings/data.js';
import type { MergedLine } from '../../filings/draft.js';
import type { Catalogue } from '../../messages/catalogue.js';
import type { Queryable } from '../../store/store.js';
import { textSchema, type Text } from '../../terms/text.js';
import { COVERED_SHOWN, coveredLists } from './covered.js';
import { coveredSchema, filingDataSchema } from './shapes.js';

/**
 * `unchecked`: made, not checked yet. `complete`, `incomplete`: checked. `refused`: handed in, but with faults, hence not
 * stored. `submitted`: a filing now.
 */
export const draftStateSchema = z
  .enum(['unchecked', 'complete', 'incomplete', 'refused', 'submitted'])
  .meta({ id: 'DraftState' });

export const filingBatchSchema = z
  .object({
    id: z.string(),
    messageType: z.string(),
    title: textSchema,
    /** What it was drafted from: month, seller. */
    month: z.string().nullable(),
    seller: z.string().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    /** `drafting` until the drafts stand, `working` while any is checked or handed in, `failed` when none could be made. */
    state: z.enum(['drafting', 'working', 'idle', 'failed']),
    faults: z.array(faultSchema),
    drafts: z.int(),
    /** Drafts still to be checked or handed in. */
    waiting: z.int(),
    counts: z.object({
      unchecked: z.int(),
      complete: z.int(),
      incomplete: z.int(),
      refused: z.int(),
      submitted: z.int(),
    }),
  })
  .meta({ id: 'FilingBatch' });

export const draftSummarySchema = z
  .object({
    number: z.int(),
    state: draftStateSchema,
    /** What the workers are to do with it next. */
    wanted: z.enum(['check', 'submit']).nullable(),
    declarations: z.int(),
    due: z.iso.date().nullable(),
    /** The enterprise whose lists they are, and what kept it apart from the others, by path of the list. */
    seller: z.string(),
    apart: z.record(z.string(), z.string()),
    faults: z.int(),
    firstFault: faultSchema.nullable(),
    filingId: z.string().nullable(),
  })
  .meta({ id: 'DraftSummary' });

export const batchDraftSchema = draftSummarySchema
  .omit({ faults: true, firstFault: true, seller: true, apart: true })
  .extend({
    messageType: z.string(),
    title: textSchema,
    data: filingDataSchema,
    declarationIds: z.array(z.string()),
    /** The first 200 of them. */
    covered: z.array(coveredSchema),
    faults: z.array(faultSchema),
    merged: z.array(
      z.object({
        country: z.string(),
        gcode: z.string(),
        gname: z.string(),
        currency: z.string(),
        unit: z.string(),
        lists: z.int(),
        qty: z.string(),
        totalPrice: z.string(),
      }),
    ),
  })
  .meta({ id: 'BatchDraft' });

type Batch = z.input<typeof filingBatchSchema>;
type Summary = z.input<typeof draftSummarySchema>;
type Draft = z.input<typeof batchDraftSchema>;
type State = z.output<typeof draftStateSchema>;

interface BatchRow {
  id: string;
  message_type: string;
  source: { month?: string; seller?: string };
  created_by: string | null;
  created_at: Date;
  drafted_at: Date | null;
  faults: Fault[] | null;
  drafts: number;
  waiting: number;
  counts: Partial<Record<State, number>> | null;
}

const titleOf = (catalogue: Catalogue, type: string): Text =>
  catalogue.message(type)?.title ?? { zh: type, en: type };

/** Batches of one enterprise, newest first. */
export async function listBatches(
  db: Queryable,
  tenantId: string,
  page: { cursor?: string | undefined; limit: number; id?: string },
  catalogue: Catalogue,
): Promise<{ items: Batch[]; next: string | null }> {
  const { rows } = await db.query<BatchRow>(
    `select b.id, b.message_type, b.source, actor_name(b.created_by) as created_by, b.created_at, b.drafted_at, b.faults,
            s.drafts, s.waiting, s.counts
       from filing_batches b
       cross join lateral (
         select coalesce(sum(n), 0)::int as drafts, coalesce(sum(waiting), 0)::int as waiting,
                jsonb_object_agg(state, n) as counts
           from (select state, count(*)::int as n, count(wanted)::int as waiting
                   from filing_drafts where batch_id = b.id group by state) g) s
      where b.tenant_id = $1 and ($2::uuid is null or b.id = $2) and ($3::uuid is null or b.id < $3)
      order by b.id desc limit $4`,
    [tenantId, page.id ?? null, page.cursor ?? null, page.limit + 1],
  );
  const items = rows.slice(0, page.limit).map((row): Batch => {
    const count = (state: State) => row.counts?.[state] ?? 0;
    return {
      id: row.id,
      messageType: row.message_type,
      title: titleOf(catalogue, row.message_type),
      month: row.source.month ?? null,
      seller: row.source.seller ?? null,
      createdBy: row.created_by ?? '',
      createdAt: row.created_at.toISOString(),
      state: row.faults ? 'failed' : !row.drafted_at ? 'drafting' : row.waiting > 0 ? 'working' : 'idle',
      faults: row.faults ?? [],
      drafts: row.drafts,
      waiting: row.waiting,
      counts: {
        unchecked: count('unchecked'),
        complete: count('complete'),
        incomplete: count('incomplete'),
        refused: count('refused'),
        submitted: count('submitted'),
      },
    };
  });
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}

interface DraftRow {
  number: number;
  state: State;
  wanted: 'check' | 'submit' | null;
  ids: string[];
  due: string | null;
  data: FilingData;
  apart: Record<string, string>;
  merged: MergedLine[];
  faults: Fault[];
  filing_id: string | null;
  message_type: string;
}

/** Drafts of a batch by number, of one state when asked for; without their lines. */
export async function listDrafts(
  db: Queryable,
  tenantId: string,
  batchId: string,
  page: { state?: State | undefined; cursor: number; limit: number },
  tenants: readonly string[],
): Promise<{ items: Summary[]; next: string | null }> {
  const { rows } = await db.query<
    Pick<DraftRow, 'number' | 'state' | 'wanted' | 'due' | 'apart' | 'faults' | 'filing_id'> & {
      declarations: number;
      seller: string;
    }
  >(
    `select d.number, d.state, d.wanted, cardinality(d.declaration_ids) as declarations, d.due::text as due,
            d.apart, d.faults, d.filing_id, t.name as seller
       from filing_drafts d join filing_batches b on b.id = d.batch_id join tenants t on t.id = d.tenant_id
      where d.batch_id = $1 and b.tenant_id = $2 and d.tenant_id = any($3) and d.number > $4
        and ($5::text is null or d.state = $5) order by d.number limit $6`,
    [batchId, tenantId, tenants, page.cursor, page.state ?? null, page.limit + 1],
  );
  const items = rows.slice(0, page.limit).map((row): Summary => ({
    number: row.number,
    state: row.state,
    wanted: row.wanted,
    declarations: row.declarations,
    due: row.due,
    seller: row.seller,
    apart: row.apart,
    faults: row.faults.length,
    firstFault: row.faults[0] ?? null,
    filingId: row.filing_id,
  }));
  return { items, next: rows.length > page.limit ? String(items.at(-1)?.number ?? 0) : null };
}

/** One draft with its contents; undefined when it is not this enterprise's. */
export async function oneDraft(
  db: Queryable,
  tenantId: string,
  batchId: string,
  number: number,
  tenants: readonly string[],
  catalogue: Catalogue,
): Promise<Draft | undefined> {
  const { rows } = await db.query<DraftRow>(
    `select d.number, d.state, d.wanted, d.declaration_ids as ids, d.due::text as due, d.data, d.merged, d.faults,
            d.filing_id, b.message_type
       from filing_drafts d join filing_batches b on b.id = d.batch_id
      where d.batch_id = $1 and d.number = $2 and b.tenant_id = $3 and d.tenant_id = any($4)`,
    [batchId, number, tenantId, tenants],
  );
  const row = rows[0];
  return (
    row && {
      number: row.number,
      state: row.state,
      wanted: row.wanted,
      declarations: row.ids.length,
      due: row.due,
      messageType: row.message_type,
      title: titleOf(catalogue, row.message_type),
      data: filingDataSchema.parse(row.data),
      declarationIds: row.ids,
      covered: await coveredLists(db, tenants, row.ids.slice(0, COVERED_SHOWN)),
      faults: row.faults,
      merged: row.merged,
      filingId: row.filing_id,
    }
  );
}
