import { z } from 'zod';
import { FaultError } from '../../base/fault.js';
import { limitAnswer } from '../../base/faultLimit.js';
import { makeFault } from '../../base/faults.js';
import type { Gateway } from '../../gateway.js';
import { orderSchema, type Order } from '../../orders/order.js';
import { adviceSchema } from './contract.js';
import { type AnyRoute, route, notFound } from '../route.js';

export function adviseRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  return [
    route({
      method: 'post',
      path: '/v1/advise',
      tag: '订单 / Orders',
      summary: {
        zh: '比较一个订单可用的监管方式：所需单证、会出现的错误、限值和统计口径；给出订单或已有申报的编号',
        en: 'Compare the regimes open to an order: documents, faults, limits, counting; give an order or the id of a declaration',
      },
      right: 'declarations:read',
      body: z.strictObject({ order: orderSchema.optional(), declarationId: z.uuid().optional() }),
      answer: z.array(adviceSchema),
      async handle({ body, access }) {
        let input: Order | undefined = body.order;
        if (body.declarationId) {
          const { rows } = await store.query<{ body: Order }>(
            `select coalesce(r.body, o.body) as body from orders o
               left join order_revisions r on r.order_id = o.id
              where o.id = $1 and o.tenant_id = any($2) order by r.revision desc nulls last limit 1`,
            [body.declarationId, access.tenants],
          );
          if (!rows[0]) throw notFound('申报 / declaration');
          input = orderSchema.parse(rows[0].body);
        }
        if (!input)
          throw new FaultError(
            [makeFault('A04', 'body', { reason: 'order 或 declarationId / order or declarationId' })],
            400,
          );
        return limitAnswer(await gateway.reading.advise(input));
      },
    }),
  ];
}
