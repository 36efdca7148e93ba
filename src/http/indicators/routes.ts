import { z } from 'zod';
import { newId } from '../../base/ids.js';
import { dayOf } from '../../base/clock.js';
import type { Gateway } from '../../gateway.js';
import { indicatorsView } from '../../views/indicators.js';
import { notFound, route, type AnyRoute } from '../route.js';
import { giveIndicatorSchema, indicatorsQuerySchema, indicatorsSchema } from './contract.js';

const TAG = '指标 / Indicators';

/** The indicator dictionary for officers and the operator, and the values they give. */
export function indicatorRoutes(gateway: Gateway): AnyRoute[] {
  const { store, rulebook, clock } = gateway;
  const plans = rulebook.indicators;
  const shown = (tenants: readonly string[], year: number | undefined) => {
    const today = dayOf(clock.now());
    return indicatorsView(store, plans, gateway.catalogue.codes, {
      tenants,
      year: year ?? Number(today.slice(0, 4)),
      today,
    });
  };
  return [
    route({
      method: 'get',
      path: '/v1/indicators',
      tag: TAG,
      summary: {
        zh: '指标：基期、目标、本网关可计算的实际值（注明覆盖范围）与填报值',
        en: 'Indicators: baseline, target, what the gateway computes (with its coverage) and what was given',
      },
      right: 'awards:manage',
      query: indicatorsQuerySchema,
      answer: indicatorsSchema,
      handle: ({ query, access }) => shown(access.tenants, query.year),
    }),
    route({
      method: 'post',
      path: '/v1/indicators/{indicator}/values',
      tag: TAG,
      summary: { zh: '填报指标值，注明来源', en: 'Give the value of an indicator, with its source' },
      right: 'awards:manage',
      params: z.object({ indicator: z.string() }),
      body: giveIndicatorSchema,
      answer: indicatorsSchema,
      async handle({ params, body, access }) {
        if (!plans.some((p) => p.indicators.some((i) => i.id === params.indicator)))
          throw notFound('指标 / indicator');
        await store.query(
          'insert into indicator_values (id, tenant_id, indicator, year, value, source, given_by) values ($1, $2, $3, $4, $5, $6, $7)',
          [newId(), access.tenantId, params.indicator, body.year, body.value, body.source, access.actor],
        );
        return shown(access.tenants, body.year);
      },
    }),
  ];
}
