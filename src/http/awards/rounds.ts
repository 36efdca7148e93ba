import { z } from 'zod';
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
  signRound,
  type AwardParts,
} from '../../awards/rounds.js';
import type { Access } from '../../enterprises/access.js';
import type { Text } from '../../terms/text.js';
import { compareRounds } from '../../views/awards/compare.js';
import { evidenceFile, signerCandidates } from '../../views/awards/files.js';
import { listRounds, roundView } from '../../views/awards/rounds.js';
import { withBody } from '../body.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import {
  chooseSchema,
  compareSchema,
  decideFlagSchema,
  decideReviewSchema,
  inputsSchema,
  nameSignerSchema,
  newRoundSchema,
  roundListSchema,
  roundSchema,
  signerCandidatesSchema,
  signSchema,
} from './contract.js';

const TAG = '奖励 / Awards';
const MAX_EVIDENCE = 20 * 1024 * 1024;
const BASE = '/v1/awards/rounds/{id}';

/** Award rounds from readings to freeze, and what is raised afterwards. Every change answers with the whole round. */
export function roundRoutes(parts: AwardParts): AnyRoute[] {
  const { store, book } = parts;
  const shown = (id: string, { actor }: Access) => roundView(store, book, id, actor);
  const common = { tag: TAG, right: 'awards:manage', params: idParams } as const;
  /** A step that needs nothing but the round. */
  const step = (name: string, summary: Text, work: (access: Access, id: string) => Promise<unknown>) =>
    route({
      ...common,
      method: 'post',
      path: `${BASE}/${name}`,
      summary,
      answer: roundSchema,
      async handle({ params, access }) {
        await work(access, params.id);
        return shown(params.id, access);
      },
    });
  /** A change of the round by what the body says. */
  const change = <B extends z.ZodType>(
    name: string,
    summary: Text,
    body: B,
    work: (access: Access, id: string, body: z.output<B>) => Promise<unknown>,
  ) =>
    route({
      ...common,
      method: 'post',
      path: `${BASE}/${name}`,
      summary,
      body,
      answer: roundSchema,
      async handle({ params, body: given, access }) {
        await work(access, params.id, given as z.output<B>);
        return shown(params.id, access);
      },
    });
  /** A person's decision about one item of the round. */
  const decide = <B extends z.ZodType>(
    name: string,
    summary: Text,
    body: B,
    work: (access: Access, id: string, item: string, body: z.output<B>) => Promise<unknown>,
  ) =>
    route({
      ...common,
      method: 'post',
      path: `${BASE}/${name}/{item}`,
      params: idParams.extend({ item: z.uuid() }),
      summary,
      body,
      answer: roundSchema,
      async handle({ params, body: given, access }) {
        await work(access, params.id, params.item, given as z.output<B>);
        return shown(params.id, access);
      },
    });
  return [
    route({
      method: 'get',
      path: '/v1/awards/rounds',
      tag: TAG,
      summary: { zh: '评审列表', en: 'Rounds' },
      right: 'awards:manage',
      answer: roundListSchema,
      handle: async () => ({ rounds: await listRounds(store, book) }),
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
      handle: async ({ body, access }) => shown(await openRound(parts, access, body), access),
    }),
    route({
      ...common,
      method: 'get',
      path: BASE,
      summary: { zh: '一轮评审的全部内容', en: 'A round with everything in it' },
      answer: roundSchema,
      handle: ({ params, access }) => shown(params.id, access),
    }),
    change(
      'readings',
      { zh: '选定读法（记录何人何时）', en: 'Choose readings; who and when is kept' },
      chooseSchema,
      (access, id, { readings, note }) => chooseReadings(parts, access, id, readings, note),
    ),
    change(
      'inputs',
      {
        zh: '填报本系统无法取得的数据，注明来源',
        en: 'Give figures the gateway cannot know, with their source',
      },
      inputsSchema,
      (access, id, given) => giveInputs(parts, access, id, given),
    ),
    step('compute', { zh: '计算全部候选企业', en: 'Compute all candidates' }, (access, id) =>
      computeRound(parts, access, id),
    ),
    route({
      ...common,
      method: 'post',
      path: `${BASE}/evidence`,
      summary: { zh: '上传申报材料', en: 'Upload evidence' },
      query: z.object({
        enterprise: z.string().trim().min(1).max(50),
        item: z.string().min(1),
        fileName: z.string().trim().min(1).max(255),
      }),
      file: true,
      status: 201,
      answer: z.object({ id: z.string(), sha256: z.string() }),
      handle: ({ params, query, access, req }) =>
        withBody(req, MAX_EVIDENCE, (bytes) => addEvidence(parts, access, params.id, { ...query, bytes })),
    }),
    route({
      ...common,
      method: 'get',
      path: '/v1/awards/evidence/{id}',
      summary: { zh: '下载申报材料', en: 'A file of evidence' },
      media: 'application/octet-stream',
      async handle({ params, res }) {
        const file = await evidenceFile(store, params.id);
        if (!file) throw notFound('申报材料 / evidence');
        res.attachment(file.name).type('application/octet-stream').send(file.bytes);
      },
    }),
    route({
      method: 'get',
      path: '/v1/awards/signers',
      tag: TAG,
      summary: { zh: '可以指定为签署人的人员', en: 'Who can be named to sign' },
      right: 'awards:manage',
      answer: signerCandidatesSchema,
      handle: async () => ({ items: await signerCandidates(store) }),
    }),
    change(
      'signers',
      { zh: '指定各部门签署人', en: 'Name who signs for an office' },
      nameSignerSchema,
      (access, id, naming) => nameSigner(parts, access, id, naming),
    ),
    change(
      'signatures',
      { zh: '商务、税务、财政签署', en: 'An office signs' },
      signSchema,
      (access, id, signature) => signRound(parts, access, id, signature),
    ),
    decide(
      'flags',
      { zh: '处理疑点', en: 'Decide an integrity flag' },
      decideFlagSchema,
      (access, id, flag, decision) => decideFlag(parts, access, id, flag, decision),
    ),
    step('freeze', { zh: '冻结并生成摘要', en: 'Freeze, with a hash' }, (access, id) =>
      freezeRound(parts, access, id),
    ),
    step(
      'recheck',
      {
        zh: '用现有记录复核已冻结的评审，差异列为复核事项',
        en: 'Check a frozen round against the records of now; differences become review items',
      },
      (_access, id) => recheckRound(parts, id),
    ),
    decide(
      'reviews',
      { zh: '处理复核事项', en: 'Decide a review item' },
      decideReviewSchema,
      (access, id, review, decision) => decideReview(parts, access, id, review, decision),
    ),
    route({
      ...common,
      method: 'get',
      path: `${BASE}/compare`,
      summary: { zh: '与另一轮评审比较', en: 'Compare with another round' },
      query: z.object({ with: z.uuid() }),
      answer: compareSchema,
      handle: async ({ params, query, access }) =>
        compareRounds(await shown(params.id, access), await shown(query.with, access)),
    }),
  ];
}
