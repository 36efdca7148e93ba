import { dayOf, type Clock } from '../base/clock.js';
import { failPoint } from '../base/failPoint.js';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { CompiledMessage, Messages } from '../messages/compile.js';
import { mergeFaults } from '../messages/fieldFaults.js';
import { tooManyLines } from '../messages/lineLimit.js';
import { isSent } from '../orders/documentNeed.js';
import type { Order } from '../orders/order.js';
import type { ReadOrder } from '../orders/read/readOrders.js';
import { ieFlagOf, type Form, type Regimes } from '../orders/regimes.js';
import type { Checker } from './checkOrder.js';
import { allFindings } from './findings.js';
import { inForm } from './form.js';

export interface EveryFaultParts {
  checker: Checker;
  regimes: Regimes;
  messages: Messages;
  clock: Clock;
}

/** Stands in for what the gateway adds to a document, so that the field checks see a whole one. */
export const sampleDocument = {
  guid: '00000000-0000-0000-0000-000000000000',
  appType: '1',
  appTime: new Date(0),
  appStatus: '2',
  copNo: '0'.repeat(20),
  key: '0'.repeat(18),
};

/** What a declaration that is under way was accepted with. */
export interface UnderWay {
  /** The day whose customs regime it follows (`yyyy-MM-dd`); undefined when its list is declared anew. */
  acceptedOn: string | undefined;
  /** The messages of its documents, each in its edition. */
  messages: readonly CompiledMessage[];
}

/**
 * Every fault of a normalised order: the rules of its regime and the fields of every document it sends; none means it
 * may go. A new order follows the regime of today as well as that of its date, one that is `underWay` what it was accepted with. Of an order with more lines than its messages take (any message, without a regime) that is all it says.
 */
export function everyFault(
  order: Order,
  { checker, regimes, messages, clock }: EveryFaultParts,
  underWay?: UnderWay,
): Fault[] {
  const { date } = checker.situationOf(order);
  const way = underWay ? { form: formUnderWay(underWay), reasons: [] } : checker.formOf(order);
  const { form } = way;
  const regime = inForm(regimes.regimeOn(order.regime ?? '', ieFlagOf(order), dayOf(clock.now())), form);
  const sent =
    underWay?.messages ??
    (regime?.documents ?? [])
      .filter((document) => isSent(order, document, date))
      .flatMap(({ message }) => messages.get(message) ?? []);
  const tooLong = tooManyLines(
    order.lines.length,
    (sent.length > 0 ? sent : [...messages.values()]).map((message) => message.mapping),
  );
  if (tooLong) return [tooLong];
  const ruled = checker.check(order, underWay?.acceptedOn, form);
  if (ruled.some((fault) => checker.isDecisive(fault.code))) return ruled;
  const document = { ...sampleDocument, copNo: order.list.copNo ?? sampleDocument.copNo };
  const fields = sent.flatMap((message) => message.check({ order, document }, order.regime ?? ''));
  // The reason stands with its own source, not with that of the notice.
  const why = way.reasons.map(({ path, text, source }) => ({
    ...makeFault('G09', path, { whyZh: text.zh, whyEn: text.en }),
    source,
  }));
  return mergeFaults([...ruled, ...fields.filter((fault) => !checker.saysAlready(ruled, fault)), ...why]);
}

/** A declaration under way keeps the form its documents have. */
const formUnderWay = ({ messages }: UnderWay): Form =>
  messages.some(({ mapping }) => mapping.document === 'declaration') ? 'goods-declaration' : 'list';

/** An order of a file with every fault of it: those of reading it, then those of checking it. */
export function withEveryFault(read: ReadOrder, parts: EveryFaultParts): ReadOrder {
  // What was not read for its length has nothing else that could be checked.
  if (!read.order || read.faults.some((fault) => fault.code === 'I38')) return read;
  const faults = allFindings(read.faults, everyFault(read.order, parts));
  failPoint('check:done');
  return { ...read, faults };
}
