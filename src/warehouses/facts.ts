import { decimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { newId } from '../base/ids.js';
import { hasUsccForm, isRegistrationCode } from '../checks/enterpriseCode.js';
import { inRowOrder, rowFault, type SheetReading, type SheetRow } from '../sheets/read.js';
import type { Queryable, Store } from '../store/store.js';
import { withdrawRow } from '../store/withdrawn.js';
import type { Text } from '../terms/text.js';
import { placeOf } from './places.js';

export interface WarehouseFactsTaken {
  added: number;
  /** Took the place of one with the same content and first day. */
  replaced: number;
  same: number;
  /** N01, one for each row that was not taken. */
  faults: Fault[];
}

interface WarehouseFact {
  kind: 'holding' | 'served';
  subject: string;
  object: string;
  share: string | null;
  validFrom: string;
  validTo: string | null;
  source: string;
}

const HUNDRED = 100;
const REPLACED = '由新的记录替代 / replaced by a new record';

/** Records rows of the sheet `warehouseFacts`: who holds a warehouse, whom it serves. Wrong rows come back and hold up no other. */
export async function takeWarehouseFacts(
  store: Store,
  tenantId: string,
  { rows, faults }: Pick<SheetReading, 'rows' | 'faults'>,
  by: string,
): Promise<WarehouseFactsTaken> {
  return store.transaction(async (tx) => {
    const result: WarehouseFactsTaken = { added: 0, replaced: 0, same: 0, faults: [...faults] };
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('warehouse facts ' || $1, 0))`, [tenantId]);
    for (const { row, values } of rows) {
      const place = await placeOf(tx, tenantId, values.warehouse ?? '');
      const read = readFact(values);
      if (!place?.warehouseId)
        result.faults.push(
          rowFault(row, {
            zh: `海外仓“${values.warehouse ?? ''}”没有登记`,
            en: `the warehouse "${values.warehouse ?? ''}" is not registered`,
          }),
        );
      else if ('wrong' in read) result.faults.push(rowFault(row, read.wrong));
      else result[await record(tx, tenantId, place.warehouseId, read, by)]++;
    }
    return { ...result, faults: inRowOrder(result.faults) };
  });
}

function readFact(values: SheetRow['values']): WarehouseFact | { wrong: Text } {
  const { subject = '', object = '', share, validFrom = '', validTo = null, source = '' } = values;
  const wrong = (zh: string, en: string) => ({ wrong: { zh, en } });
  if (validTo !== null && validTo < validFrom)
    return wrong('截止日期早于起始日期', 'the last day is before the first');
  const days = { validFrom, validTo, source };
  if (values.kind === 'served') {
    const code = subject.normalize('NFKC').replace(/\s/g, '').toUpperCase();
    return hasUsccForm(code) || isRegistrationCode(code)
      ? { kind: 'served', subject: code, object, share: null, ...days }
      : wrong(
          `${subject} 不是统一社会信用代码，也不是海关注册编码`,
          `${subject} is neither a unified social credit code nor a customs registration code`,
        );
  }
  if (object === '') return wrong('持股须填写被持股方', 'a holding names the company that is held');
  if (share === undefined || decimal(share).lte(0) || decimal(share).gt(HUNDRED))
    return wrong('持股比例须大于 0、不超过 100', 'the share is above 0 and at most 100');
  return { kind: 'holding', subject, object, share, ...days };
}

async function record(
  tx: Queryable,
  tenantId: string,
  warehouseId: string,
  fact: WarehouseFact,
  by: string,
): Promise<'added' | 'replaced' | 'same'> {
  const { rows } = await tx.query<{ id: string; same: boolean }>(
    `select id, (share, valid_to, source) is not distinct from ($6::numeric, $7::date, $8) as same from warehouse_facts
      where warehouse_id = $1 and tenant_id = $2 and kind = $3 and subject = $4 and object = $5 and valid_from = $9
        and withdrawn_at is null`,
    [
      warehouseId,
      tenantId,
      fact.kind,
      fact.subject,
      fact.object,
      fact.share,
      fact.validTo,
      fact.source,
      fact.validFrom,
    ],
  );
  const [before] = rows;
  if (before?.same) return 'same';
  if (before)
    await tx.query(
      `update warehouse_facts set withdrawn_at = now(), withdrawn_by = $2, withdrawn_why = $3 where id = $1`,
      [before.id, by, REPLACED],
    );
  await tx.query(
    `insert into warehouse_facts (id, tenant_id, warehouse_id, kind, subject, object, share, valid_from, valid_to, source, recorded_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      newId(),
      tenantId,
      warehouseId,
      fact.kind,
      fact.subject,
      fact.object,
      fact.share,
      fact.validFrom,
      fact.validTo,
      fact.source,
      by,
    ],
  );
  return before ? 'replaced' : 'added';
}

/** Takes a fact back that should not stand; it stays in the history. False when none of these sellers' stands by this id. */
export const withdrawWarehouseFact = (
  db: Queryable,
  tenants: readonly string[],
  id: string,
  by: string,
  why: string,
): Promise<boolean> => withdrawRow(db, 'warehouse_facts', tenants, id, by, why);
