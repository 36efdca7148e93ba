import { decimal, isPlainDecimal } from '../base/decimal.js';
import { bySeverity, type Fault } from '../base/fault.js';
import { groupBy } from '../base/collections.js';
import type { Order } from '../orders/order.js';
import { headReader } from '../orders/paths.js';
import { wake, type Queryable } from '../store/store.js';
import { keyInForce, OVER } from '../documents/keys.js';
import type { NumberRule, SharingRule } from './numbers.js';
import type { PlannedDocument } from './plan.js';

/** A declaration that wants its numbers: a new one, or one that is corrected or declared again. */
export interface Claimant {
  id: string;
  tenantId: string;
  order: Order;
  documents: readonly Pick<PlannedDocument, 'kind' | 'messageType' | 'key'>[];
}

export interface ClaimContext {
  numbers: readonly NumberRule[];
  /** Makes the fault of a rule that only the store can judge. */
  storeFault(code: string, path: string, params: Record<string, string>): Fault;
}

/** One number a claimant wants. */
interface Wanted {
  rule: NumberRule;
  number: string;
  messageType: string | null;
}

/** Who has a number now, within one tenant. */
interface Holder {
  declarationId: string;
  slot: number;
  order: Order;
}

/** A claim to be written down. */
interface Claim extends Wanted {
  claimant: Claimant;
  slot: number;
}

/** The kinds of documents whose key customs knows once, whoever sends it, with the place of its number. */
const KNOWN_ONCE: Readonly<Record<string, string>> = {
  order: 'orderNo',
  payment: 'payment.payNo',
  waybill: 'waybill.logisticsNo',
  list: 'list.copNo',
};
const keyOf = (tenantId: string, rule: NumberRule, number: string) => `${rule.id} ${tenantId} ${number}`;

function wantedBy(claimant: Claimant, rules: readonly NumberRule[]): Wanted[] {
  return rules.flatMap((rule) => {
    const values = rule.paths.map((path) => headReader(path)(claimant.order)?.trim());
    if (values.some((value) => !value)) return [];
    const document = claimant.documents.find((d) => d.kind === rule.document);
    return [{ rule, number: values.join('|'), messageType: document?.messageType ?? null }];
  });
}

/**
 * The numbers that a batch of declarations wants, judged one declaration after the other: what an earlier one of the
 * batch took counts, what one takes that is refused for another reason does not. Within a tenant a number belongs to one
 * declaration at a time (see `mappings/numbers`); between tenants customs decides: only a number that customs holds for
 * another tenant refuses, anything less is a notice. See ADR 0018.
 */
export class NumberDesk {
  private readonly taken: Claim[] = [];

  private constructor(
    private readonly context: ClaimContext,
    private readonly holders: Map<string, Holder[]>,
    private readonly strangers: ReadonlyMap<string, Fault[]>,
  ) {}

  /** A desk without a database, for one file read offline: it knows the numbers taken at it and no others. */
  static offline(context: ClaimContext): NumberDesk {
    return new NumberDesk(context, new Map(), new Map());
  }

  /** Reads who has the numbers now; with `lock` nobody gives them up or takes a share of them until the transaction ends. */
  static async open(
    db: Queryable,
    claimants: readonly Claimant[],
    context: ClaimContext,
    lock: boolean,
  ): Promise<NumberDesk> {
    const holders = await findHolders(db, claimants, context.numbers, lock);
    return new NumberDesk(context, holders, await findStrangers(db, claimants, context));
  }

  /** Why a declaration cannot have its numbers, and what is doubtful about them. Never names an order of another tenant. */
  judge(claimant: Claimant): { faults: Fault[]; notices: Fault[] } {
    const found = wantedBy(claimant, this.context.numbers).flatMap((wanted) =>
      this.conflict(claimant, wanted),
    );
    const strange = this.strangers.get(claimant.id) ?? [];
    return bySeverity([...found, ...strange.filter((s) => !found.some((f) => f.path === s.path))]);
  }

  /** The declaration goes on: it takes its numbers, for those after it in the batch at once. */
  take(claimant: Claimant): void {
    for (const wanted of wantedBy(claimant, this.context.numbers)) {
      const holders = this.holdersOf(claimant, wanted);
      if (holders.some((h) => h.declarationId === claimant.id)) continue;
      const slot = Math.max(-1, ...holders.map((h) => h.slot)) + 1;
      holders.push({ declarationId: claimant.id, slot, order: claimant.order });
      this.taken.push({ ...wanted, claimant, slot });
    }
  }

  /** Writes down what was taken; false when another transaction took one of the numbers meanwhile. */
  async store(tx: Queryable): Promise<boolean> {
    if (this.taken.length === 0) return true;
    // In one order everywhere, so that two batches never wait for each other.
    const claims = [...this.taken].sort((a, b) => (a.rule.id + a.number < b.rule.id + b.number ? -1 : 1));
    const { rowCount } = await tx.query(
      `insert into number_claims (tenant_id, declaration_id, kind, number, slot, message_type)
       select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::smallint[], $6::text[]) on conflict do nothing`,
      [
        claims.map((c) => c.claimant.tenantId),
        claims.map((c) => c.claimant.id),
        claims.map((c) => c.rule.id),
        claims.map((c) => c.number),
        claims.map((c) => c.slot),
        claims.map((c) => c.messageType),
      ],
    );
    return rowCount === claims.length;
  }

  private holdersOf(claimant: Claimant, { rule, number }: Wanted): Holder[] {
    const key = keyOf(claimant.tenantId, rule, number);
    const found = this.holders.get(key) ?? [];
    this.holders.set(key, found);
    return found;
  }

  private conflict(claimant: Claimant, wanted: Wanted): Fault[] {
    const { rule, messageType } = wanted;
    const others = this.holdersOf(claimant, wanted).filter((h) => h.declarationId !== claimant.id);
    const [first] = others;
    if (!first) return [];
    const path = rule.paths[rule.paths.length - 1] ?? '';
    const { sharing } = rule;
    if (sharing && messageType !== null && sharing.messages.includes(messageType)) {
      const rest = restOf(sharing, claimant.order, others);
      if (rest?.suffices) return [];
      if (rest) return [this.context.storeFault(sharing.rule, path, rest.params)];
    }
    return [this.context.storeFault(rule.rule, path, { orderNo: first.order.orderNo ?? '' })];
  }
}

/** Whether what the others left of a shared number suffices for an order; undefined when it may not share at all. */
function restOf(
  sharing: SharingRule,
  order: Order,
  others: readonly Holder[],
): { suffices: boolean; params: Record<string, string> } | undefined {
  const of = (path: string, from: Order) => {
    const text = headReader(path)(from);
    return text !== undefined && isPlainDecimal(text) ? decimal(text) : undefined;
  };
  const agree = sharing.same.every((path) => {
    const read = headReader(path);
    const [mine, ...theirs] = [order, ...others.map((o) => o.order)].map((o) => read(o) ?? '');
    return theirs.every((value) => sameText(mine ?? '', value));
  });
  const limit = of(sharing.limit, order);
  const amount = of(sharing.amount, order);
  if (!agree || !limit || !amount) return undefined;
  const used = others.reduce((sum, o) => sum.plus(of(sharing.amount, o.order) ?? 0), decimal('0'));
  return {
    suffices: used.plus(amount).lte(limit),
    params: { limit: limit.toFixed(2), used: used.toFixed(2), amount: amount.toFixed(2) },
  };
}

const sameText = (a: string, b: string): boolean =>
  a === b || (isPlainDecimal(a) && isPlainDecimal(b) && decimal(a).eq(decimal(b)));

/** Claims in force of the wanted numbers within the claimants' own tenants; one whose time ran out is released. */
async function findHolders(
  db: Queryable,
  claimants: readonly Claimant[],
  rules: readonly NumberRule[],
  lock: boolean,
): Promise<Map<string, Holder[]>> {
  const wanted = claimants.flatMap((c) => wantedBy(c, rules).map((w) => ({ ...w, tenantId: c.tenantId })));
  if (wanted.length === 0) return new Map();
  const { rows } = await db.query<{
    kind: string;
    number: string;
    tenant_id: string;
    declaration_id: string;
    slot: number;
    expired: boolean;
    body: Order;
  }>(
    `select n.kind, n.number, n.tenant_id, n.declaration_id, n.slot, coalesce(r.body, o.body) as body,
            coalesce(n.since < now() - make_interval(months => k.months), false) as expired
       from (select distinct * from unnest($1::text[], $2::text[], $3::uuid[], $4::int[]) as u (kind, number, tenant_id, months)) as k
       join number_claims n on n.kind = k.kind and n.number = k.number and n.tenant_id = k.tenant_id and n.released_at is null
       join orders o on o.id = n.declaration_id
       left join lateral (select body from order_revisions where order_id = o.id order by revision desc limit 1) r on true
      order by n.kind, n.number, n.tenant_id, n.slot ${lock ? 'for update of n' : ''}`,
    [
      wanted.map((w) => w.rule.id),
      wanted.map((w) => w.number),
      wanted.map((w) => w.tenantId),
      wanted.map((w) => w.rule.months ?? null),
    ],
  );
  const expired = rows.filter((r) => r.expired);
  if (expired.length > 0 && lock)
    await db.query(
      `update number_claims n set released_at = now(), released_why = 'expired'
         from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[]) as k (kind, number, tenant_id, declaration_id)
        where n.kind = k.kind and n.number = k.number and n.tenant_id = k.tenant_id and n.declaration_id = k.declaration_id
          and n.released_at is null`,
      [
        expired.map((r) => r.kind),
        expired.map((r) => r.number),
        expired.map((r) => r.tenant_id),
        expired.map((r) => r.declaration_id),
      ],
    );
  const inForce = rows
    .filter((r) => !r.expired)
    .map((r) => ({
      key: `${r.kind} ${r.tenant_id} ${r.number}`,
      holder: { declarationId: r.declaration_id, slot: r.slot, order: r.body },
    }));
  return new Map(
    [...groupBy(inForce, (r) => r.key)].map(([key, found]) => [key, found.map((f) => f.holder)]),
  );
}

/** Documents of other tenants with the same key at customs: a fault once customs took one in, a notice before. */
async function findStrangers(
  db: Queryable,
  claimants: readonly Claimant[],
  context: ClaimContext,
): Promise<Map<string, Fault[]>> {
  const wanted = claimants.flatMap((c) => c.documents.map((d) => ({ ...d, id: c.id, tenantId: c.tenantId })));
  if (wanted.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; kind: string; held: boolean }>(
    `select k.id, k.kind, bool_or(d.accepted) as held
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[])
              as k (id, tenant_id, message_type, document_key, kind, months)
       join documents d on d.message_type = k.message_type and d.document_key = k.document_key and d.tenant_id <> k.tenant_id
       join declarations c on c.id = d.declaration_id
      where d.current and d.filing is null and ${keyInForce('d', 'c', 'k.months')}
      group by 1, 2`,
    [
      wanted.map((w) => w.id),
      wanted.map((w) => w.tenantId),
      wanted.map((w) => w.messageType),
      wanted.map((w) => w.key),
      wanted.map((w) => w.kind),
      wanted.map((w) => context.numbers.find((n) => n.document === w.kind)?.months ?? null),
    ],
  );
  const faults = rows.flatMap(({ id, kind, held }) => {
    const path = KNOWN_ONCE[kind];
    if (path === undefined) return [];
    const fault = context.storeFault(held ? 'R906' : 'R908', path, {});
    return [{ id, fault }];
  });
  return new Map([...groupBy(faults, (f) => f.id)].map(([id, found]) => [id, found.map((f) => f.fault)]));
}

/**
 * After declarations moved: gives back the numbers of those that were withdrawn, finally refused, or whose document was
 * deleted at customs; and takes them again for those that are not (a receipt that came late), unless somebody else has
 * them by now. Documents of others that waited for a number given back go on. Returns their declarations.
 */
export async function settleClaims(tx: Queryable, declarationIds: readonly string[]): Promise<string[]> {
  const ids = await unsettled(tx, declarationIds);
  if (ids.length === 0) return [];
  await tx.query(
    `update number_claims n set released_at = now(),
            released_why = case when c.withdrawn_at is not null then 'withdrawn' when c.verdict in ${OVER} then 'refused' else 'deleted' end
       from declarations c
      where n.declaration_id = any($1) and c.id = n.declaration_id and n.released_at is null
        and (c.withdrawn_at is not null or c.verdict in ${OVER} or ${DELETED})`,
    [ids],
  );
  await tx.query(
    `insert into number_claims (tenant_id, declaration_id, kind, number, slot, message_type, since)
     select distinct on (n.declaration_id, n.kind) n.tenant_id, n.declaration_id, n.kind, n.number, n.slot, n.message_type, n.since
       from number_claims n join declarations c on c.id = n.declaration_id
      where n.declaration_id = any($1) and n.released_why in ('deleted', 'withdrawn', 'refused')
        and c.withdrawn_at is null and c.verdict not in ${OVER} and not ${DELETED}
        and not exists (select 1 from number_claims l
                         where l.declaration_id = n.declaration_id and l.kind = n.kind and (l.released_at is null or l.released_at > n.released_at))
      order by n.declaration_id, n.kind
     on conflict do nothing`,
    [ids],
  );
  const { rows: freed } = await tx.query<{ declaration_id: string }>(
    `update documents w set delivery = 'ready', waiting_for = null
       from documents d join declarations c on c.id = d.declaration_id
      where d.declaration_id = any($1) and w.waiting_for = 'number' and w.message_type = d.message_type
        and w.document_key = d.document_key and w.declaration_id <> d.declaration_id and d.current and d.filing is null
        and not (${keyInForce('d', 'c', 'null::int')})
     returning w.declaration_id`,
    [ids],
  );
  if (freed.length > 0) await wake(tx, 'prepare');
  return freed.map((f) => f.declaration_id);
}

/** SQL: the document that carries number `n` was deleted at customs. */
const DELETED = `exists (
    select 1 from documents d where d.declaration_id = n.declaration_id and d.message_type = n.message_type and d.filing is null
       and d.current and d.app_type = '3' and (d.status = '3' or d.verdict in ('accepted', 'reviewed')))`;

/**
 * Declarations that may have something to give back, to take again, or somebody waiting for it: those that came to nothing
 * (withdrawn, refused, with a document deleted) and those that gave back a number before. Most have neither.
 */
async function unsettled(tx: Queryable, declarationIds: readonly string[]): Promise<string[]> {
  if (declarationIds.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `select c.id from unnest($1::uuid[]) as k (id) cross join lateral (
        select id, withdrawn_at, verdict from declarations where id = k.id offset 0) as c
      where c.withdrawn_at is not null or c.verdict in ${OVER}
         or exists (select 1 from number_claims n where n.declaration_id = c.id and n.released_at is not null)
         or exists (select 1 from documents d where d.declaration_id = c.id and d.current and d.filing is null
                       and (d.app_type = '3' or d.verdict in ${OVER}))`,
    [declarationIds],
  );
  return rows.map((r) => r.id);
}

/** The same for the declarations that filings (withdrawals, returns) speak of, by the filings' documents. */
export async function settleFiled(tx: Queryable, documentIds: readonly string[]): Promise<void> {
  const { rows } = await tx.query<{ declaration_id: string }>(
    'select distinct declaration_id from filing_declarations where document_id = any($1)',
    [documentIds],
  );
  await settleClaims(
    tx,
    rows.map((r) => r.declaration_id),
  );
}

/** After a correction: numbers the order no longer bears are given back. */
export async function releaseCorrected(
  tx: Queryable,
  claimant: Claimant,
  rules: readonly NumberRule[],
): Promise<void> {
  const kept = wantedBy(claimant, rules);
  await tx.query(
    `update number_claims n set released_at = now(), released_why = 'corrected'
      where n.declaration_id = $1 and n.released_at is null
        and not exists (select 1 from unnest($2::text[], $3::text[]) as k (kind, number)
                         where k.kind = n.kind and k.number = n.number)`,
    [claimant.id, kept.map((k) => k.rule.id), kept.map((k) => k.number)],
  );
}
