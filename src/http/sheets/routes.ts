import { z } from 'zod';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { demand, type Right } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { learnedHeaders, learnHeaders } from '../../sheets/learned.js';
import type { SheetName } from '../../rulebook.js';
import { withBody } from '../body.js';
import { route, type AnyRoute } from '../route.js';
import { sheetPreviewSchema } from './contract.js';
import { fileNameQuery, SHEET_BYTES } from './upload.js';

const TAG = '登记表 / Sheets';

/** Who may fill in which sheet. */
const RIGHTS: Record<SheetName, Right> = {
  registry: 'registry:manage',
  warehouses: 'orders:submit',
  warehouseFacts: 'orders:submit',
  movements: 'orders:submit',
  settlements: 'orders:submit',
  taxRecords: 'orders:submit',
  history: 'totals:close',
};
const names = Object.keys(RIGHTS) as [SheetName, ...SheetName[]];
const sheetQuery = z.object({ sheet: z.enum(names) });

/** Tables that people fill in, whatever their columns are called: looked at first, and what a column means said once. */
export function sheetRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  return [
    route({
      method: 'post',
      path: '/v1/sheets/preview',
      tag: TAG,
      summary: {
        zh: '查看登记表文件的列将如何读取，请求体即文件；不保存任何内容',
        en: 'How the columns of a file would be read, the body is the file; nothing is stored',
      },
      right: 'signed-in',
      query: fileNameQuery.extend({
        ...sheetQuery.shape,
        given: z.string().max(300).optional().describe('Columns given for the whole file'),
      }),
      file: true,
      answer: sheetPreviewSchema,
      async handle({ req, query: { sheet, ...query }, access }) {
        demand(access, RIGHTS[sheet]);
        const given = Object.fromEntries((query.given ?? '').split(',').map((key) => [key, '']));
        const learned = await learnedHeaders(store, access.tenantId, sheet);
        const wanted = gateway.rulebook.sheets[sheet];
        const preview = await withBody(req, SHEET_BYTES, (bytes) =>
          gateway.tables.sheetPreview(bytes, query.fileName, sheet, given, learned),
        );
        return {
          ...preview,
          sheet: wanted.columns.map(({ key, header, required }) => ({ key, text: header, required })),
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/sheets/columns',
      tag: TAG,
      summary: {
        zh: '说明本企业文件中的列名，以后自动识别；空值表示不需要这一列',
        en: 'Say what columns of your files mean, to be known from now on; an empty key leaves a column out',
      },
      right: 'signed-in',
      query: sheetQuery,
      body: z
        .strictObject({ columns: z.record(z.string().min(1).max(200), z.string().max(40)) })
        .meta({ id: 'SheetColumns' }),
      async handle({ query: { sheet }, body, access }) {
        demand(access, RIGHTS[sheet]);
        const known = gateway.rulebook.sheets[sheet].columns.map((column) => column.key);
        const unknown = Object.values(body.columns).find((key) => key !== '' && !known.includes(key));
        if (unknown !== undefined)
          throw new FaultError([
            makeFault('A04', 'body.columns', { reason: `没有栏目 ${unknown} / no column ${unknown}` }),
          ]);
        await learnHeaders(store, access.tenantId, sheet, body.columns, access.actor);
      },
    }),
  ];
}
