import { isPlainDecimal } from '../base/decimal.js';
import { newId } from '../base/ids.js';
import type { Order, OrderLine } from '../orders/order.js';
import type { Queryable } from '../store/store.js';

/** One goods line of a declaration, before it is stored. */
interface LineRow {
  id: string;
  tenantId: string;
  declarationId: string;
  gnum: number;
  firstGnum: number | null;
  order: Order;
  line: OrderLine;
}

/** Decimal text for a numeric column; what an unchecked order could hold besides is left out. */
const number = (text: string | undefined): string | null =>
  text !== undefined && isPlainDecimal(text) ? text : null;

const COLUMNS: readonly [column: string, type: string, of: (row: LineRow) => string | number | null][] = [
  ['id', 'uuid', (r) => r.id],
  ['tenant_id', 'uuid', (r) => r.tenantId],
  ['declaration_id', 'uuid', (r) => r.declarationId],
  ['gnum', 'int', (r) => r.gnum],
  ['first_gnum', 'int', (r) => r.firstGnum],
  ['item_no', 'text', (r) => r.line.itemNo ?? null],
  ['item_name', 'text', (r) => r.line.itemName ?? null],
  ['gcode', 'text', (r) => r.line.gcode ?? ''],
  ['gname', 'text', (r) => r.line.gname ?? null],
  ['bar_code', 'text', (r) => r.line.barCode ?? null],
  ['qty', 'numeric', (r) => number(r.line.qty) ?? '0'],
  ['unit', 'text', (r) => r.line.unit ?? null],
  ['qty1', 'numeric', (r) => number(r.line.qty1)],
  ['unit1', 'text', (r) => r.line.unit1 ?? null],
  ['qty2', 'numeric', (r) => number(r.line.qty2)],
  ['unit2', 'text', (r) => r.line.unit2 ?? null],
  ['amount', 'numeric', (r) => number(r.line.totalPrice) ?? '0'],
  ['currency', 'text', (r) => r.line.currency ?? r.order.currency ?? ''],
  ['country', 'text', (r) => r.line.country ?? r.order.list.country ?? null],
  ['origin_country', 'text', (r) => r.line.originCountry ?? null],
];
const NAMES = COLUMNS.map(([name]) => name).join(', ');
const ARRAYS = COLUMNS.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ');
/** Everything a correction may change: the identity and the first number stay. */
const UPDATES = COLUMNS.slice(5)
  .map(([name]) => `${name} = excluded.${name}`)
  .join(', ');

async function store(tx: Queryable, rows: readonly LineRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into declaration_lines (${NAMES}) select * from unnest(${ARRAYS})
     on conflict (id) do update set gnum = excluded.gnum, removed_at = null, ${UPDATES}`,
    COLUMNS.map(([, , of]) => rows.map(of)),
  );
}

/** Gives every goods line of new declarations its identity. Lines of an order are numbered from 1 without gaps (R401). */
export const storeLines = (
  tx: Queryable,
  declarations: readonly { id: string; tenantId: string; order: Order }[],
): Promise<void> =>
  store(
    tx,
    declarations.flatMap(({ id, tenantId, order }) =>
      order.lines.map((line, i) => ({
        id: newId(),
        tenantId,
        declarationId: id,
        gnum: i + 1,
        firstGnum: i + 1,
        order,
        line,
      })),
    ),
  );

/**
 * The lines of a corrected order. `origins` says for each line which line of the order before it was (0-based; null for
 * a new one): a line keeps its identity when others come or go, and one that went keeps its row without a number.
 * Returns the ids in the order of the lines, for the order revision.
 */
export async function correctLines(
  tx: Queryable,
  declaration: { id: string; tenantId: string },
  order: Order,
  origins: readonly (number | null)[],
): Promise<string[]> {
  const { rows: before } = await tx.query<{ id: string; gnum: number; first_gnum: number | null }>(
    `select id, gnum, first_gnum from declaration_lines
      where declaration_id = $1 and gnum is not null order by gnum for update`,
    [declaration.id],
  );
  const rows = order.lines.map((line, i): LineRow => {
    const origin = origins[i] ?? null;
    const known = origin === null ? undefined : before[origin];
    return {
      id: known?.id ?? newId(),
      tenantId: declaration.tenantId,
      declarationId: declaration.id,
      gnum: i + 1,
      firstGnum: known?.first_gnum ?? null,
      order,
      line,
    };
  });
  const stays = new Map(rows.map((r) => [r.id, r.gnum]));
  const moved = before.filter((b) => stays.get(b.id) !== b.gnum).map((b) => b.id);
  // Numbers that move are freed first, so that no two lines ever bear the same one.
  if (moved.length > 0)
    await tx.query('update declaration_lines set gnum = null, removed_at = now() where id = any($1)', [
      moved,
    ]);
  await store(tx, rows);
  return rows.map((r) => r.id);
}
