import type { Order } from '../orders/order.js';
import type { Queryable } from '../store/store.js';
import type { Attribute, Attribution } from './attribution.js';
import type { Direction } from './rule.js';

/** A list (清单) as customs holds it, with the order it was written from. */
export interface ListFacts extends Attribution {
  id: string;
  tenantId: string;
  sellerCode: string;
  sellerName: string;
  platformCode: string;
  platformName: string;
  orderNo: string;
  regime: string;
  direction: Direction;
  /** When its first message was written (appTime). */
  declaredAt: Date | null;
  releasedAt: Date | null;
  clearedAt: Date | null;
  inspected: boolean;
  /** The message it was declared by: a list (清单) or a goods declaration (报关单). */
  messageType?: string | null;
  orderRevision: number;
  /** The order as the released revision of the list was written from it. */
  body: Order;
}

type Row = Omit<ListFacts, keyof Attribution | 'inspected'> & { statuses: string[] | null };

/** Locks the declarations, in one order, and reads those that were released; a corrected one as its released list says. */
export async function lockedLists(
  tx: Queryable,
  ids: readonly string[],
  attribute: Attribute,
  isInspection: (status: string, messageType: string) => boolean,
): Promise<ListFacts[]> {
  await tx.query('select 1 from declarations where id = any($1) order by id for no key update', [ids]);
  const { rows } = await tx.query<Row>(
    `select c.id, c.tenant_id as "tenantId", c.seller_code as "sellerCode", c.seller_name as "sellerName",
            c.platform_code as "platformCode", c.platform_name as "platformName", c.order_no as "orderNo", c.regime,
            c.ie_flag as direction, a.at as "declaredAt", c.released_at as "releasedAt", c.cleared_at as "clearedAt",
            coalesce(d.order_revision, 1) as "orderRevision", d.message_type as "messageType", coalesce(r.body, o.body) as body, s.statuses
       from unnest($1::uuid[]) as k (id) join declarations c on c.id = k.id join orders o on o.id = c.id
       left join lateral (
         select x.order_revision, x.message_type, x.revision from documents x
          where x.declaration_id = c.id and x.filing is null and x.verdict in ('released', 'cleared')
          order by x.revision desc limit 1) d on true
       left join order_revisions r on r.order_id = c.id and r.revision = d.order_revision
       left join lateral (
         select max(x.app_time) as at from documents x
          where x.declaration_id = c.id and x.filing is null and x.message_type = d.message_type
            and x.app_type = '1' and x.revision <= d.revision) a on true
       left join lateral (
         select array_agg(distinct p.return_status) as statuses from receipts p join documents x on x.id = p.document_id
          where x.declaration_id = c.id and x.filing is null and x.message_type = d.message_type) s on true
      where c.released_at is not null order by c.id`,
    [ids],
  );
  const attributions = await attribute(
    tx,
    rows.map((r) => ({ ...r, at: r.clearedAt ?? r.releasedAt ?? new Date(0) })),
  );
  return rows.map(({ statuses, ...row }, i) => ({
    ...row,
    ...(attributions[i] ?? { uscc: null, district: '', park: '' }),
    inspected: (statuses ?? []).some((status) => isInspection(status, row.messageType ?? '')),
  }));
}
