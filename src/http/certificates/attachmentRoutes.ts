import type { z } from 'zod';
import { attach, attachAgain } from '../../certificates/attachments.js';
import { resend } from '../../declarations/actions.js';
import { MAX_ATTACHMENT_BYTES } from '../../documents/attachments.js';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { certificateSchema } from '../../views/certificates/shapes.js';
import { withBody } from '../body.js';
import { idParams, route, type AnyRoute } from '../route.js';
import { certificateAttachmentQuery, certificateReasonSchema } from './contract.js';

/** Files that go to the issuing authority with an application (附件); `detail` shows their certificate. */
export function certificateAttachmentRoutes(
  { store, journey }: Gateway,
  tag: string,
  detail: (access: Access, id: string) => Promise<z.input<typeof certificateSchema>>,
): AnyRoute[] {
  const context = journey.certificateContext();
  return [
    route({
      method: 'post',
      path: '/v1/certificates/{id}/attachments',
      tag,
      summary: {
        zh: '添加证书附件（PDF、JPEG、PNG），申请被接收后以附件报文发送；replaces 为更换',
        en: 'Attach a file (PDF, JPEG, PNG), sent once the application is taken in; with replaces it takes the place of another',
      },
      right: 'declarations:act',
      params: idParams,
      query: certificateAttachmentQuery,
      file: true,
      status: 201,
      answer: certificateSchema,
      handle: ({ req, params, query, access }) =>
        withBody(req, MAX_ATTACHMENT_BYTES, async (bytes) => {
          const { fileName, fileType, docType, isDelay, replaces } = query;
          const fields = { FileType: fileType, DocType: docType, IsDelay: isDelay };
          await store.transaction((tx) =>
            attach(tx, context, access, params.id, { fileName, bytes, fields, replaces }),
          );
          return detail(access, params.id);
        }),
    }),
    route({
      method: 'post',
      path: '/v1/attachments/{id}/resend',
      tag,
      summary: {
        zh: '再次发送证书附件：未被接收的重新报送，结果未知或停止发送的以相同报文重发',
        en: 'Send an attachment of a certificate again: anew where it was not taken, the same message where its outcome is unknown',
      },
      right: 'declarations:act',
      params: idParams,
      body: certificateReasonSchema,
      answer: certificateSchema,
      async handle({ params, body, access }) {
        const again = await store.transaction((tx) =>
          attachAgain(tx, context, access, params.id, body.reason),
        );
        if (again.resend !== undefined)
          await resend(store, access, again.resend, body.reason, (tx, ids) => journey.refresh(tx, ids));
        return detail(access, again.certificateId);
      },
    }),
  ];
}
