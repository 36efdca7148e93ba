import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../base/clock.js';
import { FaultError, type Fault } from '../base/fault.js';
import { newGuid } from '../base/ids.js';
import { newFormKey } from '../declarations/plan.js';
import type { Journey } from '../journey.js';
import type { Order } from '../orders/order.js';

export interface WrittenForm {
  file: string;
  messageType: string;
  documents: number;
}

/**
 * Writes one form (报关单、检验检疫申请) for each order, stored as a draft and so unsigned, named by its number. What cannot
 * be written yet, such as a declaration whose inspection application has no electronic ledger, comes back with its faults.
 */
export function writeForms(
  journey: Journey,
  messageType: string,
  orders: readonly Order[],
  out: string,
): { written: WrittenForm[]; faulty: { orderNo: string | null; messageType: string; faults: Fault[] }[] } {
  const now = systemClock.now();
  const written: WrittenForm[] = [];
  const faulty: { orderNo: string | null; messageType: string; faults: Fault[] }[] = [];
  for (const order of orders) {
    const key = newFormKey(journey.documentOf(messageType), now);
    const document = { guid: newGuid(), key, appType: '1', copNo: '', preNo: null, invtNo: null, order };
    try {
      const file = `${messageType}_${key}.xml`;
      writeFileSync(join(out, file), journey.draft(messageType, document, now));
      written.push({ file, messageType, documents: 1 });
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      faulty.push({ orderNo: order.orderNo ?? null, messageType, faults: [...error.faults] });
    }
  }
  return { written, faulty };
}
