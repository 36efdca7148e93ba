import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import type { Order } from '../orders/order.js';
import type { Queryable } from '../store/store.js';

/** Sellers an identity may declare for, by the code that stands in an order's `seller.code`. */
export class Sellers {
  private constructor(
    private readonly byCode: ReadonlyMap<string, string>,
    private readonly only: string | undefined,
  ) {}

  /** `only` narrows to one seller tenant, for an upload that names it. */
  static async of(db: Queryable, access: Access, only?: string): Promise<Sellers> {
    const { rows } = await db.query<{ id: string; code: string }>(
      `select id, code from tenants where id = any($1) and role = 'seller' and code is not null`,
      [access.tenants],
    );
    return new Sellers(new Map(rows.map((r) => [r.code, r.id])), only);
  }

  /** The tenant that owns the order, or the fault why this identity may not submit it. */
  tenantOf(order: Order): string | Fault {
    const code = order.seller.code ?? '';
    const tenant = this.byCode.get(code);
    if (tenant === undefined || (this.only !== undefined && tenant !== this.only))
      return makeFault('A07', 'seller.code', { seller: code }, code);
    return tenant;
  }
}
