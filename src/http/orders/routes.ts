import { failPoint } from '../../base/failPoint.js';
import { FaultError } from '../../base/fault.js';
import { limitAnswer } from '../../base/faultLimit.js';
import { makeFault } from '../../base/faults.js';
import { newId } from '../../base/ids.js';
import type { Gateway } from '../../gateway.js';
import { once } from '../../intake/idempotency.js';
import { Sellers } from '../../intake/sellers.js';
import type { Order } from '../../orders/order.js';
import type { ReadOrder } from '../../orders/read/readOrders.js';
import { Completer } from '../../sellers/complete.js';
import { withBody } from '../body.js';
import { intakeResultSchema } from './contract.js';
import { orderDocument } from './document.js';
import { idempotencyKey } from '../idempotency.js';
import { route, type AnyRoute } from '../route.js';
import type { z } from 'zod';

const MAX_ORDERS = 1000;
const MAX_BYTES = 20 * 1024 * 1024;
type IntakeResult = z.input<typeof intakeResultSchema>;

export function orderRoutes(gateway: Gateway): AnyRoute[] {
  return [
    route({
      method: 'post',
      path: '/v1/orders',
      tag: '订单 / Orders',
      summary: {
        zh: '提交一个或一批订单（JSON 对象、数组或 {"orders": […]}，或 application/x-ndjson；最多 1000 个），逐个给出结果',
        en: 'Submit one or many orders (JSON object, array or {"orders": […]}, or application/x-ndjson; at most 1000); each gets its verdict',
      },
      right: 'orders:submit',
      file: true,
      document: orderDocument(gateway.rulebook.fields),
      idempotent: true,
      answer: intakeResultSchema,
      async handle({ req, access }): Promise<IntakeResult> {
        const key = idempotencyKey(req);
        const format = req.is('application/x-ndjson')
          ? 'ndjson'
          : req.is(['application/json', 'application/*+json'])
            ? 'json'
            : undefined;
        if (!format)
          throw new FaultError(
            [makeFault('A14', 'Content-Type', { accepted: 'application/json, application/x-ndjson' })],
            415,
          );
        return withBody(req, MAX_BYTES, async (body) => {
          const orders: ReadOrder[] = [];
          const completer = await Completer.of(gateway.store, access, gateway.rulebook.goodsFields);
          const complete = (all: readonly Order[]) => completer.complete(all);
          for await (const slice of gateway.readChecked(body, { format, complete })) {
            orders.push(...slice);
            if (orders.length > MAX_ORDERS)
              throw new FaultError([makeFault('A06', 'body', { limit: `${MAX_ORDERS} orders` })], 413);
          }
          const sellers = await Sellers.of(gateway.store, access);
          const reference = newId();
          const answer = await once(
            gateway.store,
            { tenantId: access.tenantId, key, body, reference },
            async (tx): Promise<IntakeResult> => {
              const verdicts = await gateway.journey.submit(tx, orders, {
                sellers,
                submittedBy: access.actor,
              });
              const count = (outcome: string) => verdicts.filter((v) => v.outcome === outcome).length;
              return {
                reference,
                accepted: count('accepted'),
                faulty: count('faulty'),
                exists: count('exists'),
                orders: limitAnswer(verdicts),
              };
            },
          );
          failPoint('submit:committed');
          return answer;
        });
      },
    }),
  ];
}
