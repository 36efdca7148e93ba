import { month7 } from '../base/clock.js';
import { Dec } from '../base/decimal.js';
import { prorate } from './proration.js';
import type { WantedRecord } from './records.js';

/** What customs granted about a list: a withdrawal takes back all that is left of it, a return some quantity. */
export interface Grant {
  documentId: string;
  declarationId: string;
  kind: 'withdrawn' | 'returned';
  /** Customs' time of the grant; its month (Asia/Shanghai) is the month of the reversal. */
  at: Date;
  /** Returned quantity by goods line, in the unit of the list; several of one line add up. Empty for a withdrawal. */
  lines: readonly { gnum: number; qty: string }[];
}

/**
 * The records of what the grants take back from the counted lines of one list: each in the month of its grant, at the
 * money of the record in proportion to the quantity, never more than is left. A document counts as withdrawn or returned
 * once, with its first reversal of that kind.
 */
export function takenBack(lines: readonly WantedRecord[], grants: readonly Grant[]): WantedRecord[] {
  if (grants.length === 0) return [];
  const inOrder = [...grants].sort(
    (a, b) => a.at.getTime() - b.at.getTime() || (a.documentId < b.documentId ? -1 : 1),
  );
  const reversals = lines
    .filter((line) => line.measure === 'counted')
    .flatMap((line) => ofLine(line, inOrder));
  const place = (r: WantedRecord) => inOrder.findIndex((g) => g.documentId === r.eventId);
  for (const kind of ['withdrawn', 'returned'] as const) {
    const [first] = reversals
      .filter((r) => r.measure === kind)
      .sort((a, b) => place(a) - place(b) || a.line - b.line);
    if (first) first.lead = true;
  }
  return reversals;
}

function ofLine(line: WantedRecord, grants: readonly Grant[]): WantedRecord[] {
  // A line without a quantity comes back whole.
  const whole = new Dec(line.qty ?? 0);
  let left = whole;
  const takings = grants.flatMap((grant) => {
    const asked = grant.lines.filter((l) => l.gnum === line.line);
    if (grant.kind === 'returned' && asked.length === 0) return [];
    const qty = asked.reduce((sum, l) => sum.plus(l.qty), new Dec(0));
    const taken = grant.kind === 'withdrawn' ? left : Dec.min(left, qty);
    left = left.minus(taken);
    return [{ grant, taken }];
  });
  const quantities = takings.map((t) => t.taken);
  const share = (value: string | null, places: number) =>
    value === null ? undefined : prorate(new Dec(value), quantities, whole, places);
  const [amounts, cny, usd] = [share(line.amount, 5), share(line.cny, 2), share(line.usd, 2)];
  return takings.flatMap(({ grant, taken }, i): WantedRecord[] => {
    const nothing = whole.isZero() ? i > 0 : taken.isZero();
    if (nothing) return [];
    return [
      {
        ...line,
        eventId: grant.documentId,
        measure: grant.kind,
        lead: false,
        month: month7(grant.at),
        countedAt: grant.at,
        qty: line.qty === null ? null : taken.toFixed(5),
        amount: amounts?.[i]?.toFixed(5) ?? line.amount,
        cny: cny?.[i]?.toFixed(2) ?? null,
        usd: usd?.[i]?.toFixed(2) ?? null,
      },
    ];
  });
}
