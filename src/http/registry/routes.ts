import { z } from 'zod';
import { dayOf } from '../../base/clock.js';
import { limitFaults } from '../../base/faultLimit.js';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { factRows, rowsOf, takeFacts, type FactsTaken } from '../../registry/file.js';
import { withdrawFact } from '../../registry/record.js';
import {
  kindsView,
  registryCounts,
  registryEnterprise,
  registryLines,
} from '../../views/registry/registry.js';
import {
  factsTakenSchema,
  registryCountsSchema,
  registryEnterpriseSchema,
  registryKindSchema,
  registryLineSchema,
} from '../../views/registry/shapes.js';
import { pageOf } from '../page.js';
import { asCommitteesTell } from '../../views/withoutPeople.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { fileNameQuery, formatQuery, readUpload, sendSheet } from '../sheets/upload.js';
import { newFactsSchema, registryFilterSchema, withdrawFactSchema } from './contract.js';

const TAG = '企业名录 / Registry';

/** The registry of enterprises: dated facts with source and history, in and out as Excel or CSV. */
export function registryRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock, printing } = gateway;
  const { registryKinds: kinds, sheets } = gateway.rulebook;
  const today = () => dayOf(clock.now());

  /** Committee and operator see every enterprise, others those they may act for. */
  const codesOf = async ({ role, tenants }: Access): Promise<string[] | undefined> => {
    if (role === 'officer' || role === 'operator') return undefined;
    const { rows } = await store.query<{ code: string }>(
      'select code from tenants where id = any($1) and code is not null',
      [tenants],
    );
    return rows.map((row) => row.code);
  };
  const answer = async (taken: FactsTaken, unread: string[] = []) => ({
    ...taken,
    recounted: await gateway.recount(taken.attributed),
    faults: limitFaults(taken.faults),
    unread,
  });
  const enterpriseOf = async (code: string, access: Access) => {
    const codes = await codesOf(access);
    const found =
      codes === undefined || codes.includes(code)
        ? await registryEnterprise(store, kinds, code, today())
        : undefined;
    if (!found) throw notFound('企业 / enterprise');
    return found;
  };

  return [
    route({
      method: 'get',
      path: '/v1/registry/kinds',
      tag: TAG,
      summary: { zh: '名录的登记事项', en: 'Kinds of facts the registry keeps' },
      right: 'registry:read',
      answer: z.object({ items: z.array(registryKindSchema) }),
      handle: async () => ({ items: kindsView(kinds) }),
    }),
    route({
      method: 'get',
      path: '/v1/registry/counts',
      tag: TAG,
      summary: { zh: '今日各事项的企业数', en: 'Enterprises by kind and subject, today' },
      right: 'registry:manage',
      answer: registryCountsSchema,
      handle: () => registryCounts(store, kinds, today()),
    }),
    route({
      method: 'get',
      path: '/v1/registry/enterprises',
      tag: TAG,
      summary: { zh: '企业名录', en: 'The registry of enterprises' },
      right: 'registry:read',
      query: registryFilterSchema,
      answer: pageOf(registryLineSchema),
      async handle({ query, access }) {
        return registryLines(store, kinds, { ...query, codes: await codesOf(access), today: today() });
      },
    }),
    route({
      method: 'get',
      path: '/v1/registry/enterprises/{code}',
      tag: TAG,
      summary: { zh: '一家企业的登记事项与变更历史', en: 'The facts of one enterprise with every change' },
      right: 'registry:read',
      params: z.object({ code: z.string().min(1).max(40) }),
      answer: registryEnterpriseSchema,
      handle: async ({ params, access }) => asCommitteesTell(access, await enterpriseOf(params.code, access)),
    }),
    route({
      method: 'post',
      path: '/v1/registry/facts',
      tag: TAG,
      summary: {
        zh: '登记事项；同一企业、事项、内容、起始日期的以新记录替代，旧记录留痕',
        en: 'Record facts; one of the same enterprise, kind, subject and first day takes the place of the earlier, which stays in the history',
      },
      right: 'registry:manage',
      body: newFactsSchema,
      answer: factsTakenSchema,
      async handle({ body, access }) {
        const rows = rowsOf(
          body.facts.map((fact) =>
            Object.fromEntries(Object.entries(fact).filter(([, text]) => text !== undefined && text !== '')),
          ),
        );
        return answer(await takeFacts(store, { rows, faults: [] }, kinds, access.actor));
      },
    }),
    route({
      method: 'post',
      path: '/v1/registry/facts/{id}/withdraw',
      tag: TAG,
      summary: { zh: '撤回一条登记（留痕）', en: 'Take back a fact; it stays in the history' },
      right: 'registry:manage',
      params: idParams,
      body: withdrawFactSchema,
      async handle({ params, body, access }) {
        const gone = await withdrawFact(store, params.id, access.actor, body.why);
        if (!gone) throw notFound('登记事项 / fact');
        if (kinds.byId.get(gone.kind)?.attributes) await gateway.recount([gone.code]);
      },
    }),
    route({
      method: 'post',
      path: '/v1/registry/import',
      tag: TAG,
      summary: {
        zh: '从 Excel 或 CSV 导入，请求体即文件；有误的行不影响其他行。整份文件为同一事项时用 kind 指明',
        en: 'Import from Excel or CSV, the body is the file; wrong rows do not hold up others. `kind` names the kind of the whole file',
      },
      right: 'registry:manage',
      query: fileNameQuery.extend({
        kind: z.string().max(60).optional(),
        source: z.string().max(300).optional(),
      }),
      file: true,
      answer: factsTakenSchema,
      async handle({ req, query, access }) {
        const given = {
          ...(query.kind !== undefined && { kind: query.kind }),
          ...(query.source !== undefined && { source: query.source }),
        };
        const read = await readUpload(gateway, req, access, 'registry', query.fileName, given);
        return answer(await takeFacts(store, read, kinds, access.actor), read.unread);
      },
    }),
    route({
      method: 'get',
      path: '/v1/registry/export',
      tag: TAG,
      summary: {
        zh: '导出名录（Excel 或 CSV），可改后再导入',
        en: 'The registry as Excel or CSV, to change and import again',
      },
      right: 'registry:read',
      query: formatQuery.extend({ kind: z.string().max(60).optional() }),
      media: 'application/octet-stream',
      async handle({ query, access, res }) {
        const codes = await codesOf(access);
        const rows = await factRows(store, kinds, {
          ...(codes && { codes }),
          ...(query.kind !== undefined && { kind: query.kind }),
        });
        await sendSheet(
          { res, access, printing },
          asCommitteesTell(access, rows),
          sheets.registry,
          query.format,
        );
      },
    }),
  ];
}
