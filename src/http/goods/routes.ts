import { z } from 'zod';
import { FaultError } from '../../base/fault.js';
import { limitFaults } from '../../base/faultLimit.js';
import { makeFault } from '../../base/faults.js';
import type { Gateway } from '../../gateway.js';
import { goodsCsv, goodsSheet } from '../../goods/file.js';
import { readGoods } from '../../goods/item.js';
import { goodsHistory, listGoods, putGoods, removeGoods, type StoredGoods } from '../../goods/master.js';
import { detectFormat, sniffLength } from '../../orders/read/format.js';
import { withBody } from '../body.js';
import { ownerOf, sellerQuery } from '../owner.js';
import { pageOf } from '../page.js';
import { sendCsv, sendWorkbook } from '../paper.js';
import { notFound, route, type AnyRoute } from '../route.js';
import {
  goodsChangeSchema,
  goodsFieldsSchema,
  goodsItemSchema,
  goodsVersionSchema,
  newGoodsSchema,
} from './contract.js';

const FILE_BYTES = 32 * 1024 ** 2;
/** Items of one exported file. */
const EXPORTED = 20_000;
const skuParams = z.object({ sku: z.string().min(1).max(100) });

const view = ({ changedAt, ...item }: StoredGoods): z.input<typeof goodsItemSchema> => ({
  ...item,
  changedAt: changedAt.toISOString(),
});

/** The goods master of a seller: SKU → HS code, names, units, weights, origin and 申报要素. */
export function goodsRoutes(gateway: Gateway): AnyRoute[] {
  const { store, rulebook, printing } = gateway;
  const { goodsFields } = rulebook;
  const { codes } = rulebook.catalogue;
  const tag = '商品档案 / Goods';
  return [
    route({
      method: 'get',
      path: '/v1/goods',
      tag,
      summary: { zh: '商品档案，按货号', en: 'The goods master, by SKU' },
      right: 'orders:submit',
      query: sellerQuery.extend({
        search: z.string().trim().min(1).max(100).optional(),
        cursor: z.string().max(100).optional().describe('`next` of the page before'),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      answer: pageOf(goodsItemSchema),
      async handle({ query, access }) {
        const found = await listGoods(store, ownerOf(access, query.seller), {
          limit: query.limit + 1,
          ...(query.cursor !== undefined && { after: query.cursor }),
          ...(query.search !== undefined && { search: query.search }),
        });
        const page = found.slice(0, query.limit);
        return {
          items: page.map(view),
          next: found.length > query.limit ? (page.at(-1)?.sku ?? null) : null,
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/goods-fields',
      tag,
      summary: { zh: '商品档案的字段', en: 'The fields of the goods master' },
      right: 'orders:submit',
      answer: goodsFieldsSchema,
      async handle() {
        return {
          fields: goodsFields.fields.map(({ key, header, format, codes: table, example }) => ({
            key,
            name: header,
            format,
            codes: table ?? null,
            example,
          })),
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/goods',
      tag,
      summary: { zh: '登记或修改商品（旧版本保留）', en: 'Add or change items (earlier versions are kept)' },
      right: 'orders:submit',
      body: newGoodsSchema,
      answer: goodsChangeSchema,
      async handle({ body, access }) {
        const owner = ownerOf(access, body.seller);
        const read = body.items.map((item) => readGoods(item, goodsFields, codes));
        const faults = read.flatMap(({ problems }, i) =>
          problems.map(({ zh, en }) =>
            makeFault('I44', `items.${i}`, { row: String(i + 1), reasonZh: zh, reasonEn: en }),
          ),
        );
        if (faults.length > 0) throw new FaultError(faults, 400);
        const change = await putGoods(
          store,
          owner,
          read.map(({ item }) => item),
          access.actor,
        );
        return { ...change, faults: [], unread: [] };
      },
    }),
    route({
      method: 'post',
      path: '/v1/goods/import',
      tag,
      summary: {
        zh: '从 Excel 或 CSV 导入商品档案，请求体即文件；有误的行不影响其他行',
        en: 'Import items from Excel or CSV, the body is the file; rows that are wrong do not hold up the others',
      },
      right: 'orders:submit',
      query: sellerQuery.extend({ fileName: z.string().trim().min(1).max(255) }),
      file: true,
      answer: goodsChangeSchema,
      async handle({ req, query, access }) {
        const owner = ownerOf(access, query.seller);
        const { items, faults, unread } = await withBody(req, FILE_BYTES, (bytes) => {
          const detected = detectFormat(
            bytes.subarray(0, sniffLength),
            query.fileName,
            req.get('Content-Type'),
          );
          if ('refused' in detected) throw new FaultError([detected.refused], 415);
          if (detected.format !== 'csv' && detected.format !== 'xlsx')
            throw new FaultError([makeFault('I02', 'body')], 415);
          return gateway.tables.goods(bytes, detected.format);
        });
        const change = await putGoods(store, owner, items, access.actor);
        return { ...change, faults: limitFaults(faults), unread };
      },
    }),
    route({
      method: 'get',
      path: '/v1/goods-export',
      tag,
      summary: {
        zh: '导出商品档案（Excel 或 CSV）',
        en: 'The goods master as Excel or CSV',
      },
      right: 'orders:submit',
      query: sellerQuery.extend({ format: z.enum(['xlsx', 'csv']).default('xlsx') }),
      media: 'application/octet-stream',
      async handle({ query, access, res }) {
        const items = await listGoods(store, ownerOf(access, query.seller), { limit: EXPORTED });
        if (query.format === 'csv') sendCsv(res, await goodsCsv(items, goodsFields), '商品档案.csv');
        else await sendWorkbook({ res, access, printing }, [goodsSheet(items, goodsFields)], '商品档案.xlsx');
      },
    }),
    route({
      method: 'get',
      path: '/v1/goods/{sku}/history',
      tag,
      summary: { zh: '一个商品的历次修改', en: 'Every version of an item' },
      right: 'orders:submit',
      params: skuParams,
      query: sellerQuery,
      answer: z.object({ items: z.array(goodsVersionSchema) }),
      async handle({ params, query, access }) {
        const versions = await goodsHistory(store, ownerOf(access, query.seller), params.sku);
        if (versions.length === 0) throw notFound('商品 / item');
        return { items: versions.map((v) => ({ ...v, changedAt: v.changedAt.toISOString() })) };
      },
    }),
    route({
      method: 'delete',
      path: '/v1/goods/{sku}',
      tag,
      summary: { zh: '停用一个商品；历史保留', en: 'Take an item out of use; its history stays' },
      right: 'orders:submit',
      params: skuParams,
      query: sellerQuery,
      async handle({ params, query, access }) {
        if (!(await removeGoods(store, ownerOf(access, query.seller), params.sku, access.actor)))
          throw notFound('商品 / item');
      },
    }),
  ];
}
