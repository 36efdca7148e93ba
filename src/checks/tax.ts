import { join } from 'node:path';
import { z } from 'zod';
import { Dec, decimal, isPlainDecimal } from '../base/decimal.js';
import { mappingPath } from '../base/root.js';
import { textSchema, type Text } from '../terms/text.js';
import type { MessageNode } from '../messages/reader.js';
import { readMappings } from '../base/mappingFile.js';
import type { Order } from '../orders/order.js';
import { inForce, type ValueLimit } from '../orders/regimes.js';
import { isSingleArticle, measureOf } from './limits.js';

const rate = z
  .string()
  .refine((text) => isPlainDecimal(text) && decimal(text).gte(0), 'must be a plain decimal');
const shares = z.strictObject({ customsTax: rate, consumptionTax: rate, valueAddedTax: rate });

/** `mappings/tax/*.json`: a way of taxing, its legal basis and the share of the statutory tax that is levied. */
const taxSchema = z.strictObject({
  id: z.string(),
  title: textSchema,
  validFrom: z.iso.date(),
  validTo: z.iso.date().optional(),
  source: z.string().min(1),
  scope: textSchema,
  formula: z.array(textSchema).min(1),
  /** Shares of duty, consumption tax and VAT within the limits of value, and for one article above them. */
  within: shares,
  above: shares,
  interpretation: textSchema,
});

/** `mappings/tax/rates/*.json`: statutory rates by the beginning of the commodity code. */
const ratesSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['sample', 'official']),
  complete: z.boolean(),
  title: textSchema,
  validFrom: z.iso.date(),
  validTo: z.iso.date().optional(),
  source: z.string().min(1),
  notice: textSchema,
  lines: z.array(
    z.strictObject({
      hs: z.string().regex(/^\d{2,10}$/),
      goods: textSchema,
      valueAddedTax: rate,
      /** Null where it cannot be told from the code and the value alone; `note` says why. */
      consumptionTax: rate.nullable(),
      /** Only needed for an article above the limits. */
      customsTax: rate.optional(),
      note: textSchema.optional(),
    }),
  ),
});
type RateLine = z.output<typeof ratesSchema>['lines'][number];

export interface TaxTables {
  readonly taxes: readonly z.output<typeof taxSchema>[];
  readonly rates: readonly z.output<typeof ratesSchema>[];
}

/** Reads `mappings/tax`. Throws, naming the file, when one has a wrong shape. */
export function loadTax(dir = mappingPath('tax')): TaxTables {
  return {
    taxes: readMappings(dir, 'tax', taxSchema).map((file) => file.content),
    rates: readMappings(join(dir, 'rates'), 'tax/rates', ratesSchema).map((file) => file.content),
  };
}

export interface TaxLine {
  gnum: string;
  gcode: string;
  /** 完税价格: value of the line with its share of freight and insurance. All amounts in CNY, two decimals. */
  taxPrice: string;
  customsTax: string;
  consumptionTax: string;
  valueAddedTax: string;
}

export interface TaxEstimate {
  /** Which rule of tax, its legal basis, and whether the order is taxed within the limits or fully. */
  basis: { id: string; title: Text; source: string; reduced: boolean };
  /** Where the rates come from; `complete` is false for sample data, and every figure made with it says so. */
  rates: { id: string; source: string; complete: boolean };
  lines: TaxLine[];
  customsTax: string;
  consumptionTax: string;
  valueAddedTax: string;
  total: string;
  /** What could not be estimated and is not in the sums, with the reason. */
  missing: { path: string; reason: Text }[];
}

const fen = (amount: Dec): Dec => amount.toDecimalPlaces(2, Dec.ROUND_HALF_UP);
const newest = <T extends { validFrom: string }>(entries: readonly T[]): T | undefined =>
  [...entries].sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))[0];

/**
 * Estimates the tax of an import order (跨境电商综合税): formula and legal basis in `mappings/tax`, rates in
 * `mappings/tax/rates`. Amounts are in CNY; each tax of each line is rounded half-up to two decimals, sums are sums of
 * lines. Freight and insurance of the list are shared out by value.
 *
 * @param date `yyyy-MM-dd`, the day whose rates hold
 * @param limits the limits of the order's regime on that day; one article above `singleArticle` limits is taxed fully
 * @returns undefined when the amounts of the order cannot be read or no rule of tax is in force
 */
export function estimateTax(
  order: Order,
  date: string,
  tables: TaxTables,
  limits: readonly ValueLimit[] = [],
): TaxEstimate | undefined {
  const tax = newest(tables.taxes.filter((entry) => inForce(entry, date)));
  const rates = newest(tables.rates.filter((entry) => inForce(entry, date)));
  const goods = measureOf(order, 'goodsValue');
  const all = measureOf(order, 'customsValue');
  if (!tax || !rates || !goods || !all || goods.lte(0)) return undefined;

  const exceeds = limits.some(
    (limit) => limit.per === 'order' && limit.singleArticle && all.gt(decimal(limit.maxCny)),
  );
  const reduced = !(exceeds && isSingleArticle(order));
  const share = reduced ? tax.within : tax.above;

  const missing: TaxEstimate['missing'] = [];
  const extra = all.minus(goods);
  let left = extra;
  const lines = order.lines.flatMap((line, i): TaxLine[] => {
    const path = `lines[${i}].gcode`;
    const value =
      line.totalPrice !== undefined && isPlainDecimal(line.totalPrice) ? decimal(line.totalPrice) : undefined;
    if (!value) {
      missing.push({ path: `lines[${i}].totalPrice`, reason: { zh: '没有总价', en: 'no line total' } });
      return [];
    }
    const isLast = i === order.lines.length - 1;
    const part = isLast ? left : fen(extra.times(value).div(goods));
    left = left.minus(part);
    const found = rateOf(line.gcode ?? '', rates.lines);
    if (!found) {
      missing.push({
        path,
        reason: {
          zh: `税率表 ${rates.id} 中没有 ${line.gcode ?? ''}`,
          en: `${line.gcode ?? ''} is not in the rates of ${rates.id}`,
        },
      });
      return [];
    }
    const duty = reduced
      ? new Dec(0)
      : found.customsTax === undefined
        ? undefined
        : decimal(found.customsTax);
    if (found.consumptionTax === null || duty === undefined) {
      const reason =
        found.consumptionTax === null
          ? (found.note ?? found.goods)
          : {
              zh: `税率表 ${rates.id} 中没有 ${found.hs} 的关税税率`,
              en: `the rates of ${rates.id} have no duty for ${found.hs}`,
            };
      missing.push({ path, reason });
      return [];
    }
    const taxPrice = value.plus(part);
    return [taxLine(line, taxPrice, { ...found, consumptionTax: found.consumptionTax, duty }, share)];
  });

  const sum = (pick: (line: TaxLine) => string) =>
    lines.reduce((total, line) => total.plus(pick(line)), new Dec(0));
  const customsTax = sum((line) => line.customsTax);
  const consumptionTax = sum((line) => line.consumptionTax);
  const valueAddedTax = sum((line) => line.valueAddedTax);
  return {
    basis: { id: tax.id, title: tax.title, source: tax.source, reduced },
    rates: { id: rates.id, source: rates.source, complete: rates.complete },
    lines,
    customsTax: customsTax.toFixed(2),
    consumptionTax: consumptionTax.toFixed(2),
    valueAddedTax: valueAddedTax.toFixed(2),
    total: customsTax.plus(consumptionTax).plus(valueAddedTax).toFixed(2),
    missing,
  };
}

/** The entry with the longest beginning of the code. */
const rateOf = (gcode: string, lines: readonly RateLine[]): RateLine | undefined =>
  lines.filter((line) => gcode.startsWith(line.hs)).sort((a, b) => b.hs.length - a.hs.length)[0];

function taxLine(
  line: Order['lines'][number],
  taxPrice: Dec,
  rates: { duty: Dec; consumptionTax: string; valueAddedTax: string },
  share: z.output<typeof shares>,
): TaxLine {
  const duty = taxPrice.times(rates.duty).times(share.customsTax);
  const consumption = decimal(rates.consumptionTax);
  const statutoryConsumption = taxPrice.plus(duty).div(new Dec(1).minus(consumption)).times(consumption);
  const statutoryVat = taxPrice.plus(duty).plus(statutoryConsumption).times(rates.valueAddedTax);
  return {
    gnum: line.gnum ?? '',
    gcode: line.gcode ?? '',
    taxPrice: taxPrice.toFixed(2),
    customsTax: fen(duty).toFixed(2),
    consumptionTax: fen(statutoryConsumption.times(share.consumptionTax)).toFixed(2),
    valueAddedTax: fen(statutoryVat.times(share.valueAddedTax)).toFixed(2),
  };
}

export interface TaxComparison {
  agree: boolean;
  /** Amounts that differ: `lines[2].valueAddedTax` by number of the goods (gnum), or a sum. */
  differences: { path: string; estimated: string | null; billed: string | null; difference: string | null }[];
}

const leaves = ['customsTax', 'valueAddedTax', 'consumptionTax'] as const;

/** Compares an estimate with one tax bill (the `Tax` node of a CEB816 as read): head sums, then line by line. */
export function compareTax(estimate: TaxEstimate, bill: MessageNode): TaxComparison {
  const differences: TaxComparison['differences'] = [];
  const compare = (path: string, estimated: string | undefined, billed: string | undefined) => {
    const ours = estimated === undefined ? undefined : decimal(estimated);
    const theirs = billed !== undefined && isPlainDecimal(billed.trim()) ? decimal(billed.trim()) : undefined;
    if (ours && theirs && ours.eq(theirs)) return;
    differences.push({
      path,
      estimated: estimated ?? null,
      billed: billed ?? null,
      difference: ours && theirs ? theirs.minus(ours).toFixed(2) : null,
    });
  };
  const head = nodeOf(bill.TaxHeadRd);
  for (const leaf of leaves) compare(leaf, estimate[leaf], textOf(head[leaf]));
  const billed = new Map(
    [bill.TaxListRd ?? []].flat().map((line) => [textOf(nodeOf(line).gnum), nodeOf(line)]),
  );
  for (const line of estimate.lines) {
    const other = billed.get(line.gnum) ?? {};
    billed.delete(line.gnum);
    for (const leaf of ['taxPrice', ...leaves] as const)
      compare(`lines[${line.gnum}].${leaf}`, line[leaf], textOf(other[leaf]));
  }
  for (const [gnum, line] of billed)
    for (const leaf of leaves) compare(`lines[${gnum ?? ''}].${leaf}`, undefined, textOf(line[leaf]));
  return { agree: differences.length === 0, differences };
}

const nodeOf = (value: MessageNode[string] | undefined): MessageNode =>
  typeof value === 'object' && !Array.isArray(value) ? value : {};
const textOf = (value: MessageNode[string] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
