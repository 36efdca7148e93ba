import { z } from 'zod';
import { dayOf } from '../../base/clock.js';
import { FaultError } from '../../base/fault.js';
import { limitFaults } from '../../base/faultLimit.js';
import { makeFault } from '../../base/faults.js';
import type { Gateway } from '../../gateway.js';
import { reverse } from '../../ledger/ledger.js';
import { readValues, rowFault, type SheetReading } from '../../sheets/read.js';
import type { Sheet } from '../../sheets/sheet.js';
import { mediaTypes, tableFormats, writeSheet } from '../../sheets/write.js';
import { listWarehouses, stockEntries, stockLines } from '../../views/warehouses/warehouses.js';
import {
  movementsTakenSchema,
  stockEntrySchema,
  stockLineSchema,
  warehouseSchema,
  warehousesTakenSchema,
} from '../../views/warehouses/shapes.js';
import { takeMovements } from '../../warehouses/movements.js';
import { putWarehouses } from '../../warehouses/register.js';
import { withBody } from '../body.js';
import { ownerOf, sellerQuery } from '../owner.js';
import { pageOf, pageSchema } from '../page.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { newMovementsSchema, newWarehousesSchema, reverseEntrySchema } from './contract.js';

const TAG = '海外仓 / Overseas warehouses';
const FILE_BYTES = 32 * 1024 ** 2;
const fileQuery = sellerQuery.extend({ fileName: z.string().trim().min(1).max(255) });

/** Overseas warehouses of sellers: the register, and the stock of every 9810 line as an append-only ledger. */
export function warehouseRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock } = gateway;
  const { sheets } = gateway.rulebook;
  const today = () => dayOf(clock.now());
  const rowsOf = (given: readonly Record<string, string>[], sheet: Sheet): SheetReading => {
    const read: SheetReading = { rows: [], faults: [], unread: [] };
    given.forEach((texts, i) => {
      const { values, problems } = readValues(texts, sheet);
      if (problems.length === 0) read.rows.push({ row: i + 1, values });
      else read.faults.push(...problems.map((problem) => rowFault(i + 1, problem)));
    });
    return read;
  };
  const enter = async (owner: string, read: SheetReading, by: string) => ({
    ...(await putWarehouses(
      store,
      owner,
      read.rows.map((row) => row.values),
      by,
    )),
    faults: limitFaults(read.faults),
    unread: read.unread,
  });
  const move = async (owner: string, read: SheetReading, source: 'file' | 'api', by: string) => {
    const taken = await takeMovements(store, owner, read, source, by);
    return { ...taken, faults: limitFaults(taken.faults), unread: read.unread };
  };

  return [
    route({
      method: 'get',
      path: '/v1/warehouses',
      tag: TAG,
      summary: { zh: '海外仓登记表，面积按所问日期', en: 'Overseas warehouses, areas as of a day' },
      right: 'warehouses:read',
      query: z.object({ on: z.iso.date().optional().describe('Day of the areas; today when left out') }),
      answer: z.object({ items: z.array(warehouseSchema) }),
      handle: async ({ query, access }) => ({
        items: await listWarehouses(store, access.tenants, query.on ?? today()),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/warehouses',
      tag: TAG,
      summary: {
        zh: '登记或修改海外仓（旧版本保留）',
        en: 'Enter or change warehouses (earlier versions are kept)',
      },
      right: 'orders:submit',
      body: newWarehousesSchema,
      answer: warehousesTakenSchema,
      handle: ({ body, access }) =>
        enter(ownerOf(access, body.seller), rowsOf(body.warehouses, sheets.warehouses), access.actor),
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/import',
      tag: TAG,
      summary: { zh: '从 Excel 或 CSV 导入海外仓', en: 'Import warehouses from Excel or CSV' },
      right: 'orders:submit',
      query: fileQuery,
      file: true,
      answer: warehousesTakenSchema,
      async handle({ req, query, access }) {
        const owner = ownerOf(access, query.seller);
        const read = await withBody(req, FILE_BYTES, (bytes) =>
          gateway.tables.sheet(bytes, query.fileName, 'warehouses'),
        );
        return enter(owner, read, access.actor);
      },
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/export',
      tag: TAG,
      summary: { zh: '导出海外仓登记表', en: 'The warehouses as Excel or CSV' },
      right: 'warehouses:read',
      query: z.object({ format: z.enum(tableFormats).default('xlsx') }),
      media: 'application/octet-stream',
      async handle({ query, access, res }) {
        const found = await listWarehouses(store, access.tenants, today());
        const bytes = await writeSheet(
          found.map((w) => w.data),
          sheets.warehouses,
          query.format,
        );
        const name = encodeURIComponent(`${sheets.warehouses.title.zh}.${query.format}`);
        res.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${name}`);
        res.type(mediaTypes[query.format]).send(bytes);
      },
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/stock',
      tag: TAG,
      summary: {
        zh: '海外仓库存，按 9810 商品行；离境、销售、退税核算三个时点分列',
        en: 'Stock by 9810 line; exit, sale and tax settlement apart',
      },
      right: 'warehouses:read',
      query: pageSchema.extend({ warehouse: z.string().max(200).optional() }),
      answer: pageOf(stockLineSchema),
      handle: ({ query, access }) => stockLines(store, access.tenants, { ...query, today: today() }),
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/stock/{id}/entries',
      tag: TAG,
      summary: { zh: '一行库存的全部台账', en: 'Every entry of one line of stock' },
      right: 'warehouses:read',
      params: idParams,
      answer: z.object({ items: z.array(stockEntrySchema) }),
      async handle({ params, access }) {
        const items = await stockEntries(store, access.tenants, params.id);
        if (!items) throw notFound('库存 / stock');
        return { items };
      },
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/movements',
      tag: TAG,
      summary: {
        zh: '登记销售、退运、灭失（WMS 接口）；同一单号只计一次，库存不足的行退回',
        en: 'Sales, returns and losses (WMS); a reference counts once, rows that lack stock come back',
      },
      right: 'orders:submit',
      body: newMovementsSchema,
      answer: movementsTakenSchema,
      handle: ({ body, access }) =>
        move(ownerOf(access, body.seller), rowsOf(body.movements, sheets.movements), 'api', access.actor),
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/movements/import',
      tag: TAG,
      summary: { zh: '从 Excel 或 CSV 导入出库表', en: 'Import movements from Excel or CSV' },
      right: 'orders:submit',
      query: fileQuery,
      file: true,
      answer: movementsTakenSchema,
      async handle({ req, query, access }) {
        const owner = ownerOf(access, query.seller);
        const read = await withBody(req, FILE_BYTES, (bytes) =>
          gateway.tables.sheet(bytes, query.fileName, 'movements'),
        );
        return move(owner, read, 'file', access.actor);
      },
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/entries/{id}/reverse',
      tag: TAG,
      summary: { zh: '冲销一条台账（留痕）', en: 'Reverse an entry by one of its own' },
      right: 'orders:submit',
      params: idParams,
      body: reverseEntrySchema,
      async handle({ params, body, access }) {
        const done = await store.transaction((tx) =>
          reverse(tx, access.tenants, params.id, access.actor, body.why),
        );
        if (done === 'missing') throw notFound('台账 / entry');
        if (done === 'reversed')
          throw new FaultError(
            [
              makeFault('N03', 'id', {
                reasonZh: '该条台账已冲销',
                reasonEn: 'This entry was reversed before',
              }),
            ],
            409,
          );
      },
    }),
  ];
}
