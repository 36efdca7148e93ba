import { z } from 'zod';
import type { AwardParts } from '../../awards/rounds.js';
import type { Printing } from '../../prints/printing.js';
import { frozenForm } from '../../views/awards/files.js';
import { enterprisePaper, roundPaper } from '../../views/awards/paper.js';
import { roundView } from '../../views/awards/rounds.js';
import { sheetView } from '../../views/awards/sheet.js';
import { awardSheets } from '../../views/awards/workbook.js';
import { sendPaper, sendWorkbook, XLSX } from '../paper.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { sheetSchema } from './contract.js';

const BASE = '/v1/awards/rounds/{id}';

/** What a round hands out: the sheet as data, Excel and PDF, the sheet of one enterprise, and the form its hash covers. */
export function awardPrintRoutes({ store, book }: AwardParts, printing: Printing): AnyRoute[] {
  const common = { method: 'get', tag: '奖励 / Awards', right: 'awards:manage', params: idParams } as const;
  return [
    route({
      ...common,
      path: `${BASE}/sheet`,
      summary: { zh: '奖励表（打印用数据）', en: 'The award sheet as data for printing' },
      answer: sheetSchema,
      handle: async ({ params, access }) =>
        sheetView(book, await roundView(store, book, params.id, access.actor)),
    }),
    route({
      ...common,
      path: `${BASE}/sheet.xlsx`,
      summary: { zh: '奖励表（Excel）', en: 'The award sheet as .xlsx' },
      media: XLSX,
      async handle({ params, access, res }) {
        const view = await roundView(store, book, params.id, access.actor);
        const sheets = awardSheets(sheetView(book, view));
        await sendWorkbook({ res, access, printing }, sheets, `award-${view.policy}-${view.year}.xlsx`);
      },
    }),
    route({
      ...common,
      path: `${BASE}/sheet.pdf`,
      summary: { zh: '奖励表及附件（PDF）', en: 'The award sheet with its annex as PDF' },
      media: 'application/pdf',
      async handle({ params, access, res }) {
        const view = await roundView(store, book, params.id, access.actor);
        await sendPaper(
          { res, access, printing },
          roundPaper(book, view),
          `award-${view.policy}-${view.year}`,
        );
      },
    }),
    route({
      ...common,
      path: `${BASE}/enterprises/{enterprise}/sheet.pdf`,
      params: idParams.extend({ enterprise: z.string().trim().min(1).max(50) }),
      summary: { zh: '一家企业的核算单（PDF）', en: 'The sheet of one enterprise as PDF' },
      media: 'application/pdf',
      async handle({ params, access, res }) {
        const view = await roundView(store, book, params.id, access.actor);
        const paper = enterprisePaper(book, view, params.enterprise);
        if (!paper) throw notFound('企业 / enterprise');
        await sendPaper({ res, access, printing }, paper, `award-${view.policy}-${view.year}-sheet`);
      },
    }),
    route({
      ...common,
      path: `${BASE}/frozen.json`,
      summary: {
        zh: '冻结内容的规范形式（其 SHA-256 即冻结摘要）',
        en: 'The frozen form whose SHA-256 is the hash',
      },
      media: 'application/json',
      async handle({ params, res }) {
        const form = await frozenForm(store, params.id);
        if (form === undefined) throw notFound('冻结的评审 / frozen round');
        res.attachment(`award-${params.id}.json`).type('application/json').send(Buffer.from(form));
      },
    }),
  ];
}
