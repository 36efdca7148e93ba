import { z } from 'zod';
import { revokePartyCertificate } from '../../enterprises/accounts.js';
import type { Gateway } from '../../gateway.js';
import {
  acceptPartyDocument,
  listPartyCertificates,
  registerPartyCertificate,
} from '../../intake/partyDocuments.js';
import { noteAccount } from '../../enterprises/accounts.js';
import { withBody } from '../body.js';
import { partyCertificateSchema } from '../enterprises/contract.js';
import { route, type AnyRoute } from '../route.js';

const TAG = '责任主体单证 / Party documents';
const MAX_BYTES = 20 * 1024 * 1024;

export function partyDocumentRoutes(gateway: Gateway): AnyRoute[] {
  return [
    route({
      method: 'post',
      path: '/v1/party-documents',
      tag: TAG,
      summary: {
        zh: '提交由责任主体自行签名的订单、收款单或运单报文；验签、核对后原样转发',
        en: 'Hand in an order, payment or waybill message its own party signed; verified, matched and forwarded unchanged',
      },
      right: 'orders:submit',
      file: true,
      status: 202,
      answer: z
        .object({
          messageId: z.string(),
          guid: z.string(),
          messageType: z.string(),
          documents: z.array(
            z.object({ documentId: z.string(), declarationId: z.string(), key: z.string() }),
          ),
        })
        .meta({ id: 'PartyDocument' }),
      handle: ({ req, access }) =>
        withBody(req, MAX_BYTES, (body) =>
          acceptPartyDocument(
            {
              store: gateway.store,
              catalogue: gateway.catalogue,
              readMessage: (bytes) => gateway.reading.message(bytes),
              verify: (bytes, certificate) => gateway.reading.signature(bytes, { certificate }),
              journey: gateway.journey,
              refresh: (tx, ids) => gateway.journey.refresh(tx, ids),
            },
            access,
            body,
          ),
        ),
    }),
    route({
      method: 'get',
      path: '/v1/party-certificates',
      tag: TAG,
      summary: { zh: '已登记的责任主体签名证书', en: 'Certificates registered for parties' },
      right: 'enterprises:manage',
      answer: z.array(partyCertificateSchema),
      handle: () => listPartyCertificates(gateway.store),
    }),
    route({
      method: 'post',
      path: '/v1/party-certificates',
      tag: TAG,
      summary: { zh: '登记责任主体的签名证书', en: 'Register the certificate a party signs with' },
      right: 'enterprises:manage',
      body: z.strictObject({
        enterpriseCode: z.string().trim().min(1).max(18),
        certificate: z.string().max(20_000),
      }),
      status: 201,
      answer: z
        .object({
          enterpriseCode: z.string(),
          serial: z.string(),
          subject: z.string(),
          notAfter: z.iso.datetime(),
        })
        .meta({ id: 'PartyCertificate' }),
      async handle({ body, access }) {
        const registered = await registerPartyCertificate(
          gateway.store,
          access,
          body.enterpriseCode,
          body.certificate,
        );
        await noteAccount(gateway.store, {
          tenantId: access.tenantId,
          userId: null,
          subject: `${registered.enterpriseCode} ${registered.serial}`,
          action: 'certificate-registered',
          actor: access.actor,
        });
        return registered;
      },
    }),
    route({
      method: 'delete',
      path: '/v1/party-certificates/{enterpriseCode}/{serial}',
      tag: TAG,
      summary: { zh: '停用责任主体的签名证书', en: 'Revoke the certificate a party signs with' },
      right: 'enterprises:manage',
      params: z.object({ enterpriseCode: z.string().max(18), serial: z.string().max(100) }),
      handle: ({ params, access }) =>
        revokePartyCertificate(gateway.store, access, params.enterpriseCode, params.serial),
    }),
  ];
}
