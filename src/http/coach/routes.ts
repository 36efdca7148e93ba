import { coach } from '../../coach/coach.js';
import { refusalGroups, unknownCodes } from '../../views/refusals/queries.js';
import type { Gateway } from '../../gateway.js';
import { explainQuerySchema, refusalFilterSchema } from './contract.js';
import { explanationSchema, refusalsSchema, unknownCodesSchema } from '../../views/refusals/shapes.js';
import { route, type AnyRoute } from '../route.js';

const TAG = '退单诊断 / Rejection coach';

export function coachRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  // Read at start, so that a wrong table shows then and not at the first refusal.
  const explainer = coach();
  return [
    route({
      method: 'get',
      path: '/v1/refusals',
      tag: TAG,
      summary: {
        zh: '当前被退单或处理失败的单证，按代码归类，附原因和处理办法，最近的在前',
        en: 'Documents that stand refused or failed, by code, with cause and remedy, the newest first',
      },
      right: 'declarations:read',
      query: refusalFilterSchema,
      answer: refusalsSchema,
      handle: ({ query, access }) => refusalGroups(store, access.tenants, query, gateway.catalogue),
    }),
    route({
      method: 'get',
      path: '/v1/refusals/unknown',
      tag: TAG,
      summary: {
        zh: '诊断表中没有的回执代码及其次数',
        en: 'Receipt codes that stand in no table, with how often they came',
      },
      right: 'declarations:read',
      answer: unknownCodesSchema,
      handle: async ({ access }) => ({ items: await unknownCodes(store, access.tenants) }),
    }),
    route({
      method: 'get',
      path: '/v1/refusals/explain',
      tag: TAG,
      summary: { zh: '解释一个回执代码', en: 'Explain one receipt code' },
      right: 'declarations:read',
      query: explainQuerySchema,
      answer: explanationSchema,
      handle: ({ query }) => Promise.resolve(explainer.explain(query)),
    }),
  ];
}
