import type { z } from 'zod';
import { limitFaults } from '../../base/faultLimit.js';
import { may, type Access } from '../../enterprises/access.js';
import { changeFiling, deleteFiling, filingAnswers, submitFiling } from '../../filings/actions.js';
import { draftFiling } from '../../filings/draft.js';
import { COVERED_SHOWN, coveredLists } from '../../views/filings/covered.js';
import { filingDetail, listFilings } from '../../views/filings/queries.js';
import { dataWithoutPeople, documentWithoutPeople, entryWithoutPeople } from '../../views/withoutPeople.js';
import type { Gateway } from '../../gateway.js';
import { once } from '../../intake/idempotency.js';
import { pageOf, pageSchema } from '../page.js';
import {
  changedFilingSchema,
  deletedFilingSchema,
  filingActionsSchema,
  draftRequestSchema,
  draftsSchema,
  filingReferenceSchema,
  newFilingSchema,
} from './contract.js';
import { filingFilterSchema, filingSchema, filingSummarySchema } from '../../views/filings/shapes.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { idempotencyKey } from '../idempotency.js';

const TAG = '后续单证 / Filings';
type Filing = z.input<typeof filingSchema>;

/** A filing may cover the lists of a month. */
const FILING_BUDGET = { bytes: 4 * 1024 * 1024, members: 100_000 };

export function filingRoutes(gateway: Gateway): AnyRoute[] {
  const { store, catalogue, view } = gateway;
  const context = gateway.journey.filingContext();

  const detail = async (access: Access, id: string): Promise<Filing> => {
    // Documents, receipts and results of one moment: receipts may be applied while this is read.
    const found = await store.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read read only');
      return filingDetail(tx, access.tenants, id, catalogue, view);
    });
    if (!found) throw notFound('后续单证 / filing');
    if (may(access.role, 'bytes:read')) return found;
    // Who may not see bytes sees neither them nor the fields that may name a person.
    return {
      ...found,
      createdBy: '',
      data: dataWithoutPeople(found.data, context.kinds.get(found.messageType)?.personal ?? []),
      documents: found.documents.map(documentWithoutPeople),
      timeline: found.timeline.map(entryWithoutPeople),
      summaryResults: found.summaryResults.map((result) => ({ ...result, bytes: null })),
    };
  };

  return [
    route({
      method: 'get',
      path: '/v1/filings',
      tag: TAG,
      summary: {
        zh: '后续单证列表（运抵、总分单、离境、汇总、撤销、退货等），新的在前；拆分的报文合为一份',
        en: 'Filings (arrival, waybill summary, departure, summary application, withdrawal, return …), newest first; parts shown as one',
      },
      right: 'declarations:read',
      query: filingFilterSchema.extend(pageSchema.shape),
      answer: pageOf(filingSummarySchema),
      async handle({ query, access }) {
        const page = await listFilings(store, access.tenants, query, query, catalogue, view);
        if (may(access.role, 'bytes:read')) return page;
        return { ...page, items: page.items.map((filing) => ({ ...filing, createdBy: '' })) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/filings/{id}',
      tag: TAG,
      summary: { zh: '一份后续单证及其全过程', en: 'One filing with its timeline' },
      right: 'declarations:read',
      params: idParams,
      answer: filingSchema,
      handle: ({ params, access }) => detail(access, params.id),
    }),
    route({
      method: 'get',
      path: '/v1/filings/{id}/actions',
      tag: TAG,
      summary: {
        zh: '这份单证现在能否变更或删除，不能的原因和办法',
        en: 'Whether a filing can be changed or deleted now, and why not',
      },
      right: 'declarations:act',
      params: idParams,
      answer: filingActionsSchema,
      handle: async ({ params, access }) => ({
        actions: await filingAnswers(store, context, access, params.id),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/filings/draft',
      tag: TAG,
      summary: {
        zh: '按网关已有的清单起草后续单证，列出所有缺漏和矛盾；不保存',
        en: 'Draft filings from the lists the gateway holds, with everything missing or contradictory; nothing is stored',
      },
      right: 'declarations:act',
      body: draftRequestSchema,
      budget: FILING_BUDGET,
      answer: draftsSchema,
      async handle({ body, access }) {
        const drafts = await draftFiling(store, context, access, body);
        const first = drafts.map(({ declarationIds }) => declarationIds.slice(0, COVERED_SHOWN));
        const named = new Map(
          (await coveredLists(store, access.tenants, first.flat())).map((list) => [list.id, list]),
        );
        return {
          drafts: drafts.map(({ tenantId: _owner, ...draft }, at) => ({
            ...draft,
            covered: (first[at] ?? []).flatMap((id) => named.get(id) ?? []),
            faults: limitFaults(draft.faults),
            title: catalogue.message(draft.messageType)?.title ?? {
              zh: draft.messageType,
              en: draft.messageType,
            },
          })),
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/filings',
      tag: TAG,
      summary: {
        zh: '提交一份后续单证；有任何问题则一次列出全部问题，不保存',
        en: 'Submit a filing; with any fault all of them are listed and nothing is stored',
      },
      right: 'declarations:act',
      idempotent: true,
      body: newFilingSchema,
      budget: FILING_BUDGET,
      status: 201,
      answer: filingReferenceSchema,
      handle: ({ req, body, access }) =>
        once(
          store,
          { tenantId: access.tenantId, key: idempotencyKey(req), body: JSON.stringify(body) },
          async (tx) => ({ id: await submitFiling(tx, context, access, body) }),
        ),
    }),
    route({
      method: 'post',
      path: '/v1/filings/{id}/change',
      tag: TAG,
      summary: {
        zh: '变更一份后续单证（appType 2）；未发送的直接替换，被退回的以原编号重新申报',
        en: 'Change a filing (appType 2); one that has not left is replaced, one that was refused goes again under its number',
      },
      right: 'declarations:act',
      params: idParams,
      body: changedFilingSchema,
      budget: FILING_BUDGET,
      answer: filingSchema,
      async handle({ params, body, access }) {
        await store.transaction((tx) => changeFiling(tx, context, access, params.id, body.data, body.reason));
        return detail(access, params.id);
      },
    }),
    route({
      method: 'post',
      path: '/v1/filings/{id}/delete',
      tag: TAG,
      summary: {
        zh: '删除一份后续单证（appType 3）；未发送的直接作废',
        en: 'Delete a filing (appType 3); one that has not left is put aside',
      },
      right: 'declarations:act',
      params: idParams,
      body: deletedFilingSchema,
      answer: filingSchema,
      async handle({ params, body, access }) {
        await store.transaction((tx) => deleteFiling(tx, context, access, params.id, body.reason));
        return detail(access, params.id);
      },
    }),
  ];
}
