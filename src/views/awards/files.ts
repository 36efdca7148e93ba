import type { Queryable } from '../../store/store.js';

/** Who can be named to sign: active people of a committee or of the operator, with the office they belong to. */
export async function signerCandidates(
  db: Queryable,
): Promise<{ signer: string; name: string; office: string }[]> {
  const { rows } = await db.query<{ signer: string; name: string; office: string }>(
    `select u.email as signer, u.name, t.name as office from users u join tenants t on t.id = u.tenant_id
      where u.active and t.role in ('officer', 'operator') order by t.name, u.name, u.email`,
  );
  return rows;
}

/** A file of evidence; undefined when there is none. */
export async function evidenceFile(
  db: Queryable,
  id: string,
): Promise<{ name: string; bytes: Buffer } | undefined> {
  const { rows } = await db.query<{ name: string; bytes: Buffer }>(
    'select file_name as name, bytes from award_evidence where id = $1',
    [id],
  );
  return rows[0];
}

/** The canonical form of a frozen round, the exact text its hash covers; undefined before the freeze. */
export async function frozenForm(db: Queryable, roundId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ canonical: string | null }>(
    'select canonical from award_rounds where id = $1',
    [roundId],
  );
  return rows[0]?.canonical ?? undefined;
}
