import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { workbookOf } from '../base/workbook.js';
import type { Gateway } from '../gateway.js';
import { goodsCsv, goodsSheet, readGoodsFile } from '../goods/file.js';
import { goodsHistory, listGoods, putGoods } from '../goods/master.js';
import { previewFile } from '../intake/preview.js';
import { profileBodySchema, type Profile } from '../orders/columns/profile.js';
import type { Order } from '../orders/order.js';
import { detectFormat, sniffLength } from '../orders/read/format.js';
import { Completer } from '../sellers/complete.js';
import { defaultsOf, defaultsSchema, putDefaults, readDefaults } from '../sellers/defaults.js';
import { findProfile, savedProfiles, saveProfile } from '../sellers/profiles.js';
import { requiredAndEmpty } from '../orders/regimeFields.js';
import { OPERATOR_TENANT, type Queryable } from '../store/store.js';
import { withGateway } from './open.js';
import { operatorAccess } from './operator.js';
import { action, printFaults, printJson } from './print.js';

const ACTOR = 'cli';
/** Items of one exported file. */
const EXPORTED = 20_000;

interface SellerFlag {
  seller?: string;
}
export interface PreviewFlags extends SellerFlag {
  profile?: string;
}

/** The tenant of a seller's code; undefined when none is named. Throws A03 for a code nobody has. */
export async function sellerByCode(db: Queryable, code: string | undefined): Promise<string | undefined> {
  if (code === undefined) return undefined;
  const { rows } = await db.query<{ id: string }>(
    `select id from tenants where code = $1 and role = 'seller'`,
    [code],
  );
  const [seller] = rows;
  if (!seller) throw new FaultError([notFoundFault(`企业 ${code} / enterprise`)], 404);
  return seller.id;
}

/** The profile a command names; undefined when it names none. Throws I41. */
export async function profileByName(
  gateway: Gateway,
  owner: string,
  name: string | undefined,
): Promise<Profile | undefined> {
  if (name === undefined) return undefined;
  return findProfile(gateway.store, [owner, OPERATOR_TENANT], name, gateway.readOptions.shipped ?? []);
}

/** Shows how a file would be read, as JSON; nothing is stored. */
export async function previewOf(file: string, flags: PreviewFlags): Promise<void> {
  await withGateway(async (gateway) => {
    const bytes = readFileSync(file);
    const detected = detectFormat(bytes.subarray(0, sniffLength), file);
    if ('refused' in detected) throw new FaultError([detected.refused]);
    const access = await operatorAccess(gateway);
    const seller = await sellerByCode(gateway.store, flags.seller);
    const profile = await profileByName(gateway, seller ?? access.tenantId, flags.profile);
    const completer = await Completer.of(gateway.store, access, gateway.rulebook.goodsFields, seller);
    const options = {
      format: detected.format,
      ...(profile && { profile }),
      saved: await savedProfiles(gateway.store, [seller ?? access.tenantId, access.tenantId]),
      complete: (orders: readonly Order[]) => completer.complete(orders),
    };
    printJson(
      await previewFile(
        (told) => gateway.readChecked(bytes, { ...options, ...told }),
        (order) => requiredAndEmpty(order, gateway.rulebook),
      ),
    );
  });
}

/** Commands for what a seller gives once: profiles, defaults, goods. */
export function addSellerFiles(program: Command): void {
  program
    .command('profiles [file]')
    .description(
      '列对应方案：列出，或从 JSON 文件保存一个 / column profiles: list them, or save one from a JSON file',
    )
    .option('--seller <code>', '电商企业代码 / code of the seller')
    .option('--name <name>', '保存时的名称 / its name when saved')
    .action(
      action(async (file: string | undefined, flags: SellerFlag & { name?: string }) =>
        withGateway(async (gateway) => {
          const owner = (await sellerByCode(gateway.store, flags.seller)) ?? OPERATOR_TENANT;
          if (file !== undefined) {
            const { name: inside, ...body } = z
              .looseObject({ name: z.string().optional() })
              .parse(JSON.parse(readFileSync(file, 'utf8')));
            const name = flags.name ?? inside ?? basename(file).replace(/\.\w+$/, '');
            const content = profileBodySchema.parse(body);
            await saveProfile(gateway.store, owner, name, content, ACTOR, gateway.rulebook.fields);
          }
          const saved = await savedProfiles(gateway.store, [owner]);
          printJson([
            ...saved.map((p) => ({ name: p.name, columns: p.columns.length, updatedAt: p.updatedAt })),
            ...(gateway.readOptions.shipped ?? []).map((p) => ({
              name: p.id,
              title: p.title,
              columns: p.columns.length,
            })),
          ]);
        }),
      ),
    );

  program
    .command('defaults [file]')
    .description(
      '卖家默认值：显示，或从 JSON 文件设定 / defaults of a seller: show them, or set them from a JSON file',
    )
    .requiredOption('--seller <code>', '电商企业代码 / code of the seller')
    .action(
      action(async (file: string | undefined, flags: { seller: string }) =>
        withGateway(async (gateway) => {
          const owner = (await sellerByCode(gateway.store, flags.seller)) ?? '';
          if (file !== undefined) {
            const given = defaultsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
            const { rulebook } = gateway;
            const read = readDefaults(
              given,
              rulebook.defaultFields,
              rulebook.fields,
              rulebook.catalogue.codes,
            );
            if (read.faults.length > 0) throw new FaultError(read.faults);
            await putDefaults(gateway.store, owner, read.defaults, ACTOR);
          }
          printJson(await defaultsOf(gateway.store, owner));
        }),
      ),
    );

  const goods = program.command('goods').description('商品档案 / goods master');
  goods
    .command('import <file>')
    .description('从 Excel 或 CSV 导入商品档案 / import items from Excel or CSV')
    .requiredOption('--seller <code>', '电商企业代码 / code of the seller')
    .action(
      action(async (file: string, flags: { seller: string }) =>
        withGateway(async (gateway) => {
          const owner = (await sellerByCode(gateway.store, flags.seller)) ?? '';
          const detected = detectFormat(readFileSync(file).subarray(0, sniffLength), file);
          if ('refused' in detected) throw new FaultError([detected.refused]);
          if (detected.format !== 'csv' && detected.format !== 'xlsx')
            throw new FaultError([makeFault('I02', file)]);
          const { items, faults, unread } = await readGoodsFile(
            createReadStream(file),
            detected.format,
            gateway.rulebook.goodsFields,
            gateway.readOptions.columns,
            gateway.catalogue.codes,
          );
          const change = await putGoods(gateway.store, owner, items, ACTOR);
          printFaults(faults);
          printJson({ ...change, refused: faults.length, unread });
          if (faults.length > 0) process.exitCode = 1;
        }),
      ),
    );
  goods
    .command('export <file>')
    .description('导出商品档案为 .xlsx 或 .csv / write the goods master as .xlsx or .csv')
    .requiredOption('--seller <code>', '电商企业代码 / code of the seller')
    .action(
      action(async (file: string, flags: { seller: string }) =>
        withGateway(async (gateway) => {
          const owner = (await sellerByCode(gateway.store, flags.seller)) ?? '';
          const items = await listGoods(gateway.store, owner, { limit: EXPORTED });
          const { goodsFields } = gateway.rulebook;
          writeFileSync(
            file,
            /\.csv$/i.test(file)
              ? await goodsCsv(items, goodsFields)
              : await workbookOf([goodsSheet(items, goodsFields)]),
          );
          printJson({ file, items: items.length });
        }),
      ),
    );
  goods
    .command('history <sku>')
    .description('一个商品的历次修改 / every version of an item')
    .requiredOption('--seller <code>', '电商企业代码 / code of the seller')
    .action(
      action(async (sku: string, flags: { seller: string }) =>
        withGateway(async (gateway) => {
          const owner = (await sellerByCode(gateway.store, flags.seller)) ?? '';
          printJson(await goodsHistory(gateway.store, owner, sku));
        }),
      ),
    );
}
