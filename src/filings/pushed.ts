import { createHash } from 'node:crypto';
import { Dec, isPlainDecimal } from '../base/decimal.js';
import { newId } from '../base/ids.js';
import type { Order } from '../orders/order.js';
import type { DocumentNumber } from '../messages/families/family.js';
import { OPERATOR_TENANT, wake, type Queryable } from '../store/store.js';
import { listsById } from './lists.js';
import type { PushedBody, PushedKind, ReceivedPush } from './pushedKinds.js';

/** Taxes of an import list, CNY as decimal text. */
export interface TaxAmounts {
  customsTax: string;
  valueAddedTax: string;
  consumptionTax: string;
}

/** A tax bill beside what was estimated for its list: bill less estimate. */
export interface TaxComparison {
  estimated: TaxAmounts;
  difference: TaxAmounts;
}

export interface PushContext {
  kinds: ReadonlyMap<string, PushedKind>;
  /** The tax of a list by the rates in force; undefined where it cannot be told. */
  estimateTax?: ((order: Order) => TaxAmounts | undefined) | undefined;
}

/**
 * Stores pushed documents, each once whatever file brings it, and finds what they speak of: the summary application by
 * its sumNo, lists by their invtNo. What matches nothing goes to the tray and is claimed when the number becomes known.
 */
export async function storePushed(
  tx: Queryable,
  context: PushContext,
  pushes: readonly ReceivedPush[],
): Promise<void> {
  if (pushes.length === 0) return;
  const unique = [...new Map(pushes.map((p) => [p.identity, { ...p, id: newId() }])).values()];
  const { rows } = await tx.query<{ id: string }>(
    `insert into pushed_messages (id, tenant_id, raw_id, position, message_type, identity, reference, body, return_time, received_at)
     select id, $1, raw_id, position, message_type, identity, reference, body, return_time, received_at
       from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::bytea[], $7::text[], $8::jsonb[], $9::timestamptz[],
         $10::timestamptz[])
         as p (id, raw_id, position, message_type, identity, reference, body, return_time, received_at)
     on conflict (identity) do nothing returning id`,
    [
      OPERATOR_TENANT,
      unique.map((p) => p.id),
      unique.map((p) => p.rawId),
      unique.map((p) => p.position),
      unique.map((p) => p.messageType),
      unique.map((p) => createHash('sha256').update(p.identity).digest()),
      unique.map((p) => p.reference),
      unique.map((p) => JSON.stringify(p.body)),
      unique.map((p) => p.time ?? null),
      unique.map((p) => p.receivedAt),
    ],
  );
  const unmatched = await link(
    tx,
    context,
    rows.map((r) => r.id),
  );
  if (unmatched.length === 0) return;
  await tx.query(
    `insert into tray (id, tenant_id, raw_id, pushed_id, reason)
     select t.id, $2, p.raw_id, p.id, 'unmatched'
       from unnest($1::uuid[], $3::uuid[]) as t (id, pushed_id) join pushed_messages p on p.id = t.pushed_id`,
    [unmatched.map(() => newId()), OPERATOR_TENANT, unmatched],
  );
  await wake(tx, 'tray');
}

/** Claims pushed documents that came before the number they speak of: `numbers` are the ones known now. */
export async function claimPushed(
  tx: Queryable,
  context: PushContext,
  numbers: readonly string[],
): Promise<void> {
  if (numbers.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    `select id from pushed_messages where reference = any($1) and message_type = any($2)
        and document_id is null and declaration_id is null order by id for update`,
    [numbers, [...context.kinds.keys()]],
  );
  if (rows.length === 0) return;
  const ids = rows.map((r) => r.id);
  const left = new Set(await link(tx, context, ids));
  await tx.query(
    `update tray set decision = 'assigned', decided_by = '网关', decided_at = now(), note = '编号到达后自动认领'
      where pushed_id = any($1) and decision is null`,
    [ids.filter((id) => !left.has(id))],
  );
  await wake(tx, 'tray');
}

interface PushedRow {
  id: string;
  raw_id: string;
  message_type: string;
  reference: string;
  body: PushedBody;
}

/** Finds filing and lists of stored pushes; returns the ids that match nothing. */
async function link(tx: Queryable, context: PushContext, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<PushedRow>(
    'select id, raw_id, message_type, reference, body from pushed_messages where id = any($1) order by id',
    [ids],
  );
  const unmatched: string[] = [];
  for (const row of rows) {
    const kind = context.kinds.get(row.message_type);
    if (!kind) continue;
    const numbers = [row.body.head[kind.lists], ...row.body.list.map((line) => line[kind.lists])];
    const { rows: declared } = await tx.query<{ id: string; tenant_id: string }>(
      'select id, tenant_id from declarations where invt_no = any($1) order by id',
      [[...new Set(numbers.filter((n) => n !== undefined))]],
    );
    const document = kind.of
      ? await applicationOf(
          tx,
          kind.of,
          row.reference,
          declared.map((d) => d.id),
        )
      : undefined;
    const covered = document && declared.length === 0 ? await coveredBy(tx, document.id) : declared;
    const [only] = covered;
    const declarationId = !kind.of && only ? only.id : null;
    if (!document && covered.length === 0) {
      unmatched.push(row.id);
      continue;
    }
    const tenants = new Set([...(document ? [document.tenant_id] : []), ...covered.map((c) => c.tenant_id)]);
    const [tenant] = tenants;
    const owner = document?.tenant_id ?? (tenants.size === 1 ? tenant : undefined) ?? OPERATOR_TENANT;
    await tx.query(
      `update pushed_messages set document_id = $2, declaration_id = $3, tenant_id = $4, comparison = $5 where id = $1`,
      [row.id, document?.id ?? null, declarationId, owner, await comparison(tx, context, row, declarationId)],
    );
    await tx.query(
      `insert into pushed_declarations (tenant_id, pushed_id, declaration_id)
       select tenant_id, $1, id from unnest($2::uuid[], $3::uuid[]) as c (tenant_id, id) on conflict do nothing`,
      [row.id, covered.map((c) => c.tenant_id), covered.map((c) => c.id)],
    );
    const given = kind.gives === undefined ? undefined : row.body.head[kind.gives];
    if (kind.gives !== undefined && given)
      await numberLists(
        tx,
        covered.map((c) => c.id),
        { kind: kind.gives, value: given },
      );
  }
  // A file that speaks of one tenant only becomes that tenant's.
  await tx.query(
    `update raw_receipts w set tenant_id = p.tenant_id
       from (select raw_id, min(tenant_id::text)::uuid as tenant_id from pushed_messages where raw_id = any($1)
              group by raw_id having count(distinct tenant_id) = 1) as p where w.id = p.raw_id`,
    [rows.map((r) => r.raw_id)],
  );
  return unmatched;
}

/** The number of the declaration (报关单) that lists were merged into is one of the lists themselves. */
async function numberLists(
  tx: Queryable,
  declarationIds: readonly string[],
  number: DocumentNumber,
): Promise<void> {
  await tx.query(
    `insert into document_numbers (tenant_id, document_id, kind, value)
     select d.tenant_id, d.id, $2, $3 from declarations c join documents d on d.declaration_id = c.id and d.current and d.filing is null
        and d.invt_no is not null and d.invt_no = c.invt_no
      where c.id = any($1::uuid[]) order by d.id on conflict do nothing`,
    [declarationIds, number.kind, number.value],
  );
}

/** The application that customs gave this number, or, while the number is not known, the one that covers the lists. */
async function applicationOf(
  tx: Queryable,
  messageType: string,
  number: string,
  declarationIds: readonly string[],
): Promise<{ id: string; tenant_id: string } | undefined> {
  const { rows } = await tx.query<{ id: string; tenant_id: string }>(
    `select d.id, d.tenant_id from documents d
      where d.message_type = $1 and d.current
        and (d.given_no = $2 or (d.given_no is null and exists (
              select 1 from filing_declarations f where f.document_id = d.id and f.declaration_id = any($3))))
      order by (d.given_no is null), d.seq, d.id limit 1`,
    [messageType, number, declarationIds],
  );
  return rows[0];
}

async function coveredBy(tx: Queryable, documentId: string): Promise<{ id: string; tenant_id: string }[]> {
  const { rows } = await tx.query<{ id: string; tenant_id: string }>(
    `select f.declaration_id as id, f.tenant_id from documents d join documents p on p.filing_id = d.filing_id and p.current
       join filing_declarations f on f.document_id = p.id where d.id = $1`,
    [documentId],
  );
  return rows;
}

const TAXES = ['customsTax', 'valueAddedTax', 'consumptionTax'] as const;

async function comparison(
  tx: Queryable,
  context: PushContext,
  row: PushedRow,
  declarationId: string | null,
): Promise<string | null> {
  if (!context.estimateTax || declarationId === null || row.body.head.customsTax === undefined) return null;
  const [list] = await listsById(tx, [declarationId]);
  const estimated = list && context.estimateTax(list.order);
  if (!estimated) return null;
  const less = (name: (typeof TAXES)[number]): string => {
    const billed = row.body.head[name] ?? '0';
    return isPlainDecimal(billed) && isPlainDecimal(estimated[name])
      ? new Dec(billed).minus(estimated[name]).toFixed()
      : '';
  };
  const difference = Object.fromEntries(TAXES.map((name) => [name, less(name)]));
  const { customsTax, valueAddedTax, consumptionTax } = estimated;
  return JSON.stringify({ estimated: { customsTax, valueAddedTax, consumptionTax }, difference });
}
