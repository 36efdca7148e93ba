import { z } from 'zod';
import { dayOf } from '../../base/clock.js';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { takeSettlements, withdrawSettlement, type Handing } from '../../records/settlements.js';
import { takeTaxRecords, withdrawTaxRecord } from '../../records/tax.js';
import type { SheetReading } from '../../sheets/read.js';
import { orderRecords } from '../../views/records/order.js';
import {
  listSettlements,
  listTaxRecords,
  recordSeries,
  settlementRows,
  taxRows,
} from '../../views/records/records.js';
import {
  orderRecordsSchema,
  recordSeriesSchema,
  settlementSchema,
  settlementsTakenSchema,
  taxRecordSchema,
  taxRecordsTakenSchema,
} from '../../views/records/shapes.js';
import { ownerOf, sellerQuery } from '../owner.js';
import { pageOf, pageSchema } from '../page.js';
import { asSellersTell } from '../../views/withoutPeople.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { takeBackRoute } from '../takeBack.js';
import { fileNameQuery, formatQuery, readRowsOf, readUpload, sendSheet, takenOf } from '../sheets/upload.js';
import { newSettlementsSchema, newTaxRecordsSchema, settlementFilter, taxFilter } from './contract.js';

const TAG = '收结汇与退免税 / Settlement and tax';
/** Rows of one exported file. */
const EXPORTED = 20_000;

/** Settlement (收汇、结汇) and tax (退税、免税) of orders: two series apart from trade, imported and linked to their orders. */
export function recordRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock, rates, printing } = gateway;
  const { sheets, registryKinds: kinds, statuses } = gateway.rulebook;
  const { codes } = gateway.catalogue;
  const today = () => dayOf(clock.now());
  const handing = (access: Access, seller: string | undefined, source: 'file' | 'api'): Handing => ({
    tenants: seller === undefined ? access.tenants : [ownerOf(access, seller)],
    owner: seller ?? (access.role === 'seller' ? access.tenantId : undefined),
    source,
    by: access.actor,
    today: today(),
  });
  const settle = async (read: SheetReading, given: Handing) => {
    return takenOf(await takeSettlements(store, { rates, codes }, read, given), read);
  };
  const tax = async (read: SheetReading, given: Handing) => {
    return takenOf(await takeTaxRecords(store, read, given), read);
  };
  const fileQuery = fileNameQuery.extend(sellerQuery.shape);

  return [
    route({
      method: 'get',
      path: '/v1/settlements',
      tag: TAG,
      summary: { zh: '收汇结汇记录，新的在前', en: 'Settlements, newest first' },
      right: 'records:read',
      query: pageSchema.extend(settlementFilter),
      answer: pageOf(settlementSchema),
      handle: async ({ query, access }) =>
        asSellersTell(access, await listSettlements(store, access.tenants, query)),
    }),
    route({
      method: 'post',
      path: '/v1/settlements',
      tag: TAG,
      summary: {
        zh: '登记收汇结汇及其核销的订单；同一流水号只计一次，有误的行退回',
        en: 'Record settlements and the orders they are for; a reference counts once, wrong rows come back',
      },
      right: 'orders:submit',
      body: newSettlementsSchema,
      answer: settlementsTakenSchema,
      handle: ({ body, access }) =>
        settle(readRowsOf(body.settlements, sheets.settlements), handing(access, body.seller, 'api')),
    }),
    route({
      method: 'post',
      path: '/v1/settlements/import',
      tag: TAG,
      summary: { zh: '从 Excel 或 CSV 导入收汇结汇记录', en: 'Import settlements from Excel or CSV' },
      right: 'orders:submit',
      query: fileQuery,
      file: true,
      answer: settlementsTakenSchema,
      async handle({ req, query, access }) {
        const given = handing(access, query.seller, 'file');
        return settle(await readUpload(gateway, req, access, 'settlements', query.fileName), given);
      },
    }),
    route({
      method: 'get',
      path: '/v1/settlements/export',
      tag: TAG,
      summary: { zh: '导出收汇结汇记录', en: 'Settlements as Excel or CSV' },
      right: 'records:read',
      query: formatQuery.extend(settlementFilter),
      media: 'application/octet-stream',
      async handle({ query: { format, ...query }, access, res }) {
        const { items } = await listSettlements(store, access.tenants, { ...query, limit: EXPORTED });
        await sendSheet(
          { res, access, printing },
          settlementRows(asSellersTell(access, items)),
          sheets.settlements,
          format,
        );
      },
    }),
    takeBackRoute({
      path: '/v1/settlements/{id}/withdraw',
      tag: TAG,
      summary: {
        zh: '撤回一笔收汇结汇及其核销（留痕）',
        en: 'Take back a settlement with what was applied of it',
      },
      what: '收汇结汇 / settlement',
      withdraw: (access, id, why) => withdrawSettlement(store, access.tenants, id, access.actor, why),
    }),
    route({
      method: 'get',
      path: '/v1/tax-records',
      tag: TAG,
      summary: { zh: '退税免税记录，新的在前', en: 'Tax records, newest first' },
      right: 'records:read',
      query: pageSchema.extend(taxFilter),
      answer: pageOf(taxRecordSchema),
      handle: async ({ query, access }) =>
        asSellersTell(access, await listTaxRecords(store, access.tenants, query)),
    }),
    route({
      method: 'post',
      path: '/v1/tax-records',
      tag: TAG,
      summary: { zh: '登记订单的退税、免税状态', en: 'Record statuses of rebates and exemptions' },
      right: 'orders:submit',
      body: newTaxRecordsSchema,
      answer: taxRecordsTakenSchema,
      handle: ({ body, access }) =>
        tax(readRowsOf(body.taxRecords, sheets.taxRecords), handing(access, undefined, 'api')),
    }),
    route({
      method: 'post',
      path: '/v1/tax-records/import',
      tag: TAG,
      summary: { zh: '从 Excel 或 CSV 导入退税免税记录', en: 'Import tax records from Excel or CSV' },
      right: 'orders:submit',
      query: fileQuery,
      file: true,
      answer: taxRecordsTakenSchema,
      async handle({ req, query, access }) {
        const given = handing(access, query.seller, 'file');
        return tax(await readUpload(gateway, req, access, 'taxRecords', query.fileName), given);
      },
    }),
    route({
      method: 'get',
      path: '/v1/tax-records/export',
      tag: TAG,
      summary: { zh: '导出退税免税记录', en: 'Tax records as Excel or CSV' },
      right: 'records:read',
      query: formatQuery.extend(taxFilter),
      media: 'application/octet-stream',
      async handle({ query: { format, ...query }, access, res }) {
        const { items } = await listTaxRecords(store, access.tenants, { ...query, limit: EXPORTED });
        await sendSheet(
          { res, access, printing },
          taxRows(asSellersTell(access, items)),
          sheets.taxRecords,
          format,
        );
      },
    }),
    takeBackRoute({
      path: '/v1/tax-records/{id}/withdraw',
      tag: TAG,
      summary: { zh: '撤回一条退税免税记录（留痕）', en: 'Take back a tax record; it stays in the history' },
      what: '退税免税 / tax record',
      withdraw: (access, id, why) => withdrawTaxRecord(store, access.tenants, id, access.actor, why),
    }),
    route({
      method: 'get',
      path: '/v1/records/series',
      tag: TAG,
      summary: {
        zh: '按月的收汇、结汇、退免税序列，各自单列，不与贸易额相加',
        en: 'Settlement and tax by month, each a series of its own, never added to trade',
      },
      right: 'records:read',
      query: z
        .object({ from: z.iso.date().optional(), to: z.iso.date().optional() })
        .transform(({ to = today(), from = `${to.slice(0, 4)}-01-01` }) => ({ from, to })),
      answer: recordSeriesSchema,
      handle: ({ query, access }) => recordSeries(store, access.tenants, query),
    }),
    route({
      method: 'get',
      path: '/v1/declarations/{id}/records',
      tag: TAG,
      summary: {
        zh: '一票的海关、检验、收结汇、退免税四项记录，以及当事企业的名录命中',
        en: 'The customs, inspection, settlement and tax records of one declaration, and what the registry says of its parties',
      },
      right: 'records:read',
      params: idParams,
      answer: orderRecordsSchema,
      async handle({ params, access }) {
        const given = { rates, statuses, kinds, now: clock.now() };
        const found = await orderRecords(store, given, access.tenants, params.id);
        if (!found) throw notFound('申报 / declaration');
        return asSellersTell(access, found);
      },
    }),
  ];
}
