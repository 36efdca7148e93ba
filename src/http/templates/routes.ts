import { z } from 'zod';
import type { Gateway } from '../../gateway.js';
import { makeCsvTemplate, templateSheets } from '../../orders/template.js';
import { sendCsv, sendWorkbook } from '../paper.js';
import { notFound, route, type AnyRoute } from '../route.js';

export function templateRoutes(gateway: Gateway): AnyRoute[] {
  const { printing } = gateway;
  const sources = {
    fields: gateway.rulebook.fields,
    messages: gateway.catalogue,
    codes: gateway.catalogue.codes,
  };
  return [
    route({
      method: 'get',
      path: '/v1/templates/{file}',
      tag: '导入 / Imports',
      summary: {
        zh: '导入模板，例如 9610.xlsx、9610.csv 或 9610-import.xlsx',
        en: 'Import template, for example 9610.xlsx, 9610.csv or 9610-import.xlsx',
      },
      right: 'signed-in',
      params: z.object({
        file: z.string().regex(/^\d{4}(-export|-import)?\.(xlsx|csv)$/, {
          error:
            '文件名例如 9610.xlsx 或 9610-import.csv / the file is named like 9610.xlsx or 9610-import.csv',
        }),
      }),
      media: 'application/octet-stream',
      async handle({ params, access, res }) {
        const [code = '', extension = ''] = params.file.split('.');
        const regime = gateway.readOptions.regimes.get(code);
        if (!regime) throw notFound('监管方式 / regime');
        const name = `导入模板-${params.file}`;
        if (extension === 'csv') sendCsv(res, makeCsvTemplate(regime, sources), name);
        else await sendWorkbook({ res, access, printing }, templateSheets(regime, sources), name);
      },
    }),
  ];
}
