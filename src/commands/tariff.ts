import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { readSheet } from 'read-excel-file/node';
import { z } from 'zod';
import { dataDirOf } from '../base/config.js';
import { isPlainDecimal } from '../base/decimal.js';
import { FaultError, type Fault } from '../base/fault.js';
import { limitFaults } from '../base/faultLimit.js';
import { makeFault } from '../base/faults.js';
import { positiveSchema, tariffSchema, type TariffFile } from '../checks/goodsTables.js';
import { loadCatalogue } from '../messages/catalogue.js';
import { headerKey } from '../orders/fields.js';
import { action, printJson } from './print.js';

/** The columns of customs' table of goods codes, by the headers it has had. */
const COLUMNS = {
  code: ['商品编码', '商品编号', '税则号列', '税号', 'hs编码', 'hscode', 'code'],
  name: ['商品名称', '货品名称', '品名', 'name'],
  unit1: ['法定第一单位', '第一法定单位', '第一单位', '法定单位', '计量单位', 'unit1'],
  unit2: ['法定第二单位', '第二法定单位', '第二单位', 'unit2'],
  conditions: ['海关监管条件', '监管条件', 'conditions'],
  inspection: ['检验检疫类别', '检验检疫', 'inspection'],
  exportDuty: ['出口税率', '出口关税税率', '出口关税', 'exportduty'],
  provisionalExportDuty: ['出口暂定税率', '出口暂定', '暂定出口税率', 'provisionalexportduty'],
} as const;
type Column = keyof typeof COLUMNS;

interface ImportFlags {
  validFrom: string;
  source: string;
  list: 'tariff' | 'positive';
}

/** `gateway tariff import FILE`: official tables of goods, which then refuse what they do not hold. */
export function addTariff(program: Command): void {
  const tariff = program.command('tariff').description('商品编码表、正面清单 / goods codes, positive list');
  tariff
    .command('import <file>')
    .description(
      '导入正式的商品编码表或正面清单（csv、xlsx），重启网关后生效 / import the official table (csv, xlsx); takes effect at the next start',
    )
    .requiredOption('--valid-from <day>', '生效日 yyyy-MM-dd / first day in force')
    .requiredOption('--source <text>', '出处，例如公告号 / where it comes from, for example the announcement')
    .option('--list <which>', 'tariff 或 positive', 'tariff')
    .action(
      action(async (file: string, flags: ImportFlags) => {
        const done = await importTable(file, flags, dataDirOf(process.env));
        printJson(done);
      }),
    );
}

/**
 * Reads a table, says every row that cannot be taken, and writes it into the data folder, where the next start finds it.
 *
 * @throws FaultError A04 for a wrong flag, K01 for a missing column, K02 for each row that cannot be read; nothing is
 *   written then
 */
export async function importTable(
  file: string,
  { validFrom, source, list }: ImportFlags,
  dataDir: string,
): Promise<{ file: string; codes: number; validFrom: string }> {
  if (!z.iso.date().safeParse(validFrom).success)
    throw new FaultError([makeFault('A04', '--valid-from', { reason: 'yyyy-MM-dd' })]);
  if (list !== 'tariff' && list !== 'positive')
    throw new FaultError([makeFault('A04', '--list', { reason: 'tariff | positive' })]);
  const rows = await rowsOf(file);
  const common = { kind: 'official' as const, source, validFrom };
  const content =
    list === 'tariff'
      ? tariffSchema.parse({
          ...common,
          id: `tariff-${validFrom}`,
          title: { zh: '海关商品编码表', en: 'customs table of goods codes' },
          lines: linesOf(rows),
        })
      : positiveSchema.parse({
          ...common,
          id: `positive-${validFrom}`,
          title: { zh: '跨境电商零售进口商品清单', en: 'positive list of retail imports' },
          codes: prefixesOf(rows),
        });
  const dir = join(dataDir, list);
  mkdirSync(dir, { recursive: true });
  const target = join(dir, `official-${validFrom}.json`);
  // A start at the same moment sees the whole file or none.
  writeFileSync(`${target}.new`, JSON.stringify(content));
  renameSync(`${target}.new`, target);
  return { file: target, codes: 'lines' in content ? content.lines.length : content.codes.length, validFrom };
}

interface Row {
  number: number;
  get(column: Column): string;
}

async function rowsOf(file: string): Promise<Row[]> {
  const bytes = readFileSync(file);
  const cells = bytes.subarray(0, 2).toString() === 'PK' ? await sheetCells(bytes) : csvCells(bytes);
  const at = cells.findIndex((row) => row.some((text) => is('code', text)));
  const header = cells[at] ?? [];
  const place = (column: Column) => header.findIndex((text) => is(column, text));
  const places = new Map((Object.keys(COLUMNS) as Column[]).map((column) => [column, place(column)]));
  if (at < 0 || places.get('code') === -1)
    throw new FaultError([makeFault('K01', '', { columns: COLUMNS.code.slice(0, 4).join(' / ') })]);
  return cells.slice(at + 1).map((row, i) => ({
    number: at + 2 + i,
    get: (column) => (row[places.get(column) ?? -1] ?? '').trim(),
  }));
}

const is = (column: Column, header: string): boolean =>
  COLUMNS[column].some((name) => headerKey(name) === headerKey(header));

async function sheetCells(bytes: Buffer): Promise<string[][]> {
  const rows = (await readSheet(bytes, 1, { parseNumber: (digits: string) => digits })) as unknown[][];
  return rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cell : '')));
}

/** UTF-8 where it is, else GB 18030, in which official files often come. */
function csvCells(bytes: Buffer): string[][] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder('gb18030').decode(bytes);
  }
  const delimiter = text.slice(0, 2000).includes('\t') ? '\t' : ',';
  return parse(text, { delimiter, bom: true, relax_column_count: true, relax_quotes: true });
}

const digitsOf = (text: string): string => text.normalize('NFKC').replace(/[.\s-]/g, '');

/** A rate in percent as plain decimal text; undefined where none is written, null where it cannot be read. */
function percentOf(text: string): string | null | undefined {
  const rate = text.normalize('NFKC').replace(/[%\s]|无/g, '');
  if (rate === '' || rate === '-') return undefined;
  return isPlainDecimal(rate) ? rate : null;
}

function linesOf(rows: readonly Row[]): TariffFile['lines'] {
  const units = loadCatalogue().codes.get('unit');
  const faults: Fault[] = [];
  const lines = new Map<string, TariffFile['lines'][number]>();
  for (const row of rows) {
    const code = digitsOf(row.get('code'));
    // Headings and blank rows stand between the codes; only ten places are declared.
    if (!/^\d{10}$/.test(code)) continue;
    const wrong = (reason: string) =>
      faults.push(makeFault('K02', `row ${row.number}`, { row: String(row.number), reason }, code));
    const unit = (column: 'unit1' | 'unit2') => {
      const text = row.get(column);
      return text === '' || text === '无' ? undefined : (units.resolve(text) ?? null);
    };
    const [unit1, unit2] = [unit('unit1'), unit('unit2')];
    const exportDuty = percentOf(row.get('provisionalExportDuty')) ?? percentOf(row.get('exportDuty'));
    if (unit1 === null || unit2 === null) wrong(`${row.get('unit1')} ${row.get('unit2')}`.trim());
    else if (unit1 === undefined) wrong('法定第一单位为空 / no first unit');
    else if (lines.has(code)) wrong('重复 / comes twice');
    else if (exportDuty === null)
      wrong(`${row.get('exportDuty')} ${row.get('provisionalExportDuty')}`.trim());
    else
      lines.set(code, {
        code,
        name: row.get('name') || code,
        unit1,
        ...(unit2 === undefined ? {} : { unit2 }),
        conditions: row.get('conditions').replace(/\s|无/g, ''),
        inspection: row.get('inspection').replace(/\s|无/g, ''),
        ...(exportDuty === undefined ? {} : { exportDuty }),
      });
  }
  if (faults.length > 0) throw new FaultError(limitFaults(faults));
  if (lines.size === 0) throw new FaultError([makeFault('K01', '', { columns: COLUMNS.code[0] })]);
  return [...lines.values()];
}

function prefixesOf(rows: readonly Row[]): string[] {
  const codes = new Set(
    rows.map((row) => digitsOf(row.get('code'))).filter((code) => /^\d{4,10}$/.test(code)),
  );
  if (codes.size === 0) throw new FaultError([makeFault('K01', '', { columns: COLUMNS.code[0] })]);
  return [...codes];
}
