import { z } from 'zod';
import type { Gateway } from '../../gateway.js';
import { assignTray, dismissTray, reopenTray } from '../../receipts/tray.js';
import { listTray } from '../../views/tray/queries.js';
import { pageOf, pageSchema } from '../page.js';
import { trayItemSchema } from '../../views/tray/shapes.js';
import { idParams, route, type AnyRoute } from '../route.js';

const TAG = '待认领回执 / Tray';

export function trayRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  return [
    route({
      method: 'get',
      path: '/v1/tray',
      tag: TAG,
      summary: { zh: '未能对应或无法读取的回执', en: 'Receipts that match nothing or cannot be read' },
      right: 'tray:read',
      query: pageSchema.extend({ open: z.enum(['true', 'false']).default('true') }),
      answer: pageOf(trayItemSchema),
      handle: ({ query, access }) =>
        listTray(store, access, { ...query, open: query.open === 'true' }, gateway.catalogue, gateway.view),
    }),
    route({
      method: 'post',
      path: '/v1/tray/{id}/dismiss',
      tag: TAG,
      summary: { zh: '搁置并说明原因', en: 'Put aside, with the reason' },
      right: 'tray:decide',
      params: idParams,
      body: z.strictObject({ note: z.string().trim().min(1).max(500) }),
      handle: ({ params, body, access }) => dismissTray(store, access, params.id, body.note),
    }),
    route({
      method: 'post',
      path: '/v1/tray/{id}/reopen',
      tag: TAG,
      summary: { zh: '撤销搁置', en: 'Take a dismissal back' },
      right: 'tray:decide',
      params: idParams,
      handle: ({ params, access }) => reopenTray(store, access, params.id),
    }),
    route({
      method: 'post',
      path: '/v1/tray/{id}/assign',
      tag: TAG,
      summary: { zh: '认领到某个单证', en: 'Give the receipt to a document' },
      right: 'tray:decide',
      params: idParams,
      body: z.strictObject({ documentId: z.uuid(), note: z.string().trim().max(500).default('') }),
      handle: ({ params, body, access }) =>
        assignTray(store, access, params.id, body.documentId, body.note, gateway.journey.applyContext()),
    }),
  ];
}
