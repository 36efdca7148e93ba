import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { decimal, isPlainDecimal } from '../base/decimal.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import { schemaWords } from '../base/schemaWords.js';
import type { Queryable, Store } from '../store/store.js';
import { monthSchema } from '../terms/month.js';
import type { Rates } from './rates.js';

/** Turnover of one enterprise on one platform in one month, as the platform reports it. */
export const turnoverRowSchema = z.strictObject({
  month: monthSchema,
  platformCode: z.string().trim().min(1).max(50),
  platformName: z.string().trim().max(200).default(''),
  /** 统一社会信用代码. */
  enterprise: z.string().trim().min(1).max(50),
  enterpriseName: z.string().trim().max(200).default(''),
  direction: z.enum(['E', 'I']).default('E'),
  /** ISO letters. */
  currency: z.string().regex(/^[A-Z]{3}$/),
  amount: z
    .string()
    .refine((t) => isPlainDecimal(t) && !t.startsWith('-'), '不是非负小数 / not a plain decimal'),
  orders: z.coerce.number().int().min(0).nullable().default(null),
  /** Who says so: the platform's report, back office or export it was taken from. */
  source: z.string().trim().min(1).max(500),
  reportedAt: z.iso.date(),
});
export type TurnoverRow = z.output<typeof turnoverRowSchema>;

const HEADERS: Record<string, keyof TurnoverRow> = {
  月份: 'month',
  平台代码: 'platformCode',
  平台名称: 'platformName',
  企业代码: 'enterprise',
  统一社会信用代码: 'enterprise',
  企业名称: 'enterpriseName',
  进出口标志: 'direction',
  币制: 'currency',
  金额: 'amount',
  交易额: 'amount',
  订单数: 'orders',
  来源: 'source',
  数据来源: 'source',
  报送日期: 'reportedAt',
};

/** Rows of one file; longer ones are sent in several. */
const MAX_ROWS = 20_000;

const noTable = (row: number, reason: string): FaultError =>
  new FaultError([makeFault('Y04', 'rows', { row: String(row), field: 'CSV', reason })], 422);

/**
 * Reads a CSV with Chinese headers or the field names. Throws every fault of every row at once (Y04, also for a file
 * without rows), A06 for more than 20,000 rows; then nothing counts.
 */
export function readTurnoverCsv(text: string): TurnoverRow[] {
  const records = recordsOf(text);
  if (records.length === 0) throw noTable(1, '文件里没有数据行 / the file has no rows');
  if (records.length > MAX_ROWS)
    throw new FaultError([makeFault('A06', 'body', { limit: `${MAX_ROWS} 行 / rows` })], 413);
  return readTurnover(
    records.map((r) => Object.fromEntries(Object.entries(r).filter(([, value]) => value !== ''))),
    2,
  );
}

function recordsOf(text: string): Record<string, string>[] {
  try {
    return parse(text, {
      bom: true,
      columns: (headers: string[]) => headers.map((h) => HEADERS[h.trim()] ?? h.trim()),
      skip_empty_lines: true,
      trim: true,
      to: MAX_ROWS + 1,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw noTable(
      typeof error.lines === 'number' ? error.lines : 1,
      '引号没有成对，或列数与表头不同 / a quote is not closed, or the columns are not those of the header',
    );
  }
}

/** Checks rows; `firstRow` is the number of the first in words to people. */
export function readTurnover(records: readonly unknown[], firstRow = 1): TurnoverRow[] {
  const faults: Fault[] = [];
  const rows = records.flatMap((record, i) => {
    const parsed = turnoverRowSchema.safeParse(record, { error: schemaWords });
    if (parsed.success) return [parsed.data];
    for (const issue of parsed.error.issues)
      faults.push(
        makeFault('Y04', `rows[${i}].${issue.path.join('.')}`, {
          row: String(i + firstRow),
          field: issue.path.join('.'),
          reason: issue.message,
        }),
      );
    return [];
  });
  if (faults.length > 0) throw new FaultError(faults, 422);
  return rows;
}

/**
 * Stores reports, each as the next version of its month, platform and enterprise; one that says nothing new adds
 * nothing. Converted at the rate of the month, empty without one. Returns how many were added.
 */
export async function addTurnover(
  store: Store,
  rates: Rates,
  rows: readonly TurnoverRow[],
  by: string,
  fileSha256: string | null,
): Promise<number> {
  return store.transaction(async (tx) => {
    await tx.query('lock table platform_turnover in share row exclusive mode');
    let added = 0;
    for (const row of rows) {
      const code = rates.currencyCode(row.currency) ?? '';
      const [cny, usd] = [
        rates.toCny(decimal(row.amount), code, row.month),
        rates.toUsd(decimal(row.amount), code, row.month),
      ];
      const { rowCount } = await tx.query(
        `with last as (
           select * from platform_turnover where month = $2 and platform_code = $3 and enterprise = $5 and direction = $7
            order by version desc limit 1)
         insert into platform_turnover (id, month, platform_code, platform_name, enterprise, enterprise_name, direction, version,
           currency, amount, cny, usd, rate_id, orders, source, reported_at, file_sha256, imported_by)
         select $1, $2, $3, $4, $5, $6, $7, coalesce((select version from last), 0) + 1, $8, $9::numeric, $10::numeric, $11::numeric,
                $12, $13::int, $14, $15::date, $16, $17
          where not exists (select 1 from last where (currency, amount, orders, source, reported_at)
            is not distinct from ($8, $9::numeric, $13::int, $14, $15::date))`,
        [
          newId(),
          row.month,
          row.platformCode,
          row.platformName,
          row.enterprise,
          row.enterpriseName,
          row.direction,
          row.currency,
          row.amount,
          cny?.toFixed(2) ?? null,
          usd?.toFixed(2) ?? null,
          rates.rateId(row.month, code) ?? null,
          row.orders,
          row.source,
          row.reportedAt,
          fileSha256,
          by,
        ],
      );
      added += rowCount ?? 0;
    }
    return added;
  });
}

export interface Turnover {
  enterprise: string;
  name: string;
  cny: string;
  usd: string;
  /** Reports without a rate of their month. */
  withoutRate: number;
  sources: string[];
}

/** What platforms reported of an enterprise's exports in a month, all platforms together; null money where a rate is missing. */
export interface TurnoverMonth {
  enterprise: string;
  month: string;
  cny: string | null;
  usd: string | null;
  source: string;
}

/** The newest reports of exports as of a moment, by enterprise, month and source. */
export async function readTurnoverMonths(
  db: Queryable,
  query: { from: string; to: string; asOf: Date; enterprises: readonly string[] },
): Promise<TurnoverMonth[]> {
  const { rows } = await db.query<TurnoverMonth>(
    `select enterprise, month, source, case when bool_and(rate_id is not null) then sum(cny)::numeric(24, 2)::text end as cny,
            case when bool_and(rate_id is not null) then sum(usd)::numeric(24, 2)::text end as usd
       from (select distinct on (month, platform_code, enterprise) * from platform_turnover
              where month between $1 and $2 and direction = 'E' and recorded_at <= $3 and enterprise = any($4)
              order by month, platform_code, enterprise, version desc) t
      group by 1, 2, 3 order by 1, 2, 3`,
    [query.from, query.to, query.asOf, query.enterprises],
  );
  return rows;
}

/** What platforms reported, by enterprise, in the newest versions as of a moment; by the keys of the enterprises seen. */
export async function readTurnovers(
  db: Queryable,
  query: {
    from: string;
    to: string;
    direction: 'E' | 'I';
    asOf: Date;
    enterprises: readonly string[] | 'all';
  },
): Promise<Turnover[]> {
  const { rows } = await db.query<Turnover>(
    `select enterprise, max(enterprise_name) as name, coalesce(sum(cny), 0)::numeric(24, 2)::text as cny,
            coalesce(sum(usd), 0)::numeric(24, 2)::text as usd, (count(*) filter (where rate_id is null))::int as "withoutRate",
            array_agg(distinct source order by source) as sources
       from (select distinct on (month, platform_code, enterprise, direction) * from platform_turnover
              where month between $1 and $2 and direction = $3 and recorded_at <= $4
                and ($5::text[] is null or enterprise = any($5))
              order by month, platform_code, enterprise, direction, version desc) t
      group by enterprise order by enterprise`,
    [
      query.from,
      query.to,
      query.direction,
      query.asOf,
      query.enterprises === 'all' ? null : query.enterprises,
    ],
  );
  return rows;
}
