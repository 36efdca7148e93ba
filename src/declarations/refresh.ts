import { groupBy } from '../base/collections.js';
import { joinTracks } from '../clearance/tracks.js';
import type { Delivery } from '../terms/delivery.js';
import type { Verdict } from '../terms/verdict.js';
import { lockDeclarations } from '../store/locks.js';
import { wake, type Queryable } from '../store/store.js';
import { nextOf, type Step, type Summary } from './summary.js';

export interface RefreshContext {
  /** True for messages that are the declaration itself (清单). */
  isList(messageType: string): boolean;
}

interface Row {
  id: string;
  declaration_id: string;
  message_type: string;
  delivery: Delivery;
  waiting_for: string | null;
  verdict: Verdict;
  app_type: string;
  /** As planned when the order was accepted, whatever its regime asks for today. */
  goes_after: string[];
  accepted: boolean;
  elsewhere: boolean;
  before: Verdict | null;
  /** Where inspection stands, by the receipts of this document; null where it has not spoken. */
  inspection: Verdict | null;
}

/**
 * After documents moved: lets waiting documents go whose predecessors are accepted, and recomputes what the declarations
 * show. Runs in the caller's transaction and holds the declarations from here on, so that of two processes that each
 * accept one document the second sees both.
 */
export async function refreshDeclarations(
  tx: Queryable,
  ids: readonly string[],
  context: RefreshContext,
): Promise<void> {
  if (ids.length === 0) return;
  await lockDeclarations(tx, ids);
  const declarations = groupBy(await documentsOf(tx, ids), (r) => r.declaration_id);
  const seen = [...declarations].map(([id, rows]) => ({ id, ...lookAt(rows, context) }));
  await storeSteps(
    tx,
    seen.flatMap((s) => s.steps),
  );
  await storeSummaries(tx, seen);
}

/** Documents in force, in their order. Each declaration is looked up by itself (`offset 0`): without fresh statistics the planner would read the whole table. */
async function documentsOf(tx: Queryable, ids: readonly string[]): Promise<Row[]> {
  const { rows } = await tx.query<Row>(
    `select d.id, d.declaration_id, d.message_type, d.delivery, d.waiting_for, d.verdict, d.app_type, d.goes_after,
            d.accepted and d.app_type <> '3' as accepted,
            case when d.app_type = '2' then
              (select p.verdict from documents p
                where p.declaration_id = d.declaration_id and p.message_type = d.message_type and p.filing is null
                  and p.revision < d.revision and p.verdict not in ('none', 'received', 'failed')
                order by p.revision desc limit 1) end as before,
            d.tracks #>> '{inspection,verdict}' as inspection,
            exists (select 1 from decisions x where x.document_id = d.id and x.kind = 'declared-elsewhere') as elsewhere
       from unnest($1::uuid[]) as k (id)
       cross join lateral (
         select * from documents m where m.declaration_id = k.id and m.current and m.filing is null offset 0) as d
      order by d.declaration_id, d.seq`,
    [ids],
  );
  return rows;
}

/** What the documents of one declaration may do next, and what it shows. */
function lookAt(rows: readonly Row[], context: RefreshContext): { steps: Step[]; summary: Summary } {
  const next = nextOf(
    rows.map((r) => ({
      id: r.id,
      messageType: r.message_type,
      delivery: r.delivery,
      waitingFor: r.waiting_for,
      verdict: r.verdict,
      accepted: r.accepted,
      elsewhere: r.elsewhere,
      before: r.before,
      goesAfter: r.goes_after,
      isList: context.isList(r.message_type),
    })),
  );
  // What inspection says on a document of its own (检验检疫申请) counts for the whole, by the same rule as on one document.
  const inspection = rows.find((r) => !context.isList(r.message_type) && r.inspection)?.inspection;
  if (!inspection) return next;
  const verdict = joinTracks({
    customs: { verdict: next.summary.verdict },
    inspection: { verdict: inspection },
  });
  return { ...next, summary: { ...next.summary, verdict } };
}

async function storeSteps(tx: Queryable, steps: readonly Step[]): Promise<void> {
  if (steps.length === 0) return;
  await tx.query(
    `update documents d set delivery = case when s.waits is null then 'ready' else 'waiting' end, waiting_for = s.waits
       from unnest($1::uuid[], $2::text[]) as s (id, waits) where d.id = s.id and d.delivery = 'waiting'`,
    [steps.map((s) => s.id), steps.map((s) => s.waitsFor)],
  );
  if (steps.some((s) => s.waitsFor === null)) await wake(tx, 'prepare');
}

async function storeSummaries(
  tx: Queryable,
  seen: readonly { id: string; summary: Summary }[],
): Promise<void> {
  await tx.query(
    `update declarations c set delivery = s.delivery, verdict = s.verdict, attention = s.attention, updated_at = now()
       from unnest($1::uuid[], $2::text[], $3::text[], $4::bool[]) as s (id, delivery, verdict, attention)
      where c.id = s.id and (c.delivery, c.verdict, c.attention) is distinct from (s.delivery, s.verdict, s.attention)`,
    [
      seen.map((s) => s.id),
      seen.map((s) => s.summary.delivery),
      seen.map((s) => s.summary.verdict),
      seen.map((s) => s.summary.attention),
    ],
  );
}
