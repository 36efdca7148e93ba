import { groupBy } from '../base/collections.js';
import { LOCK } from '../store/advisory.js';
import type { Queryable } from '../store/store.js';
import { byCode, type Attribute } from './attribution.js';
import { countHistory, historyOfLists } from './history.js';
import { bySource, record, standing } from './ledger.js';
import { linesOf } from './lines.js';
import { lockedLists } from './lists.js';
import type { Rates } from './rates.js';
import { takenBack, type Grant } from './reversals.js';
import { counts, kindOfDeclaration, type CountingRule } from './rule.js';

/** What counting needs to know besides the declarations. */
export interface CountingContext {
  rates: Rates;
  rule: CountingRule;
  /** True for the returnStatus that says a list is inspected (布控查验). */
  isInspection(status: string, messageType: string): boolean;
  /** True for messages that are goods declarations (报关单): their lines are a source of their own kind; none when left out. */
  isDeclaration?(messageType: string): boolean;
  /** Who a consignor is; `byCode` where nothing else is known. */
  attribute?: Attribute;
}

/** What declarations of this gateway are: each is one of them, so its goods count once. */
const KINDS = ['list', 'goods-declaration'] as const;
const isOurs = (kind: string): kind is (typeof KINDS)[number] => KINDS.some((k) => k === kind);

/**
 * Makes the counting records of these declarations what they should be, in the transaction of the receipt that moved
 * them:
 *
 *   a list that customs released or cleared → one record per goods line, pending until the moment by which it counts;
 *   a withdrawal or return that customs granted → one record for each line it takes back;
 *   anything else → nothing, and what stood there before is void.
 *
 * What should stand follows from the declaration, its order and all its grants, never from the order in which receipts
 * came. What stands already is left alone, and keeps its rate; a difference is a new version. Returns how many versions
 * were written.
 */
export async function countLists(
  tx: Queryable,
  context: CountingContext,
  declarationIds: readonly string[],
  grants: readonly Grant[],
): Promise<number> {
  const { rates, rule, isInspection, attribute = byCode } = context;
  const counted = new Set(KINDS.filter((kind) => counts(rule, { kind, countedBefore: false }).counts));
  if (declarationIds.length === 0 || counted.size === 0) return 0;
  await tx.query('select pg_advisory_xact_lock_shared($1)', [LOCK.history]);
  const lists = await lockedLists(tx, declarationIds, attribute, isInspection);
  const stands = (await standing(tx, declarationIds)).filter((s) => isOurs(s.sourceKind));
  const grantsOf = groupBy(grants, (grant) => grant.declarationId);
  const standsOf = bySource(stands);
  const wanted = lists.flatMap((list) => {
    const granted = grantsOf.get(list.id) ?? [];
    const withdrawn = granted.some((grant) => grant.kind === 'withdrawn');
    const kind = context.isDeclaration?.(list.messageType ?? '')
      ? kindOfDeclaration(rule, list.regime)
      : 'list';
    if (!isOurs(kind) || !counted.has(kind)) return [];
    const lines = linesOf({ ...list, kind }, withdrawn, rule, rates, standsOf.get(list.id) ?? []);
    return [...lines, ...takenBack(lines, granted)];
  });
  const written = await record(tx, wanted, stands);
  await countHistory(tx, context, await historyOfLists(tx, declarationIds));
  return written;
}
