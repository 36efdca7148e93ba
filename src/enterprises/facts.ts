import {
  factKinds,
  type EnterpriseFact,
  type EnterpriseFacts,
  type FactKind,
} from '../checks/enterpriseFacts.js';
import type { Queryable } from '../store/store.js';

/**
 * What orders are judged by, of some enterprises, read at once; facts that somebody took back are left out. Who is asked
 * for by a customs registration code is found by the filing that bears it.
 */
export async function loadFacts(db: Queryable, codes: readonly string[]): Promise<EnterpriseFacts> {
  const byCode = new Map<string, EnterpriseFact[]>();
  if (codes.length > 0) {
    const { rows } = await db.query<{
      code: string;
      kind: FactKind;
      subject: string;
      valid_from: string;
      valid_to: string | null;
      source: string;
    }>(
      `with asked as (
         select code as asked, code from unnest($1::text[]) as a (code)
         union
         select f.number, f.code from enterprise_facts f
          where f.kind = 'customs-filing' and f.number = any($1) and f.withdrawn_at is null)
       select a.asked as code, f.kind, f.subject, f.valid_from::text as valid_from, f.valid_to::text as valid_to, f.source
         from asked a join enterprise_facts f on f.code = a.code
        where f.kind = any($2) and f.withdrawn_at is null`,
      [[...new Set(codes)], factKinds],
    );
    for (const { code, kind, subject, valid_from, valid_to, source } of rows) {
      const facts = byCode.get(code) ?? [];
      facts.push({
        kind,
        subject,
        validFrom: valid_from,
        ...(valid_to ? { validTo: valid_to } : {}),
        source,
      });
      byCode.set(code, facts);
    }
  }
  return { of: (code) => byCode.get(code) ?? [] };
}
