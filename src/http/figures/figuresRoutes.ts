import { z } from 'zod';
import type { Access } from '../../enterprises/access.js';
import { may } from '../../enterprises/access.js';
import { dimensionsOf } from '../../figures/dimensions.js';
import type { Gateway } from '../../gateway.js';
import { DIMENSION_TITLES, figuresCsv, figureSheets } from '../../views/figures/exchange.js';
import { dimensionTexts, figures } from '../../views/figures/figures.js';
import { groupedFigures } from '../../views/figures/grouped.js';
import { chosenWords, figuresPaper } from '../../views/figures/paper.js';
import { bytesBehind, maskedXml } from '../../views/figures/masked.js';
import { clearanceTimes, listRecords, recordDetail } from '../../views/figures/records.js';
import {
  clearanceTimesSchema,
  countingRuleSchema,
  figureRecordDetailSchema,
  figureRecordSchema,
  figuresSchema,
} from '../../views/figures/shapes.js';
import type { Text } from '../../terms/text.js';
import { pageOf } from '../page.js';
import { sendCsv, sendPaper, sendWorkbook, XLSX } from '../paper.js';
import { asSellersTell } from '../../views/withoutPeople.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { figuresQuery, plainScope, recordsQuery } from './contract.js';
import { periodOf, questionOf } from './question.js';

const TAG = '统计 / Figures';

/** Figures by any dimensions, what they mean, and the records behind them. */
export function figuresRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock, printing } = gateway;
  const groups = gateway.rulebook.countryGroups;
  const query = figuresQuery(groups);
  const questionFor = (q: z.output<typeof query>) => ({
    ...questionOf(q, clock),
    by: q.by.split(',').flatMap((d) => d.trim() || []),
    yearOnYear: q.yearOnYear === 'true',
  });
  const answer = (q: z.output<typeof query>, access: Access) =>
    figures(store, gateway.figures, access.tenants, questionFor(q));
  const behind = (kind: 'messages' | 'receipts', what: Text) =>
    route({
      method: 'get',
      path: `/v1/figures/records/{id}/${kind}/{bytes}`,
      tag: TAG,
      summary: {
        zh: `一条计数记录所依据的${what.zh}，个人信息已遮蔽`,
        en: `A ${what.en} behind a counting record, masked where a person is named`,
      },
      right: 'totals:read',
      params: idParams.extend({ bytes: z.uuid() }),
      media: 'application/xml',
      async handle({ params, access, res }) {
        const bytes = await bytesBehind(store, access.tenants, params.id, { kind, id: params.bytes });
        const masked = bytes && maskedXml(bytes);
        if (masked === undefined) throw notFound(`${what.zh} / ${what.en}`);
        res.type('application/xml').send(masked);
      },
    });
  return [
    route({
      method: 'get',
      path: '/v1/figures',
      tag: TAG,
      summary: {
        zh: '统计数据：按任意维度分组，计入、撤销、退货、净值与已放行未结关，可查任一过去时刻',
        en: 'Figures by any dimensions: counted, withdrawn, returned, net and pending; as of any past moment',
      },
      right: 'totals:read',
      query,
      answer: figuresSchema,
      handle: ({ query: q, access }) => answer(q, access),
    }),
    route({
      method: 'get',
      path: '/v1/figures.csv',
      tag: TAG,
      summary: { zh: '同上，CSV（UTF-8 BOM）', en: 'The same as CSV (UTF-8 with BOM)' },
      right: 'totals:read',
      query,
      media: 'text/csv',
      async handle({ query: q, access, res }) {
        const found = await answer(q, access);
        sendCsv(res, await figuresCsv(found), `figures-${found.from}-${found.to}.csv`);
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures.xlsx',
      tag: TAG,
      summary: { zh: '同上，Excel', en: 'The same as an Excel file' },
      right: 'totals:read',
      query,
      media: XLSX,
      async handle({ query: q, access, res }) {
        const found = await answer(q, access);
        const name = `figures-${found.from}-${found.to}.xlsx`;
        await sendWorkbook({ res, access, printing }, figureSheets(found), name);
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures.pdf',
      tag: TAG,
      summary: {
        zh: '同上，PDF：分组小计、总计一次、口径与印章位置',
        en: 'The same as PDF: groups with subtotals, the total once, the rule and space for a seal',
      },
      right: 'totals:read',
      query,
      media: 'application/pdf',
      async handle({ query: q, access, res }) {
        const asked = questionFor(q);
        const { figures: found, rows } = await groupedFigures(store, gateway.figures, access.tenants, asked);
        const names = await dimensionTexts(store, gateway.figures, asked.chosen.enterprise ?? []);
        const chosen = chosenWords(asked.chosen, (d, code) => names(d, code).zh);
        const paper = figuresPaper(found, rows, chosen);
        await sendPaper({ res, access, printing }, paper, `figures-${found.from}-${found.to}`);
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures/rule',
      tag: TAG,
      summary: {
        zh: '统计口径、国家组、可用维度与交换格式字段说明',
        en: 'The counting rule, groups of countries, dimensions, and the fields of the exchange format',
      },
      right: 'totals:read',
      answer: countingRuleSchema,
      handle: () => {
        const { countingRule: rule, dictionary } = gateway.figures;
        return Promise.resolve({
          rule,
          groups: [...groups],
          dimensions: dimensionsOf(groups).map((id) => ({
            id,
            text: groups.find((g) => g.id === id)?.text ?? { zh: DIMENSION_TITLES[id] ?? id, en: id },
          })),
          exchange: dictionary,
        });
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures/records',
      tag: TAG,
      summary: { zh: '统计数字背后的计数记录', en: 'The counting records behind a figure' },
      right: 'totals:read',
      query: recordsQuery(groups),
      answer: pageOf(figureRecordSchema),
      async handle({ query: q, access }) {
        const { items, next } = await listRecords(store, groups, access.tenants, questionOf(q, clock), q);
        return { items, next };
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures/records/{id}',
      tag: TAG,
      summary: {
        zh: '一条计数记录：全部版本、回执与已签名报文',
        en: 'One counting record: all its versions, receipts and signed messages',
      },
      right: 'totals:read',
      params: idParams,
      answer: figureRecordDetailSchema,
      async handle({ params, access }) {
        const found = await recordDetail(
          store,
          gateway.view.statuses,
          access.tenants,
          params.id,
          may(access.role, 'bytes:read'),
        );
        if (!found) throw notFound('计数记录 / counting record');
        return asSellersTell(access, found);
      },
    }),
    behind('messages', { zh: '已签名报文', en: 'signed message' }),
    behind('receipts', { zh: '回执', en: 'receipt' }),
    route({
      method: 'get',
      path: '/v1/figures/clearance-times',
      tag: TAG,
      summary: {
        zh: '通关时间：申报到放行，按口岸、监管方式、是否查验的分位数',
        en: 'Clearance times from submission to release: percentiles by port, regime and inspection',
      },
      right: 'totals:read',
      query: plainScope,
      answer: clearanceTimesSchema,
      handle: ({ query: q, access }) =>
        clearanceTimes(store, gateway.catalogue.codes, access.tenants, periodOf(q, clock)),
    }),
  ];
}
