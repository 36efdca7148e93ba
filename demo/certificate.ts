import type { Order } from '../src/orders/order.js';
import type { pageOf } from '../src/http/page.js';
import type { certificateSchema } from '../src/views/certificates/shapes.js';
import type { declarationSummarySchema } from '../src/views/declarations/shapes.js';
import type { z } from 'zod';
import type { Client } from '../test/support/client.js';

/** How long the issuing side of the sandbox may take. */
const WITHIN_MS = 60_000;

/** Applies for a certificate of origin for one order; true when it was issued. */
export async function certify(seller: Client, order: Order): Promise<boolean> {
  const number = order.orderNo ?? '';
  const { items } = await seller.get<z.output<ReturnType<typeof pageOf<typeof declarationSummarySchema>>>>(
    `/v1/declarations?q=${encodeURIComponent(number)}`,
  );
  const declarationId = items.find((item) => item.orderNo === number)?.id;
  if (declarationId === undefined) return false;
  const line = {
    GoodsNameE: 'SAMPLE GOODS',
    GoodsDesc: 'SAMPLE GOODS IN CARTONS',
    PackQty: '10',
    CiqRegNo: 'MA6C96CN5',
    PrdcEtpsName: order.producer.name ?? '',
  };
  const { id } = await seller.post<{ id: string }>('/v1/certificates', {
    type: 'C',
    sources: [{ declarationId }],
    certificate: {
      CertificateHead: {
        EntMgrNo: '5001960A1B',
        ApplName: '李示例',
        Applicant: 'DEMO',
        FetchPlace: '8000',
        InvNo: `INV-${number}`.slice(0, 50),
        InvDate: '2026-11-20',
        PriceTerms: 'FOB',
        Exporter: 'EXAMPLE EXPORTER, CHONGQING, CHINA',
        Consignee: 'EXAMPLE WAREHOUSE',
        ExporterTel: '86-23-60000102',
        ExporterFax: '86-23-60000102',
        ExporterEmail: 'export@demo.example',
      },
      CertificateList: order.lines.map(() => line),
    },
    promise: true,
  });
  for (const until = Date.now() + WITHIN_MS; Date.now() < until;) {
    const { state } = await seller.get<z.output<typeof certificateSchema>>(`/v1/certificates/${id}`);
    if (state === 'issued') return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return false;
}
