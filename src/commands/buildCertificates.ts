import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dayOf, systemClock } from '../base/clock.js';
import { bySeverity, type Fault } from '../base/fault.js';
import { newGuid } from '../base/ids.js';
import { applicationOf } from '../certificates/application.js';
import { agreementsFor } from '../certificates/book.js';
import { checkApplication } from '../certificates/check.js';
import { numberFor } from '../certificates/number.js';
import { goodsDataSchema } from '../goods/item.js';
import type { Journey } from '../journey.js';
import { CERTIFICATE } from '../messages/families/coo.js';
import { orderSchema, type Order } from '../orders/order.js';
import type { WrittenForm } from './buildForms.js';
import { readMarked } from './markedFile.js';

/** An application in a file: the orders it covers in full, what the goods master says, and what people fill in by element name. */
const certificateSchema = z.strictObject({
  certificate: z.strictObject({
    /** CertType; left out, the first that is for the destination. */
    type: z.string().optional(),
    /** Four digits at the end of its number. */
    serial: z
      .string()
      .regex(/^\d{4}$/)
      .default('0001'),
    orders: z.array(orderSchema).min(1),
    goods: z.record(z.string(), goodsDataSchema).default({}),
    customsCode: z.string().optional(),
    promise: z.boolean().default(false),
    fields: z.record(z.string(), z.unknown()).default({}),
  }),
});
export type CertificateFile = z.output<typeof certificateSchema>['certificate'];

/** An application for one order, as far as the order says it. */
export const certificateOf = (order: Order, index: number): CertificateFile => ({
  serial: String(index + 1).padStart(4, '0'),
  orders: [order],
  goods: {},
  promise: false,
  fields: {},
});

/** The applications of a JSON file; undefined when the file holds something else. Throws what is wrong with the shape of one. */
export const readCertificates = (file: string): CertificateFile[] | undefined =>
  readMarked(file, 'certificate', certificateSchema)?.map((one) => one.certificate);

/** Writes the message of each application, named by its number; one with faults comes back with them. Offline no store says what others cover. */
export function writeCertificates(
  journey: Journey,
  files: readonly CertificateFile[],
  out: string,
): { written: WrittenForm[]; faulty: { index: number; messageType: string; faults: Fault[] }[] } {
  const context = journey.certificateContext();
  const now = systemClock.now();
  const written: WrittenForm[] = [];
  const faulty: { index: number; messageType: string; faults: Fault[] }[] = [];
  for (const [index, file] of files.entries()) {
    const day = dayOf(now);
    const country = file.orders[0]?.list.country ?? '';
    const application = {
      ...applicationOf(
        {
          agreement: file.type ?? agreementsFor(context.book, country, day)[0]?.type ?? 'C',
          status: '0',
          day,
          sources: file.orders.map((order) => ({
            declarationId: order.orderNo ?? '',
            order,
            invtNo: null,
            lines: order.lines.map((line, i) => ({ gnum: line.gnum ?? String(i + 1), qty: line.qty ?? '0' })),
          })),
          goods: new Map(Object.entries(file.goods)),
          customsCode: file.customsCode,
          certificate: file.fields,
        },
        context.codes,
      ),
      ...(file.promise ? { promise: '1' } : {}),
    };
    const key = numberFor(application, file.serial);
    const registry = { class: context.book.classes.other, filed: new Set<string>() };
    const { faults } = bySeverity(checkApplication(application, key, registry, context));
    if (faults.length > 0) {
      faulty.push({ index, messageType: CERTIFICATE, faults });
      continue;
    }
    const document = { guid: newGuid(), key, appType: '1', copNo: key, preNo: null, invtNo: null };
    const name = `${CERTIFICATE}_${key}.xml`;
    writeFileSync(
      join(out, name),
      journey.draft(CERTIFICATE, { ...document, order: { ...application } }, now),
    );
    written.push({ file: name, messageType: CERTIFICATE, documents: 1 });
  }
  return { written, faulty };
}
