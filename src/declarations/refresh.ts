import { groupBy } from '../base/collections.js';
import type { Delivery } from '../terms/delivery.js';
import type { Verdict } from '../terms/verdict.js';
import type { IeFlag } from '../orders/regimes.js';
import { wake, type Queryable } from '../store/store.js';
import { nextStep, summarise, type SummaryDocument } from './summary.js';

export interface RefreshContext {
  /** Messages that must be taken in before this one, by regime and message type. */
  after(regime: string, messageType: string): readonly string[];
  /** The message that is the declaration itself (清单). */
  listType(regime: string, ieFlag: IeFlag): string;
}

interface Row {
  id: string;
  declaration_id: string;
  regime: string;
  ie_flag: string;
  message_type: string;
  delivery: Delivery;
  waiting_for: string | null;
  verdict: Verdict;
  app_type: string;
  accepted: boolean;
  elsewhere: boolean;
  /** What customs last said of the revision before, when this one is a change (appType 2). */
  before: Verdict | null;
}

/** Of a list released although its change failed: released, and nothing left for a person to do. */
const atCustoms = (d: Row): Verdict =>
  (d.before === 'released' || d.before === 'cleared') && AT_PORT.has(d.verdict) ? d.before : d.verdict;

/** Verdicts of the electronic port: of a change they say nothing about the document that customs holds. */
const AT_PORT: ReadonlySet<Verdict> = new Set(['none', 'received', 'failed']);

/**
 * After documents moved: lets waiting documents go whose predecessors are accepted, and recomputes the summary of the
 * declarations. Runs in the caller's transaction.
 */
export async function refreshDeclarations(
  tx: Queryable,
  ids: string[],
  context: RefreshContext,
): Promise<void> {
  if (ids.length === 0) return;
  // Each declaration is looked up by itself (`offset 0`): without fresh statistics the planner would read the whole table.
  const { rows } = await tx.query<Row>(
    `select d.id, d.declaration_id, c.regime, c.ie_flag, d.message_type, d.delivery, d.waiting_for, d.verdict, d.app_type,
            d.accepted and d.app_type <> '3' as accepted,
            case when d.app_type = '2' then
              (select p.verdict from documents p
                where p.declaration_id = d.declaration_id and p.message_type = d.message_type and p.filing is null
                  and p.revision < d.revision and p.verdict not in ('none', 'received', 'failed')
                order by p.revision desc limit 1) end as before,
            exists (select 1 from decisions x where x.document_id = d.id and x.kind = 'declared-elsewhere') as elsewhere
       from unnest($1::uuid[]) as k (id)
       join declarations c on c.id = k.id
       cross join lateral (
         select * from documents m where m.declaration_id = k.id and m.current and m.filing is null offset 0) as d
      order by d.declaration_id, d.seq`,
    [ids],
  );
  const byDeclaration = groupBy(rows, (r) => r.declaration_id);
  const moved: { id: string; delivery: Delivery; waitingFor: string | null }[] = [];
  const summaries: { id: string; delivery: Delivery; verdict: Verdict; attention: boolean }[] = [];
  for (const [id, documents] of byDeclaration) {
    const view: (SummaryDocument & { id: string })[] = documents.map((d) => ({
      id: d.id,
      messageType: d.message_type,
      delivery: d.delivery,
      waitingFor: d.elsewhere ? null : d.waiting_for,
      verdict: atCustoms(d),
      accepted: d.accepted,
    }));
    const elsewhere = new Set(documents.filter((d) => d.elsewhere).map((d) => d.message_type));
    const regime = documents[0]?.regime ?? '';
    for (const document of view) {
      if (
        document.delivery !== 'waiting' ||
        document.waitingFor === 'party' ||
        elsewhere.has(document.messageType)
      )
        continue;
      const step = nextStep(document, context.after(regime, document.messageType), view, elsewhere);
      if (step !== document.waitingFor) {
        document.delivery = step === 'ready' ? 'ready' : 'waiting';
        document.waitingFor = step === 'ready' ? null : step;
        moved.push({ id: document.id, delivery: document.delivery, waitingFor: document.waitingFor });
      }
    }
    const listType = context.listType(regime, documents[0]?.ie_flag === 'I' ? 'I' : 'E');
    const list = documents.find((d) => d.message_type === listType);
    const summary = summarise(view, listType);
    // A change of a list that is under way, or that the port could not process, leaves the list as customs holds it.
    if (list?.before && AT_PORT.has(list.verdict)) summary.verdict = list.before;
    summaries.push({ id, ...summary });
  }
  if (moved.length > 0)
    await tx.query(
      `update documents d set delivery = m.delivery, waiting_for = m.waiting_for
         from unnest($1::uuid[], $2::text[], $3::text[]) as m (id, delivery, waiting_for) where d.id = m.id`,
      [moved.map((m) => m.id), moved.map((m) => m.delivery), moved.map((m) => m.waitingFor)],
    );
  await tx.query(
    `update declarations c set delivery = s.delivery, verdict = s.verdict, attention = s.attention, updated_at = now()
       from unnest($1::uuid[], $2::text[], $3::text[], $4::bool[]) as s (id, delivery, verdict, attention)
      where c.id = s.id and (c.delivery, c.verdict, c.attention) is distinct from (s.delivery, s.verdict, s.attention)`,
    [
      summaries.map((s) => s.id),
      summaries.map((s) => s.delivery),
      summaries.map((s) => s.verdict),
      summaries.map((s) => s.attention),
    ],
  );
  if (moved.some((m) => m.delivery === 'ready')) await wake(tx, 'prepare');
}
