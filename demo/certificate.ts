import type { Order } from '../src/orders/order.js';
import type { pageOf } from '../src/http/page.js';
import type { certificateSchema } from '../src/views/certificates/shapes.js';
import type { declarationSummarySchema } from '../src/views/declarations/shapes.js';
import type { z } from 'zod';
import type { Client } from '../test/support/client.js';
import { certificateFields } from '../test/support/declarations.js';
import { until } from './waiting.js';

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
      CertificateHead: certificateFields(`INV-${number}`.slice(0, 50)).CertificateHead,
      CertificateList: order.lines.map(() => line),
    },
    promise: true,
  });
  const { state } = await until(
    () => seller.get<z.output<typeof certificateSchema>>(`/v1/certificates/${id}`),
    (one) => one.state === 'issued',
  );
  return state === 'issued';
}
