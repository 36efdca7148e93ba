import { createHash } from 'node:crypto';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import { toJsonb } from '../store/jsonb.js';
import type { Queryable, Store } from '../store/store.js';

export interface OnceRequest {
  tenantId: string;
  /** What the client sent as Idempotency-Key; without one the work is done each time. */
  key: string | undefined;
  /** What was asked, byte for byte: the same key with another body is refused. */
  body: string | Uint8Array;
  /** Names the request to whoever uses its key again. */
  reference?: string;
}

/**
 * Does work in one transaction, once for a key: repeated, it gives the first answer, which has to be JSON. A second request
 * with the same key waits for the first one's transaction. Keys are kept for good. Throws A05 (409) naming the first
 * reference when the body differs.
 */
export function once<T>(
  store: Store,
  { tenantId, key, body, reference = newId() }: OnceRequest,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  return store.transaction(async (tx) => {
    if (key === undefined) return work(tx);
    const fingerprint = createHash('sha256').update(body).digest();
    const first = await claimKey<T>(tx, tenantId, key, fingerprint, reference);
    if (first !== undefined) return first;
    const answer = await work(tx);
    await tx.query('update idempotency_keys set response = $3 where tenant_id = $1 and key = $2', [
      tenantId,
      key,
      toJsonb(answer),
    ]);
    return answer;
  });
}

/** The answer kept under a key; undefined when the key is this request's now. */
async function claimKey<T>(
  tx: Queryable,
  tenantId: string,
  key: string,
  fingerprint: Buffer,
  reference: string,
): Promise<T | undefined> {
  const { rowCount } = await tx.query(
    `insert into idempotency_keys (tenant_id, key, fingerprint, reference) values ($1, $2, $3, $4) on conflict do nothing`,
    [tenantId, key, fingerprint, reference],
  );
  if (rowCount === 1) return undefined;
  const { rows } = await tx.query<{ fingerprint: Buffer; reference: string; response: T }>(
    'select fingerprint, reference, response from idempotency_keys where tenant_id = $1 and key = $2',
    [tenantId, key],
  );
  const first = rows[0];
  if (!first) return undefined;
  if (!first.fingerprint.equals(fingerprint))
    throw new FaultError(
      [makeFault('A05', 'Idempotency-Key', { key: key.slice(0, 60), reference: first.reference })],
      409,
    );
  return first.response;
}
