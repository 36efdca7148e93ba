import { z } from 'zod';
import { FaultError, type Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { partStored } from '../../declarations/notices.js';
import { cancelImport, resumeImport } from '../../intake/control.js';
import { receiveImport } from '../../intake/receiveImport.js';
import { writeErrorFile } from '../../orders/errorFile.js';
import type { RawOrder } from '../../orders/read/draft.js';
import { detectFormat, sniff, type OrderFormat } from '../../orders/read/format.js';
import { importSchema, importVerdictSchema } from './contract.js';
import { pageOf, pageSchema } from '../page.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { idempotencyKey } from '../idempotency.js';
import { readingRoutes } from './reading.js';
import {
  askedProfile,
  findImport,
  placesOf,
  profileName,
  SELECT,
  viewOf,
  type Import,
  type ImportRow,
} from './view.js';

const MAX_BYTES = 2 * 1024 ** 3;
/** Orders an error file holds at a time: each may be a megabyte. */
const ORDERS_HELD = 25;
/** Greatest index of an order in a file, the limit of the column. */
const MAX_INDEX = 2 ** 31 - 1;

export function importRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  const { fields } = gateway.rulebook;
  const view = (row: ImportRow): Import => viewOf(row, fields);

  const find = (access: Access, id: string) => findImport(store, access, id);
  const change = async (done: boolean, row: ImportRow) => {
    if (!done)
      throw new FaultError(
        [makeFault('A08', 'id', { reason: `导入状态为 ${row.state} / the import is ${row.state}` })],
        409,
      );
  };

  return [
    ...readingRoutes(gateway),
    route({
      method: 'post',
      path: '/v1/imports',
      tag: '导入 / Imports',
      summary: {
        zh: '导入订单文件（JSON、NDJSON、CSV、Excel .xlsx），请求体即文件；立即返回，进度另查',
        en: 'Import a file of orders (JSON, NDJSON, CSV, Excel .xlsx); the body is the file; answers at once, progress is asked for',
      },
      right: 'orders:submit',
      query: z.object({
        fileName: z.string().trim().min(1).max(255),
        seller: z.uuid().optional().describe('Tenant id of the only seller whose orders the file may hold'),
        profile: profileName,
      }),
      file: true,
      idempotent: true,
      status: 202,
      answer: importSchema,
      async handle({ req, query, access }) {
        if (query.seller && !access.tenants.includes(query.seller)) throw notFound('企业 / enterprise');
        const { head, stream } = await sniff(req);
        const detected = detectFormat(head, query.fileName, req.get('Content-Type'));
        if ('refused' in detected) throw new FaultError([detected.refused], 415);
        const profile = await askedProfile(gateway, access, query);
        const id = await receiveImport(store, stream as AsyncIterable<Buffer>, {
          access,
          fileName: query.fileName,
          format: detected.format,
          maxBytes: MAX_BYTES,
          ...(query.seller ? { sellerTenantId: query.seller } : {}),
          ...(profile ? { profile } : {}),
          ...(idempotencyKey(req) ? { idempotencyKey: idempotencyKey(req)! } : {}),
        });
        return view(await find(access, id));
      },
    }),
    route({
      method: 'get',
      path: '/v1/imports',
      tag: '导入 / Imports',
      summary: { zh: '导入记录，新的在前', en: 'Imports, newest first' },
      right: 'orders:submit',
      query: pageSchema,
      answer: pageOf(importSchema),
      async handle({ query, access }) {
        const { rows } = await store.query<ImportRow>(
          `${SELECT} where (i.tenant_id = any($1) or i.seller_tenant_id = any($1)) and ($2::uuid is null or i.id < $2)
            order by i.id desc limit $3`,
          [access.tenants, query.cursor ?? null, query.limit + 1],
        );
        const page = rows.slice(0, query.limit);
        return {
          items: page.map(view),
          next: rows.length > query.limit ? (page[page.length - 1]?.id ?? null) : null,
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/imports/{id}',
      tag: '导入 / Imports',
      summary: { zh: '一次导入及其进度', en: 'One import and its progress' },
      right: 'orders:submit',
      params: idParams,
      answer: importSchema,
      handle: async ({ params, access }) => view(await find(access, params.id)),
    }),
    route({
      method: 'get',
      path: '/v1/imports/{id}/verdicts',
      tag: '导入 / Imports',
      summary: { zh: '逐单结果', en: 'The verdict of each order' },
      right: 'orders:submit',
      params: idParams,
      query: pageSchema.extend({
        cursor: z.coerce
          .number()
          .int()
          .min(0)
          .max(MAX_INDEX)
          .optional()
          .describe('`next` of the page before'),
        outcome: z.enum(['accepted', 'faulty', 'exists']).default('faulty'),
      }),
      answer: pageOf(importVerdictSchema),
      async handle({ params, query, access }) {
        const row = await find(access, params.id);
        const after = query.cursor ?? -1;
        const { rows } = await store.query<{
          order_index: number;
          row_from: number | null;
          row_to: number | null;
          order_no: string | null;
          declaration_id: string | null;
          faults: Fault[];
          raw: RawOrder | null;
        }>(
          query.outcome === 'accepted'
            ? `select o.order_index, o.row_from, o.row_to, d.order_no, o.id as declaration_id,
                      coalesce((select jsonb_agg(n.fault order by n.id) from notices n where n.declaration_id = o.id), '[]') as faults, null::jsonb as raw
                 from orders o join declarations d on d.id = o.id
                where o.import_id = $1 and o.order_index > $2 and 'accepted' = $3 order by o.order_index limit $4`
            : `select order_index, row_from, row_to, order_no, declaration_id, faults, raw from import_verdicts
                where import_id = $1 and order_index > $2 and outcome = $3 order by order_index limit $4`,
          [row.id, after, query.outcome, query.limit + 1],
        );
        const shown = rows.slice(0, query.limit);
        const last = shown[shown.length - 1];
        return {
          items: shown.map((r) => ({
            id: `${row.id}:${r.order_index}`,
            index: r.order_index,
            ...(r.row_from !== null && r.row_to !== null ? { rows: { from: r.row_from, to: r.row_to } } : {}),
            orderNo: r.order_no,
            outcome: query.outcome,
            declarationId: r.declaration_id,
            ...partStored(r.faults),
            places: placesOf(r.faults, r.raw),
          })),
          next: rows.length > query.limit && last ? String(last.order_index) : null,
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/imports/{id}/errors-file',
      tag: '导入 / Imports',
      summary: {
        zh: '有误的订单，格式与原文件相同并附错误列',
        en: 'The faulty orders in the format of the file, with error columns',
      },
      right: 'orders:submit',
      params: idParams,
      media: 'application/octet-stream',
      async handle({ params, access, res }) {
        const row = await find(access, params.id);
        const name = row.file_name.replace(/(\.\w+)?$/, (ext) => `-错误${ext || `.${row.format}`}`);
        res.attachment(name);
        res.setHeader('Content-Type', MEDIA[row.format]);
        await writeErrorFile(badOrders(row.id), res, {
          format: row.format,
          nameOf: (path) => fields.byPath.get(path)?.header.zh,
        });
      },
    }),
    route({
      method: 'post',
      path: '/v1/imports/{id}/cancel',
      tag: '导入 / Imports',
      summary: { zh: '停止导入；已受理的订单保留', en: 'Stop an import; what was accepted stays' },
      right: 'orders:submit',
      params: idParams,
      answer: importSchema,
      async handle({ params, access }) {
        const row = await find(access, params.id);
        await change(await cancelImport(store, row.id), row);
        return view(await find(access, params.id));
      },
    }),
    route({
      method: 'post',
      path: '/v1/imports/{id}/resume',
      tag: '导入 / Imports',
      summary: { zh: '从中断处继续导入', en: 'Go on with an import where it stopped' },
      right: 'orders:submit',
      params: idParams,
      answer: importSchema,
      async handle({ params, access }) {
        const row = await find(access, params.id);
        await change(await resumeImport(store, row.id), row);
        return view(await find(access, params.id));
      },
    }),
  ];

  async function* badOrders(importId: string): AsyncGenerator<{ raw: RawOrder; faults: Fault[] }> {
    for (let after = -1; ;) {
      const { rows } = await store.query<{ order_index: number; raw: RawOrder; faults: Fault[] }>(
        `select order_index, raw, faults from import_verdicts
          where import_id = $1 and order_index > $2 and jsonb_array_length(faults) > 0 order by order_index limit $3`,
        [importId, after, ORDERS_HELD],
      );
      const last = rows[rows.length - 1];
      if (!last) return;
      for (const { raw, faults } of rows) yield { raw, faults: partStored(faults).faults };
      after = last.order_index;
    }
  }
}

const MEDIA: Record<OrderFormat, string> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
