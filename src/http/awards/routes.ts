import { z } from 'zod';
import { estimateFor } from '../../awards/estimate.js';
import { freezeRound, recheckRound } from '../../awards/freeze.js';
import {
  addEvidence,
  chooseReadings,
  computeRound,
  decideFlag,
  decideReview,
  giveInputs,
  nameSigner,
  openRound,
  policyOf,
  signRound,
  type AwardParts,
} from '../../awards/rounds.js';
import type { Gateway } from '../../gateway.js';
import { awardRegister } from '../../registry/awardInputs.js';
import { compareRounds, listRounds, policyView, roundView, sheetView } from '../../views/awards.js';
import { sheetXlsx } from '../../views/awardSheet.js';
import { readBody } from '../body.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import {
  chooseSchema,
  compareSchema,
  decideFlagSchema,
  decideReviewSchema,
  estimateQuerySchema,
  estimateSchema,
  inputsSchema,
  nameSignerSchema,
  newRoundSchema,
  policiesSchema,
  policyShownSchema,
  roundListSchema,
  roundSchema,
  sheetSchema,
  signSchema,
} from './contract.js';

const TAG = '奖励 / Awards';
const MAX_EVIDENCE = 20 * 1024 * 1024;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Award policies, rounds and sheets for officers and the operator; an estimate of its own for a seller. */
export function awardRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  const book = gateway.rulebook.policies;
  const parts: AwardParts = { store, book, rates: gateway.rates, register: awardRegister(store) };
  const shown = (id: string) => roundView(store, book, id);
  const base = '/v1/awards/rounds/{id}';
  return [
    route({
      method: 'get',
      path: '/v1/awards/policies',
      tag: TAG,
      summary: {
        zh: '政策条文及其数据、可选读法',
        en: 'Policies: text beside data, with the readings they leave open',
      },
      right: 'awards:estimate',
      answer: policiesSchema,
      handle: () =>
        Promise.resolve({ policies: [...book.policies.values()].map((p) => policyView(book, p)) }),
    }),
    route({
      method: 'get',
      path: '/v1/awards/policies/{policy}',
      tag: TAG,
      summary: { zh: '一份政策', en: 'One policy' },
      right: 'awards:estimate',
      params: z.object({ policy: z.string() }),
      answer: policyShownSchema,
      handle: ({ params }) => Promise.resolve(policyView(book, policyOf(book, params.policy))),
    }),
    route({
      method: 'get',
      path: '/v1/awards/estimate',
      tag: TAG,
      summary: {
        zh: '按本企业记录测算可能的奖励（不作为依据）',
        en: 'What one’s own records might be worth: an estimate, never an award',
      },
      right: 'awards:estimate',
      query: estimateQuerySchema,
      answer: estimateSchema,
      handle: ({ query, access }) => estimateFor(parts, access, query.policy, query.year),
    }),
    route({
      method: 'get',
      path: '/v1/awards/rounds',
      tag: TAG,
      summary: { zh: '评审列表', en: 'Rounds' },
      right: 'awards:manage',
      answer: roundListSchema,
      handle: async () => ({ rounds: await listRounds(store) }),
    }),
    route({
      method: 'post',
      path: '/v1/awards/rounds',
      tag: TAG,
      summary: { zh: '新建一轮评审', en: 'Open a round' },
      right: 'awards:manage',
      body: newRoundSchema,
      status: 201,
      answer: roundSchema,
      handle: async ({ body, access }) => shown(await openRound(parts, access, body)),
    }),
    route({
      method: 'get',
      path: base,
      tag: TAG,
      summary: { zh: '一轮评审的全部内容', en: 'A round with everything in it' },
      right: 'awards:manage',
      params: idParams,
      answer: roundSchema,
      handle: ({ params }) => shown(params.id),
    }),
    route({
      method: 'post',
      path: `${base}/readings`,
      tag: TAG,
      summary: { zh: '选定读法（记录何人何时）', en: 'Choose readings; who and when is kept' },
      right: 'awards:manage',
      params: idParams,
      body: chooseSchema,
      answer: roundSchema,
      async handle({ params, body, access }) {
        await chooseReadings(parts, access, params.id, body.readings, body.note);
        return shown(params.id);
      },
    }),
    route({
      method: 'post',
      path: `${base}/inputs`,
      tag: TAG,
      summary: {
        zh: '填报本系统无法取得的数据，注明来源',
        en: 'Give figures the gateway cannot know, with their source',
      },
      right: 'awards:manage',
      params: idParams,
      body: inputsSchema,
      answer: roundSchema,
      async handle({ params, body, access }) {
        await giveInputs(parts, access, params.id, body);
        return shown(params.id);
      },
    }),
    route({
      method: 'post',
      path: `${base}/compute`,
      tag: TAG,
      summary: { zh: '计算全部候选企业', en: 'Compute all candidates' },
      right: 'awards:manage',
      params: idParams,
      answer: roundSchema,
      async handle({ params, access }) {
        await computeRound(parts, access, params.id);
        return shown(params.id);
      },
    }),
    route({
      method: 'post',
      path: `${base}/evidence`,
      tag: TAG,
      summary: { zh: '上传申报材料', en: 'Upload evidence' },
      right: 'awards:manage',
      params: idParams,
      query: z.object({
        enterprise: z.string().trim().min(1).max(50),
        item: z.string().min(1),
        fileName: z.string().trim().min(1).max(255),
      }),
      file: true,
      status: 201,
      answer: z.object({ id: z.string(), sha256: z.string() }),
      handle: async ({ params, query, access, req }) =>
        addEvidence(parts, access, params.id, { ...query, bytes: await readBody(req, MAX_EVIDENCE) }),
    }),
    route({
      method: 'get',
      path: '/v1/awards/evidence/{id}',
      tag: TAG,
      summary: { zh: '下载申报材料', en: 'A file of evidence' },
      right: 'awards:manage',
      params: idParams,
      media: 'application/octet-stream',
      async handle({ params, res }) {
        const { rows } = await store.query<{ bytes: Buffer; file_name: string }>(
          'select bytes, file_name from award_evidence where id = $1',
          [params.id],
        );
        const row = rows[0];
        if (!row) throw notFound('申报材料 / evidence');
        res.setHeader(
          'Content-Disposition',
          `attachment; filename*=UTF-8''${encodeURIComponent(row.file_name)}`,
        );
        res.type('application/octet-stream').send(row.bytes);
      },
    }),
    route({
      method: 'post',
      path: `${base}/signers`,
      tag: TAG,
      summary: { zh: '指定各部门签署人', en: 'Name who signs for an office' },
      right: 'awards:manage',
      params: idParams,
      body: nameSignerSchema,
      answer: roundSchema,
      async handle({ params, body, access }) {
        await nameSigner(parts, access, params.id, body);
        return shown(params.id);
      },
    }),
    route({
      method: 'post',
      path: `${base}/signatures`,
      tag: TAG,
      summary: { zh: '商务、税务、财政签署', en: 'An office signs' },
      right: 'awards:manage',
      params: idParams,
      body: signSchema,
      answer: roundSchema,
      async handle({ params, body, access }) {
        await signRound(parts, access, params.id, body);
        return shown(params.id);
      },
    }),
    route({
      method: 'post',
      path: `${base}/flags/{flag}`,
      tag: TAG,
      summary: { zh: '处理疑点', en: 'Decide an integrity flag' },
      right: 'awards:manage',
      params: idParams.extend({ flag: z.uuid() }),
      body: decideFlagSchema,
      answer: roundSchema,
      async handle({ params, body, access }) {
        await decideFlag(parts, access, params.id, params.flag, body);
        return shown(params.id);
      },
    }),
    route({
      method: 'post',
      path: `${base}/freeze`,
      tag: TAG,
      summary: { zh: '冻结并生成摘要', en: 'Freeze, with a hash' },
      right: 'awards:manage',
      params: idParams,
      answer: roundSchema,
      async handle({ params, access }) {
        await freezeRound(parts, access, params.id);
        return shown(params.id);
      },
    }),
    route({
      method: 'post',
      path: `${base}/recheck`,
      tag: TAG,
      summary: {
        zh: '用现有记录复核已冻结的评审，差异列为复核事项',
        en: 'Check a frozen round against the records of now; differences become review items',
      },
      right: 'awards:manage',
      params: idParams,
      answer: roundSchema,
      async handle({ params }) {
        await recheckRound(parts, params.id);
        return shown(params.id);
      },
    }),
    route({
      method: 'post',
      path: `${base}/reviews/{review}`,
      tag: TAG,
      summary: { zh: '处理复核事项', en: 'Decide a review item' },
      right: 'awards:manage',
      params: idParams.extend({ review: z.uuid() }),
      body: decideReviewSchema,
      answer: roundSchema,
      async handle({ params, body, access }) {
        await decideReview(parts, access, params.id, params.review, body);
        return shown(params.id);
      },
    }),
    route({
      method: 'get',
      path: `${base}/compare`,
      tag: TAG,
      summary: { zh: '与另一轮评审比较', en: 'Compare with another round' },
      right: 'awards:manage',
      params: idParams,
      query: z.object({ with: z.uuid() }),
      answer: compareSchema,
      handle: async ({ params, query }) => compareRounds(await shown(params.id), await shown(query.with)),
    }),
    route({
      method: 'get',
      path: `${base}/sheet`,
      tag: TAG,
      summary: { zh: '奖励表（打印用数据）', en: 'The award sheet as data for printing' },
      right: 'awards:manage',
      params: idParams,
      answer: sheetSchema,
      handle: async ({ params }) => sheetView(book, await shown(params.id)),
    }),
    route({
      method: 'get',
      path: `${base}/sheet.xlsx`,
      tag: TAG,
      summary: { zh: '奖励表（Excel）', en: 'The award sheet as .xlsx' },
      right: 'awards:manage',
      params: idParams,
      media: XLSX,
      async handle({ params, res }) {
        const view = await shown(params.id);
        const bytes = await sheetXlsx(sheetView(book, view));
        res.setHeader('Content-Disposition', `attachment; filename="award-${view.policy}-${view.year}.xlsx"`);
        res.type(XLSX).send(bytes);
      },
    }),
  ];
}
