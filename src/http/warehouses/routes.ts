import { z } from 'zod';
import { dayOf } from '../../base/clock.js';
import type { Gateway } from '../../gateway.js';
import type { SheetReading } from '../../sheets/read.js';
import { listWarehouses, warehouseDetail, warehouseRows } from '../../views/warehouses/warehouses.js';
import {
  warehouseDetailSchema,
  warehouseFactsTakenSchema,
  warehouseSchema,
  warehousesTakenSchema,
} from '../../views/warehouses/shapes.js';
import { evidenceBytes, keepEvidence, withdrawEvidence } from '../../warehouses/evidence.js';
import { takeWarehouseFacts, withdrawWarehouseFact } from '../../warehouses/facts.js';
import { putWarehouses } from '../../warehouses/register.js';
import { withBody } from '../body.js';
import { ownerOf, sellerQuery } from '../owner.js';
import { asSellersTell } from '../../views/withoutPeople.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { takeBackRoute } from '../takeBack.js';
import { fileNameQuery, formatQuery, readRowsOf, readUpload, sendSheet, takenOf } from '../sheets/upload.js';
import {
  evidenceKeptSchema,
  evidenceQuery,
  newWarehouseFactsSchema,
  newWarehousesSchema,
} from './contract.js';

const TAG = '海外仓 / Overseas warehouses';
const EVIDENCE_BYTES = 20 * 1024 ** 2;

/** The register of overseas warehouses: data in versions, areas by day, holders and served enterprises, papers with their hash. */
export function warehouseRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock, printing } = gateway;
  const { sheets } = gateway.rulebook;
  const { codes } = gateway.catalogue;
  const today = () => dayOf(clock.now());
  const enter = async (owner: string, read: SheetReading, by: string) => {
    return takenOf(await putWarehouses(store, codes, owner, read, by), read);
  };
  const enterFacts = async (owner: string, read: SheetReading, by: string) => {
    return takenOf(await takeWarehouseFacts(store, owner, read, by), read);
  };
  const fileQuery = fileNameQuery.extend(sellerQuery.shape);

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
        items: asSellersTell(access, await listWarehouses(store, codes, access.tenants, query.on ?? today())),
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
        enter(ownerOf(access, body.seller), readRowsOf(body.warehouses, sheets.warehouses), access.actor),
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
        return enter(
          owner,
          await readUpload(gateway, req, access, 'warehouses', query.fileName),
          access.actor,
        );
      },
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/export',
      tag: TAG,
      summary: { zh: '导出海外仓登记表', en: 'The warehouses as Excel or CSV' },
      right: 'warehouses:read',
      query: formatQuery,
      media: 'application/octet-stream',
      async handle({ query, access, res }) {
        const found = await listWarehouses(store, codes, access.tenants, today());
        await sendSheet(
          { res, access, printing },
          warehouseRows(asSellersTell(access, found)),
          sheets.warehouses,
          query.format,
        );
      },
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/facts',
      tag: TAG,
      summary: {
        zh: '登记持股链与服务企业（按日期）；相同内容和起始日期的以新记录替代',
        en: 'Holders and served enterprises by day; one of the same content and first day takes the place of the earlier',
      },
      right: 'orders:submit',
      body: newWarehouseFactsSchema,
      answer: warehouseFactsTakenSchema,
      handle: ({ body, access }) =>
        enterFacts(ownerOf(access, body.seller), readRowsOf(body.facts, sheets.warehouseFacts), access.actor),
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/facts/import',
      tag: TAG,
      summary: { zh: '从 Excel 或 CSV 导入持股链与服务企业', en: 'Import holders and served enterprises' },
      right: 'orders:submit',
      query: fileQuery,
      file: true,
      answer: warehouseFactsTakenSchema,
      async handle({ req, query, access }) {
        const owner = ownerOf(access, query.seller);
        const read = await readUpload(gateway, req, access, 'warehouseFacts', query.fileName);
        return enterFacts(owner, read, access.actor);
      },
    }),
    takeBackRoute({
      path: '/v1/warehouses/facts/{id}/withdraw',
      tag: TAG,
      summary: {
        zh: '撤回一条持股或服务企业（留痕）',
        en: 'Take back a holder or served enterprise; it stays in the history',
      },
      what: '登记事项 / fact',
      withdraw: (access, id, why) => withdrawWarehouseFact(store, access.tenants, id, access.actor, why),
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/evidence/{id}/file',
      tag: TAG,
      summary: { zh: '下载证明材料原文件', en: 'A paper, byte for byte' },
      right: 'warehouses:read',
      params: idParams,
      media: 'application/octet-stream',
      async handle({ params, access, res }) {
        const found = await evidenceBytes(store, access.tenants, params.id);
        if (!found) throw notFound('证明材料 / paper');
        res.attachment(found.fileName);
        res.setHeader('X-Content-Type-Options', 'nosniff');
        res.setHeader('X-Content-SHA256', found.sha256);
        res.type(found.mediaType).send(found.bytes);
      },
    }),
    takeBackRoute({
      path: '/v1/warehouses/evidence/{id}/withdraw',
      tag: TAG,
      summary: {
        zh: '撤下一份证明材料（留痕，原文件保留）',
        en: 'Take back a paper; the row and its bytes stay',
      },
      what: '证明材料 / paper',
      withdraw: (access, id, why) => withdrawEvidence(store, access.tenants, id, access.actor, why),
    }),
    route({
      method: 'get',
      path: '/v1/warehouses/{id}',
      tag: TAG,
      summary: {
        zh: '一个海外仓：各版本、面积、持股链、服务企业、证明材料',
        en: 'One warehouse with versions, areas, facts and papers',
      },
      right: 'warehouses:read',
      params: idParams,
      query: z.object({ on: z.iso.date().optional() }),
      answer: warehouseDetailSchema,
      async handle({ params, query, access }) {
        const found = await warehouseDetail(store, codes, access.tenants, params.id, query.on ?? today());
        if (!found) throw notFound('海外仓 / warehouse');
        return asSellersTell(access, found);
      },
    }),
    route({
      method: 'post',
      path: '/v1/warehouses/{id}/evidence',
      tag: TAG,
      summary: {
        zh: '上传证明材料，请求体即文件（PDF、图片、XLSX、DOCX，20 MB 以内）；相同内容只存一份',
        en: 'Keep a paper, the body is the file (PDF, images, XLSX, DOCX, up to 20 MB); the same bytes stand once',
      },
      right: 'orders:submit',
      params: idParams,
      query: evidenceQuery,
      file: true,
      answer: evidenceKeptSchema,
      async handle({ req, params, query, access }) {
        const { validFrom = null, validTo = null, ...given } = query;
        const paper = { ...given, validFrom, validTo };
        const kept = await withBody(req, EVIDENCE_BYTES, (bytes) =>
          keepEvidence(store, access.tenants, params.id, paper, bytes, access.actor),
        );
        if (!kept) throw notFound('海外仓 / warehouse');
        return kept;
      },
    }),
  ];
}
