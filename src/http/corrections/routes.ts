import type { z } from 'zod';
import { limitAnswer, limitFaults } from '../../base/faultLimit.js';
import { correctMany } from '../../corrections/bulk.js';
import { labelOf } from '../../corrections/changes.js';
import { correct, deleteDocument, previewCorrection } from '../../corrections/correct.js';
import { fileFor } from '../../corrections/file.js';
import type { CorrectionPlan } from '../../corrections/steps.js';
import { allowedActions, declarationActions, loadState } from '../../corrections/standing.js';
import { transitions, type Answer } from '../../corrections/transitions.js';
import { returnable } from '../../filings/lists.js';
import type { Gateway } from '../../gateway.js';
import type { Form } from '../../messages/forms/form.js';
import type { FieldDictionary } from '../../orders/fields.js';
import {
  bulkCorrectionSchema,
  bulkResultSchema,
  correctionPreviewSchema,
  correctionResultSchema,
  correctionSchema,
  declarationActionsSchema,
  filedSchema,
  previewSchema,
  reasonBodySchema,
  resubmissionSchema,
  returnableSchema,
  returnSchema,
  type actionAnswerSchema,
} from './contract.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';

const TAG = '变更与重报 / Corrections';

export function lifecycleRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  const context = { ...gateway.correctionContext(), filing: gateway.journey.filingContext() };
  transitions();
  return [
    route({
      method: 'get',
      path: '/v1/declarations/{id}/actions',
      tag: TAG,
      summary: {
        zh: '该票及其各单证现在可以做什么；不可以的说明原因和替代办法',
        en: 'What may follow now for a declaration and its documents; what may not says why and what to do instead',
      },
      right: 'declarations:read',
      params: idParams,
      answer: declarationActionsSchema,
      async handle({ params, access }) {
        const state = await loadState(
          store,
          access.tenants,
          params.id,
          gateway.catalogue,
          gateway.clock.now(),
        );
        const lists = state.documents.find((d) => d.standing.kind === 'list')?.messageType ?? null;
        return {
          declarationId: state.id,
          revision: state.revision,
          actions: declarationActions(state.documents).map((a) => answerView(a, lists)),
          documents: [...state.documents, ...state.superseded].map((d) => {
            const { stage, text } = transitions().stageOf(d.standing);
            return {
              id: d.id,
              messageType: d.messageType,
              title: d.title,
              stage: { stage, text },
              actions: allowedActions(d).map((a) => answerView(a, d.messageType)),
            };
          }),
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/declarations/{id}/corrections/preview',
      tag: TAG,
      summary: {
        zh: '预览更正：将发送哪些单证、哪些字段不同、有哪些问题；不保存任何内容',
        en: 'Preview a correction: documents that would go, fields that differ, all faults; stores nothing',
      },
      right: 'declarations:act',
      params: idParams,
      body: previewSchema,
      answer: correctionPreviewSchema,
      async handle({ params, body, access }) {
        const correction = { changes: body.changes, reason: '', revision: body.revision };
        const mode = body.resubmit ? 'resubmit' : 'correct';
        const plan = await previewCorrection(store, access, params.id, correction, mode, context);
        return previewView(plan, context.reading.fields, gateway.catalogue.forms);
      },
    }),
    route({
      method: 'post',
      path: '/v1/declarations/{id}/corrections',
      tag: TAG,
      summary: {
        zh: '更正订单内容：只有内容改变的单证以变更报文、重新申报或首次申报送出；有任何问题则不保存',
        en: 'Correct an order: only documents whose content changes go out, as change, new declaration or first declaration; nothing is stored when anything is wrong',
      },
      right: 'declarations:act',
      params: idParams,
      body: correctionSchema,
      answer: correctionResultSchema,
      handle: ({ params, body, access }) => correct(store, access, params.id, body, 'correct', context),
    }),
    route({
      method: 'post',
      path: '/v1/declarations/{id}/resubmit',
      tag: TAG,
      summary: {
        zh: '重新申报被退单、处理失败、被拒收或已删除的单证，可同时更正',
        en: 'Declare again what was refused, failed, refused by the port or deleted, corrected or as it is',
      },
      right: 'declarations:act',
      params: idParams,
      body: resubmissionSchema,
      answer: correctionResultSchema,
      handle: ({ params, body, access }) => correct(store, access, params.id, body, 'resubmit', context),
    }),
    route({
      method: 'post',
      path: '/v1/documents/{id}/delete',
      tag: TAG,
      summary: {
        zh: '向海关申报删除一个单证（appType 3）',
        en: 'Declare the deletion of a document (appType 3)',
      },
      right: 'declarations:act',
      params: idParams,
      body: reasonBodySchema,
      answer: correctionResultSchema,
      handle: ({ params, body, access }) => deleteDocument(store, access, params.id, body.reason, context),
    }),
    route({
      method: 'post',
      path: '/v1/declarations/{id}/withdraw',
      tag: TAG,
      summary: { zh: '申请撤销清单（撤销申请单）', en: 'Apply for the withdrawal of a list' },
      right: 'declarations:act',
      params: idParams,
      body: reasonBodySchema,
      answer: filedSchema,
      handle: async ({ params, body, access }) => ({
        filingId: await fileFor(store, access, params.id, 'withdraw', body.reason, {}, context),
      }),
    }),
    route({
      method: 'get',
      path: '/v1/declarations/{id}/returnable',
      tag: TAG,
      summary: {
        zh: '各商品项还可退回的数量（已申请的退货已扣除）',
        en: 'How much of each goods line may still be returned, returns under way taken off',
      },
      right: 'declarations:act',
      params: idParams,
      answer: returnableSchema,
      async handle({ params, access }) {
        const lines = await returnable(store, params.id, access.tenants);
        if (!lines) throw notFound('申报 / declaration');
        return { lines };
      },
    }),
    route({
      method: 'post',
      path: '/v1/declarations/{id}/return',
      tag: TAG,
      summary: { zh: '申请退货（退货申请单）', en: 'Apply for the return of goods of a list' },
      right: 'declarations:act',
      params: idParams,
      body: returnSchema,
      answer: filedSchema,
      handle: async ({ params, body, access }) => {
        const from = { lines: body.lines, input: body.transport };
        return { filingId: await fileFor(store, access, params.id, 'return', body.reason, from, context) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/corrections/bulk',
      tag: TAG,
      summary: {
        zh: '把同一退单代码的多票以同样的更正重新申报（最多 500 票），逐票给出结果',
        en: 'Declare again many declarations of one refusal code with the same correction (at most 500); each gets its verdict',
      },
      right: 'declarations:act',
      body: bulkCorrectionSchema,
      answer: bulkResultSchema,
      async handle({ body, access }) {
        const { declarations, more } = await correctMany(store, access, body, context);
        const count = (outcome: string) => declarations.filter((d) => d.outcome === outcome).length;
        return {
          resubmitted: count('resubmitted'),
          faulty: count('faulty'),
          more,
          declarations: limitAnswer(declarations.map((d) => ({ ...d, notices: [] }))).map(
            ({ notices: _none, ...d }) => d,
          ),
        };
      },
    }),
  ];
}

/** `own` is the message of the document itself. */
function answerView(answer: Answer, own: string | null): z.input<typeof actionAnswerSchema> {
  const text = transitions().textOf(answer.action);
  if (!answer.allowed) return { action: answer.action, text, allowed: false, reason: answer.reason };
  const { make } = answer;
  const messageType = make.what === 'filing' ? make.message : own;
  const appType = make.what === 'revision' ? make.appType : null;
  return { action: answer.action, text, allowed: true, makes: { messageType, appType } };
}

function previewView(
  plan: CorrectionPlan,
  fields: FieldDictionary,
  forms: readonly Form[],
): z.input<typeof correctionPreviewSchema> {
  const faults = [...plan.conflicts, ...plan.faults];
  return {
    ok: faults.length === 0,
    revision: plan.state.revision,
    changes: plan.changes.map((c) => ({ ...c, label: labelOf(c.path, fields, forms) })),
    documents: plan.steps.map((s) => ({
      id: s.document.id,
      messageType: s.document.messageType,
      title: s.document.title,
      action: s.action,
      appType: s.appType,
      fields: s.fields,
    })),
    faults: limitFaults(faults),
    notices: plan.notices,
  };
}
