import { groupBy } from '../base/collections.js';
import type { ClearanceState } from '../clearance/state.js';
import { joinTracks, tracksText } from '../clearance/tracks.js';
import type { Delivery } from '../terms/delivery.js';
import type { Verdict } from '../terms/verdict.js';
import { lockDeclarations } from '../store/locks.js';
import { wake, type Queryable } from '../store/store.js';
import { isFelt, nextOf, type Step, type Summary } from './summary.js';

export interface RefreshContext {
  /** True for messages that are the declaration itself (清单). */
  isList(messageType: string): boolean;
  /** True for applications for inspection: goods are not released while one is not accepted. */
  inspects(messageType: string): boolean;
}

/** What customs says of the list of a declaration, by all its receipts. */
export interface ListState {
  declarationId: string;
  state: ClearanceState;
}

interface Row {
  id: string;
  declaration_id: string;
  message_type: string;
  delivery: Delivery;
  discarded: boolean;
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
 * accept one document the second sees both. `lists`: what customs says of lists whose receipts changed, shown with the rest.
 */
export async function refreshDeclarations(
  tx: Queryable,
  ids: readonly string[],
  context: RefreshContext,
  lists: readonly ListState[] = [],
): Promise<void> {
  if (ids.length === 0) return;
  await lockDeclarations(tx, ids);
  const declarations = groupBy(await documentsOf(tx, ids), (r) => r.declaration_id);
  const seen = [...declarations].map(([id, rows]) => ({ id, ...lookAt(rows, context) }));
  await storeSteps(
    tx,
    seen.flatMap((s) => s.steps),
  );
  await storeSummaries(tx, seen, lists);
}

/** The declarations to refresh after deliveries of documents changed: most are on their way like their siblings, and nothing is felt of it. */
export const concerned = (
  moves: readonly { declarationId: string; messageType: string; from: Delivery; to: Delivery }[],
  context: Pick<RefreshContext, 'isList'>,
): string[] => [
  ...new Set(
    moves.filter((m) => isFelt(context.isList(m.messageType), m.from, m.to)).map((m) => m.declarationId),
  ),
];

/** Documents in force, in their order. Each declaration is looked up by itself (`offset 0`): without fresh statistics the planner would read the whole table. */
async function documentsOf(tx: Queryable, ids: readonly string[]): Promise<Row[]> {
  const { rows } = await tx.query<Row>(
    `select d.id, d.declaration_id, d.message_type, d.delivery, d.discarded_at is not null as discarded, d.waiting_for, d.verdict, d.app_type, d.goes_after,
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
      discarded: r.discarded,
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
  const application = rows.find((r) => context.inspects(r.message_type));
  const isOut = next.summary.verdict === 'released' || next.summary.verdict === 'cleared';
  // Customs' release is none of the whole while the application is missing: it stands where inspection stands.
  if (application && isOut && !application.accepted && !application.elsewhere)
    return { ...next, summary: { ...next.summary, verdict: inspection ?? 'none' } };
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

/** One statement: every change of a declaration writes all its indexes anew. */
async function storeSummaries(
  tx: Queryable,
  seen: readonly { id: string; summary: Summary }[],
  lists: readonly ListState[],
): Promise<void> {
  const states = new Map(lists.map((l) => [l.declarationId, l.state]));
  const listed = <T>(of: (state: ClearanceState) => T) =>
    seen.map((s) => {
      const state = states.get(s.id);
      return state ? of(state) : null;
    });
  await tx.query(
    `update declarations c set delivery = s.delivery, verdict = s.verdict, attention = s.attention, draft = s.draft, updated_at = now(),
            status = case when s.listed then s.status else c.status end,
            status_time = case when s.listed then s.status_time else c.status_time end,
            info_code = case when s.listed then s.info_code else c.info_code end,
            pre_no = case when s.listed then s.pre_no else c.pre_no end,
            invt_no = case when s.listed then s.invt_no else c.invt_no end,
            released_at = case when s.listed then s.released_at else c.released_at end,
            cleared_at = case when s.listed then s.cleared_at else c.cleared_at end,
            tracks = case when s.listed then s.tracks else c.tracks end
       from unnest($1::uuid[], $2::text[], $3::text[], $4::bool[], $5::bool[], $6::text[], $7::timestamptz[], $8::text[], $9::text[],
              $10::text[], $11::timestamptz[], $12::timestamptz[], $13::jsonb[], $14::bool[])
              as s (id, delivery, verdict, attention, listed, status, status_time, info_code, pre_no, invt_no, released_at, cleared_at, tracks, draft)
      where c.id = s.id and ((c.delivery, c.verdict, c.attention, c.draft) is distinct from (s.delivery, s.verdict, s.attention, s.draft)
         or (s.listed and (c.status, c.status_time, c.info_code, c.pre_no, c.invt_no, c.released_at, c.cleared_at, c.tracks)
              is distinct from (s.status, s.status_time, s.info_code, s.pre_no, s.invt_no, s.released_at, s.cleared_at, s.tracks)))`,
    [
      seen.map((s) => s.id),
      seen.map((s) => s.summary.delivery),
      seen.map((s) => s.summary.verdict),
      seen.map((s) => s.summary.attention),
      seen.map((s) => states.has(s.id)),
      listed((s) => s.status),
      listed((s) => s.statusTime),
      listed((s) => s.infoCode),
      listed((s) => s.preNo),
      listed((s) => s.invtNo),
      listed((s) => s.releasedAt),
      listed((s) => s.clearedAt),
      listed((s) => tracksText(s.tracks)),
      seen.map((s) => s.summary.draft),
    ],
  );
}
