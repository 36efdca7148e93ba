import { month7 } from '../base/clock.js';
import { groupBy } from '../base/collections.js';
import { Dec } from '../base/decimal.js';
import type { Queryable } from '../store/store.js';

/** What customs granted about a released list: a withdrawal takes back all that is left of it, a return some quantity. */
export interface Grant {
  documentId: string;
  declarationId: string;
  kind: 'withdrawn' | 'returned';
  /** Customs' time of the grant; its month (Asia/Shanghai) is the month of the reversal. */
  at: Date;
  /** Returned quantity and the quantity declared, by goods line; empty for a withdrawal. */
  lines: readonly { gnum: number; qty: string; of: string }[];
}

interface RecordRow {
  tenant_id: string;
  declaration_id: string;
  gnum: number;
  seller_code: string;
  seller_name: string;
  regime: string;
  country: string;
  currency: string;
  amount: string;
  cny: string | null;
  usd: string | null;
}

/**
 * Writes what the grants of these declarations take back from their counting records, anew from all of them: the
 * records stay as they were released, the reversals stand beside them in the month of the grant. Money is the record's
 * own, at its rate, in proportion to the quantity, so that a line taken back in full leaves nothing, whatever the
 * rounding on the way. A declaration without counting records (not released) has none.
 */
export async function reverse(
  tx: Queryable,
  declarationIds: readonly string[],
  grants: readonly Grant[],
): Promise<void> {
  if (declarationIds.length === 0) return;
  await tx.query('delete from reversals where declaration_id = any($1)', [declarationIds]);
  if (grants.length === 0) return;
  const { rows } = await tx.query<RecordRow>(
    `select tenant_id, declaration_id, gnum, seller_code, seller_name, regime, country, currency, amount, cny, usd
       from counting_records where declaration_id = any($1) order by declaration_id, gnum`,
    [declarationIds],
  );
  const byDeclaration = groupBy(grants, (g) => g.declarationId);
  const reversals = rows.flatMap((record) =>
    reversalsOf(record, byDeclaration.get(record.declaration_id) ?? []),
  );
  await tx.query(
    `insert into reversals (tenant_id, document_id, declaration_id, gnum, kind, seller_code, seller_name, regime, country,
       month, reversed_at, qty, currency, amount, cny, usd)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::text[], $11::timestamptz[], $12::numeric[], $13::text[], $14::numeric[], $15::numeric[], $16::numeric[])`,
    [
      reversals.map((r) => r.record.tenant_id),
      reversals.map((r) => r.grant.documentId),
      reversals.map((r) => r.record.declaration_id),
      reversals.map((r) => r.record.gnum),
      reversals.map((r) => r.grant.kind),
      reversals.map((r) => r.record.seller_code),
      reversals.map((r) => r.record.seller_name),
      reversals.map((r) => r.record.regime),
      reversals.map((r) => r.record.country),
      reversals.map((r) => month7(r.grant.at)),
      reversals.map((r) => r.grant.at),
      reversals.map((r) => r.qty),
      reversals.map((r) => r.record.currency),
      reversals.map((r) => r.amount),
      reversals.map((r) => r.cny),
      reversals.map((r) => r.usd),
    ],
  );
}

/** The reversals of one record in the order of the grants; each takes the running share less what was taken before. */
function reversalsOf(record: RecordRow, grants: readonly Grant[]) {
  const inOrder = [...grants].sort(
    (a, b) => a.at.getTime() - b.at.getTime() || (a.documentId < b.documentId ? -1 : 1),
  );
  const whole = new Dec(1);
  let taken = new Dec(0);
  const upTo = (value: string | null, share: Dec, places: number) =>
    value === null ? null : new Dec(value).times(share).toDecimalPlaces(places);
  return inOrder.flatMap((grant) => {
    const line = grant.lines.find((l) => l.gnum === record.gnum);
    if (grant.kind === 'returned' && !line) return [];
    const share = line && !new Dec(line.of).isZero() ? new Dec(line.qty).div(line.of) : whole;
    const before = taken;
    taken = grant.kind === 'withdrawn' ? whole : Dec.min(whole, taken.plus(share));
    if (taken.eq(before)) return [];
    const part = (value: string | null, places: number) => {
      const [now, then] = [upTo(value, taken, places), upTo(value, before, places)];
      return now && then ? now.minus(then).toFixed(places) : null;
    };
    return [
      {
        record,
        grant,
        qty: line?.qty ?? null,
        amount: part(record.amount, 5) ?? '0',
        cny: part(record.cny, 2),
        usd: part(record.usd, 2),
      },
    ];
  });
}
