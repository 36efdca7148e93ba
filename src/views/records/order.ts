import type { z } from 'zod';
import { dayOf } from '../../base/clock.js';
import { Dec } from '../../base/decimal.js';
import type { StatusBook } from '../../clearance/statuses.js';
import type { Rates } from '../../figures/rates.js';
import type { Order } from '../../orders/order.js';
import type { RegistryKinds } from '../../registry/kinds.js';
import { creditEntries } from '../../registry/lookups.js';
import type { Sheet } from '../../sheets/sheet.js';
import type { Queryable } from '../../store/store.js';
import type { Text } from '../../terms/text.js';
import { blank, type Entry } from '../declarations/entry.js';
import { listSettlements, listTaxRecords } from './records.js';
import type { orderRecordsSchema } from './shapes.js';

type OrderRecords = z.input<typeof orderRecordsSchema>;
/** Records of one order that are shown; no order has more in practice. */
const SHOWN = 200;

/** What customs, inspection, bank and tax office say of one declaration; undefined when none of these enterprises has it. */
export async function orderRecords(
  db: Queryable,
  given: { rates: Rates; statuses: StatusBook; kinds: RegistryKinds; now: Date },
  tenants: readonly string[],
  declarationId: string,
): Promise<OrderRecords | undefined> {
  const { rows } = await db.query<{
    verdict: string;
    released_at: Date | null;
    cleared_at: Date | null;
    amount: string | null;
    currency: string | null;
    body: Order;
  }>(
    `select c.verdict, c.released_at, c.cleared_at, trim_scale(c.amount)::text as amount, c.currency, coalesce(r.body, o.body) as body
       from declarations c join orders o on o.id = c.id
       left join lateral (select body from order_revisions where order_id = c.id order by revision desc limit 1) r on true
      where c.id = $1 and c.tenant_id = any($2)`,
    [declarationId, tenants],
  );
  const [found] = rows;
  if (!found) return undefined;
  const asked = { declarationId, limit: SHOWN };
  const { items } = await listSettlements(db, tenants, asked);
  const { items: tax } = await listTaxRecords(db, tenants, asked);
  const currency = given.rates.iso(found.currency ?? '') ?? found.currency ?? '';
  const received = items.filter((item) => item.kind === 'received');
  const settled = received
    .filter((item) => item.currency === currency)
    .flatMap((item) => item.orders.filter((order) => order.declarationId === declarationId))
    .reduce((sum, order) => sum.plus(order.amount), new Dec(0));
  return {
    customs: {
      verdict: found.verdict,
      releasedAt: found.released_at?.toISOString() ?? null,
      clearedAt: found.cleared_at?.toISOString() ?? null,
    },
    inspection: await inspectionOf(db, given.statuses, declarationId),
    settlement: {
      state: stateOf(
        received.length,
        received.some((item) => item.currency !== currency),
        settled,
        found.amount,
      ),
      currency,
      ordered: found.amount,
      settled: settled.toFixed(),
      items,
    },
    tax,
    hits: await hitsOf(db, given.kinds, found.body, dayOf(given.now)),
  };
}

function stateOf(
  received: number,
  otherCurrency: boolean,
  settled: Dec,
  ordered: string | null,
): OrderRecords['settlement']['state'] {
  if (received === 0) return 'none';
  if (otherCurrency || ordered === null) return 'other-currency';
  const more = settled.cmp(ordered);
  return more > 0 ? 'over' : more === 0 ? 'full' : 'partial';
}

async function inspectionOf(
  db: Queryable,
  statuses: StatusBook,
  declarationId: string,
): Promise<OrderRecords['inspection']> {
  const { rows } = await db.query<{ status: string; type: string; at: Date }>(
    `select r.return_status as status, d.message_type as type, min(coalesce(r.return_time, r.received_at)) as at
       from documents d join receipts r on r.document_id = d.id where d.declaration_id = $1 group by 1, 2 order by 3`,
    [declarationId],
  );
  const first = rows.find((row) => statuses.meaning(row.status, row.type).verdict === 'inspection');
  return { ordered: first !== undefined, firstAt: first?.at.toISOString() ?? null };
}

/** Credit entries in force on a day about the enterprises that an order names. */
async function hitsOf(
  db: Queryable,
  kinds: RegistryKinds,
  order: Order,
  day: string,
): Promise<OrderRecords['hits']> {
  const parties = [order.seller, order.platform, order.declarant, order.payment, order.waybill];
  const names = new Map(
    parties.flatMap((party) => (party.code ? [[party.code, party.name ?? party.code] as const] : [])),
  );
  const found = await creditEntries(db, [...names.keys()]);
  return [...found].flatMap(([code, entries]) =>
    entries
      .filter((entry) => entry.listedOn <= day && (entry.removedOn === null || entry.removedOn >= day))
      .map((entry) => ({
        code,
        name: names.get(code) ?? code,
        text: kinds.byId.get(entry.kind)?.text ?? { zh: entry.kind, en: entry.kind },
        since: entry.listedOn,
        source: entry.source,
      })),
  );
}

const RECEIVED: Record<string, Text> = {
  received: { zh: '收汇', en: 'Settled: received' },
  converted: { zh: '结汇', en: 'Settled: converted' },
};

/** The settlement and tax records of a declaration as entries of its timeline, on their day (Asia/Shanghai). */
export async function recordEntries(
  db: Queryable,
  sheet: Sheet,
  tenants: readonly string[],
  declarationId: string,
): Promise<Entry[]> {
  const asked = { declarationId, limit: SHOWN };
  const { items: settlements } = await listSettlements(db, tenants, asked);
  const { items: tax } = await listTaxRecords(db, tenants, asked);
  const word = (key: string, code: string): Text =>
    sheet.columns.find((c) => c.key === key)?.choices?.find((c) => c.code === code)?.text ?? {
      zh: code,
      en: code,
    };
  const at = (day: string) => new Date(`${day}T00:00:00+08:00`).toISOString();
  return [
    ...settlements.map((item): Entry => {
      const share = item.orders.find((order) => order.declarationId === declarationId)?.amount ?? item.amount;
      return {
        ...blank,
        at: at(item.settledOn),
        kind: 'record',
        title: RECEIVED[item.kind] ?? { zh: item.kind, en: item.kind },
        detail: `${item.currency} ${share} · ${item.institution} · ${item.reference}`,
        receivedAt: item.recordedAt,
      };
    }),
    ...tax.map((item): Entry => {
      const kind = word('kind', item.kind);
      const status = word('status', item.status);
      return {
        ...blank,
        at: at(item.happenedOn),
        kind: 'record',
        title: { zh: `${kind.zh}：${status.zh}`, en: `${kind.en}: ${status.en}` },
        detail: [`CNY ${item.cny}`, item.office, item.reference].filter(Boolean).join(' · '),
        receivedAt: item.recordedAt,
      };
    }),
  ];
}
