import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { isPlainDecimal } from '../base/decimal.js';
import { mappingPath } from '../base/root.js';
import { loadRates, rateTableSchema, type RateTable } from './rates.js';

/** Where imported rates stand in the data folder; they take the place of those that came with the gateway. */
const importedFile = (dataDir: string): string => join(dataDir, 'rates', 'customs-monthly.json');

/** The table a start reads: the imported one, else the sample that came with the gateway. */
export const rateFile = (dataDir: string | undefined): string =>
  dataDir !== undefined && existsSync(importedFile(dataDir))
    ? importedFile(dataDir)
    : mappingPath('rates', 'customs-monthly.json');

/** The imported table as it stands in the data folder; undefined when none was imported. */
export const importedRates = (dataDir: string): RateTable | undefined =>
  existsSync(importedFile(dataDir))
    ? rateTableSchema.parse(JSON.parse(readFileSync(importedFile(dataDir), 'utf8')))
    : undefined;

export interface RateRow {
  /** yyyy-MM. */
  month: string;
  /** ISO code. */
  currency: string;
  /** CNY per one unit, decimal text. */
  rate: string;
}

/**
 * Writes official rates into the data folder, where the next start finds them. Months that are given take the place of
 * the same months; sample months are never mixed with official ones.
 *
 * @throws FaultError A04 (422) for every row that cannot be taken; nothing is written then
 */
export function importRates(dataDir: string, source: string, rows: readonly RateRow[]): RateTable {
  const faults = rows.flatMap(({ month, currency, rate }, i) => {
    const reason = !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)
      ? `第 ${i + 1} 行：月份应为 yyyy-MM / row ${i + 1}: a month is yyyy-MM`
      : !/^[A-Z]{3}$/.test(currency)
        ? `第 ${i + 1} 行：币制应为三位字母代码 / row ${i + 1}: a currency has three letters`
        : !isPlainDecimal(rate) || !/[1-9]/.test(rate) || rate.startsWith('-')
          ? `第 ${i + 1} 行：汇率应为大于 0 的数字 / row ${i + 1}: a rate is a number above 0`
          : currency === 'CNY' && Number(rate) !== 1
            ? `第 ${i + 1} 行：人民币汇率应为 1 / row ${i + 1}: the rate of CNY is 1`
            : undefined;
    return reason ? [makeFault('A04', `rows[${i}]`, { reason }, rate)] : [];
  });
  if (faults.length > 0) throw new FaultError(faults, 422);
  const before = importedRates(dataDir);
  const months = new Map(before?.months.map((m) => [m.month, m.cnyPerUnit]) ?? []);
  const given = new Map<string, Record<string, string>>();
  for (const { month, currency, rate } of rows)
    given.set(month, { ...given.get(month), [currency]: rate, CNY: '1' });
  for (const [month, rates] of given) months.set(month, rates);
  const table: RateTable = {
    kind: 'customs-monthly',
    title: { zh: '海关月度汇率（每一外币单位折合人民币）', en: 'Monthly customs rates (CNY per one unit)' },
    source,
    official: true,
    months: [...months]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([month, cnyPerUnit]) => ({ month, cnyPerUnit })),
  };
  const file = importedFile(dataDir);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(table, null, 1)}\n`);
  // What the next start would refuse is refused now.
  loadRates(`${file}.new`);
  renameSync(`${file}.new`, file);
  return table;
}
