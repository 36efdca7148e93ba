import { z } from 'zod';
import { noteArrival } from '../../inspections/tasks.js';
import type { Gateway } from '../../gateway.js';
import { inspectionTaskSchema, inspectionTimesSchema } from '../../views/inspections/shapes.js';
import { inspectionTasks, inspectionTimes } from '../../views/inspections/tasks.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';

const TAG = '查验 / Inspections';

export function inspectionRoutes({ store, clock }: Gateway): AnyRoute[] {
  return [
    route({
      method: 'get',
      path: '/v1/inspection-tasks',
      tag: TAG,
      summary: {
        zh: '查验任务，鲜活商品在前；另给出近 30 日从到货到结果的中位用时',
        en: 'Inspection tasks, fresh goods first, with the median time from arrival to result of 30 days',
      },
      right: 'declarations:act',
      query: z.object({
        state: z.enum(['open', 'done']).default('open'),
        declaration: z.uuid().optional().describe('Only those of this declaration'),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      answer: z.object({ items: z.array(inspectionTaskSchema), minutes: inspectionTimesSchema }),
      handle: async ({ query, access }) => ({
        items: await inspectionTasks(store, access.tenants, {
          open: query.state === 'open',
          limit: query.limit,
          declaration: query.declaration,
        }),
        minutes: await inspectionTimes(store, access.tenants),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/inspection-tasks/{id}/arrival',
      tag: TAG,
      summary: {
        zh: '登记货物运抵查验场地的时间',
        en: 'Note when the goods arrived where they are inspected',
      },
      right: 'declarations:act',
      params: idParams,
      body: z.strictObject({ at: z.iso.datetime({ offset: true }).optional() }),
      async handle({ params, body, access }) {
        const now = clock.now();
        const given = body.at === undefined ? now : new Date(body.at);
        const noted = await store.transaction((tx) =>
          noteArrival(tx, access.tenants, params.id, {
            at: given > now ? now : given,
            by: access.actor,
          }),
        );
        if (!noted) throw notFound('查验任务 / inspection task');
      },
    }),
  ];
}
