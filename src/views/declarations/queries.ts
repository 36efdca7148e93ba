import type { z } from 'zod';
import type { Queryable } from '../../store/store.js';
import type { Delivery } from '../../terms/delivery.js';
import type { Verdict } from '../../terms/verdict.js';
import { type View, textOf, trimZeros, statusOf } from '../view.js';
import type { Catalogue } from '../../messages/catalogue.js';
import { todoStages, type Stage } from '../../terms/stage.js';
import { stageSchema } from '../../terms/stageSchema.js';
import { causesOf } from './causes.js';
import type {
  declarationFilterSchema,
  declarationSortSchema,
  declarationSummarySchema,
  countsSchema,
} from './shapes.js';

export type DeclarationFilter = z.output<typeof declarationFilterSchema>;

export type DeclarationSort = z.output<typeof declarationSortSchema>;

export type DeclarationSummary = z.output<typeof declarationSummarySchema>;

export interface DeclarationRow {
  id: string;
  tenant_id: string;
  regime: string;
  order_no: string;
  platform_code: string;
  platform_name: string;
  seller_code: string;
  seller_name: string;
  cop_no: string;
  pre_no: string | null;
  invt_no: string | null;
  country: string | null;
  amount: string | null;
  currency: string | null;
  delivery: Delivery;
  verdict: Verdict;
  status: string | null;
  status_time: Date | null;
  attention: boolean;
  stage: Stage;
  created_at: Date;
  released_at: Date | null;
}

/** The one place that turns a filter into SQL; `$1` is always the tenants of the asker. */
export function conditions(
  tenants: readonly string[],
  filter: DeclarationFilter,
): { where: string; values: unknown[] } {
  const parts = ['c.tenant_id = any($1)'];
  const values: unknown[] = [tenants];
  const add = (sql: (p: string) => string, value: unknown) => {
    values.push(value);
    parts.push(sql(`$${values.length}`));
  };
  if (filter.seller)
    add(
      // Figures name the seller by its 统一社会信用代码, whichever code it declared with.
      (p) =>
        filter.month || filter.reversedMonth
          ? `exists (select 1 from counting_records r where r.source_id = c.id and r.ended_batch is null and r.enterprise = ${p})`
          : `(c.seller_code = ${p} or c.tenant_id::text = ${p})`,
      filter.seller,
    );
  if (filter.delivery) add((p) => `c.delivery = ${p}`, filter.delivery);
  if (filter.verdict) add((p) => `c.verdict = ${p}`, filter.verdict);
  if (filter.stage) add((p) => `c.stage = ${p}`, filter.stage);
  if (filter.attention) add((p) => `c.attention = ${p}`, filter.attention === 'true');
  if (filter.regime) add((p) => `c.regime = ${p}`, filter.regime);
  if (filter.from)
    add((p) => `c.created_at >= (${p}::date::timestamp at time zone 'Asia/Shanghai')`, filter.from);
  if (filter.to)
    add((p) => `c.created_at < ((${p}::date + 1)::timestamp at time zone 'Asia/Shanghai')`, filter.to);
  if (filter.refused) {
    add(
      (
        p,
      ) => `exists (select 1 from documents d where d.declaration_id = c.id and d.current and d.filing is null
      and d.verdict in ('refused', 'failed') and d.message_type = ${p}`,
      filter.refused,
    );
    if (filter.code) {
      values.push(filter.code);
      parts[parts.length - 1] += ` and coalesce(d.info_code, d.status) = $${values.length}`;
    }
    parts[parts.length - 1] += ')';
  } else if (filter.code)
    add(
      (
        p,
      ) => `(c.status = ${p} or c.info_code = ${p} or exists (select 1 from documents d where d.declaration_id = c.id
        and d.current and d.filing is null and d.verdict in ('refused', 'failed') and (d.status = ${p} or d.info_code = ${p})))`,
      filter.code,
    );
  if (filter.importId) add((p) => `c.import_id::text = ${p}`, filter.importId);
  const sought = filter.q?.trim();
  if (sought) {
    values.push(sought.toUpperCase());
    const whole = `$${values.length}`;
    add(
      // Numbers of a goods declaration and its application by the whole of them: what others gave it, and its own.
      (
        p,
      ) => `(c.id in (select declaration_id from declaration_numbers where tenant_id = any($1) and numbers like ${p})
        or c.id in (select d.declaration_id from document_numbers n join documents d on d.id = n.document_id
                     where n.tenant_id = any($1) and upper(n.value) = ${whole})
        or c.id in (select d.declaration_id from documents d where d.tenant_id = any($1)
                     and d.message_type in ('DecMessage', 'EEntDeclIo') and d.document_key = ${whole}))`,
      `%${sought.toUpperCase().replace(/[\\%_]/g, '\\$&')}%`,
    );
  }
  const counted = filter.month
    ? { measures: "= 'counted'", month: filter.month }
    : filter.reversedMonth
      ? { measures: "in ('withdrawn', 'returned')", month: filter.reversedMonth }
      : undefined;
  if (counted) {
    add(
      (p) => `exists (select 1 from counting_records r where r.source_id = c.id and r.ended_batch is null
        and r.measure ${counted.measures} and r.month = ${p}`,
      counted.month,
    );
    if (filter.country) {
      values.push(filter.country);
      parts[parts.length - 1] += ` and r.country = $${values.length}`;
    }
    parts[parts.length - 1] += ')';
  } else if (filter.country) add((p) => `c.country = ${p}`, filter.country);
  return { where: parts.join(' and '), values };
}

const COLUMNS = `c.id, c.tenant_id, c.regime, c.order_no, c.platform_code, c.platform_name, c.seller_code, c.seller_name,
  c.cop_no, c.pre_no, c.invt_no, c.country, c.amount, c.currency, c.delivery, c.verdict, c.status, c.status_time,
  c.attention, c.stage, c.created_at, c.released_at`;

/** What a list is ordered by; the id makes every order total. */
const ORDERS = {
  created: 'c.created_at',
  changed: 'coalesce(c.status_time, c.created_at)',
  value: 'coalesce(c.amount, 0)',
  order: 'c.order_no',
} as const;

function orderOf(sort: DeclarationSort): { by: string; direction: 'asc' | 'desc'; after: string } {
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  const name = sort.replace('-', '') as keyof typeof ORDERS;
  const than = direction === 'desc' ? '<' : '>';
  // Ids grow with the time of intake (UUID v7).
  if (name === 'created') return { by: `c.id ${direction}`, direction, after: `c.id ${than} $CURSOR` };
  const of = ORDERS[name];
  return {
    by: `${of} ${direction}, c.id ${direction}`,
    direction,
    after: `(${of}, c.id) ${than} ((select ${of} from declarations c where c.id = $CURSOR), $CURSOR)`,
  };
}

/** A page of declarations, newest first unless `sort` says otherwise; `cursor` is the id after which it goes on. */
export async function listDeclarations(
  db: Queryable,
  tenants: readonly string[],
  filter: DeclarationFilter,
  page: { cursor?: string | undefined; limit: number; sort?: DeclarationSort },
  view: View,
  catalogue: Catalogue,
): Promise<{ items: DeclarationSummary[]; next: string | null }> {
  const { where, values } = conditions(tenants, filter);
  const order = orderOf(page.sort ?? '-created');
  const after = page.cursor
    ? ` and ${order.after.replaceAll('$CURSOR', `$${values.push(page.cursor)}::uuid`)}`
    : '';
  const limit = `$${values.push(page.limit + 1)}`;
  const { rows } = await db.query<DeclarationRow>(
    `select ${COLUMNS} from declarations c where ${where}${after} order by ${order.by} limit ${limit}`,
    values,
  );
  const shown = rows.slice(0, page.limit);
  const { rows: documents } = await db.query<{
    declaration_id: string;
    message_type: string;
    delivery: Delivery;
    verdict: Verdict;
  }>(
    `select declaration_id, message_type, delivery, verdict from documents
      where declaration_id = any($1) and current and filing is null order by seq`,
    [shown.map((r) => r.id)],
  );
  const causes = await causesOf(db, shown, catalogue);
  const last = shown[shown.length - 1];
  return {
    items: shown.map((row) => {
      const own = documents.filter((d) => d.declaration_id === row.id);
      return {
        ...summaryOf(row, view, own.at(-1)?.message_type),
        cause: causes.get(row.id) ?? null,
        documents: own.map((d) => ({
          messageType: d.message_type,
          delivery: d.delivery,
          verdict: d.verdict,
        })),
      };
    }),
    next: rows.length > page.limit && last ? last.id : null,
  };
}

/** The fields every view of a declaration shares; `declares` is the last of its documents, whose status is that of the whole. */
export function summaryOf(
  row: DeclarationRow,
  view: View,
  declares: string | undefined,
): Omit<DeclarationSummary, 'documents' | 'cause'> {
  return {
    id: row.id,
    regime: row.regime,
    orderNo: row.order_no,
    platform: { code: row.platform_code, name: row.platform_name },
    seller: { tenantId: row.tenant_id, code: row.seller_code, name: row.seller_name },
    copNo: row.cop_no,
    preNo: row.pre_no,
    invtNo: row.invt_no,
    country: textOf(view, 'country', row.country),
    value: { amount: trimZeros(row.amount ?? '0'), currency: row.currency ?? '' },
    delivery: row.delivery,
    verdict: row.verdict,
    status: statusOf(view, row.status, declares),
    statusTime: row.status_time?.toISOString() ?? null,
    attention: row.attention,
    stage: row.stage,
    createdAt: row.created_at.toISOString(),
    releasedAt: row.released_at?.toISOString() ?? null,
  };
}

/** How many declarations stand where, for the given filter. */
export async function countDeclarations(
  db: Queryable,
  tenants: readonly string[],
  filter: DeclarationFilter,
): Promise<z.output<typeof countsSchema>> {
  const { where, values } = conditions(tenants, filter);
  const { rows } = await db.query<{ verdict: string; delivery: string; stage: Stage; n: number }>(
    `select c.verdict, c.delivery, c.stage, count(*)::int as n from declarations c where ${where} group by 1, 2, 3`,
    values,
  );
  const sum = (pick: (r: (typeof rows)[number]) => string) => {
    const totals: Record<string, number> = {};
    for (const row of rows) totals[pick(row)] = (totals[pick(row)] ?? 0) + row.n;
    return totals;
  };
  const of = (stage: Stage) => rows.filter((r) => r.stage === stage).reduce((n, r) => n + r.n, 0);
  const byStage = Object.fromEntries(stageSchema.options.map((stage) => [stage, of(stage)])) as Record<
    Stage,
    number
  >;
  return {
    total: rows.reduce((n, r) => n + r.n, 0),
    attention: todoStages.reduce((n, stage) => n + byStage[stage], 0),
    byStage,
    byVerdict: sum((r) => r.verdict),
    byDelivery: sum((r) => r.delivery),
  };
}
