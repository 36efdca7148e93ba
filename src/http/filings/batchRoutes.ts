import type { Gateway } from '../../gateway.js';
import type { Access } from '../../enterprises/access.js';
import { cancelBatch, changeDraft, createBatch, discardBatch, runBatch } from '../../filings/batches.js';
import {
  batchDraftSchema,
  draftSummarySchema,
  filingBatchSchema,
  listBatches,
  listDrafts,
  oneDraft,
} from '../../views/filings/batches.js';
import { pageOf, pageSchema } from '../page.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { changedDraftSchema, draftPageSchema, draftParams, runSchema } from './batchContract.js';
import { draftRequestSchema } from './contract.js';

const TAG = '后续单证 / Filings';
const BUDGET = { bytes: 4 * 1024 * 1024, members: 100_000 };

/** Filings drafted many at once, checked and handed in by the workers with a verdict for each. */
export function filingBatchRoutes(gateway: Gateway): AnyRoute[] {
  const { store, catalogue } = gateway;
  const context = gateway.journey.filingContext();
  const detail = async (access: Access, id: string) => {
    const { items } = await listBatches(store, access.tenantId, { id, limit: 1 }, catalogue);
    if (!items[0]) throw notFound('批量起草 / batch of drafts');
    return items[0];
  };
  const draft = async (access: Access, id: string, number: number) => {
    const found = await oneDraft(store, access.tenantId, id, number, access.tenants, catalogue);
    if (!found) throw notFound('单证草稿 / draft');
    return found;
  };
  return [
    route({
      method: 'get',
      path: '/v1/filing-batches',
      tag: TAG,
      summary: { zh: '批量起草列表，新的在前', en: 'Batches of drafts, newest first' },
      right: 'declarations:act',
      query: pageSchema,
      answer: pageOf(filingBatchSchema),
      handle: ({ query, access }) => listBatches(store, access.tenantId, query, catalogue),
    }),
    route({
      method: 'post',
      path: '/v1/filing-batches',
      tag: TAG,
      summary: {
        zh: '批量起草（例如一个月的汇总申请单）：由后台起草并逐份校验，离开页面或网关重启都不丢失',
        en: 'Draft many filings (a month of summary applications) in the background; nothing is lost when a page is left or the gateway restarts',
      },
      right: 'declarations:act',
      body: draftRequestSchema,
      budget: BUDGET,
      status: 201,
      answer: filingBatchSchema,
      async handle({ body, access }) {
        return detail(access, await store.transaction((tx) => createBatch(tx, context, access, body)));
      },
    }),
    route({
      method: 'get',
      path: '/v1/filing-batches/{id}',
      tag: TAG,
      summary: { zh: '一次批量起草的进度', en: 'How far a batch of drafts is' },
      right: 'declarations:act',
      params: idParams,
      answer: filingBatchSchema,
      handle: ({ params, access }) => detail(access, params.id),
    }),
    route({
      method: 'delete',
      path: '/v1/filing-batches/{id}',
      tag: TAG,
      summary: { zh: '丢弃草稿；已提交的单证不受影响', en: 'Throw the drafts away; filings handed in stay' },
      right: 'declarations:act',
      params: idParams,
      handle: ({ params, access }) => store.transaction((tx) => discardBatch(tx, access, params.id)),
    }),
    route({
      method: 'get',
      path: '/v1/filing-batches/{id}/drafts',
      tag: TAG,
      summary: { zh: '草稿列表，每份附校验或提交结论', en: 'Drafts of a batch, each with its verdict' },
      right: 'declarations:act',
      params: idParams,
      query: draftPageSchema,
      answer: pageOf(draftSummarySchema),
      async handle({ params, query, access }) {
        await detail(access, params.id);
        return listDrafts(store, access.tenantId, params.id, query, access.tenants);
      },
    }),
    route({
      method: 'get',
      path: '/v1/filing-batches/{id}/drafts/{number}',
      tag: TAG,
      summary: { zh: '一份草稿的内容和问题', en: 'One draft with its contents and faults' },
      right: 'declarations:act',
      params: draftParams,
      answer: batchDraftSchema,
      handle: ({ params, access }) => draft(access, params.id, params.number),
    }),
    route({
      method: 'post',
      path: '/v1/filing-batches/{id}/drafts/{number}',
      tag: TAG,
      summary: { zh: '保存对草稿的修改并校验', en: 'Keep changes to a draft and check it' },
      right: 'declarations:act',
      params: draftParams,
      body: changedDraftSchema,
      budget: BUDGET,
      answer: batchDraftSchema,
      async handle({ params, body, access }) {
        await store.transaction((tx) =>
          changeDraft(tx, context, access, params.id, params.number, body.data),
        );
        return draft(access, params.id, params.number);
      },
    }),
    route({
      method: 'post',
      path: '/v1/filing-batches/{id}/run',
      tag: TAG,
      summary: {
        zh: '由后台校验或提交全部（或所选）草稿，逐份给出结论',
        en: 'Have all drafts, or some, checked or handed in by the workers, with a verdict for each',
      },
      right: 'declarations:act',
      params: idParams,
      body: runSchema,
      budget: BUDGET,
      answer: filingBatchSchema,
      async handle({ params, body, access }) {
        await store.transaction((tx) => runBatch(tx, access, params.id, body.action, body.drafts));
        return detail(access, params.id);
      },
    }),
    route({
      method: 'post',
      path: '/v1/filing-batches/{id}/cancel',
      tag: TAG,
      summary: { zh: '停止：尚未处理的草稿保持原样', en: 'Stop: drafts not begun stay as they are' },
      right: 'declarations:act',
      params: idParams,
      answer: filingBatchSchema,
      async handle({ params, access }) {
        await store.transaction((tx) => cancelBatch(tx, access, params.id));
        return detail(access, params.id);
      },
    }),
  ];
}
