import { z } from 'zod';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { Gateway } from '../../gateway.js';
import { keepPaymentData, retryRequest } from '../../paymentData/requests.js';
import { listPaymentRequests } from '../../views/paymentData/queries.js';
import { notFound, route, type AnyRoute } from '../route.js';
import { keptPaymentSchema, paymentDataSchema, paymentRequestSchema } from './contract.js';

const TAG = '支付原始数据 / Raw payment data';

export function paymentDataRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  return [
    route({
      method: 'post',
      path: '/v1/payment-data',
      tag: TAG,
      summary: {
        zh: '留存零售进口一笔支付的原始数据，海关抽查时由网关签名上传',
        en: 'Keep the raw data of one payment of retail imports; signed and uploaded when customs asks',
      },
      right: 'orders:submit',
      body: paymentDataSchema,
      answer: keptPaymentSchema,
      async handle({ body, access }) {
        const { rows } = await store.query<{ id: string }>(
          'select id from tenants where code = $1 and id = any($2)',
          [body.ebpCode, access.tenants],
        );
        const owner = rows[0]?.id ?? (access.role === 'seller' ? access.tenantId : undefined);
        if (owner === undefined)
          throw new FaultError([makeFault('A03', 'ebpCode', { thing: '企业 / enterprise' })], 404);
        return store.transaction((tx) => keepPaymentData(tx, access, owner, body));
      },
    }),
    route({
      method: 'get',
      path: '/v1/payment-data/requests',
      tag: TAG,
      summary: {
        zh: '海关的抽查请求及上传结果，新的在前',
        en: 'Requests of customs and what came of them, newest first',
      },
      right: 'bytes:read',
      query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
      answer: z.object({ items: z.array(paymentRequestSchema) }),
      handle: async ({ query, access }) => ({
        items: await listPaymentRequests(store, access.tenants, query.limit),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/payment-data/requests/{sessionId}/retry',
      tag: TAG,
      summary: { zh: '重新上传', en: 'Upload again' },
      right: 'declarations:act',
      params: z.object({ sessionId: z.string().min(1).max(36) }),
      async handle({ params, access }) {
        if (!(await retryRequest(store, access, params.sessionId))) throw notFound('抽查请求 / request');
      },
    }),
  ];
}
