import { z } from 'zod';
import { estimateFor } from '../../awards/estimate.js';
import { policyOf, type AwardParts } from '../../awards/rounds.js';
import type { Gateway } from '../../gateway.js';
import { awardRegister } from '../../registry/awardInputs.js';
import { policyView } from '../../views/awards/policies.js';
import { route, type AnyRoute } from '../route.js';
import { estimateQuerySchema, estimateSchema, policiesSchema, policyShownSchema } from './contract.js';
import { awardPrintRoutes } from './prints.js';
import { roundRoutes } from './rounds.js';

const TAG = '奖励 / Awards';

/** Award policies, rounds and sheets for officers and the operator; an estimate of its own for a seller. */
export function awardRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  const book = gateway.rulebook.policies;
  const parts: AwardParts = { store, book, rates: gateway.rates, register: awardRegister(store) };
  return [
    route({
      method: 'get',
      path: '/v1/awards/policies',
      tag: TAG,
      summary: {
        zh: '政策条文及其数据、可选读法',
        en: 'Policies: text beside data, with the readings they leave open',
      },
      right: 'awards:estimate',
      answer: policiesSchema,
      handle: () =>
        Promise.resolve({ policies: [...book.policies.values()].map((p) => policyView(book, p)) }),
    }),
    route({
      method: 'get',
      path: '/v1/awards/policies/{policy}',
      tag: TAG,
      summary: { zh: '一份政策', en: 'One policy' },
      right: 'awards:estimate',
      params: z.object({ policy: z.string() }),
      answer: policyShownSchema,
      handle: ({ params }) => Promise.resolve(policyView(book, policyOf(book, params.policy))),
    }),
    route({
      method: 'get',
      path: '/v1/awards/estimate',
      tag: TAG,
      summary: {
        zh: '按本企业记录测算可能的奖励（不作为依据）',
        en: 'What one’s own records might be worth: an estimate, never an award',
      },
      right: 'awards:estimate',
      query: estimateQuerySchema,
      answer: estimateSchema,
      handle: ({ query, access }) => estimateFor(parts, access, query.policy, query.year),
    }),
    ...roundRoutes(parts),
    ...awardPrintRoutes(parts, gateway.printing),
  ];
}
