import { z } from 'zod';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { messageTypeSchema } from '../../terms/messageType.js';
import { goodsForms } from '../../views/forms/goodsForms.js';
import { formPaper } from '../../views/forms/paper.js';
import { goodsFormsSchema } from '../../views/forms/shapes.js';
import { sendPaper } from '../paper.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';

const TAG = '报关单 / Goods declarations';

/** Goods declarations and inspection applications laid out as their papers; they are filled in by corrections. */
export function goodsFormRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock, catalogue, rulebook, printing } = gateway;
  const read = async (access: Access, id: string) => {
    const context = { catalogue, fields: rulebook.fields, now: clock.now() };
    const forms = await goodsForms(store, access.tenants, id, context);
    if (!forms) throw notFound('申报 / declaration');
    return forms;
  };
  return [
    route({
      method: 'get',
      path: '/v1/declarations/{id}/forms',
      tag: TAG,
      summary: {
        zh: '报关单和检验检疫申请：按单证版式给出每一项的内容、来源、由哪个更正路径修改、缺什么',
        en: 'Goods declaration and inspection application cell by cell: what stands there, who says it, which path of a correction changes it, what is missing',
      },
      right: 'bytes:read',
      params: idParams,
      answer: goodsFormsSchema,
      handle: ({ params, access }) => read(access, params.id),
    }),
    route({
      method: 'get',
      path: '/v1/declarations/{id}/form.pdf',
      tag: TAG,
      summary: { zh: '报关单或检验检疫申请（PDF）', en: 'One of the forms as PDF' },
      right: 'bytes:read',
      params: idParams,
      query: z.object({ message: messageTypeSchema.default('DecMessage') }),
      media: 'application/pdf',
      async handle({ params, query, access, res }) {
        const { forms } = await read(access, params.id);
        const form = forms.find(({ messageType }) => messageType === query.message);
        if (!form) throw notFound('报关单 / goods declaration');
        const { rows } = await store.query<{ orderNo: string }>(
          'select order_no as "orderNo" from declarations where id = $1',
          [params.id],
        );
        await sendPaper(
          { res, access, printing },
          formPaper(form, rows[0]?.orderNo ?? '', clock.now()),
          `${query.message}-${params.id}`,
        );
      },
    }),
  ];
}
