import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { dayOf } from '../base/clock.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Gateway } from '../gateway.js';
import { readSheet } from '../sheets/read.js';
import { tableFormatOf, writeSheet } from '../sheets/write.js';
import { warehouseFigures } from '../views/warehouses/figures.js';
import { warehouseGroupings } from '../views/warehouses/shapes.js';
import { stockLines } from '../views/warehouses/stock.js';
import { listWarehouses, warehouseRows } from '../views/warehouses/warehouses.js';
import { takeWarehouseFacts } from '../warehouses/facts.js';
import { takeMovements } from '../warehouses/movements.js';
import { placeOf } from '../warehouses/places.js';
import { putWarehouses } from '../warehouses/register.js';
import { withGateway } from './open.js';
import { operatorAccess } from './operator.js';
import { action, printFaults, printJson } from './print.js';
import { sellerByCode } from './sellerFiles.js';

const ACTOR = 'cli';
const PAGE = 200;
const tables = ['register', 'facts', 'movements'] as const;
type Table = (typeof tables)[number];

interface OfSeller {
  seller?: string;
}
interface Question extends OfSeller {
  from?: string;
  to?: string;
  by: (typeof warehouseGroupings)[number];
}

/** The tenants a command speaks of: one seller, or all. */
const tenantsOf = async (gateway: Gateway, { seller }: OfSeller): Promise<string[]> => {
  const one = await sellerByCode(gateway.store, seller);
  return one === undefined ? (await operatorAccess(gateway)).tenants : [one];
};

/** Commands of overseas warehouses: the register, its stock and its figures. */
export function addWarehouses(program: Command): void {
  const warehouses = program.command('warehouses').description('海外仓 / overseas warehouses');
  const sellerOption = ['--seller <code>', '卖家的统一社会信用代码 / credit code of the seller'] as const;

  warehouses
    .command('import <file>')
    .description('从 Excel 或 CSV 导入 / import from Excel or CSV')
    .requiredOption(...sellerOption)
    .addOption(
      new Option('--table <table>', '登记表、持股与服务企业、出库表 / what the file holds')
        .choices(tables)
        .default('register'),
    )
    .action(
      action(async (file: string, flags: { seller: string; table: Table }) =>
        withGateway(async (gateway) => {
          const owner = (await sellerByCode(gateway.store, flags.seller)) ?? '';
          const { faults, unread, ...taken } = await importTable(gateway, owner, file, flags.table);
          printFaults(faults);
          printJson({ ...taken, refused: faults.length, unread });
          if (faults.length > 0) process.exitCode = 1;
        }),
      ),
    );

  warehouses
    .command('export <file>')
    .description('导出登记表为 .xlsx 或 .csv / write the register as .xlsx or .csv')
    .option(...sellerOption)
    .action(
      action(async (file: string, flags: OfSeller) =>
        withGateway(async (gateway) => {
          const tenants = await tenantsOf(gateway, flags);
          const { codes } = gateway.catalogue;
          const found = await listWarehouses(gateway.store, codes, tenants, dayOf(gateway.clock.now()));
          const { warehouses: sheet } = gateway.rulebook.sheets;
          writeFileSync(file, await writeSheet(warehouseRows(found), sheet, tableFormatOf(file)));
          printJson({ file, warehouses: found.length });
        }),
      ),
    );

  warehouses
    .command('figures')
    .description(
      '面积、入仓、销售、在库、周转天数、库龄 / area, value in, sold, in stock, turnover days, age',
    )
    .option(...sellerOption)
    .option('--from <day>', 'yyyy-MM-dd，默认当年 1 月 1 日 / the first of the year when left out')
    .option('--to <day>', 'yyyy-MM-dd，默认今天 / today when left out')
    .addOption(
      new Option('--by <what>', '汇总方式 / what lines stand for')
        .choices(warehouseGroupings)
        .default('warehouse'),
    )
    .action(
      action(async (flags: Question) =>
        withGateway(async (gateway) => {
          const to = dayFlag('to', flags.to) ?? dayOf(gateway.clock.now());
          const from = dayFlag('from', flags.from) ?? `${to.slice(0, 4)}-01-01`;
          if (from > to) throw wrongDay('from', `${from} > ${to}`);
          const tenants = await tenantsOf(gateway, flags);
          printJson(
            await warehouseFigures(gateway.store, gateway.catalogue.codes, {
              tenants,
              from,
              to,
              by: flags.by,
            }),
          );
        }),
      ),
    );

  warehouses
    .command('stock')
    .description('逐行库存，每行一个 JSON / stock line by line, one JSON a line')
    .option(...sellerOption)
    .option('--warehouse <name>', '海外仓名称或代码 / name or code of the warehouse')
    .action(
      action(async (flags: OfSeller & { warehouse?: string }) =>
        withGateway(async (gateway) => {
          const tenants = await tenantsOf(gateway, flags);
          const { warehouse } = flags;
          const places =
            warehouse === undefined
              ? undefined
              : (
                  await Promise.all(tenants.map((tenant) => placeOf(gateway.store, tenant, warehouse)))
                ).flatMap((place) => place?.names ?? []);
          const today = dayOf(gateway.clock.now());
          let cursor: string | undefined;
          do {
            const page = await stockLines(gateway.store, gateway.rulebook.rebateTerms, tenants, {
              places,
              cursor,
              limit: PAGE,
              today,
            });
            for (const line of page.items) process.stdout.write(`${JSON.stringify(line)}\n`);
            cursor = page.next ?? undefined;
          } while (cursor !== undefined);
        }),
      ),
    );
}

async function importTable(gateway: Gateway, owner: string, file: string, table: Table) {
  const { store, clock } = gateway;
  const { sheets } = gateway.rulebook;
  const sheet = { register: sheets.warehouses, facts: sheets.warehouseFacts, movements: sheets.movements }[
    table
  ];
  const read = await readSheet(readFileSync(file), basename(file), sheet, gateway.readOptions.columns);
  const taken =
    table === 'register'
      ? await putWarehouses(store, gateway.catalogue.codes, owner, read, ACTOR)
      : table === 'facts'
        ? await takeWarehouseFacts(store, owner, read, ACTOR)
        : await takeMovements(store, clock, owner, read, 'file', ACTOR);
  return { ...taken, unread: read.unread };
}

const wrongDay = (flag: string, reason: string): FaultError =>
  new FaultError([makeFault('A04', `--${flag}`, { reason })]);

function dayFlag(flag: string, text: string | undefined): string | undefined {
  if (text !== undefined && !z.iso.date().safeParse(text).success)
    throw wrongDay(flag, `${text} 不是日期 yyyy-MM-dd / is no day yyyy-MM-dd`);
  return text;
}
