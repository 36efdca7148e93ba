import { z } from 'zod';
import { dayOf } from '../../base/clock.js';
import { FaultError } from '../../base/fault.js';
import type { Gateway } from '../../gateway.js';
import {
  defaultsHistory,
  defaultsOf,
  putDefaults,
  readDefaults,
  type StoredDefaults,
} from '../../sellers/defaults.js';
import { ownerOf, sellerQuery } from '../owner.js';
import { route, type AnyRoute } from '../route.js';
import { defaultFieldsSchema, defaultsViewSchema, newDefaultsSchema } from './contract.js';

const view = (stored: StoredDefaults): z.input<typeof defaultsViewSchema> => ({
  values: stored.values,
  byRegime: stored.byRegime,
  version: stored.version,
  changedBy: stored.changedBy,
  changedAt: stored.changedAt?.toISOString() ?? null,
});

/** Defaults of a seller: what never changes is given once. */
export function defaultRoutes(gateway: Gateway): AnyRoute[] {
  const { store, rulebook } = gateway;
  const tag = '订单 / Orders';
  return [
    route({
      method: 'get',
      path: '/v1/defaults',
      tag,
      summary: { zh: '卖家的默认值', en: 'The defaults of a seller' },
      right: 'orders:submit',
      query: sellerQuery,
      answer: defaultsViewSchema,
      handle: async ({ query, access }) => view(await defaultsOf(store, ownerOf(access, query.seller))),
    }),
    route({
      method: 'get',
      path: '/v1/defaults/fields',
      tag,
      summary: { zh: '可以设默认值的字段，按组', en: 'The fields that may have a default, in groups' },
      right: 'orders:submit',
      answer: defaultFieldsSchema,
      async handle() {
        const regimes = rulebook.regimes.inForceOn(dayOf(gateway.clock.now())).map(({ regime }) => regime);
        return {
          regimes: [...new Set(regimes)].sort(),
          groups: rulebook.defaultFields.groups.map(({ title, paths }) => ({
            title,
            fields: paths.flatMap((path) => {
              const field = rulebook.fields.byPath.get(path);
              return field
                ? [{ path, name: field.header, help: field.help, codes: field.codes ?? null }]
                : [];
            }),
          })),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/defaults/history',
      tag,
      summary: { zh: '默认值的历次修改', en: 'Every version of the defaults' },
      right: 'orders:submit',
      query: sellerQuery,
      answer: z.object({ items: z.array(defaultsViewSchema) }),
      handle: async ({ query, access }) => ({
        items: (await defaultsHistory(store, ownerOf(access, query.seller))).map(view),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/defaults',
      tag,
      summary: {
        zh: '设定卖家的默认值（整体替换，旧版本保留）',
        en: 'Set the defaults of a seller (as a whole; earlier versions are kept)',
      },
      right: 'orders:submit',
      body: newDefaultsSchema,
      answer: defaultsViewSchema,
      async handle({ body, access }) {
        const { seller, ...given } = body;
        const owner = ownerOf(access, seller);
        const { defaults, faults } = readDefaults(
          given,
          rulebook.defaultFields,
          rulebook.fields,
          rulebook.catalogue.codes,
        );
        if (faults.length > 0) throw new FaultError(faults, 400);
        await putDefaults(store, owner, defaults, access.actor);
        return view(await defaultsOf(store, owner));
      },
    }),
  ];
}
