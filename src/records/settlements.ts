import { Dec, decimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { newId } from '../base/ids.js';
import type { Rates } from '../figures/rates.js';
import type { CodeTables } from '../orders/values.js';
import { inRowOrder, rowFault, type SheetReading, type SheetRow } from '../sheets/read.js';
import type { Queryable, Store } from '../store/store.js';
import type { Text } from '../terms/text.js';
import { orderOf, type NamedOrder } from './orders.js';

export interface SettlementsTaken {
  /** Settlements that were not known before. */
  added: number;
  /** Orders to which something was applied. */
  applied: number;
  /** Rows that say what is on record already. */
  again: number;
  /** N01, one for each row that was not taken. */
  faults: Fault[];
}

/** Whose records a hand-in may speak of: orders of `tenants`; a settlement without an order is the owner's. */
export interface Handing {
  tenants: readonly string[];
  owner: string | undefined;
  source: 'file' | 'api';
  by: string;
  /** Nothing is recorded for days after it; yyyy-MM-dd, Asia/Shanghai. */
  today: string;
}

type Outcome = 'added' | 'applied' | 'again';

/** Rows entered in one transaction. */
const AT_ONCE = 200;

/**
 * Records rows of the sheet `settlements`: what an institution settled (收汇, 结汇) and how much of it is for which order
 * (核销). Rows with one reference are one settlement for several orders; it is applied up to its amount. Wrong rows come back.
 */
export async function takeSettlements(
  store: Store,
  { rates, codes }: { rates: Rates; codes: CodeTables },
  { rows, faults }: Pick<SheetReading, 'rows' | 'faults'>,
  handing: Handing,
): Promise<SettlementsTaken> {
  const result: SettlementsTaken = { added: 0, applied: 0, again: 0, faults: [...faults] };
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const part = rows.slice(at, at + AT_ONCE);
    const answers = await store.transaction(async (tx) => {
      // One hand-in after the other: rows of two files may speak of one settlement.
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('settlements', 0))`);
      const all: (Outcome[] | { wrong: Text })[] = [];
      for (const row of part) all.push(await enterRow(tx, { rates, codes }, row, handing));
      return all;
    });
    answers.forEach((answer, i) => {
      if ('wrong' in answer) result.faults.push(rowFault(part[i]?.row ?? 0, answer.wrong));
      else for (const outcome of answer) result[outcome]++;
    });
  }
  return { ...result, faults: inRowOrder(result.faults) };
}

async function enterRow(
  tx: Queryable,
  { rates, codes }: { rates: Rates; codes: CodeTables },
  { values }: SheetRow,
  handing: Handing,
): Promise<Outcome[] | { wrong: Text }> {
  const wrong = (zh: string, en: string) => ({ wrong: { zh, en } });
  const { amount = '0', settledOn = '', currency = '' } = values;
  const code = codes.get('currency')?.resolve(currency) ?? '';
  const iso = rates.iso(code);
  if (iso === undefined) return wrong(`“${currency}”不是币种`, `"${currency}" is no currency`);
  if (decimal(amount).lte(0)) return wrong('金额须大于零', 'the amount must be above zero');
  if (settledOn > handing.today)
    return wrong(`日期 ${settledOn} 还没有到`, `the day ${settledOn} has not come yet`);
  const named = values.orderNo !== undefined || values.invtNo !== undefined;
  const order = named ? await orderOf(tx, handing.tenants, values) : undefined;
  if (order && 'wrong' in order) return order;
  const owner = order?.tenantId ?? handing.owner;
  if (owner === undefined)
    return wrong('须填写订单编号或清单编号', 'the number of the order or list is needed');
  const share = decimal(values.applied ?? amount);
  if (order && (share.lte(0) || share.gt(amount)))
    return wrong(
      `核销金额 ${share.toFixed()} 须大于零且不超过 ${amount}`,
      `the applied amount ${share.toFixed()} must be above zero and at most ${amount}`,
    );
  const settlement = await settlementOf(tx, owner, values, { iso, code, rates, handing });
  if ('wrong' in settlement) return settlement;
  if (!order) return [settlement.known ? 'again' : 'added'];
  const applied = await apply(tx, settlement, order, share, handing.by);
  if (typeof applied !== 'string') return applied;
  return settlement.known ? [applied] : ['added', applied];
}

interface Settlement {
  id: string;
  currency: string;
  amount: string;
  known: boolean;
}

/** The settlement of a row: the one on record with its reference, or a new one. */
async function settlementOf(
  tx: Queryable,
  owner: string,
  values: SheetRow['values'],
  given: { iso: string; code: string; rates: Rates; handing: Handing },
): Promise<Settlement | { wrong: Text }> {
  const { iso, code, rates, handing } = given;
  const { kind = 'received', institution = '', reference = '', amount = '0', settledOn = '' } = values;
  const { rows } = await tx.query<{ id: string; currency: string; amount: string; day: string }>(
    `select id, currency, trim_scale(amount)::text as amount, settled_on::text as day from settlements
      where tenant_id = $1 and kind = $2 and institution = $3 and reference = $4 and withdrawn_at is null`,
    [owner, kind, institution, reference],
  );
  const [known] = rows;
  if (known) {
    if (known.currency === iso && new Dec(known.amount).eq(amount) && known.day === settledOn)
      return { ...known, known: true };
    const before = `${known.currency} ${known.amount} ${known.day}`;
    return {
      wrong: {
        zh: `流水号 ${reference} 已登记为 ${before}，与本行不同；有误请先撤回`,
        en: `${reference} is on record as ${before}, which is not what this row says; take that back first if it is wrong`,
      },
    };
  }
  const id = newId();
  const month = settledOn.slice(0, 7);
  const value = decimal(amount);
  await tx.query(
    `insert into settlements (id, tenant_id, kind, institution, institution_code, licence_no, licence_to, reference, currency,
       amount, cny, usd, rate_id, settled_on, note, source, recorded_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      id,
      owner,
      kind,
      institution,
      values.institutionCode ?? '',
      values.licenceNo ?? '',
      values.licenceTo ?? null,
      reference,
      iso,
      amount,
      rates.toCny(value, code, month)?.toFixed(2) ?? null,
      rates.toUsd(value, code, month)?.toFixed(2) ?? null,
      rates.rateId(month, code) ?? null,
      settledOn,
      values.note ?? '',
      handing.source,
      handing.by,
    ],
  );
  return { id, currency: iso, amount, known: false };
}

async function apply(
  tx: Queryable,
  settlement: Settlement,
  order: NamedOrder,
  amount: Dec,
  by: string,
): Promise<'applied' | 'again' | { wrong: Text }> {
  const { rows } = await tx.query<{ total: string; own: string | null }>(
    `select coalesce(sum(amount), 0)::text as total, (sum(amount) filter (where declaration_id = $2))::text as own
       from settlement_applications where settlement_id = $1 and withdrawn_at is null`,
    [settlement.id, order.id],
  );
  const { total = '0', own = null } = rows[0] ?? {};
  if (own !== null) {
    if (new Dec(own).eq(amount)) return 'again';
    return {
      wrong: {
        zh: `该笔对订单 ${order.orderNo} 已核销 ${settlement.currency} ${new Dec(own).toFixed()}，与本行不同；有误请先撤回`,
        en: `${settlement.currency} ${new Dec(own).toFixed()} of it is applied to order ${order.orderNo} already; take that back first if it is wrong`,
      },
    };
  }
  const left = new Dec(settlement.amount).minus(total);
  if (amount.gt(left))
    return {
      wrong: {
        zh: `核销金额 ${amount.toFixed()} 超过该笔尚未核销的 ${settlement.currency} ${left.toFixed()}`,
        en: `the applied amount ${amount.toFixed()} is more than the ${settlement.currency} ${left.toFixed()} not applied yet`,
      },
    };
  await tx.query(
    `insert into settlement_applications (id, tenant_id, settlement_id, declaration_id, amount, recorded_by)
     values ($1, $2, $3, $4, $5, $6)`,
    [newId(), order.tenantId, settlement.id, order.id, amount.toFixed(), by],
  );
  return 'applied';
}

/** Takes a settlement back with what was applied of it; the rows stay. False when none of these enterprises' stands by this id. */
export async function withdrawSettlement(
  store: Store,
  tenants: readonly string[],
  id: string,
  by: string,
  why: string,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('settlements', 0))`);
    const { rowCount } = await tx.query(
      `update settlements set withdrawn_at = now(), withdrawn_by = $3, withdrawn_why = $4
        where id = $1 and tenant_id = any($2) and withdrawn_at is null`,
      [id, tenants, by, why],
    );
    if (!rowCount) return false;
    await tx.query(
      `update settlement_applications set withdrawn_at = now(), withdrawn_by = $2, withdrawn_why = $3
        where settlement_id = $1 and withdrawn_at is null`,
      [id, by, why],
    );
    return true;
  });
}
