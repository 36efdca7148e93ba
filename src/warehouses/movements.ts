import { dayOf, type Clock } from '../base/clock.js';
import { decimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { lockItems, take, takingKinds, transfer, type Book, type Taken } from '../ledger/ledger.js';
import { inRowOrder, rowFault, type SheetReading, type SheetRow } from '../sheets/read.js';
import type { Queryable, Store } from '../store/store.js';
import type { Text } from '../terms/text.js';
import { placeOf, placesWith } from './places.js';

export interface MovementsTaken {
  taken: number;
  /** Had the reference of one that was taken before. */
  again: number;
  /** N01, one for each row that was not taken. */
  faults: Fault[];
}

const BOOK: Book = 'overseas-warehouse';
/** Rows entered in one transaction. */
const AT_ONCE = 200;
/** Warehouses east of China are in their next day already. */
const AHEAD_MS = 24 * 3_600_000;

/**
 * Enters rows of the sheet `movements`: sales (what a row is when it does not say), returns, losses and transfers. A row
 * that names no warehouse takes from the one that has the item. A row that lacks stock comes back and holds up no other.
 */
export async function takeMovements(
  store: Store,
  clock: Clock,
  tenantId: string,
  { rows, faults }: Pick<SheetReading, 'rows' | 'faults'>,
  source: 'file' | 'api',
  by: string,
): Promise<MovementsTaken> {
  const result: MovementsTaken = { taken: 0, again: 0, faults: [...faults] };
  const lastDay = dayOf(new Date(clock.now().getTime() + AHEAD_MS));
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const part = rows.slice(at, at + AT_ONCE);
    const answers = await store.transaction(async (tx) => {
      const items = part.flatMap(({ values }) => values.itemNo ?? []);
      await lockItems(tx, tenantId, BOOK, items);
      const all: (Taken | { wrong: Text })[] = [];
      for (const row of part) all.push(await enterRow(tx, tenantId, row, { source, by, lastDay }));
      return all;
    });
    answers.forEach((answer, i) => {
      const { row = 0, values = {} } = part[i] ?? {};
      if ('entries' in answer) result.taken++;
      else if ('again' in answer) result.again++;
      else
        result.faults.push(rowFault(row, 'wrong' in answer ? answer.wrong : shortOf(values, answer.short)));
    });
  }
  return { ...result, faults: inRowOrder(result.faults) };
}

const shortOf = (values: SheetRow['values'], { inStock }: { inStock: string }): Text => {
  const { warehouse = '', itemNo = '', quantity = '', occurredOn = '' } = values;
  return {
    zh: `${warehouse} 的 ${itemNo} 在 ${occurredOn} 在库 ${inStock}，不足 ${quantity}`,
    en: `${itemNo} in ${warehouse || 'the warehouse'} on ${occurredOn}: ${inStock} in stock, less than ${quantity}`,
  };
};

async function enterRow(
  tx: Queryable,
  tenantId: string,
  { values }: SheetRow,
  { source, by, lastDay }: { source: 'file' | 'api'; by: string; lastDay: string },
): Promise<Taken | { wrong: Text }> {
  const { itemNo = '', quantity = '0', occurredOn = '', kind = 'sold' } = values;
  const wrong = (zh: string, en: string) => ({ wrong: { zh, en } });
  if (decimal(quantity).lte(0)) return wrong('数量须大于零', 'the quantity must be above zero');
  if (occurredOn > lastDay)
    return wrong(`日期 ${occurredOn} 还没有到`, `the day ${occurredOn} has not come yet`);
  const places = await leaves(tx, tenantId, values);
  if ('wrong' in places) return places;
  const leaving = {
    tenantId,
    book: BOOK,
    places: places.names,
    itemNo,
    orderNo: values.orderNo,
    quantity,
    occurredOn,
    reference: [values.reference ?? '', values.lineNo].filter(Boolean).join('#'),
    source,
    note: values.note ?? '',
    by,
  };
  const taking = takingKinds.find((one) => one === kind);
  if (taking) return take(tx, { ...leaving, kind: taking });
  const to = values.to ? await placeOf(tx, tenantId, values.to) : undefined;
  if (!to)
    return wrong(
      values.to ? `调入仓“${values.to}”没有登记` : '调拨须填写调入仓',
      values.to
        ? `the warehouse "${values.to}" is not registered`
        : 'a transfer names the warehouse it goes to',
    );
  if (to.names.some((name) => places.names.includes(name)))
    return wrong('调出仓与调入仓相同', 'the goods are in that warehouse already');
  return transfer(tx, { ...leaving, to: to.name });
}

/** Where the goods of a row leave from. */
async function leaves(
  tx: Queryable,
  tenantId: string,
  { warehouse, itemNo = '' }: SheetRow['values'],
): Promise<{ names: string[] } | { wrong: Text }> {
  if (warehouse !== undefined) {
    const place = await placeOf(tx, tenantId, warehouse);
    return (
      place ?? {
        wrong: {
          zh: `没有名称或代码为“${warehouse}”的海外仓`,
          en: `no warehouse has the name or code "${warehouse}"`,
        },
      }
    );
  }
  const places = await placesWith(tx, tenantId, itemNo);
  if (places.length < 2) return { names: places };
  return {
    wrong: {
      zh: `${itemNo} 在 ${places.join('、')} 都有库存，须填写海外仓`,
      en: `${itemNo} is in stock in ${places.join(', ')}: name the warehouse`,
    },
  };
}
