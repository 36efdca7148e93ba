import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { requeue } from '../dispatch/outbox.js';
import { noteDecision } from '../documents/decisions.js';
import type { Access } from '../enterprises/access.js';
import type { Delivery } from '../terms/delivery.js';
import type { SignerRegistry } from '../signing/signer.js';
import { lockDocuments } from '../store/locks.js';
import { wake, type Queryable, type Store } from '../store/store.js';

interface ActionRow {
  id: string;
  tenant_id: string;
  declaration_id: string | null;
  delivery: Delivery;
  waiting_for: string | null;
  message_id: string | null;
  discarded_at: Date | null;
}

async function lockDocument(tx: Queryable, access: Access, id: string): Promise<ActionRow> {
  await lockDocuments(tx, [id]);
  const { rows } = await tx.query<ActionRow>(
    `select id, tenant_id, declaration_id, delivery, waiting_for, message_id, discarded_at from documents
      where id = $1 and tenant_id = any($2)`,
    [id, access.tenants],
  );
  const row = rows[0];
  if (!row) throw new FaultError([notFoundFault('单证 / document')], 404);
  return row;
}

const impossible = (zh: string) => new FaultError([makeFault('A08', 'id', { reason: zh })], 409);

type Refresh = (tx: Queryable, declarationIds: string[]) => Promise<void>;

interface Decided {
  access: Access;
  /** Of the document. */
  id: string;
  kind: 'resend' | 'discard' | 'declared-elsewhere';
  note: string;
  refresh: Refresh;
}

/**
 * Changes one locked document, keeps who decided it and why, and brings up to date the declarations `change` names.
 * Throws A03 (404) for a document that is not the asker's.
 */
function decide(
  store: Store,
  { access, id, kind, note, refresh }: Decided,
  change: (tx: Queryable, row: ActionRow) => Promise<string[]>,
): Promise<void> {
  return store.transaction(async (tx) => {
    const row = await lockDocument(tx, access, id);
    const declarations = await change(tx, row);
    await noteDecision(tx, access, { id, tenantId: row.tenant_id }, kind, note);
    if (declarations.length > 0) await refresh(tx, declarations);
    await wake(tx, 'declarations');
  });
}

const declarationOf = ({ declaration_id }: ActionRow): string[] => (declaration_id ? [declaration_id] : []);

/** Sends the message of a document again, the same bytes, when its delivery ended badly. Throws A03, A08 (409). */
export function resend(
  store: Store,
  access: Access,
  id: string,
  note: string,
  refresh: Refresh,
): Promise<void> {
  return decide(store, { access, id, kind: 'resend', note, refresh }, async (tx, row) => {
    if (row.message_id && ['dead', 'unknown', 'refused'].includes(row.delivery))
      return requeue(tx, row.message_id);
    if (row.message_id || row.delivery !== 'dead')
      throw impossible(`发送状态为 ${row.delivery}，只有结果未知、拒收或停止发送的单证可以重发`);
    // It never became a message: building it is tried anew.
    await tx.query(
      `update documents set delivery = 'ready', build_failures = 0, hold_until = null, failure = null, discarded_at = null where id = $1`,
      [id],
    );
    await wake(tx, 'prepare');
    return declarationOf(row);
  });
}

/**
 * Notes that a document which was given up need not go: nobody has to look at it any more. Sending it again takes that back.
 * Throws A03, A08 (409) when it was not given up, or is discarded already.
 */
export function discard(
  store: Store,
  access: Access,
  id: string,
  note: string,
  refresh: Refresh,
): Promise<void> {
  return decide(store, { access, id, kind: 'discard', note, refresh }, async (tx, row) => {
    if (row.delivery !== 'dead' || row.discarded_at)
      throw impossible('只有已停止发送、尚未作废的单证可以作废');
    await tx.query('update documents set discarded_at = now() where id = $1', [id]);
    return declarationOf(row);
  });
}

/**
 * Notes that the party of a waiting document declares it by its own channel, so that the list no longer waits for it.
 * Throws A03, A08 (409) when the document does not wait for its party.
 */
export function declaredElsewhere(
  store: Store,
  access: Access,
  id: string,
  note: string,
  refresh: Refresh,
): Promise<void> {
  return decide(store, { access, id, kind: 'declared-elsewhere', note, refresh }, async (tx, row) => {
    if (row.waiting_for !== 'party') throw impossible('该单证不在等待责任主体');
    await tx.query('update documents set waiting_for = null where id = $1', [id]);
    return declarationOf(row);
  });
}

/**
 * After keys were added: documents that waited for a party whose key the gateway now holds go on their way. Returns how
 * many.
 */
export async function releaseWaitingForKeys(
  store: Store,
  signers: SignerRegistry,
  refresh: Refresh,
): Promise<number> {
  const { rows } = await store.query<{ responsible_code: string }>(
    `select distinct responsible_code from documents where waiting_for = 'party'`,
  );
  const held = rows.map((r) => r.responsible_code).filter((code) => signers.find(code));
  if (held.length === 0) return 0;
  let released = 0;
  for (;;) {
    const step = await releaseSome(store, held, refresh);
    released += step;
    if (step < RELEASE_STEP) return released;
  }
}

const RELEASE_STEP = 5000;

function releaseSome(store: Store, held: readonly string[], refresh: Refresh): Promise<number> {
  return store.transaction(async (tx) => {
    const { rows: waiting } = await tx.query<{ id: string }>(
      `select id from documents where waiting_for = 'party' and responsible_code = any($1) order by id limit $2`,
      [held, RELEASE_STEP],
    );
    await releaseForKeys(
      tx,
      waiting.map((d) => d.id),
      refresh,
    );
    return waiting.length;
  });
}

/** Lets these documents go, as far as they still wait for their party: its key is held now. */
export async function releaseForKeys(tx: Queryable, ids: readonly string[], refresh: Refresh): Promise<void> {
  await lockDocuments(tx, ids);
  const { rows: documents } = await tx.query<{
    id: string;
    declaration_id: string | null;
    goes_after: string[];
  }>(
    `select d.id, d.declaration_id, d.goes_after from documents d
      where d.waiting_for = 'party' and d.id = any($1) order by d.id`,
    [ids],
  );
  const waits = documents.map((d) => d.goes_after.length > 0);
  await tx.query(
    `update documents d set waiting_for = case when w.waits then 'documents' end,
            delivery = case when w.waits then 'waiting' else 'ready' end
       from unnest($1::uuid[], $2::bool[]) as w (id, waits) where d.id = w.id`,
    [documents.map((d) => d.id), waits],
  );
  await refresh(tx, [...new Set(documents.flatMap((d) => d.declaration_id ?? []))]);
  await wake(tx, 'prepare', 'declarations');
}
