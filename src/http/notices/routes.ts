import { z } from 'zod';
import {
  acknowledgeNotices,
  countNotices,
  listNotices,
  noticeFilterSchema,
  type NoticeRow,
} from '../../declarations/notices.js';
import { may } from '../../enterprises/access.js';
import { noticeWithoutPeople } from '../../views/withoutPeople.js';
import type { Gateway } from '../../gateway.js';
import { pageOf, pageSchema } from '../page.js';
import { route, type AnyRoute } from '../route.js';
import { acknowledgeSchema, noticeCountSchema, noticeSchema } from './contract.js';

const TAG = '提示 / Notices';

/** A notice as the API shows it. */
export const noticeView = (row: NoticeRow): z.input<typeof noticeSchema> => ({
  id: row.id,
  declarationId: row.declaration_id,
  orderNo: row.order_no,
  notice: row.fault,
  createdAt: row.created_at.toISOString(),
  acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
  acknowledgedBy: row.acknowledged_by,
  note: row.note,
});

export function noticeRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  return [
    route({
      method: 'get',
      path: '/v1/notices',
      tag: TAG,
      summary: {
        zh: '提示列表，新的在前：存疑而不妨碍申报的事项',
        en: 'Notices, newest first: doubts that do not hold up a declaration',
      },
      right: 'declarations:read',
      query: noticeFilterSchema.extend({
        ...pageSchema.shape,
        open: z.enum(['true', 'false']).default('true'),
      }),
      answer: pageOf(noticeSchema),
      async handle({ query, access }) {
        const rows = await listNotices(store, access.tenants, query, {
          open: query.open === 'true',
          cursor: query.cursor,
          limit: query.limit + 1,
        });
        const page = rows.slice(0, query.limit);
        return {
          items: page
            .map(noticeView)
            .map((notice) => (may(access.role, 'bytes:read') ? notice : noticeWithoutPeople(notice))),
          next: rows.length > query.limit ? (page.at(-1)?.id ?? null) : null,
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/notices/counts',
      tag: TAG,
      summary: { zh: '按规则统计提示', en: 'How many notices each rule gave' },
      right: 'declarations:read',
      query: noticeFilterSchema,
      answer: z.object({ items: z.array(noticeCountSchema) }),
      async handle({ query, access }) {
        const rows = await countNotices(store, access.tenants, query);
        const shown = may(access.role, 'bytes:read');
        return {
          items: rows.map(({ fault, ...counts }) => {
            const { hint: _value, ...words } = fault;
            return { ...counts, notice: shown ? fault : words };
          }),
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/notices/acknowledge',
      tag: TAG,
      summary: {
        zh: '批量确认提示：按规则、申报或导入，不填则为全部',
        en: 'Acknowledge notices in bulk: of a rule, a declaration, an import, or all of them',
      },
      right: 'declarations:act',
      body: acknowledgeSchema,
      answer: z.object({ acknowledged: z.int() }),
      handle: async ({ body, access }) => ({
        acknowledged: await acknowledgeNotices(store, access, body, body.note),
      }),
    }),
  ];
}
