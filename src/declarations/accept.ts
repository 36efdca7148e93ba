import pg from 'pg';
import type { Clock } from '../base/clock.js';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { Order } from '../orders/order.js';
import type { SignerRegistry } from '../signing/signer.js';
import { wake, type Queryable } from '../store/store.js';
import { BuyerYears, type BuyerYearContext } from './buyerYear.js';
import { NumberDesk, type ClaimContext } from './claims.js';
import {
  insertDeclarations,
  insertDocuments,
  insertOrders,
  type NewDeclaration,
  type Source,
} from './insert.js';
import { storeLines } from './lines.js';
import { storeNotices } from './notices.js';
import { planDocuments, type DocumentPlan } from './plan.js';

/** An order that passed every check and knows its seller's tenant. */
export interface CheckedOrder {
  index: number;
  rows?: { from: number; to: number };
  order: Order;
  tenantId: string;
  businessKey: string;
  fingerprint: Buffer;
  /** What is doubtful and does not refuse it. */
  notices: readonly Fault[];
}

export type Acceptance =
  | { index: number; outcome: 'accepted'; declarationId: string; notices: Fault[] }
  | { index: number; outcome: 'exists'; declarationId: string; faults: Fault[] }
  | { index: number; outcome: 'faulty'; faults: Fault[] };

export interface AcceptContext extends BuyerYearContext, ClaimContext, Source {
  clock: Clock;
  signers: SignerRegistry;
  /** The documents an order sends, in the order they are sent. */
  documentsOf(order: Order): readonly DocumentPlan[];
}

/**
 * Stores orders with their declarations, documents and goods lines inside the caller's transaction, and gives each its
 * verdict. An order whose business key is already there stays as it is: the same body answers with the first declaration,
 * another body with a fault that names it. Numbers that belong to another order and the yearly limit of a buyer refuse
 * before anything is stored. An order that the database cannot hold is refused alone.
 */
export async function acceptOrders(
  tx: Queryable,
  orders: readonly CheckedOrder[],
  context: AcceptContext,
): Promise<Acceptance[]> {
  const [once, again] = partRepeated(orders);
  const verdicts = await acceptSafely(tx, once, context);
  if (verdicts.some((v) => v.outcome === 'accepted')) await wake(tx, 'prepare', 'declarations');
  const byIndex = new Map(verdicts.map((v) => [v.index, v]));
  for (const { first, order } of again) {
    const verdict = byIndex.get(first.index);
    if (!verdict) throw new Error('every order has a verdict');
    verdicts.push(
      verdict.outcome === 'faulty'
        ? { ...verdict, index: order.index }
        : existing(order, { id: verdict.declarationId, fingerprint: first.fingerprint }, context),
    );
  }
  return verdicts.sort((a, b) => a.index - b.index);
}

/** Orders by their business key: the first of each, and those that come again with the first of their kind. */
function partRepeated(
  orders: readonly CheckedOrder[],
): [CheckedOrder[], { first: CheckedOrder; order: CheckedOrder }[]] {
  const firsts = new Map<string, CheckedOrder>();
  const again: { first: CheckedOrder; order: CheckedOrder }[] = [];
  for (const order of orders) {
    const first = firsts.get(keyOf(order));
    if (first) again.push({ first, order });
    else firsts.set(keyOf(order), order);
  }
  return [[...firsts.values()], again];
}

const keyOf = (o: Pick<CheckedOrder, 'tenantId' | 'businessKey'>) => `${o.tenantId} ${o.businessKey}`;

/** Another transaction took an order or a number between our looking and our writing: look again. */
class Overtaken extends Error {}
const PATIENCE = 50;

/**
 * Accepts a batch behind a savepoint. When another transaction was faster the batch is looked at anew; when the database
 * cannot hold something of it, the halves are tried apart until the one order that is to blame stands alone.
 */
async function acceptSafely(
  tx: Queryable,
  orders: readonly CheckedOrder[],
  context: AcceptContext,
): Promise<Acceptance[]> {
  if (orders.length === 0) return [];
  for (let attempt = 1; ; attempt++) {
    await tx.query('savepoint batch');
    try {
      const verdicts = await acceptBatch(tx, orders, context);
      await tx.query('release savepoint batch');
      return verdicts;
    } catch (error) {
      if (!(error instanceof Overtaken) && !isDataError(error)) throw error;
      await tx.query('rollback to savepoint batch');
      await tx.query('release savepoint batch');
      if (error instanceof Overtaken && attempt < PATIENCE) continue;
      if (error instanceof Overtaken) throw error;
      const [only] = orders;
      if (only && orders.length === 1)
        return [{ index: only.index, outcome: 'faulty', faults: [makeFault('I70', '')] }];
      const half = orders.length >> 1;
      return [
        ...(await acceptSafely(tx, orders.slice(0, half), context)),
        ...(await acceptSafely(tx, orders.slice(half), context)),
      ];
    }
  }
}

/** Classes of SQLSTATE that a value brings about: data exception, integrity constraint, program limit. */
const isDataError = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && /^(22|23|54)/.test(error.code ?? '');

async function acceptBatch(
  tx: Queryable,
  orders: readonly CheckedOrder[],
  context: AcceptContext,
): Promise<Acceptance[]> {
  const known = await findExisting(tx, orders);
  const verdicts: Acceptance[] = [];
  const fresh: (NewDeclaration & { notices: readonly Fault[] })[] = [];
  for (const order of orders) {
    const first = known.get(keyOf(order));
    if (first) verdicts.push(existing(order, first, context));
    else {
      const documents = planned(order.order, context);
      if (documents.length > 0) fresh.push({ ...order, id: newId(), documents });
      else verdicts.push({ index: order.index, outcome: 'faulty', faults: [notOffered(order.order)] });
    }
  }
  const numbers = await NumberDesk.open(tx, fresh, context, true);
  const years = await BuyerYears.open(tx, fresh, context);
  const good: typeof fresh = [];
  const refused: typeof fresh = [];
  for (const order of fresh) {
    const claim = numbers.judge(order);
    const faults = [...claim.faults, ...years.judge(order)];
    if (faults.length > 0) {
      verdicts.push({ index: order.index, outcome: 'faulty', faults });
      refused.push(order);
    } else {
      numbers.take(order);
      years.take(order);
      good.push({ ...order, notices: [...order.notices, ...claim.notices] });
    }
  }
  // Handed in twice at once, an order may have been stored since it was looked for: its own numbers would refuse it.
  if (refused.length > 0 && (await findExisting(tx, refused)).size > 0) throw new Overtaken();
  if (good.length === 0) return verdicts;
  if (!(await insertOrders(tx, good, context)) || !(await numbers.store(tx))) throw new Overtaken();
  await insertDeclarations(tx, good, context.importId, context.clock.now());
  await insertDocuments(tx, good);
  await storeLines(tx, good);
  await years.store(tx);
  await storeNotices(
    tx,
    good.map((o) => ({ declarationId: o.id, tenantId: o.tenantId, notices: o.notices })),
  );
  return [
    ...verdicts,
    ...good.map((o): Acceptance => ({
      index: o.index,
      outcome: 'accepted',
      declarationId: o.id,
      notices: [...o.notices],
    })),
  ];
}

const planned = (order: Order, { documentsOf, signers, clock }: AcceptContext) =>
  planDocuments(order, documentsOf(order), signers, clock.now());

/** Between check and store its regime ended: nothing would ever be sent of it. */
const notOffered = (order: Order): Fault =>
  makeFault('I71', 'regime', { regime: order.regime ?? '' }, order.regime);

interface Stored {
  id: string;
  fingerprint: Buffer;
}

async function findExisting(tx: Queryable, orders: readonly CheckedOrder[]): Promise<Map<string, Stored>> {
  const { rows } = await tx.query<Stored & { tenant_id: string; business_key: string }>(
    `select o.id, o.tenant_id, o.business_key, o.fingerprint
       from unnest($1::uuid[], $2::text[]) as k (tenant_id, business_key)
       join orders o on o.tenant_id = k.tenant_id and o.business_key = k.business_key`,
    [orders.map((o) => o.tenantId), orders.map((o) => o.businessKey)],
  );
  return new Map(rows.map((r) => [keyOf({ tenantId: r.tenant_id, businessKey: r.business_key }), r]));
}

function existing(
  { index, order, fingerprint }: CheckedOrder,
  first: Stored,
  context: AcceptContext,
): Acceptance {
  const same = first.fingerprint.equals(fingerprint);
  const params = { orderNo: order.orderNo ?? '', reference: first.id };
  const faults = same ? [] : [context.storeFault('R901', 'orderNo', params)];
  return { index, outcome: 'exists', declarationId: first.id, faults };
}
