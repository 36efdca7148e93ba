import { decimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { take, type Taking } from '../ledger/ledger.js';
import { rowFault, type SheetReading } from '../sheets/read.js';
import type { Store } from '../store/store.js';

export interface MovementsTaken {
  taken: number;
  /** Had the reference of one that was taken before. */
  again: number;
  /** N01, one for each row that was not taken. */
  faults: Fault[];
}

const kindOf = (text: string | undefined): Taking['kind'] =>
  text === 'returned' || text === 'lost' ? text : 'sold';

/** Takes rows of the sheet `movements` out of stock, each in a transaction of its own: one that lacks stock holds up no other. */
export async function takeMovements(
  store: Store,
  tenantId: string,
  { rows, faults }: Pick<SheetReading, 'rows' | 'faults'>,
  source: Taking['source'],
  by: string,
): Promise<MovementsTaken> {
  const result: MovementsTaken = { taken: 0, again: 0, faults: [...faults] };
  for (const { row, values } of rows) {
    const quantity = values.quantity ?? '0';
    if (decimal(quantity).lte(0)) {
      result.faults.push(rowFault(row, { zh: '数量须大于零', en: 'the quantity must be above zero' }));
      continue;
    }
    const answer = await store.transaction((tx) =>
      take(tx, {
        tenantId,
        book: 'overseas-warehouse',
        place: values.warehouse ?? '',
        itemNo: values.itemNo ?? '',
        orderNo: values.orderNo,
        kind: kindOf(values.kind),
        quantity,
        occurredOn: values.occurredOn ?? '',
        reference: values.reference ?? '',
        source,
        note: values.note ?? '',
        by,
      }),
    );
    if ('entries' in answer) result.taken++;
    else if ('again' in answer) result.again++;
    else
      result.faults.push(
        rowFault(row, {
          zh: `${values.warehouse ?? ''} 的 ${values.itemNo ?? ''} 在库 ${answer.short.inStock}，不足 ${quantity}`,
          en: `${values.itemNo ?? ''} in ${values.warehouse ?? ''}: ${answer.short.inStock} in stock, less than ${quantity}`,
        }),
      );
  }
  return result;
}
