import type { SheetRow } from '../sheets/read.js';
import type { Queryable } from '../store/store.js';
import type { Text } from '../terms/text.js';

export interface NamedOrder {
  id: string;
  tenantId: string;
  orderNo: string;
}

/**
 * The declaration that a row means by the number of its order or list, among those of some enterprises. In words why there
 * is none, or more than one.
 */
export async function orderOf(
  db: Queryable,
  tenants: readonly string[],
  { orderNo, invtNo }: SheetRow['values'],
): Promise<NamedOrder | { wrong: Text }> {
  const { rows } = await db.query<NamedOrder>(
    `select id, tenant_id as "tenantId", order_no as "orderNo" from declarations
      where tenant_id = any($1) and ($2::text is null or order_no = $2) and ($3::text is null or invt_no = $3) limit 2`,
    [tenants, orderNo ?? null, invtNo ?? null],
  );
  const said = [orderNo, invtNo].filter(Boolean).join(' / ');
  const [found] = rows;
  if (!found) return { wrong: { zh: `没有订单或清单 ${said}`, en: `there is no order or list ${said}` } };
  if (rows.length > 1)
    return {
      wrong: {
        zh: `${said} 不止一票，请写明清单编号`,
        en: `${said} is more than one declaration: give the list number`,
      },
    };
  return found;
}
