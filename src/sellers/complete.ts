import { decimal, isPlainDecimal, type Dec } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import type { GoodsData, GoodsFields } from '../goods/item.js';
import { findGoods, sellersWithGoods } from '../goods/master.js';
import { fillEmpty } from '../orders/fill.js';
import type { Order, OrderLine } from '../orders/order.js';
import { readDecimal } from '../orders/values.js';
import type { Queryable } from '../store/store.js';
import { defaultsOfEach, type Defaults } from './defaults.js';

/** Items kept in memory while a file is read. */
const keptItems = 50_000;
/** Kilograms (千克), whose statutory quantity is the net weight. */
const kilogram = '035';

interface Seller {
  id: string;
  code?: string;
  name?: string;
}

/** What a seller gave. */
interface Given {
  defaults: Defaults | undefined;
  goods: boolean;
}

/**
 * Fills orders from what their seller gave once: who the seller is, its defaults, and the goods master for lines that
 * name a SKU. What an order says itself is never changed.
 */
export class Completer {
  readonly #given = new Map<string, Given>();
  readonly #items = new Map<string, GoodsData | null>();

  private constructor(
    private readonly db: Queryable,
    private readonly goods: GoodsFields,
    private readonly sellers: ReadonlyMap<string, Seller>,
    /** The seller of orders that name none. */
    private readonly only: Seller | undefined,
  ) {}

  /** `only` is the seller that an upload names; else a seller's own upload, or the one seller a broker may act for. */
  static async of(db: Queryable, access: Access, goods: GoodsFields, only?: string): Promise<Completer> {
    const { rows } = await db.query<Required<Seller>>(
      `select id, code, name from tenants where id = any($1) and role = 'seller' and code is not null`,
      [access.tenants],
    );
    const known = rows.find((row) => row.id === (only ?? access.tenantId));
    const sole = rows.length === 1 ? rows[0] : undefined;
    const unnamed = only === undefined ? (known ?? sole) : (known ?? { id: only });
    return new Completer(db, goods, new Map(rows.map((row) => [row.code, row])), unnamed);
  }

  /** Completes orders in place, before their values are read. Gives back what the goods master does not know of each (I43). */
  async complete(orders: readonly Order[]): Promise<Fault[][]> {
    await this.#learn(orders);
    const faults: Fault[][] = [];
    for (const order of orders) faults.push(await this.#completeOne(order));
    return faults;
  }

  #sellerOf({ seller: { code } }: Order): Seller | undefined {
    return code === undefined ? this.only : this.sellers.get(code.trim());
  }

  /** Asks what the sellers of orders gave, each once. */
  async #learn(orders: readonly Order[]): Promise<void> {
    const ids = new Set(orders.flatMap((order) => this.#sellerOf(order)?.id ?? []));
    const unknown = [...ids].filter((id) => !this.#given.has(id));
    if (unknown.length === 0) return;
    const defaults = await defaultsOfEach(this.db, unknown);
    const goods = await sellersWithGoods(this.db, unknown);
    for (const id of unknown) this.#given.set(id, { defaults: defaults.get(id), goods: goods.has(id) });
  }

  async #completeOne(order: Order): Promise<Fault[]> {
    const seller = this.#sellerOf(order);
    if (!seller) return [];
    const given = this.#given.get(seller.id);
    const defaults = given?.defaults;
    order.regime ??= defaults?.values.regime;
    const regime = order.regime?.trim();
    if (regime !== undefined) fillEmpty(order, defaults?.byRegime[regime] ?? {});
    fillEmpty(order, defaults?.values ?? {});
    order.seller.code ??= seller.code;
    if (order.seller.code === seller.code) order.seller.name ??= seller.name;
    return given?.goods ? this.#fillGoods(order, seller.id) : [];
  }

  async #fillGoods(order: Order, tenantId: string): Promise<Fault[]> {
    const lines = order.lines.filter((line) => line.itemNo !== undefined);
    if (lines.length === 0) return [];
    const key = (sku: string) => `${tenantId} ${sku}`;
    const unknown = [...new Set(lines.map((line) => line.itemNo ?? ''))].filter(
      (sku) => !this.#items.has(key(sku)) && !sku.includes('\0'),
    );
    if (unknown.length > 0) {
      if (this.#items.size > keptItems) this.#items.clear();
      const found = await findGoods(this.db, tenantId, unknown);
      for (const sku of unknown) this.#items.set(key(sku), found.get(sku) ?? null);
    }
    const faults: Fault[] = [];
    const weights = { netWeight: [] as (Dec | undefined)[], grossWeight: [] as (Dec | undefined)[] };
    order.lines.forEach((line, i) => {
      const item = line.itemNo === undefined ? undefined : this.#items.get(key(line.itemNo));
      if (item) fillLine(line, item, this.goods);
      else if (line.itemNo !== undefined && line.gcode === undefined && line.gname === undefined)
        faults.push(
          makeFault(
            'I43',
            `lines[${i}].itemNo`,
            { sku: line.itemNo, field: '商品编码', fieldEn: 'HS code' },
            line.itemNo,
          ),
        );
      for (const which of ['netWeight', 'grossWeight'] as const)
        weights[which].push(times(line.qty, item?.values[which]));
    });
    order.list.netWeight ??= sumOf(weights.netWeight);
    if (order.list.grossWeight === undefined) order.waybill.grossWeight ??= sumOf(weights.grossWeight);
    return faults;
  }
}

function fillLine(line: OrderLine, { values, elements }: GoodsData, { fields }: GoodsFields): void {
  const leaves = line as Record<string, string | undefined>;
  for (const { key, fills } of fields) {
    const value = values[key];
    if (fills !== undefined && value !== undefined) leaves[fills.slice('lines[].'.length)] ??= value;
  }
  const spoken = Object.values(elements).filter((text) => text !== '');
  if (spoken.length > 0) line.gmodel ??= spoken.join('|');
  line.qty1 ??= statutory(line, line.unit1, values.qty1PerUnit, values);
  line.qty2 ??= statutory(line, line.unit2, values.qty2PerUnit, values);
}

/** Quantity in a statutory unit: as the master says, the quantity itself in the same unit, or the net weight in kilograms. */
function statutory(
  line: OrderLine,
  unit: string | undefined,
  perUnit: string | undefined,
  values: Readonly<Record<string, string>>,
): string | undefined {
  if (unit === undefined) return undefined;
  if (perUnit !== undefined) return times(line.qty, perUnit)?.toFixed();
  if (unit === line.unit) return line.qty;
  return unit === kilogram ? times(line.qty, values.netWeight)?.toFixed() : undefined;
}

function times(qty: string | undefined, factor: string | undefined): Dec | undefined {
  const read = qty === undefined ? undefined : readDecimal(qty);
  if (!read || 'fault' in read || factor === undefined || !isPlainDecimal(factor)) return undefined;
  return decimal(read.value).times(decimal(factor));
}

/** The sum, only when every part is known. */
function sumOf(parts: readonly (Dec | undefined)[]): string | undefined {
  const known = parts.filter((part) => part !== undefined);
  return parts.length > 0 && known.length === parts.length
    ? known.reduce((all, part) => all.plus(part)).toFixed()
    : undefined;
}
