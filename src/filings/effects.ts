import { isPlainDecimal } from '../base/decimal.js';
import type { Grant } from '../figures/reversals.js';
import type { Queryable } from '../store/store.js';
import { linesOf, textOf, type FilingData } from './data.js';
import type { FilingKind, FilingKinds } from './kinds.js';
import { lockLists } from './lists.js';

/**
 * After receipts moved filings (the ids are of their documents): which revision of a filing is in force, and what a
 * granted withdrawal or return does to its declarations and figures. Computed anew from all documents, so that the
 * order in which receipts arrive plays no part. Returns the numbers customs gave.
 */
export async function followFilings(
  tx: Queryable,
  kinds: FilingKinds,
  documentIds: readonly string[],
  count: CountGranted,
): Promise<string[]> {
  if (documentIds.length === 0) return [];
  await chooseRevisions(tx, kinds, documentIds);
  const effective = [...kinds.values()].filter((k) => k.effect).map((k) => k.message);
  const { rows: touched } = await tx.query<{ declaration_id: string }>(
    `select distinct f.declaration_id from filing_declarations f join documents d on d.id = f.document_id
      where d.id = any($1) and d.message_type = any($2)`,
    [documentIds, effective],
  );
  await applyEffects(
    tx,
    kinds,
    touched.map((r) => r.declaration_id),
    count,
  );
  const { rows: given } = await tx.query<{ given_no: string }>(
    'select distinct given_no from documents where id = any($1) and given_no is not null',
    [documentIds],
  );
  return given.map((r) => r.given_no);
}

/**
 * A change or deletion that customs refused leaves the revision before it in force: of each filing the newest revision
 * of which no part was refused, or the newest at all when every one was. One that was put aside before it left never was
 * in force.
 */
async function chooseRevisions(
  tx: Queryable,
  kinds: FilingKinds,
  documentIds: readonly string[],
): Promise<void> {
  await tx.query(
    `with filings as (select distinct filing_id from documents where id = any($1) and message_type = any($2)),
     revisions as (
       select d.filing_id, d.revision, bool_or(d.verdict in ('refused', 'failed')) as refused
         from documents d join filings using (filing_id) group by 1, 2
        having not bool_and(d.message_id is null and not d.current)
     ), chosen as (
       select distinct on (filing_id) filing_id, revision from revisions order by filing_id, refused, revision desc
     )
     update documents d set current = (d.revision = c.revision)
       from chosen c where d.filing_id = c.filing_id and d.current is distinct from (d.revision = c.revision)`,
    [documentIds, kinds.keys()],
  );
}

interface GrantRow {
  id: string;
  declaration_id: string;
  message_type: string;
  filing: FilingData;
  at: Date | null;
}

/** Counts declarations with these grants; the figures' part of what a grant does. */
export type CountGranted = (
  tx: Queryable,
  declarationIds: readonly string[],
  grants: readonly Grant[],
) => Promise<unknown>;

/**
 * Sets `withdrawn_at` and `returned_at` of declarations from the withdrawals and returns that customs granted, and lets
 * the figures follow. The moment is that of the first granting receipt.
 */
export async function applyEffects(
  tx: Queryable,
  kinds: FilingKinds,
  declarationIds: readonly string[],
  count: CountGranted,
): Promise<void> {
  if (declarationIds.length === 0) return;
  await lockLists(tx, declarationIds);
  const grants = await grantsOf(tx, kinds, declarationIds);
  const first = (id: string, kind: Grant['kind']) =>
    grants
      .filter((g) => g.declarationId === id && g.kind === kind)
      .map((g) => g.at)
      .sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
  await tx.query(
    `update declarations c set withdrawn_at = e.withdrawn_at, returned_at = e.returned_at
       from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as e (id, withdrawn_at, returned_at)
      where c.id = e.id and (c.withdrawn_at, c.returned_at) is distinct from (e.withdrawn_at, e.returned_at)`,
    [
      declarationIds,
      declarationIds.map((id) => first(id, 'withdrawn')),
      declarationIds.map((id) => first(id, 'returned')),
    ],
  );
  await count(tx, declarationIds, grants);
}

/** What customs granted about these declarations, from all filings in force. */
export async function grantsOf(
  tx: Queryable,
  kinds: FilingKinds,
  declarationIds: readonly string[],
): Promise<Grant[]> {
  const effective = [...kinds.values()].filter((k) => k.effect);
  const { rows } = await tx.query<GrantRow>(
    `select d.id, f.declaration_id, d.message_type, d.filing,
            coalesce((select min(r.return_time) from receipts r where r.document_id = d.id and r.return_status = k.status),
                     d.status_time) as at
       from filing_declarations f join documents d on d.id = f.document_id
       join unnest($2::text[], $3::text[]) as k (message_type, status) on k.message_type = d.message_type
      where f.declaration_id = any($1) and d.current and d.accepted and d.app_type <> '3'
      order by d.id`,
    [declarationIds, effective.map((k) => k.message), effective.map((k) => k.mapping.acceptedAt ?? '')],
  );
  return rows.flatMap((row) => grantOf(row, kinds.get(row.message_type)));
}

function grantOf(row: GrantRow, kind: FilingKind | undefined): Grant[] {
  if (!kind?.effect || !row.at) return [];
  const lines = linesOf(row.filing).flatMap((line) => {
    const [gnum, qty] = [textOf(line, 'gnum') ?? '', textOf(line, 'qty') ?? ''];
    return isPlainDecimal(qty) ? [{ gnum: Number(gnum), qty }] : [];
  });
  return [{ documentId: row.id, declarationId: row.declaration_id, kind: kind.effect, at: row.at, lines }];
}
