import { newId } from '../base/ids.js';
import type { EnterpriseFact, EnterpriseFacts, FactKind } from '../checks/enterpriseFacts.js';
import type { Queryable } from '../store/store.js';

/** The facts of some enterprises, read at once; facts that somebody took back are left out. */
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
      `select code, kind, subject, valid_from::text as valid_from, valid_to::text as valid_to, source
         from enterprise_facts where code = any($1) and withdrawn_at is null`,
      [[...new Set(codes)]],
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

/** Notes a fact of an enterprise with who did it; nothing is ever overwritten. */
export async function recordFact(
  db: Queryable,
  code: string,
  { kind, subject, validFrom, validTo, source }: EnterpriseFact,
  by: string,
): Promise<string> {
  const id = newId();
  await db.query(
    `insert into enterprise_facts (id, code, kind, subject, valid_from, valid_to, source, recorded_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, code, kind, subject, validFrom, validTo ?? null, source, by],
  );
  return id;
}
