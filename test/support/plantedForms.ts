import type { Order } from '../../src/orders/order.js';
import type { InspectionTask } from '../../src/views/inspections/shapes.js';
import type { Client } from './client.js';
import { certificateFor, goodsForJapan, inspectedOrder, orderToJapan } from './declarations.js';
import { eventually } from './gateway.js';
import { declarationWhere, handIn } from './journey.js';

/** Persons and free words in goods declarations, their papers, inspections and certificates of origin. */
export const FORM_MARKS = {
  typist: '标记录入员',
  declarer: '标记报关员',
  inspectionContact: '标记检验联系人',
  inspectionTelephone: '023-69907788',
  attachmentName: '标记发票扫描件',
  certificateApplicant: '标记证书申领员',
  certificateTelephone: '86-23-69905566',
  certificateConsignee: 'MARKED FOODS K.K.',
  exporterStaff: '端木出口经办',
} as const;

/** Two goods declarations of one enterprise: one that is inspected, one that gets a certificate of origin. */
export function markedForms(): [inspected: Order, certified: Order] {
  const inspected = inspectedOrder('MARK1', '-SBINSPECT');
  const marks = { InputerName: FORM_MARKS.typist, DeclareName: FORM_MARKS.declarer };
  return [
    {
      ...inspected,
      declaration: {
        ...inspected.declaration,
        DecHead: { ...(inspected.declaration as Record<string, object>)['DecHead'], ...marks },
      },
      application: {
        ITF_DCL_IO_DECL: {
          ...(inspected.application as Record<string, object>)['ITF_DCL_IO_DECL'],
          Contactperson: FORM_MARKS.inspectionContact,
          ContTel: FORM_MARKS.inspectionTelephone,
        },
      },
    },
    orderToJapan('MARK2'),
  ];
}

/** What the walk needs to reach them: ids by the beginning of the route. */
export async function plantForms(exporter: Client, operator: Client): Promise<Record<string, string[]>> {
  const [inspected, certified] = markedForms();
  await exporter.post('/v1/goods', goodsForJapan());
  // Papers are added before the declaration leaves.
  await operator.post('/v1/port/pause');
  const declarations = await handIn(exporter, [inspected, certified]);
  const paper = await exporter.upload<{ id: string }>(
    `/v1/declarations/${declarations[0]}/attachments?kind=00000001&fileName=${FORM_MARKS.attachmentName}.pdf`,
    Buffer.from('%PDF-1.4\n%%EOF\n'),
    'application/pdf',
  );
  await operator.post('/v1/port/resume');
  const certificate = certificateFor(declarations[1]!, 'INV-MARK');
  const { id } = await exporter.post<{ id: string }>('/v1/certificates', {
    ...certificate,
    certificate: {
      ...certificate.certificate,
      CertificateHead: {
        ...certificate.certificate.CertificateHead,
        ApplName: FORM_MARKS.certificateApplicant,
        ExporterTel: FORM_MARKS.certificateTelephone,
        Consignee: `${FORM_MARKS.certificateConsignee}, TOKYO, JAPAN`,
      },
    },
  });
  await exporter.upload(
    `/v1/certificates/${id}/attachments?fileName=${FORM_MARKS.attachmentName}.pdf`,
    Buffer.from('%PDF-1.4\n%%EOF\n'),
  );
  const { items } = await eventually(
    () => exporter.get<{ items: InspectionTask[] }>('/v1/inspection-tasks?state=done'),
    (tasks) => tasks.items.length > 0,
  );
  await exporter.post(`/v1/inspection-tasks/${items[0]!.id}/arrival`);
  await declarationWhere(exporter, declarations[0]!, (d) => d.documents.length > 0);
  return {
    '/v1/declarations/': declarations,
    '/v1/attachments/': [paper.id],
    '/v1/certificates/': [id],
  };
}
