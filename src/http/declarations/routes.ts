import { actOnMany } from '../../declarations/actOnMany.js';
import { discard, resend, declaredElsewhere } from '../../declarations/actions.js';
import { declarationDetail } from '../../views/declarations/detail.js';
import { messageBytes } from '../../views/messageBytes.js';
import { listDeclarations, countDeclarations } from '../../views/declarations/queries.js';
import { declarationSheets } from '../../views/declarations/workbook.js';
import { evidenceArchive } from '../../evidence/archive.js';
import { may } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { orderSchema } from '../../orders/order.js';
import {
  documentWithoutPeople,
  entryWithoutPeople,
  noticeWithoutPeople,
  orderWithoutPeople,
} from '../../views/withoutPeople.js';
import {
  declarationFilterSchema,
  declarationSortSchema,
  declarationSummarySchema,
  countsSchema,
  declarationSchema,
} from '../../views/declarations/shapes.js';
import { bulkActionResultSchema, bulkActionSchema, noteSchema, reasonNoteSchema } from './contract.js';
import { pageSchema, pageOf } from '../page.js';
import { sendWorkbook, XLSX } from '../paper.js';
import { type AnyRoute, route, idParams, notFound } from '../route.js';

const TAG = '申报 / Declarations';

export function declarationRoutes(gateway: Gateway): AnyRoute[] {
  const { store, view } = gateway;
  return [
    route({
      method: 'get',
      path: '/v1/declarations',
      tag: TAG,
      summary: { zh: '申报列表，默认新的在前', en: 'Declarations, newest first unless sorted otherwise' },
      right: 'declarations:read',
      query: declarationFilterSchema.extend({ ...pageSchema.shape, sort: declarationSortSchema }),
      answer: pageOf(declarationSummarySchema),
      handle: ({ query, access }) =>
        listDeclarations(store, access.tenants, query, query, view, gateway.catalogue),
    }),
    route({
      method: 'get',
      path: '/v1/declarations/counts',
      tag: TAG,
      summary: { zh: '各状态的申报数', en: 'How many declarations stand where' },
      right: 'declarations:read',
      query: declarationFilterSchema,
      answer: countsSchema,
      handle: ({ query, access }) => countDeclarations(store, access.tenants, query),
    }),
    route({
      method: 'get',
      path: '/v1/declarations/xlsx',
      tag: TAG,
      summary: { zh: '按筛选条件导出 Excel', en: 'The declarations of a filter as an Excel file' },
      right: 'declarations:read',
      query: declarationFilterSchema.extend({ sort: declarationSortSchema }),
      media: XLSX,
      async handle({ query: { sort, ...filter }, access, res }) {
        const { catalogue, printing } = gateway;
        const sheets = await declarationSheets(store, access.tenants, filter, sort, view, catalogue);
        await sendWorkbook({ res, access, printing }, sheets, 'declarations.xlsx');
      },
    }),
    route({
      method: 'post',
      path: '/v1/declarations/bulk',
      tag: TAG,
      summary: {
        zh: '对多票申报执行同一操作，逐票给出结论',
        en: 'One action on many declarations, with a verdict for each',
      },
      right: 'declarations:act',
      body: bulkActionSchema,
      status: 200,
      answer: bulkActionResultSchema,
      async handle({ body, access }) {
        const declarations = await actOnMany(store, access, body, (tx, ids) =>
          gateway.journey.refresh(tx, ids),
        );
        const done = declarations.filter((d) => d.outcome === 'done').length;
        return {
          done,
          faulty: declarations.length - done,
          declarations: declarations.map((d) => ({ ...d, faults: [...d.faults] })),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/declarations/{id}',
      tag: TAG,
      summary: { zh: '一票申报及其全过程', en: 'One declaration with its timeline' },
      right: 'declarations:read',
      params: idParams,
      answer: declarationSchema,
      async handle({ params, access }) {
        // One snapshot, so that documents and timeline agree.
        const found = await store.transaction(async (tx) => {
          await tx.query('set transaction isolation level repeatable read read only');
          return declarationDetail(tx, access.tenants, params.id, gateway.catalogue, view);
        });
        if (!found) throw notFound('申报 / declaration');
        if (may(access.role, 'bytes:read')) return found;
        // Officers see figures and what they rest on, not the contents that may name a person.
        return {
          ...found,
          order: orderWithoutPeople(orderSchema.parse(found.order), gateway.rulebook.fields),
          notices: found.notices.map(noticeWithoutPeople),
          documents: found.documents.map(documentWithoutPeople),
          timeline: found.timeline.map(entryWithoutPeople),
          summaryResults: found.summaryResults.map((result) => ({ ...result, bytes: null })),
          taxBills: found.taxBills.map((bill) => ({ ...bill, bytes: null })),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/messages/{id}/xml',
      tag: TAG,
      summary: { zh: '已签名报文的原始字节', en: 'The exact bytes of a signed message' },
      right: 'bytes:read',
      params: idParams,
      media: 'application/xml',
      async handle({ params, access, res }) {
        const message = await messageBytes(store, access.tenants, params.id, gateway.catalogue);
        if (!message) throw notFound('报文 / message');
        res.setHeader('Content-Disposition', `inline; filename="${message.messageType}_${message.guid}.xml"`);
        res.type('application/xml').send(message.bytes);
      },
    }),
    route({
      method: 'get',
      path: '/v1/receipts/{id}/xml',
      tag: TAG,
      summary: { zh: '回执文件的原始字节', en: 'The exact bytes of a receipt file' },
      right: 'bytes:read',
      params: idParams,
      media: 'application/xml',
      async handle({ params, access, res }) {
        // A file may answer several enterprises at once; who may not see them all may not see it.
        const { rows } = await store.query<{ bytes: Buffer; message_type: string | null }>(
          `select bytes, message_type from raw_receipts w where id = $1
              and case when w.tenants = '{}' then w.tenant_id = any($2) else w.tenants <@ $2::uuid[] end`,
          [params.id, access.tenants],
        );
        const row = rows[0];
        if (!row) throw notFound('回执 / receipt');
        // Bytes of unknown kind are never shown as a page.
        res.setHeader('Content-Disposition', `inline; filename="${row.message_type ?? 'receipt'}.xml"`);
        res.type(row.message_type ? 'application/xml' : 'application/octet-stream').send(row.bytes);
      },
    }),
    route({
      method: 'get',
      path: '/v1/declarations/{id}/evidence',
      tag: TAG,
      summary: {
        zh: '证据压缩包：原始字节、证书、审计链及核验方法，可不依赖本软件核验',
        en: 'Evidence as a ZIP that can be checked without this program: exact bytes, certificates, the audit chain, a guide',
      },
      right: 'bytes:read',
      params: idParams,
      media: 'application/zip',
      async handle({ params, access, res }) {
        const archive = await evidenceArchive(store, access.tenants, params.id, gateway.clock);
        if (!archive) throw notFound('申报 / declaration');
        res.attachment(`evidence-${params.id}.zip`).type('zip').send(archive);
      },
    }),
    route({
      method: 'post',
      path: '/v1/documents/{id}/resend',
      tag: TAG,
      summary: { zh: '以相同报文重发', en: 'Send the same bytes again' },
      right: 'declarations:act',
      params: idParams,
      body: noteSchema,
      handle: ({ params, body, access }) =>
        resend(store, access, params.id, body.note, (tx, ids) => gateway.journey.refresh(tx, ids)),
    }),
    route({
      method: 'post',
      path: '/v1/documents/{id}/discard',
      tag: TAG,
      summary: {
        zh: '作废已停止发送的单证，须写明原因；重发即撤销作废',
        en: 'Discard a document that was given up, with the reason; sending it again takes that back',
      },
      right: 'declarations:act',
      params: idParams,
      body: reasonNoteSchema,
      handle: ({ params, body, access }) =>
        discard(store, access, params.id, body.note, (tx, ids) => gateway.journey.refresh(tx, ids)),
    }),
    route({
      method: 'post',
      path: '/v1/documents/{id}/declared-elsewhere',
      tag: TAG,
      summary: { zh: '登记该单证由责任主体自行申报', en: 'Note that its own party declares this document' },
      right: 'declarations:act',
      params: idParams,
      body: noteSchema,
      handle: ({ params, body, access }) =>
        declaredElsewhere(store, access, params.id, body.note, (tx, ids) => gateway.journey.refresh(tx, ids)),
    }),
  ];
}
