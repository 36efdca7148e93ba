import type { z } from 'zod';
import { limitFaults } from '../../base/faultLimit.js';
import { cancelCertificate, draftAgain, redoCertificate } from '../../certificates/actions.js';
import { submitCertificate } from '../../certificates/create.js';
import { draftCertificate, type Draft } from '../../certificates/draft.js';
import { demandAction, demandCertificate } from '../../certificates/standing.js';
import { resend } from '../../declarations/actions.js';
import { may, type Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { once } from '../../intake/idempotency.js';
import { certificateWithoutPeople } from '../../views/certificates/people.js';
import { certificateDetail, listCertificates } from '../../views/certificates/queries.js';
import {
  certificateDraftSchema,
  certificateFilterSchema,
  certificateSchema,
  certificateSummarySchema,
} from '../../views/certificates/shapes.js';
import { ownForm } from '../../views/forms/goodsForms.js';
import { formPaper } from '../../views/forms/paper.js';
import { textOf } from '../../views/view.js';
import { idempotencyKey } from '../idempotency.js';
import { pageOf, pageSchema } from '../page.js';
import { sendPaper } from '../paper.js';
import { idParams, route, type AnyRoute } from '../route.js';
import { certificateAttachmentRoutes } from './attachmentRoutes.js';
import {
  certificateContentSchema,
  certificateReasonSchema,
  certificateReferenceSchema,
  certificateRequestSchema,
} from './contract.js';

const TAG = '原产地证书 / Certificates of origin';

/** Applications for certificates of origin: drafted, checked, handed in, and what becomes of them. */
export function certificateRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock, catalogue, rulebook, view, printing } = gateway;
  const context = gateway.journey.certificateContext();
  const shown = () => ({
    catalogue,
    fields: rulebook.fields,
    now: clock.now(),
    form: context.form,
    view,
  });
  const detail = async (access: Access, id: string) => {
    // Documents and receipts of one moment: receipts may be applied while this is read.
    const found = await store.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read read only');
      return certificateDetail(tx, access.tenants, id, shown());
    });
    return may(access.role, 'bytes:read') ? found : certificateWithoutPeople(found, context.form.mapping);
  };
  const draftView = (draft: Draft, certNo: string): z.input<typeof certificateDraftSchema> => {
    const { application, agreements, choices, faults } = draft;
    const form = ownForm(context.form, { ...application }, shown(), {
      id: '',
      facts: { guid: '', appType: '1', appTime: clock.now(), appStatus: '2', copNo: certNo, key: certNo },
      numbers: {},
    });
    if (!form) throw new Error('certificates have a layout');
    return {
      type: textOf(view, 'certType', application.agreement),
      types: agreements.map(({ type, source, seen }) => ({
        ...textOf(view, 'certType', type),
        source,
        seen,
      })),
      destination: textOf(view, 'country', application.destination.code),
      certificate: application.certificate,
      form,
      choices,
      chosen: application.lines.map(({ declarationId, gnum, qty }) => ({ declarationId, gnum, qty })),
      faults: limitFaults(faults),
    };
  };

  return [
    route({
      method: 'get',
      path: '/v1/certificates',
      tag: TAG,
      summary: {
        zh: '原产地证书列表，新的在前；可按证书编号、订单号、发票号查找',
        en: 'Certificates of origin, newest first; found by certificate, order or invoice number',
      },
      right: 'declarations:read',
      query: certificateFilterSchema.extend(pageSchema.shape),
      answer: pageOf(certificateSummarySchema),
      async handle({ query, access }) {
        const page = await listCertificates(store, access.tenants, query, query, shown());
        if (may(access.role, 'bytes:read')) return page;
        return { ...page, items: page.items.map((item) => ({ ...item, createdBy: '' })) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/certificates/{id}',
      tag: TAG,
      summary: {
        zh: '一份原产地证书：申请书、涵盖的货物、回执、现在能做什么',
        en: 'One certificate: its application, the goods it covers, receipts, what may be done now',
      },
      right: 'declarations:read',
      params: idParams,
      answer: certificateSchema,
      handle: ({ params, access }) => detail(access, params.id),
    }),
    route({
      method: 'get',
      path: '/v1/certificates/{id}/application.pdf',
      tag: TAG,
      summary: { zh: '原产地证书申请书（PDF）', en: 'The application as PDF' },
      right: 'bytes:read',
      params: idParams,
      media: 'application/pdf',
      async handle({ params, access, res }) {
        const one = await detail(access, params.id);
        await sendPaper(
          { res, access, printing },
          formPaper(one.form, one.orderNos.join('、'), clock.now()),
          one.certNo,
        );
      },
    }),
    route({
      method: 'post',
      path: '/v1/certificates/draft',
      tag: TAG,
      summary: {
        zh: '按申报、商品档案和企业名录起草申请，列出一切缺漏；不保存',
        en: 'Draft an application from declarations, goods master and registry, with everything missing or wrong; nothing is stored',
      },
      right: 'declarations:act',
      body: certificateRequestSchema,
      answer: certificateDraftSchema,
      handle: async ({ body, access }) => {
        const draft = await draftCertificate(store, context, access, body);
        return draftView(draft, draft.certNo ?? '');
      },
    }),
    route({
      method: 'post',
      path: '/v1/certificates',
      tag: TAG,
      summary: {
        zh: '提交原产地证书申请（新证、更改证、重发证）；有任何问题则一次列出，不保存',
        en: 'Hand in an application (new, amended, re-issued); with any fault all of them are listed and nothing is stored',
      },
      right: 'declarations:act',
      idempotent: true,
      body: certificateRequestSchema,
      status: 201,
      answer: certificateReferenceSchema,
      handle: ({ req, body, access }) =>
        once(
          store,
          { tenantId: access.tenantId, key: idempotencyKey(req), body: JSON.stringify(body) },
          async (tx) => ({ id: await submitCertificate(tx, context, access, body) }),
        ),
    }),
    route({
      method: 'post',
      path: '/v1/certificates/{id}/draft',
      tag: TAG,
      summary: {
        zh: '以新的内容重新起草一份未发送或被退回的申请；不保存',
        en: 'Draft an application anew that has not left or came back; nothing is stored',
      },
      right: 'declarations:act',
      params: idParams,
      body: certificateContentSchema,
      answer: certificateDraftSchema,
      handle: async ({ params, body, access }) => {
        const certificate = await demandCertificate(store, access, params.id);
        return draftView(await draftAgain(store, context, access, certificate, body), certificate.cert_no);
      },
    }),
    ...(['change', 'resubmit'] as const).map((action) =>
      route({
        method: 'post',
        path: `/v1/certificates/{id}/${action}`,
        tag: TAG,
        summary:
          action === 'change'
            ? { zh: '改写尚未发送的申请', en: 'Rewrite an application that has not left' }
            : {
                zh: '更正被退回的申请并以原编号重新申报',
                en: 'Correct an application that came back and send it again under its number',
              },
        right: 'declarations:act',
        params: idParams,
        body: certificateContentSchema,
        answer: certificateSchema,
        async handle({ params, body, access }) {
          await store.transaction((tx) => redoCertificate(tx, context, access, params.id, action, body));
          return detail(access, params.id);
        },
      }),
    ),
    route({
      method: 'post',
      path: '/v1/certificates/{id}/cancel',
      tag: TAG,
      summary: {
        zh: '作废一份未发送或被退回的申请，所占数量随即释放',
        en: 'Put aside an application that has not left or came back; its goods are free again',
      },
      right: 'declarations:act',
      params: idParams,
      body: certificateReasonSchema,
      answer: certificateSchema,
      async handle({ params, body, access }) {
        await store.transaction((tx) => cancelCertificate(tx, access, params.id, body.reason));
        return detail(access, params.id);
      },
    }),
    route({
      method: 'post',
      path: '/v1/certificates/{id}/resend',
      tag: TAG,
      summary: { zh: '以相同报文重发', en: 'Send the same message again' },
      right: 'declarations:act',
      params: idParams,
      body: certificateReasonSchema,
      answer: certificateSchema,
      async handle({ params, body, access }) {
        const certificate = await demandCertificate(store, access, params.id);
        demandAction(certificate, 'resend');
        await resend(store, access, certificate.document_id, body.reason, (tx, ids) =>
          gateway.journey.refresh(tx, ids),
        );
        return detail(access, params.id);
      },
    }),
    ...certificateAttachmentRoutes(gateway, TAG, detail),
  ];
}
