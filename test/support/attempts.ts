import type { Queryable } from '../../src/store/store.js';

/**
 * Makes documents (all that never left, unless `only` names some, with their filings' ids or their declarations' ids) look
 * sent once and taken, a minute ago unless `at` says when: for tests that write the receipts themselves and have no port. A
 * document that never left answers to no receipt.
 */
export async function attemptAll(
  db: Queryable,
  { at = new Date(Date.now() - 60_000), only }: { at?: Date; only?: readonly string[] } = {},
): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    `select id from documents d
      where ($1::uuid[] is null or declaration_id = any($1) or filing_id = any($1))
        and not exists (select 1 from attempts a where a.message_id = d.message_id)`,
    [only ?? null],
  );
  const ids = rows.map((r) => r.id);
  await db.query(
    `insert into messages (id, tenant_id, message_type, guid, signer_code, suite, key_name, bytes, sha256, document_count, delivery, created_at)
     select id, tenant_id, message_type, guid, responsible_code, 'none', 'none', '', '', 1, 'queued', $2
       from documents where message_id is null and id = any($1)`,
    [ids, at],
  );
  await db.query('update documents set message_id = id where message_id is null and id = any($1)', [ids]);
  await db.query(
    `with mine as (select distinct message_id from documents where id = any($1)),
          noted as (insert into attempts (message_id, n, tenant_id, started_at, finished_at, outcome)
                    select m.id, 1, m.tenant_id, $2, $2, 'accepted' from messages m join mine on mine.message_id = m.id),
          done as (delete from outbox where message_id in (select message_id from mine)),
          sent as (update messages set delivery = 'sent', sent_at = $2 where id in (select message_id from mine))
     update documents set delivery = 'sent', waiting_for = null where message_id in (select message_id from mine)`,
    [ids, at],
  );
}
