import { z } from 'zod';
import { detach } from '../../certificates/attachments.js';
import {
  addAttachment,
  attachmentBytes,
  attachmentsIn,
  kindOfFile,
  MAX_ATTACHMENT_BYTES,
  removeAttachment,
  type StoredAttachment,
} from '../../documents/attachments.js';
import type { Gateway } from '../../gateway.js';
import { withBody } from '../body.js';
import { idParams, notFound, route, type AnyRoute } from '../route.js';
import { attachmentSchema, newAttachmentQuery } from './contract.js';

const TAG = '随附单据 / Attachments';

export function attachmentRoutes({ store, catalogue }: Gateway): AnyRoute[] {
  const shown = ({ createdAt, ...attachment }: StoredAttachment): z.input<typeof attachmentSchema> => ({
    ...attachment,
    kindText: catalogue.codes.get('decAttachment').text(attachment.kind) ?? {
      zh: attachment.kind,
      en: attachment.kind,
    },
    createdAt: createdAt.toISOString(),
  });
  return [
    route({
      method: 'get',
      path: '/v1/declarations/{id}/attachments',
      tag: TAG,
      summary: { zh: '一票申报的随附单据', en: 'The attachments of a declaration' },
      right: 'bytes:read',
      params: idParams,
      answer: z.object({ items: z.array(attachmentSchema) }),
      handle: async ({ params, access }) => ({
        items: (await attachmentsIn(store, access.tenants, params.id)).map(shown),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/declarations/{id}/attachments',
      tag: TAG,
      summary: {
        zh: '上传随附单据（PDF），随报关单一并发送',
        en: 'Upload an attachment (PDF) that leaves with the goods declaration',
      },
      right: 'orders:submit',
      params: idParams,
      query: newAttachmentQuery,
      file: true,
      status: 201,
      answer: attachmentSchema,
      handle: ({ req, params, query, access }) =>
        withBody(req, MAX_ATTACHMENT_BYTES, async (bytes) =>
          shown(
            await store.transaction((tx) =>
              addAttachment(tx, access.tenants, params.id, { ...query, bytes }, access.actor),
            ),
          ),
        ),
    }),
    route({
      method: 'get',
      path: '/v1/attachments/{id}/file',
      tag: TAG,
      summary: { zh: '随附单据或证书附件的原件', en: 'The file of an attachment' },
      right: 'bytes:read',
      params: idParams,
      media: 'application/octet-stream',
      async handle({ params, access, res }) {
        const found = await attachmentBytes(store, access.tenants, params.id);
        if (!found) throw notFound('随附单据 / attachment');
        res.attachment(found.fileName);
        res.type(kindOfFile(found.bytes)?.media ?? 'application/octet-stream').send(found.bytes);
      },
    }),
    route({
      method: 'delete',
      path: '/v1/attachments/{id}',
      tag: TAG,
      summary: {
        zh: '移除随附单据；证书附件在发送前或被退回后可移除',
        en: 'Take an attachment away; one of a certificate before it leaves or after it came back',
      },
      right: 'orders:submit',
      params: idParams,
      async handle({ params, access }) {
        const gone = await store.transaction(
          async (tx) =>
            (await detach(tx, access, params.id)) ||
            (await removeAttachment(tx, access.tenants, params.id, access.actor)),
        );
        if (!gone) throw notFound('随附单据 / attachment');
      },
    }),
  ];
}
