import { createHash } from 'node:crypto';
import { z } from 'zod';
import { listClosings } from '../../figures/closings.js';
import { listHistoryFiles, takeHistory } from '../../figures/takeHistory.js';
import { addTurnover } from '../../figures/turnover.js';
import type { Gateway } from '../../gateway.js';
import { learnedHeaders } from '../../sheets/learned.js';
import { demandDimensions } from '../../views/figures/figures.js';
import {
  closingSchema,
  historyFileSchema,
  historyTakenSchema,
  snapshotSchema,
  turnoverSchema,
} from '../../views/figures/shapes.js';
import { asCommitteesTell } from '../../views/withoutPeople.js';
import {
  closeAndFreeze,
  freeze,
  listSnapshots,
  snapshotFile,
  snapshotSignatures,
} from '../../views/figures/snapshots.js';
import { compareTurnover } from '../../views/figures/turnover.js';
import { withBody } from '../body.js';
import { pageOf, pageSchema } from '../page.js';
import { XLSX } from '../paper.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { sendSheet, takenOf } from '../sheets/upload.js';
import {
  closingBody,
  historyQuery,
  plainScope,
  signatureSchema,
  snapshotBody,
  turnoverBody,
} from './contract.js';
import { periodOf } from './question.js';

const TAG = '统计报告 / Reports';
const TURNOVER_BYTES = 8 * 1024 * 1024;
const HISTORY_BYTES = 32 * 1024 * 1024;
const added = z.object({ added: z.int(), rows: z.int() });

/** What the committee makes of figures: closed months, frozen snapshots, turnover of platforms beside customs. */
export function reportRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock, printing } = gateway;
  const snapshotOf = async (id: string) => {
    const [found] = (await listSnapshots(store, { id, limit: 1 })).items;
    if (!found) throw notFound('快照 / snapshot');
    return found;
  };
  const file = (name: 'json' | 'csv', media: string) =>
    route({
      method: 'get',
      path: `/v1/figures/snapshots/{id}/export.${name}`,
      tag: TAG,
      summary: {
        zh: `快照的交换文件（${name.toUpperCase()}），冻结后字节不变`,
        en: `The exchange file of a snapshot (${name.toUpperCase()}), the same bytes for ever`,
      },
      right: 'totals:close',
      params: idParams,
      media,
      async handle({ params, res }) {
        const bytes = await snapshotFile(store, params.id, name);
        if (!bytes) throw notFound('快照 / snapshot');
        res.attachment(`figures-${params.id}.${name}`).type(media).send(bytes);
      },
    });
  return [
    route({
      method: 'get',
      path: '/v1/figures/history',
      tag: TAG,
      summary: {
        zh: '已导入的历史清关数据文件',
        en: 'Files of historical clearance data that were taken in',
      },
      right: 'totals:close',
      answer: z.object({ items: z.array(historyFileSchema) }),
      handle: async () => ({ items: await listHistoryFiles(store) }),
    }),
    route({
      method: 'post',
      path: '/v1/figures/history',
      tag: TAG,
      summary: {
        zh: '导入历史清关数据（Excel 或 CSV），请求体即文件；须注明来源，有误的行不影响其他行，已有商品行的新数据成为新版本',
        en: 'Take in historical clearance data (Excel or CSV), the body is the file; its source has to be said, wrong rows do not hold up others, a line that is there gets a new version',
      },
      right: 'totals:close',
      query: historyQuery,
      file: true,
      answer: historyTakenSchema,
      async handle({ req, query, access }) {
        const learned = await learnedHeaders(store, access.tenantId, 'history');
        const { read, sha256 } = await withBody(req, HISTORY_BYTES, async (bytes) => ({
          sha256: createHash('sha256').update(bytes).digest('hex'),
          read: await gateway.tables.sheet(bytes, query.fileName, 'history', {}, learned),
        }));
        const file = { name: query.fileName, sha256, source: query.source };
        const taken = await takeHistory(store, gateway.journey.historyParts(), file, read, access.actor);
        return takenOf(taken, read);
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures/history/template',
      tag: TAG,
      summary: {
        zh: '历史清关数据的导入模板（Excel）',
        en: 'The template of historical clearance data (Excel)',
      },
      right: 'totals:close',
      media: XLSX,
      async handle({ access, res }) {
        const { history } = gateway.rulebook.sheets;
        const example = Object.fromEntries(history.columns.map((c) => [c.key, c.example]));
        await sendSheet({ res, access, printing }, [example], history, 'xlsx');
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures/closings',
      tag: TAG,
      summary: { zh: '月度数据的确认记录', en: 'Closings of months' },
      right: 'totals:read',
      answer: z.object({ items: z.array(closingSchema) }),
      handle: async ({ access }) => ({ items: asCommitteesTell(access, await listClosings(store)) }),
    }),
    route({
      method: 'post',
      path: '/v1/figures/closings',
      tag: TAG,
      summary: {
        zh: '确认一个月的数据（初步或正式），并冻结快照',
        en: 'Close a month, as preliminary or final, and freeze it',
      },
      right: 'totals:close',
      body: closingBody,
      status: 201,
      answer: snapshotSchema,
      handle: async ({ body, access }) =>
        snapshotOf(await closeAndFreeze(store, gateway.figures, { ...body, by: access.actor })),
    }),
    route({
      method: 'get',
      path: '/v1/figures/snapshots',
      tag: TAG,
      summary: { zh: '冻结的统计快照', en: 'Frozen snapshots of figures' },
      right: 'totals:close',
      query: pageSchema,
      answer: pageOf(snapshotSchema),
      handle: ({ query }) => listSnapshots(store, query),
    }),
    route({
      method: 'post',
      path: '/v1/figures/snapshots',
      tag: TAG,
      summary: { zh: '冻结一个快照', en: 'Freeze a snapshot' },
      right: 'totals:close',
      body: snapshotBody,
      status: 201,
      answer: snapshotSchema,
      async handle({ body, access }) {
        demandDimensions(gateway.figures.countryGroups, Object.keys(body.chosen));
        return snapshotOf(await freeze(store, gateway.figures, { ...body, kind: 'named', by: access.actor }));
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures/snapshots/{id}',
      tag: TAG,
      summary: { zh: '一个快照', en: 'One snapshot' },
      right: 'totals:close',
      params: idParams,
      answer: snapshotSchema,
      handle: ({ params }) => snapshotOf(params.id),
    }),
    file('json', 'application/json'),
    file('csv', 'text/csv; charset=utf-8'),
    route({
      method: 'get',
      path: '/v1/figures/snapshots/{id}/signatures',
      tag: TAG,
      summary: { zh: '快照文件的分离签名', en: 'Detached signatures of the files of a snapshot' },
      right: 'totals:close',
      params: idParams,
      answer: z.object({ items: z.array(signatureSchema) }),
      async handle({ params }) {
        const items = await snapshotSignatures(store, params.id);
        if (!items) throw notFound('快照 / snapshot');
        return { items };
      },
    }),
    route({
      method: 'get',
      path: '/v1/figures/turnover',
      tag: TAG,
      summary: {
        zh: '平台交易额与海关统计额并列，含差额，互不相加',
        en: 'Platform turnover beside customs turnover with the difference, never added',
      },
      right: 'totals:read',
      query: plainScope,
      answer: turnoverSchema,
      handle: ({ query, access }) =>
        compareTurnover(
          store,
          access.tenants,
          access.role === 'officer' || access.role === 'operator',
          periodOf(query, clock),
        ),
    }),
    route({
      method: 'post',
      path: '/v1/figures/turnover',
      tag: TAG,
      summary: { zh: '登记平台报送的交易额', en: 'Record turnover as platforms report it' },
      right: 'totals:close',
      body: turnoverBody,
      answer: added,
      handle: async ({ body, access }) => ({
        added: await addTurnover(store, gateway.rates, body.rows, access.actor, null),
        rows: body.rows.length,
      }),
    }),
    route({
      method: 'post',
      path: '/v1/figures/turnover/import',
      tag: TAG,
      summary: {
        zh: '导入平台交易额 CSV（月份、平台代码、企业代码、币制、金额、来源、报送日期）',
        en: 'Import turnover of platforms as CSV (month, platform, enterprise, currency, amount, source, day)',
      },
      right: 'totals:close',
      file: true,
      answer: added,
      async handle({ req, access }) {
        const { rows, hash } = await withBody(req, TURNOVER_BYTES, async (bytes) => ({
          hash: createHash('sha256').update(bytes).digest('hex'),
          rows: await gateway.tables.turnover(bytes),
        }));
        return {
          added: await addTurnover(store, gateway.rates, rows, access.actor, hash),
          rows: rows.length,
        };
      },
    }),
  ];
}
