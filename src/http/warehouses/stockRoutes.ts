import { z } from 'zod';
import { dayOf } from '../../base/clock.js';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { reverse } from '../../ledger/ledger.js';
import type { SheetReading } from '../../sheets/read.js';
import { warehouseFigures } from '../../views/warehouses/figures.js';
import {
  movementsTakenSchema,
  rebatePositionSchema,
  stockEntrySchema,
  stockLineSchema,
  warehouseFiguresSchema,
} from '../../views/warehouses/shapes.js';
import { movements, rebatePosition, stockEntries, stockLines } from '../../views/warehouses/stock.js';
import { warehouseDetail } from '../../views/warehouses/warehouses.js';
import { takeMovements } from '../../warehouses/movements.js';
import { ownerOf, sellerQuery } from '../owner.js';
import { pageOf, pageSchema } from '../page.js';
import { asSellersTell } from '../../views/withoutPeople.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { fileNameQuery, readRowsOf, readUpload, takenOf } from '../sheets/upload.js';
import { newMovementsSchema, takeBackSchema, warehouseFiguresQuery } from './contract.js';

const TAG = '海外仓 / Overseas warehouses';
const REVERSALS = {
  reversed: { reasonZh: '该条台账已冲销', reasonEn: 'This entry was reversed before' },
  used: {
    reasonZh: '调入的货物已经出库，不能冲销这笔调拨',
    reasonEn: 'The goods that this transfer brought have left again: it cannot be reversed',
  },
} as const;

/** Stock of every 9810 line as an append-only ledger, its figures, and where the rebates claimed at exit stand. */
export function stockRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock } = gateway;
  const { sheets, rebateTerms } = gateway.rulebook;
  const { codes } = gateway.catalogue;
  const today = () => dayOf(clock.now());
  const move = async (owner: string, read: SheetReading, source: 'file' | 'api', by: string) => {
    const taken = await takeMovements(store, clock, owner, read, source, by);
    return takenOf(taken, read);
  };
  const ofWarehouse = { warehouse: z.uuid().optional().describe('Id of a registered warehouse') };
  /** The ledger's names of a registered warehouse; undefined when none was asked for. */
  const placesOf = async (id: string | undefined, access: Access): Promise<string[] | undefined> => {
    if (id === undefined) return undefined;
    const found = await warehouseDetail(store, codes, access.tenants, id, today());
    if (!found) throw notFound('海外仓 / warehouse');
    return found.places;
  };

  return [
    route({
      method: 'get',
      path: '/v1/warehouses/stock',
      tag: TAG,
      summary: {
        zh: '海外仓库存，按 9810 商品行；离境、销售、退税核算三个时点分列',
        en: 'Stock by 9810 line; exit, sale and tax settlement apart',
      },
      right: 'warehouses:read',
      query: pageSchema.extend({
        ...ofWarehouse,
        search: z.string().trim().min(1).max(100).optional(),
        state: z.enum(['in-stock', 'gone']).optional(),
      }),
      answer: pageOf(stockLineSchema),
      async handle({ query: { warehouse, ...query }, access }) {
        const places = await placesOf(warehouse, access);
        return stockLines(store, rebateTerms, access.tenants, { ...query, places, today: today() });
      },
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
        return asSellersTell(access, { items });
      },
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/movements',
      tag: TAG,
      summary: { zh: '海外仓台账流水，新的在前', en: 'Entries of the stock ledger, newest first' },
      right: 'warehouses:read',
      query: pageSchema.extend({
        ...ofWarehouse,
        kind: z.enum(['departed', 'sold', 'returned', 'lost', 'transferred']).optional(),
      }),
      answer: pageOf(stockEntrySchema),
      async handle({ query: { warehouse, ...query }, access }) {
        const places = await placesOf(warehouse, access);
        return asSellersTell(access, await movements(store, access.tenants, { ...query, places }));
      },
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/movements',
      tag: TAG,
      summary: {
        zh: '登记销售、退运、灭失、调拨（WMS 接口）；同一单号只计一次，库存不足的行退回',
        en: 'Sales, returns, losses and transfers (WMS); a reference counts once, rows that lack stock come back',
      },
      right: 'orders:submit',
      body: newMovementsSchema,
      answer: movementsTakenSchema,
      handle: ({ body, access }) =>
        move(ownerOf(access, body.seller), readRowsOf(body.movements, sheets.movements), 'api', access.actor),
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/movements/import',
      tag: TAG,
      summary: {
        zh: '从 Excel 或 CSV 导入出库表或平台销售订单',
        en: 'Import movements, or sales orders as platforms export them, from Excel or CSV',
      },
      right: 'orders:submit',
      query: fileNameQuery.extend(sellerQuery.shape),
      file: true,
      answer: movementsTakenSchema,
      async handle({ req, query, access }) {
        const owner = ownerOf(access, query.seller);
        return move(
          owner,
          await readUpload(gateway, req, access, 'movements', query.fileName),
          'file',
          access.actor,
        );
      },
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/figures',
      tag: TAG,
      summary: {
        zh: '海外仓数据：按海外仓、国家或企业汇总面积、入仓、销售、在库、周转天数、库龄、服务企业',
        en: 'Figures by warehouse, country or enterprise: area, value in, sold and in stock, turnover days, age, enterprises served',
      },
      right: 'warehouses:read',
      query: warehouseFiguresQuery(today),
      answer: warehouseFiguresSchema,
      handle: ({ query: { seller, ...query }, access }) =>
        warehouseFigures(store, codes, {
          ...query,
          tenants: seller === undefined ? access.tenants : [ownerOf(access, seller)],
        }),
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/rebates',
      tag: TAG,
      summary: {
        zh: '离境即退税：按离境年度列示已售、未售、预退申报与核算期限',
        en: 'Rebates claimed at exit: sold, unsold, claims and the last day of settlement by year of exit',
      },
      right: 'warehouses:read',
      query: z.object(ofWarehouse),
      answer: rebatePositionSchema,
      async handle({ query, access }) {
        const places = await placesOf(query.warehouse, access);
        return rebatePosition(store, rebateTerms, access.tenants, { places, today: today() });
      },
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/entries/{id}/reverse',
      tag: TAG,
      summary: {
        zh: '冲销一条台账（留痕）；调拨的两条一并冲销',
        en: 'Reverse an entry by one of its own; both entries of a transfer',
      },
      right: 'orders:submit',
      params: idParams,
      body: takeBackSchema,
      async handle({ params, body, access }) {
        const done = await store.transaction((tx) =>
          reverse(tx, access.tenants, params.id, access.actor, body.why),
        );
        if (done === 'missing') throw notFound('台账 / entry');
        if (done !== 'done') throw new FaultError([makeFault('N03', 'id', REVERSALS[done])], 409);
      },
    }),
  ];
}
