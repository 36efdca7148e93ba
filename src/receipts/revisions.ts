import { groupBy } from '../base/collections.js';
import type { Stated } from '../clearance/state.js';
import type { Verdict } from '../terms/verdict.js';
import type { Queryable } from '../store/store.js';

/** A revision of a document as far as telling its receipts from those of the others is concerned. */
export interface Revision {
  id: string;
  appType: string;
  /** Written into a message. */
  sent: boolean;
  appTime: Date | null;
  verdict: Verdict;
  statusTime: Date | null;
}

/**
 * Of the revisions of one document, in their order, the one a receipt answers. Receipts name the business key, which all
 * revisions share, so customs' own time decides: the latest revision that was sent when customs spoke. Whatever customs
 * says after it refused or failed a revision answers the next one, even when its clock runs behind ours. A change or
 * deletion that failed has had its answer: what customs says later is about the revision it holds. A receipt without time
 * answers the latest that was sent.
 */
export function revisionFor<R extends Revision>(
  revisions: readonly R[],
  returnTime: Date | undefined,
): R | undefined {
  const sent = revisions.filter((r) => r.sent);
  if (sent.length === 0) return revisions.at(-1);
  if (!returnTime) return sent.at(-1);
  for (let i = sent.length - 1; i > 0; i--) {
    const [before, one] = [sent[i - 1], sent[i]];
    if (one && one.appType !== '1' && isOver(one, returnTime)) continue;
    if ((before && isOver(before, returnTime)) || returnTime >= (one?.appTime ?? returnTime)) return one;
  }
  return sent[0];
}

/** Refused or failed before that moment. */
const isOver = (r: Revision, at: Date): boolean =>
  (r.verdict === 'refused' || r.verdict === 'failed') && r.statusTime !== null && r.statusTime < at;

/**
 * Receipts that make up the state of each list, by declaration: those of all its revisions since it was last declared
 * new. A change (appType 2) that is under way or that the port refused leaves what customs said of the list before it;
 * a list declared again starts afresh, and late receipts of the refused one no longer count. Left out: declarations of
 * which only such an earlier list is among `documentIds`.
 */
export async function receiptsOfLists(
  tx: Queryable,
  documentIds: readonly string[],
): Promise<Map<string, Stated[]>> {
  const { rows } = await tx.query<{
    declaration_id: string;
    return_status: string;
    return_time: Date | null;
    info_code: string | null;
    pre_no: string | null;
    invt_no: string | null;
  }>(
    `with lists as (
       select distinct t.declaration_id, t.message_type,
              (select max(n.revision) from documents n where n.declaration_id = t.declaration_id
                  and n.message_type = t.message_type and n.filing is null and n.app_type = '1') as since
         from documents t where t.id = any($1)
     )
     select l.declaration_id, r.return_status, r.return_time, r.info_code, r.pre_no, r.invt_no
       from lists l
       join documents d on d.declaration_id = l.declaration_id and d.message_type = l.message_type
        and d.filing is null and d.revision >= l.since
       join receipts r on r.document_id = d.id and not r.duplicate_notice
      where exists (select 1 from documents t where t.id = any($1) and t.declaration_id = l.declaration_id and t.revision >= l.since)`,
    [documentIds],
  );
  return new Map(
    [...groupBy(rows, (r) => r.declaration_id)].map(([id, receipts]) => [
      id,
      receipts.map((r) => ({
        status: r.return_status,
        time: r.return_time ?? undefined,
        infoCode: r.info_code ?? undefined,
        preNo: r.pre_no ?? undefined,
        invtNo: r.invt_no ?? undefined,
      })),
    ]),
  );
}
