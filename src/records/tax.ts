import { decimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { newId } from '../base/ids.js';
import { inRowOrder, rowFault, type SheetReading, type SheetRow } from '../sheets/read.js';
import type { Queryable, Store } from '../store/store.js';
import { withdrawRow } from '../store/withdrawn.js';
import type { Text } from '../terms/text.js';
import { orderOf } from './orders.js';
import type { Handing } from './settlements.js';

export interface TaxRecordsTaken {
  added: number;
  /** Rows that say what is on record already. */
  again: number;
  /** N01, one for each row that was not taken. */
  faults: Fault[];
}

const AT_ONCE = 200;

/**
 * Records rows of the sheet `taxRecords`: a status that the rebate or exemption of an order reached on a day, with the tax
 * in CNY. Statuses of one claim (kind and reference) follow each other; the newest counts. Wrong rows come back.
 */
export async function takeTaxRecords(
  store: Store,
  { rows, faults }: Pick<SheetReading, 'rows' | 'faults'>,
  handing: Handing,
): Promise<TaxRecordsTaken> {
  const result: TaxRecordsTaken = { added: 0, again: 0, faults: [...faults] };
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const part = rows.slice(at, at + AT_ONCE);
    const answers = await store.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('tax records', 0))`);
      const all: ('added' | 'again' | { wrong: Text })[] = [];
      for (const row of part) all.push(await enterRow(tx, row, handing));
      return all;
    });
    answers.forEach((answer, i) => {
      if (typeof answer === 'string') result[answer]++;
      else result.faults.push(rowFault(part[i]?.row ?? 0, answer.wrong));
    });
  }
  return { ...result, faults: inRowOrder(result.faults) };
}

async function enterRow(
  tx: Queryable,
  { values }: SheetRow,
  handing: Handing,
): Promise<'added' | 'again' | { wrong: Text }> {
  const { kind = '', status = '', amount = '0', happenedOn = '', reference = '' } = values;
  const wrong = (zh: string, en: string) => ({ wrong: { zh, en } });
  if (values.orderNo === undefined && values.invtNo === undefined)
    return wrong('须填写订单编号或清单编号', 'the number of the order or list is needed');
  if (happenedOn > handing.today)
    return wrong(`日期 ${happenedOn} 还没有到`, `the day ${happenedOn} has not come yet`);
  if (decimal(amount).decimalPlaces() > 2)
    return wrong(`税额 ${amount} 超过两位小数`, `the tax ${amount} has more than two decimals`);
  const order = await orderOf(tx, handing.tenants, values);
  if ('wrong' in order) return order;
  const { rows } = await tx.query<{ cny: string }>(
    `select cny::text from tax_records where declaration_id = $1 and kind = $2 and reference = $3 and status = $4
        and happened_on = $5 and withdrawn_at is null`,
    [order.id, kind, reference, status, happenedOn],
  );
  const [known] = rows;
  if (known)
    return decimal(known.cny).eq(amount)
      ? 'again'
      : wrong(
          `该状态已登记为 ${known.cny} 元，与本行不同；有误请先撤回`,
          `this status is on record with ${known.cny} CNY; take that back first if it is wrong`,
        );
  await tx.query(
    `insert into tax_records (id, tenant_id, declaration_id, kind, reference, status, cny, happened_on, office, note, source, recorded_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      newId(),
      order.tenantId,
      order.id,
      kind,
      reference,
      status,
      amount,
      happenedOn,
      values.office ?? '',
      values.note ?? '',
      handing.source,
      handing.by,
    ],
  );
  return 'added';
}

/** Takes a tax record back; the row stays. False when none of these enterprises' stands by this id. */
export const withdrawTaxRecord = (
  db: Queryable,
  tenants: readonly string[],
  id: string,
  by: string,
  why: string,
): Promise<boolean> => withdrawRow(db, 'tax_records', tenants, id, by, why);
