import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Dec, decimal, isPlainDecimal } from '../base/decimal.js';
import { mappingPath } from '../base/root.js';
import { codeTableSchema } from '../messages/codes.js';
import { textSchema } from '../terms/text.js';

const positive = z
  .string()
  .refine((text) => isPlainDecimal(text) && decimal(text).gt(0), 'must be a plain decimal above 0');

/** The shape of `mappings/rates/*.json`: CNY per one unit of each currency (ISO code), by month. */
export const rateTableSchema = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z-]*$/),
  title: textSchema,
  source: z.string().min(1),
  /** False for sample data; every figure made with it says so. */
  official: z.boolean(),
  months: z
    .array(
      z.strictObject({
        month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
        cnyPerUnit: z.record(z.string().regex(/^[A-Z]{3}$/), positive),
      }),
    )
    .min(1),
});

export type RateTable = z.output<typeof rateTableSchema>;

/**
 * Exchange rates by calendar month (`yyyy-MM`, Asia/Shanghai). A record is converted once, at the rate of its own month,
 * into both CNY and USD, each rounded half-up to two decimals at the record; sums are sums of records and are never
 * converted again.
 */
export interface Rates {
  readonly kind: string;
  readonly source: string;
  readonly official: boolean;
  /** The table itself, by month. */
  readonly months: RateTable['months'];
  /** CNY per one unit of a currency (ISO code); undefined when the month or the currency is not in the table. */
  on(month: string, currencyIso: string): Dec | undefined;
  /** An amount in a currency (customs code) as CNY, two decimals half-up; undefined without a rate. */
  toCny(amount: Dec, currencyCode: string, month: string): Dec | undefined;
  /**
   * The same as USD, two decimals half-up. Other currencies go through CNY of the same month, unrounded in between: the
   * table holds no cross rates.
   */
  toUsd(amount: Dec, currencyCode: string, month: string): Dec | undefined;
  /** Names the rate a record was converted with: `customs-monthly:2026-11:USD`. */
  rateId(month: string, currencyCode: string): string | undefined;
  /** ISO code of a customs currency code (502 → USD). */
  iso(currencyCode: string): string | undefined;
  /** Customs code of an ISO currency (USD → 502). */
  currencyCode(iso: string): string | undefined;
}

/** Loads a rate table. Throws, naming the file, on a wrong shape, a repeated month or a CNY rate other than 1. */
export function loadRates(
  file = mappingPath('rates', 'customs-monthly.json'),
  currencyFile = mappingPath('codes', 'currency.json'),
): Rates {
  const { kind, source, official, months } = readTable(file);

  const table = new Map<string, Map<string, Dec>>();
  for (const { month, cnyPerUnit } of months) {
    if (table.has(month)) throw new Error(`${file}: month ${month} stands there twice`);
    const rates = new Map(Object.entries(cnyPerUnit).map(([iso, rate]) => [iso, decimal(rate)]));
    if (!(rates.get('CNY') ?? new Dec(1)).eq(1))
      throw new Error(`${file}: month ${month} has a CNY rate other than 1`);
    rates.set('CNY', new Dec(1));
    table.set(month, rates);
  }

  const isoByCode = new Map<string, string>();
  const codeByIso = new Map<string, string>();
  const currencies = codeTableSchema.parse(JSON.parse(readFileSync(currencyFile, 'utf8'))).values;
  for (const [code, { iso }] of Object.entries(currencies)) {
    if (iso === undefined) continue;
    isoByCode.set(code, iso);
    codeByIso.set(iso, code);
  }

  const on = (month: string, iso: string) => table.get(month)?.get(iso);
  const rateOf = (currencyCode: string, month: string) => {
    const iso = isoByCode.get(currencyCode);
    return iso === undefined ? undefined : on(month, iso);
  };
  return {
    kind,
    source,
    official,
    months,
    on,
    toCny(amount, currencyCode, month) {
      const rate = rateOf(currencyCode, month);
      return rate && amount.times(rate).toDecimalPlaces(2, Dec.ROUND_HALF_UP);
    },
    toUsd(amount, currencyCode, month) {
      const rate = rateOf(currencyCode, month);
      const usd = on(month, 'USD');
      if (!rate || !usd) return undefined;
      const exact = isoByCode.get(currencyCode) === 'USD' ? amount : amount.times(rate).div(usd);
      return exact.toDecimalPlaces(2, Dec.ROUND_HALF_UP);
    },
    rateId(month, currencyCode) {
      return rateOf(currencyCode, month) ? `${kind}:${month}:${isoByCode.get(currencyCode)!}` : undefined;
    },
    iso: (currencyCode) => isoByCode.get(currencyCode),
    currencyCode: (iso) => codeByIso.get(iso),
  };
}

function readTable(file: string): z.output<typeof rateTableSchema> {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const parsed = rateTableSchema.safeParse(raw);
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
