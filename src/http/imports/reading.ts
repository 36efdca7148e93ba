import { z } from 'zod';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { Gateway } from '../../gateway.js';
import { previewFile } from '../../intake/preview.js';
import { retryImport } from '../../intake/control.js';
import type { Order } from '../../orders/order.js';
import type { OrderFile } from '../../orders/read/readOrders.js';
import { detectFormat, sniffLength } from '../../orders/read/format.js';
import { requiredAndEmpty } from '../../orders/regimeFields.js';
import { Completer } from '../../sellers/complete.js';
import { savedProfiles } from '../../sellers/profiles.js';
import { causesOf } from '../../views/imports/causes.js';
import { withBody } from '../body.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { causeSchema, importSchema, previewSchema } from './contract.js';
import { askedProfile, findImport, profileName, viewOf } from './view.js';

/** A preview needs the beginning of a table only; a workbook is sent as a whole. */
const PREVIEW_BYTES = 64 * 1024 ** 2;

/** How a file is read: looking at it before, why orders were refused after, and reading it once more. */
export function readingRoutes(gateway: Gateway): AnyRoute[] {
  const { store, rulebook } = gateway;
  return [
    route({
      method: 'post',
      path: '/v1/imports/preview',
      tag: '导入 / Imports',
      summary: {
        zh: '预览订单文件：每列是什么、有哪些问题要问、前几张订单读成什么样；不保存任何内容',
        en: 'Look at a file of orders before it is imported: what each column is, what has to be asked, what the first orders become; nothing is stored',
      },
      right: 'orders:submit',
      query: z.object({
        fileName: z.string().trim().min(1).max(255),
        seller: z.uuid().optional(),
        profile: profileName,
      }),
      file: true,
      answer: previewSchema,
      async handle({ req, query, access }) {
        if (query.seller && !access.tenants.includes(query.seller)) throw notFound('企业 / enterprise');
        const type = req.get('Content-Type');
        const profile = await askedProfile(gateway, access, query);
        const completer = await Completer.of(store, access, gateway.rulebook.goodsFields, query.seller);
        const file = {
          ...(profile && { profile }),
          saved: await savedProfiles(store, [query.seller ?? access.tenantId, access.tenantId]),
          complete: (orders: readonly Order[]) => completer.complete(orders),
        };
        const { format, preview } = await withBody(req, PREVIEW_BYTES, async (bytes) => {
          const detected = detectFormat(bytes.subarray(0, sniffLength), query.fileName, type);
          if ('refused' in detected) throw new FaultError([detected.refused], 415);
          const { format } = detected;
          const read = (told: Partial<OrderFile>) => gateway.readChecked(bytes, { ...file, format, ...told });
          const preview = await previewFile(read, (order) => requiredAndEmpty(order, gateway.rulebook));
          return { format, preview };
        });
        return {
          format,
          ...preview,
          rows: preview.rows.map((row) => [...row]),
          faults: [...preview.faults],
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/imports/{id}/causes',
      tag: '导入 / Imports',
      summary: {
        zh: '有误订单的原因汇总：同一原因的订单数、自己的列名、首次出现的行',
        en: 'Why orders were refused, grouped: how many orders each cause concerns, the sender’s own column, the first row',
      },
      right: 'orders:submit',
      params: idParams,
      answer: z.object({ items: z.array(causeSchema) }),
      async handle({ params, access }) {
        const row = await findImport(store, access, params.id);
        return { items: await causesOf(store, row.id) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/imports/{id}/retry',
      tag: '导入 / Imports',
      summary: {
        zh: '用同一文件再导入一次（可另选列对应方案）；已受理的订单不会重复',
        en: 'Read the same file once more, with another profile if wanted; accepted orders are not repeated',
      },
      right: 'orders:submit',
      params: idParams,
      query: z.object({ profile: profileName }),
      status: 202,
      answer: importSchema,
      async handle({ params, query, access }) {
        const row = await findImport(store, access, params.id);
        const seller = row.seller_id ?? undefined;
        const profile = await askedProfile(gateway, access, {
          ...(query.profile !== undefined && { profile: query.profile }),
          ...(seller !== undefined && { seller }),
        });
        const id = await retryImport(store, row.id, access.actor, profile);
        if (id === undefined)
          throw new FaultError(
            [makeFault('A08', 'id', { reason: `导入状态为 ${row.state} / the import is ${row.state}` })],
            409,
          );
        return viewOf(await findImport(store, access, id), rulebook.fields);
      },
    }),
  ];
}
