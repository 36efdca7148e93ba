import type { z } from 'zod';
import { csvOf } from '../../base/csv.js';
import { escapeFormula } from '../../orders/cellText.js';
import { totals } from '../../views/figures/totals.js';
import type { Gateway } from '../../gateway.js';
import type { Access } from '../../enterprises/access.js';
import { totalsQuerySchema, totalsSchema } from '../../views/figures/shapes.js';
import { sendCsv } from '../paper.js';
import { route, type AnyRoute } from '../route.js';

const TAG = '统计 / Figures';

export function figureRoutes(gateway: Gateway): AnyRoute[] {
  const compute = (query: z.output<typeof totalsQuerySchema>, access: Access) =>
    totals(
      gateway.store,
      access.tenants,
      query,
      gateway.rates,
      gateway.catalogue.codes,
      gateway.rulebook.countingRule,
    );
  return [
    route({
      method: 'get',
      path: '/v1/totals',
      tag: TAG,
      summary: {
        zh: '已结关出口清单的月度统计，按企业、监管方式、目的国，人民币和美元；每行可追溯到申报',
        en: 'Monthly totals of cleared export lists by enterprise, regime and destination in CNY and USD; each line names its declarations',
      },
      right: 'totals:read',
      query: totalsQuerySchema,
      answer: totalsSchema,
      handle: ({ query, access }) => compute(query, access),
    }),
    route({
      method: 'get',
      path: '/v1/totals.csv',
      tag: TAG,
      summary: { zh: '同上，CSV（UTF-8 BOM）', en: 'The same as CSV (UTF-8 with BOM)' },
      right: 'totals:read',
      query: totalsQuerySchema,
      media: 'text/csv',
      async handle({ query, access, res }) {
        const result = await compute(query, access);
        const csv = await csvOf(
          [
            [
              '月份',
              '企业代码',
              '企业名称',
              '监管方式',
              '目的国代码',
              '目的国',
              '清单数',
              '货值（人民币）',
              '货值（美元）',
              '撤销清单数',
              '撤销（人民币）',
              '撤销（美元）',
              '退货清单数',
              '退货（人民币）',
              '退货（美元）',
              '净值（人民币）',
              '净值（美元）',
              '缺汇率商品行',
            ],
            ...result.lines.map((l) => [
              l.month,
              l.seller.code,
              l.seller.name,
              l.regime,
              l.country.code,
              l.country.text.zh,
              ...amountCells(l),
            ]),
            ['合计', '', '', '', '', '', ...amountCells(result.sum)],
            [
              '已放行未结关（不计入）',
              '',
              '',
              '',
              '',
              '',
              result.pending.orders,
              result.pending.cny,
              result.pending.usd,
            ],
            ['统计口径', result.rule.zh],
            ['汇率来源', result.rates.source],
            ['生成时间（UTC）', result.asOf],
          ],
          escapeFormula,
          'unix',
        );
        sendCsv(res, csv, `totals-${query.from}-${query.to}.csv`);
      },
    }),
  ];
}

const amountCells = (a: z.input<typeof totalsSchema>['sum']) => [
  a.orders,
  a.cny,
  a.usd,
  a.withdrawn.orders,
  a.withdrawn.cny,
  a.withdrawn.usd,
  a.returned.orders,
  a.returned.cny,
  a.returned.usd,
  a.net.cny,
  a.net.usd,
  a.withoutRate,
];
