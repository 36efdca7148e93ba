import { month7 } from '../base/clock.js';
import { decimal, isPlainDecimal } from '../base/decimal.js';
import type { Order } from '../orders/order.js';
import type { Queryable, Store } from '../store/store.js';
import type { Rates } from './rates.js';

interface ReleasedRow {
  id: string;
  tenant_id: string;
  seller_code: string;
  seller_name: string;
  regime: string;
  released_at: Date;
  body: Order;
}

/**
 * Writes the counting records of released export declarations, one per goods line. A declaration that has them keeps
 * them, unless a receipt that came late shows another moment of release: the figures may not depend on the arrival.
 * The month is that of the release (放行, Asia/Shanghai); value is the FOB line total, converted at the rate of that
 * month into CNY and USD. Without a rate both stay empty and the totals say so. Source: 海关统计条例 (value FOB,
 * attribution to the consignor). A corrected order counts as the list that was released was written.
 */
export async function countReleased(
  tx: Queryable,
  declarationIds: readonly string[],
  rates: Rates,
): Promise<void> {
  const { rows } = await tx.query<ReleasedRow>(
    `select c.id, c.tenant_id, c.seller_code, c.seller_name, c.regime, c.released_at, coalesce(r.body, o.body) as body
       from declarations c join orders o on o.id = c.id
       left join lateral (
         select d.order_revision from documents d
          where d.declaration_id = c.id and d.filing is null and d.verdict in ('released', 'cleared')
          order by d.revision desc limit 1) d on true
       left join order_revisions r on r.order_id = c.id and r.revision = d.order_revision
      where c.id = any($1) and c.released_at is not null and c.ie_flag = 'E'
        and not exists (select 1 from counting_records r where r.declaration_id = c.id and r.released_at = c.released_at)`,
    [declarationIds],
  );
  const records = rows.flatMap((row) => {
    const month = month7(row.released_at);
    return row.body.lines.map((line, index) => {
      const currency = line.currency ?? row.body.currency ?? '';
      const amount = line.totalPrice !== undefined && isPlainDecimal(line.totalPrice) ? line.totalPrice : '0';
      return {
        row,
        month,
        gnum: Number(line.gnum ?? index + 1),
        country: line.country ?? row.body.list.country ?? '',
        gcode: line.gcode ?? '',
        currency,
        amount,
        cny: rates.toCny(decimal(amount), currency, month)?.toFixed(2) ?? null,
        usd: rates.toUsd(decimal(amount), currency, month)?.toFixed(2) ?? null,
        rateId: rates.rateId(month, currency) ?? null,
      };
    });
  });
  if (records.length === 0) return;
  await tx.query(
    `insert into counting_records as k (tenant_id, declaration_id, gnum, seller_code, seller_name, regime, country, gcode,
       month, released_at, currency, amount, cny, usd, rate_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::timestamptz[], $11::text[], $12::numeric[], $13::numeric[], $14::numeric[], $15::text[])
     on conflict (declaration_id, gnum) do update set month = excluded.month, released_at = excluded.released_at,
       cny = case when k.month = excluded.month then k.cny else excluded.cny end,
       usd = case when k.month = excluded.month then k.usd else excluded.usd end,
       rate_id = case when k.month = excluded.month then k.rate_id else excluded.rate_id end`,
    [
      records.map((r) => r.row.tenant_id),
      records.map((r) => r.row.id),
      records.map((r) => r.gnum),
      records.map((r) => r.row.seller_code),
      records.map((r) => r.row.seller_name),
      records.map((r) => r.row.regime),
      records.map((r) => r.country),
      records.map((r) => r.gcode),
      records.map((r) => r.month),
      records.map((r) => r.row.released_at),
      records.map((r) => r.currency),
      records.map((r) => r.amount),
      records.map((r) => r.cny),
      records.map((r) => r.usd),
      records.map((r) => r.rateId),
    ],
  );
}

/**
 * Fills records that had no rate when they were made, now that the table has one; run at start. Returns how many.
 * A record that has a rate is never converted again.
 */
export async function fillMissingRates(store: Store, rates: Rates): Promise<number> {
  const { rows } = await store.query<{ month: string; currency: string }>(
    'select distinct month, currency from counting_records where rate_id is null',
  );
  let filled = 0;
  for (const { month, currency } of rows) {
    const rateId = rates.rateId(month, currency);
    if (!rateId) continue;
    const { rows: records } = await store.query<{ declaration_id: string; gnum: number; amount: string }>(
      'select declaration_id, gnum, amount from counting_records where rate_id is null and month = $1 and currency = $2',
      [month, currency],
    );
    const { rowCount } = await store.query(
      `update counting_records c set cny = v.cny, usd = v.usd, rate_id = $5
         from unnest($1::uuid[], $2::int[], $3::numeric[], $4::numeric[]) as v (declaration_id, gnum, cny, usd)
        where c.declaration_id = v.declaration_id and c.gnum = v.gnum and c.rate_id is null`,
      [
        records.map((r) => r.declaration_id),
        records.map((r) => r.gnum),
        records.map((r) => rates.toCny(decimal(trim(r.amount)), currency, month)?.toFixed(2) ?? null),
        records.map((r) => rates.toUsd(decimal(trim(r.amount)), currency, month)?.toFixed(2) ?? null),
        rateId,
      ],
    );
    // What was taken back of these records in the meantime gets its money, too.
    await store.query(
      `update reversals v set cny = round(c.cny * v.amount / c.amount, 2), usd = round(c.usd * v.amount / c.amount, 2)
         from counting_records c
        where c.declaration_id = v.declaration_id and c.gnum = v.gnum and c.month = $1 and c.currency = $2
          and c.amount <> 0 and v.cny is null`,
      [month, currency],
    );
    filled += rowCount ?? 0;
  }
  return filled;
}

const trim = (numeric: string) => numeric.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros));
