import { Dec } from '../../src/base/decimal.js';
import type { SandboxDocument } from './documents.js';
import { amountOf, type Entry } from './entry.js';
import { kindOf, type Fields } from './kinds.js';
import type { Desk } from './rules.js';

/** The three documents of a list, found by what the list says about them. */
export interface Three {
  /** The verdict for the first one that is needed and not there. */
  missing?: 'order-unknown' | 'payment-unknown' | 'waybill-unknown';
  order?: Entry;
  payments: Entry[];
  waybill?: Entry;
  all: Entry[];
}

/** Looks for the order, the payments and the waybill of a list; which ones it needs follows from the trade mode. */
export function findThree({ books, data }: Desk, { kind, fields }: SandboxDocument): Three {
  const of = (document: string) => kindOf(data.kinds, kind.flow, document);
  const needed = data.verdicts.requires.find(
    (r) => r.flow === kind.flow && r.tradeModes.includes(fields.tradeMode ?? ''),
  )?.documents;
  const order = books.held(of('order'), fields);
  const payments = books.paymentsOf(of('payment'), fields);
  const waybill = books.held(of('waybill'), fields);
  const found = { order, payment: payments[0], waybill };
  const missing = (['order', 'payment', 'waybill'] as const).find(
    (document) => needed?.includes(document) && !found[document],
  );
  const all = [order, waybill, ...payments].filter((entry) => entry !== undefined);
  return { missing: missing && `${missing}-unknown`, order, payments, waybill, all };
}

/** gnum of the list must correspond to gnum of the order; item number and quantity of each line are compared. */
export function sameGoods(order: readonly Fields[], list: readonly Fields[]): boolean {
  if (order.length !== list.length) return false;
  const byGnum = new Map(order.map((line) => [line.gnum, line]));
  return list.every((line) => {
    const ordered = byGnum.get(line.gnum);
    return (
      ordered !== undefined &&
      (ordered.itemNo ?? '') === (line.itemNo ?? '') &&
      sameNumber(ordered.qty ?? '0', line.qty ?? '0')
    );
  });
}

const sameNumber = (a: string, b: string): boolean => a === b || amountOf(a).eq(amountOf(b));

/** The first line of a return that its list does not have (`over` false) or has not enough of. */
export function returnProblem(
  list: Entry,
  lines: readonly Fields[],
): { gnum: string; gcode: string; over: boolean } | undefined {
  const asked = new Map<string, Dec>();
  for (const { gnum = '', gcode = '', qty } of lines) {
    const original = list.lines.find((line) => line.gnum === gnum && (gcode === '' || gcode === line.gcode));
    if (!original) return { gnum, gcode, over: false };
    const before = asked.get(gnum) ?? list.returned?.get(gnum) ?? new Dec(0);
    const after = before.plus(amountOf(qty));
    asked.set(gnum, after);
    if (after.gt(amountOf(original.qty))) return { gnum, gcode, over: true };
  }
  return undefined;
}

/** Books the quantities of a return that was taken. */
export function bookReturn(list: Entry, lines: readonly Fields[]): void {
  list.returned ??= new Map();
  for (const { gnum = '', qty } of lines)
    list.returned.set(gnum, (list.returned.get(gnum) ?? new Dec(0)).plus(amountOf(qty)));
}
