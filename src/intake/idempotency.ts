import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { toJsonb } from '../store/jsonb.js';
import type { Queryable } from '../store/store.js';

/**
 * Claims an idempotency key inside the transaction that does the work. Returns the first answer when the key was used
 * with the same body, undefined when the work is to be done now. Throws A05 (409) naming the first reference when the
 * body differs. A second request with the same key waits for the first one's transaction. Keys are kept for good.
 */
export async function claimKey<T>(
  tx: Queryable,
  tenantId: string,
  key: string | undefined,
  fingerprint: Buffer,
  reference: string,
): Promise<T | undefined> {
  if (key === undefined) return undefined;
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

/** Keeps the answer for repetitions. */
export async function keepAnswer(
  tx: Queryable,
  tenantId: string,
  key: string | undefined,
  answer: unknown,
): Promise<void> {
  if (key === undefined) return;
  await tx.query('update idempotency_keys set response = $3 where tenant_id = $1 and key = $2', [
    tenantId,
    key,
    toJsonb(answer),
  ]);
}
