import { createReadStream } from 'node:fs';
import { bySeverity, FaultError, type Fault } from '../base/fault.js';
import { allFindings } from '../checks/findings.js';
import { ruleFault } from '../checks/rules.js';
import { NumberDesk, type Claimant } from '../declarations/claims.js';
import type { Journey } from '../journey.js';
import { businessKey } from '../orders/businessKey.js';
import type { Order } from '../orders/order.js';
import { detectFormat, sniff } from '../orders/read/format.js';
import { readOrders } from '../orders/read/readOrders.js';
import type { Rulebook } from '../rulebook.js';

/** What one file holds already, by the rules that the store judges at intake: offline there is no database that would know. */
class Seen {
  /** Where the accepted orders stand in the file, by business key. */
  readonly #places = new Map<string, number>();
  readonly #desk: NumberDesk;

  constructor(
    rulebook: Rulebook,
    private readonly journey: Journey,
  ) {
    this.#desk = NumberDesk.offline({ numbers: rulebook.numbers, storeFault: ruleFault });
  }

  /** R901 for an order that an accepted one of the file repeats; what `mappings/numbers` say of its waybill, payment and list. */
  findings(order: Order): Fault[] {
    const first = this.#places.get(businessKey(order));
    const at = `第 ${first} 单 / order ${first} of the file`;
    const repeats =
      first === undefined
        ? []
        : [ruleFault('R901', 'orderNo', { orderNo: order.orderNo ?? '', reference: at })];
    const { faults, notices } = this.#desk.judge(this.#claimant(order));
    return [...repeats, ...faults, ...notices];
  }

  /** Remembers an accepted order by its place in the file: the number of the order, as rows of JSON may be one. */
  take(order: Order, index: number): void {
    this.#places.set(businessKey(order), index + 1);
    this.#desk.take(this.#claimant(order));
  }

  #claimant(order: Order): Claimant {
    return {
      id: businessKey(order),
      tenantId: '',
      order,
      documents: this.journey
        .documentsOf(order)
        .map(({ mapping }) => ({ kind: mapping.document ?? '', messageType: mapping.message, key: '' })),
    };
  }
}

interface OrderFindings {
  index: number;
  rows: { from: number; to: number };
  orderNo: string | null;
  faults: Fault[];
}

/** The orders of a file that may go, and what is wrong or doubtful with the others. Throws FaultError for a file of no known format. */
export async function readAndCheck(
  file: string,
  rulebook: Rulebook,
  journey: Journey,
): Promise<{ good: Order[]; faulty: OrderFindings[]; doubtful: OrderFindings[] }> {
  const { head, stream } = await sniff(createReadStream(file));
  const detected = detectFormat(head, file);
  if ('refused' in detected) throw new FaultError([detected.refused]);
  const seen = new Seen(rulebook, journey);
  const good: Order[] = [];
  const faulty: OrderFindings[] = [];
  const doubtful: OrderFindings[] = [];
  for await (const read of readOrders(stream, { ...rulebook.readOptions, format: detected.format })) {
    const found = allFindings(read.faults, read.order ? journey.check(read.order) : []);
    if (read.order) found.push(...seen.findings(read.order));
    const { faults, notices } = bySeverity(found);
    const about = { index: read.index, rows: read.rows, orderNo: read.order?.orderNo ?? null };
    if (read.order && faults.length === 0) {
      good.push(read.order);
      seen.take(read.order, read.index);
      if (notices.length > 0) doubtful.push({ ...about, faults: notices });
    } else faulty.push({ ...about, faults });
  }
  return { good, faulty, doubtful };
}
