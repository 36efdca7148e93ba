import { createHash } from 'node:crypto';
import pg from 'pg';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { Access } from '../enterprises/access.js';
import type { OrderFormat } from '../orders/read/format.js';
import type { Profile } from '../orders/columns/profile.js';
import { toJsonb } from '../store/jsonb.js';
import { wake, type Store } from '../store/store.js';

/** An upload is stored in pieces of this size. */
const CHUNK_BYTES = 1 << 20;
const UNIQUE_VIOLATION = '23505';

export interface ImportRequest {
  access: Access;
  sellerTenantId?: string;
  fileName: string;
  format: OrderFormat;
  idempotencyKey?: string;
  /** How its columns are read; else what the columns themselves say. */
  profile?: Profile;
  maxBytes: number;
}

/**
 * Receives a file into the database, a megabyte at a time, and queues it. The bytes are kept as they came, so that the
 * import can be resumed by any process. Returns the id; the id of the first import when the same key brought the same
 * bytes before. Throws I08 (413) when it is too large, I-faults when it is empty, A05 (409) for a key used otherwise.
 */
export async function receiveImport(
  store: Store,
  body: AsyncIterable<Buffer>,
  request: ImportRequest,
): Promise<string> {
  const id = newId();
  await store.query(
    `insert into imports (id, tenant_id, seller_tenant_id, file_name, format, state, created_by, profile)
     values ($1, $2, $3, $4, $5, 'receiving', $6, $7)`,
    [
      id,
      request.access.tenantId,
      request.sellerTenantId ?? null,
      request.fileName,
      request.format,
      request.access.actor,
      request.profile ? toJsonb(request.profile) : null,
    ],
  );
  const hash = createHash('sha256');
  let total = 0;
  let n = 0;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = async () => {
    if (pendingBytes === 0) return;
    const bytes = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    await store.query('insert into import_chunks (tenant_id, import_id, n, bytes) values ($1, $2, $3, $4)', [
      request.access.tenantId,
      id,
      n++,
      bytes,
    ]);
  };
  try {
    for await (const chunk of body) {
      total += chunk.length;
      if (total > request.maxBytes)
        throw new FaultError(
          [makeFault('A06', 'body', { limit: `${Math.round(request.maxBytes / 1024 / 1024)} MB` })],
          413,
        );
      hash.update(chunk);
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes >= CHUNK_BYTES) await flush();
    }
    await flush();
  } catch (error) {
    await forget(store, id);
    throw error;
  }
  const fingerprint = hash.digest();
  try {
    const first =
      (await findByKey(store, request, fingerprint)) ?? (await queue(store, request, id, total, fingerprint));
    if (first !== id) await forget(store, id);
    return first;
  } catch (error) {
    await forget(store, id);
    throw error;
  }
}

/** Hands a received import to the workers; the id of another one when its request brought the same key first. */
async function queue(
  store: Store,
  request: ImportRequest,
  id: string,
  bytes: number,
  fingerprint: Buffer,
): Promise<string> {
  try {
    await store.transaction(async (tx) => {
      await tx.query(
        `update imports set state = 'running', bytes_total = $2, idempotency_key = $3, fingerprint = $4 where id = $1`,
        [id, bytes, request.idempotencyKey ?? null, fingerprint],
      );
      await wake(tx, 'imports');
    });
    return id;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error;
    return (await findByKey(store, request, fingerprint)) ?? id;
  }
}

async function findByKey(
  store: Store,
  request: ImportRequest,
  fingerprint: Buffer,
): Promise<string | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const { rows } = await store.query<{ id: string; fingerprint: Buffer }>(
    'select id, fingerprint from imports where tenant_id = $1 and idempotency_key = $2',
    [request.access.tenantId, request.idempotencyKey],
  );
  const first = rows[0];
  if (first && !first.fingerprint.equals(fingerprint))
    throw new FaultError(
      [makeFault('A05', 'Idempotency-Key', { key: request.idempotencyKey, reference: first.id })],
      409,
    );
  return first?.id;
}

async function forget(store: Store, id: string): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.query('delete from import_chunks where import_id = $1', [id]);
    await tx.query('delete from imports where id = $1', [id]);
  });
}

/** Removes uploads that broke off a day ago or earlier, with the bytes that had come: nothing can go on with them. */
export async function forgetUnfinishedUploads(store: Store): Promise<void> {
  const { rows } = await store.query<{ id: string }>(
    `select id from imports where state = 'receiving' and created_at < now() - interval '1 day'`,
  );
  for (const { id } of rows) await forget(store, id);
}
