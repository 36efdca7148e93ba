import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import pg from 'pg';
import { failPoint } from '../base/failPoint.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { Log } from '../base/log.js';
import { visibleTenants, type Access } from '../enterprises/access.js';
import type { Role } from '../terms/role.js';
import type { OrderFormat } from '../orders/read/format.js';
import { readOrders, type Checkpoint, type ReadOptions, type ReadOrder } from '../orders/read/readOrders.js';
import { storableText, toJsonb } from '../store/jsonb.js';
import { wake, type Queryable, type Store } from '../store/store.js';
import type { IntakeJourney } from './context.js';
import { Sellers } from './sellers.js';
import { submitOrders } from './submit.js';

const CHUNK_BYTES = 1 << 20;
/** Orders checked and stored in one transaction; also the step of progress and of resuming. */
const STEP_ORDERS = 500;
const LEASE_SECONDS = 60;
const ANALYZE_FROM = 2000;
const UNIQUE_VIOLATION = '23505';

export interface ImportRequest {
  access: Access;
  sellerTenantId?: string;
  fileName: string;
  format: OrderFormat;
  idempotencyKey?: string;
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
    `insert into imports (id, tenant_id, seller_tenant_id, file_name, format, state, created_by)
     values ($1, $2, $3, $4, $5, 'receiving', $6)`,
    [
      id,
      request.access.tenantId,
      request.sellerTenantId ?? null,
      request.fileName,
      request.format,
      request.access.actor,
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

interface ImportRow {
  id: string;
  tenant_id: string;
  seller_tenant_id: string | null;
  format: OrderFormat;
  checkpoint: Checkpoint | null;
  /** Orders done so far; tells whether another process went on with the import meanwhile. */
  orders: number;
  created_by: string;
  role: Role;
}

export interface ImportContext {
  store: Store;
  journey: IntakeJourney;
  log: Log;
  readOptions: Omit<ReadOptions, 'format' | 'fromCheckpoint'>;
  /** True once the process wants to stop; the import is then left for another to resume. */
  stopping(): boolean;
}

/**
 * Takes one queued import, or one whose process died, and works through it. Progress, verdicts and orders of a step are
 * one transaction, so that it goes on exactly where it stopped. Returns false when there is none.
 */
export async function runNextImport(context: ImportContext): Promise<boolean> {
  const { store } = context;
  const { rows } = await store.query<ImportRow>(
    `update imports i set lease_until = now() + make_interval(secs => $1)
       from tenants t
      where i.id = (select id from imports where state = 'running' and (lease_until is null or lease_until < now())
                     order by id limit 1 for update skip locked) and t.id = i.tenant_id
     returning i.id, i.tenant_id, i.seller_tenant_id, i.format, i.checkpoint, i.orders, i.created_by, t.role`,
    [LEASE_SECONDS],
  );
  const row = rows[0];
  if (!row) return false;
  try {
    await work(context, row);
  } catch (error) {
    const faults: readonly Fault[] = error instanceof FaultError ? error.faults : [];
    if (faults.length === 0) {
      context.log.error({ import: row.id, err: error }, 'import interrupted');
      await store.query(
        `update imports set state = 'interrupted', lease_until = null where id = $1 and state = 'running'`,
        [row.id],
      );
    } else
      await store.query(
        `update imports set state = 'failed', error = $2, finished_at = now(), lease_until = null where id = $1 and state = 'running'`,
        [row.id, toJsonb(faults[0])],
      );
  }
  await wake(store, 'imports');
  return true;
}

async function work(context: ImportContext, row: ImportRow): Promise<void> {
  const { store } = context;
  const access: Access = {
    userId: null,
    actor: row.created_by,
    tenantId: row.tenant_id,
    role: row.role,
    tenants: await visibleTenants(store, row.tenant_id, row.role),
  };
  const sellers = await Sellers.of(store, access, row.seller_tenant_id ?? undefined);
  const orders = readOrders(
    Readable.from(chunksOf(store, row.id), { objectMode: false, highWaterMark: CHUNK_BYTES }),
    {
      ...context.readOptions,
      format: row.format,
      ...(row.checkpoint ? { fromCheckpoint: row.checkpoint } : {}),
    },
  );
  let step: ReadOrder[] = [];
  let taken = 0;
  for await (const order of orders) {
    taken++;
    step.push(order);
    if (step.length < STEP_ORDERS) continue;
    if (!(await storeStep(context, row, sellers, step))) return;
    step = [];
    if (context.stopping()) {
      await store.query('update imports set lease_until = null where id = $1', [row.id]);
      return;
    }
  }
  if (step.length > 0 && !(await storeStep(context, row, sellers, step))) return;
  // A large intake changes the shape of these tables; waiting for autovacuum would mean minutes of bad plans.
  if (taken >= ANALYZE_FROM) await store.query('analyze orders, declarations, documents');
  await store.query(
    `update imports set state = 'done', bytes_read = bytes_total, finished_at = now(), lease_until = null where id = $1 and state = 'running'`,
    [row.id],
  );
}

async function* chunksOf(store: Store, importId: string): AsyncGenerator<Buffer> {
  for (let n = 0; ; n++) {
    const { rows } = await store.query<{ bytes: Buffer }>(
      'select bytes from import_chunks where import_id = $1 and n = $2',
      [importId, n],
    );
    const chunk = rows[0];
    if (!chunk) return;
    yield chunk.bytes;
  }
}

/** Stores one step; false when the import was cancelled, or taken over by another process, meanwhile. */
async function storeStep(
  context: ImportContext,
  row: ImportRow,
  sellers: Sellers,
  step: readonly ReadOrder[],
): Promise<boolean> {
  const stored = await context.store.transaction(async (tx) => {
    const { rows } = await tx.query<{ state: string; orders: number }>(
      'select state, orders from imports where id = $1 for update',
      [row.id],
    );
    if (rows[0]?.state !== 'running' || rows[0].orders !== row.orders) return false;
    const verdicts = await submitOrders(tx, step, {
      journey: context.journey,
      sellers,
      submittedBy: row.created_by,
      importId: row.id,
    });
    const bad = verdicts.flatMap((verdict, i) => {
      const raw = step[i]?.raw;
      return verdict.outcome === 'accepted' || !raw ? [] : [{ verdict, raw }];
    });
    await insertVerdicts(tx, row, bad);
    const last = step[step.length - 1];
    const count = (outcome: string) => verdicts.filter((v) => v.outcome === outcome).length;
    await tx.query(
      `update imports set orders = orders + $2, accepted = accepted + $3, faulty = faulty + $4, already_there = already_there + $5,
              bytes_read = least($6, bytes_total), checkpoint = $7, lease_until = now() + make_interval(secs => $8) where id = $1`,
      [
        row.id,
        step.length,
        count('accepted'),
        count('faulty'),
        count('exists'),
        last?.bytesRead ?? 0,
        JSON.stringify(last?.checkpoint ?? null),
        LEASE_SECONDS,
      ],
    );
    await wake(tx, 'imports');
    return true;
  });
  if (stored) row.orders += step.length;
  if (stored) failPoint('imports:stored');
  return stored;
}

async function insertVerdicts(
  tx: Queryable,
  row: ImportRow,
  bad: readonly { verdict: Awaited<ReturnType<typeof submitOrders>>[number]; raw: ReadOrder['raw'] }[],
): Promise<void> {
  if (bad.length === 0) return;
  await tx.query(
    `insert into import_verdicts (tenant_id, import_id, order_index, row_from, row_to, order_no, outcome, declaration_id, faults, raw)
     select $1, $2, v.* from unnest($3::int[], $4::int[], $5::int[], $6::text[], $7::text[], $8::uuid[], $9::jsonb[], $10::jsonb[]) as v
     on conflict do nothing`,
    [
      row.tenant_id,
      row.id,
      bad.map((b) => b.verdict.index),
      bad.map((b) => b.verdict.rows.from),
      bad.map((b) => b.verdict.rows.to),
      bad.map((b) => (b.verdict.orderNo === null ? null : storableText(b.verdict.orderNo))),
      bad.map((b) => b.verdict.outcome),
      bad.map((b) => b.verdict.declarationId),
      bad.map((b) => toJsonb([...b.verdict.faults, ...b.verdict.notices])),
      bad.map((b) => toJsonb(b.raw)),
    ],
  );
}

/** Ends a running import; what was accepted stays. False when it was not running. */
export async function cancelImport(store: Store, id: string): Promise<boolean> {
  const { rowCount } = await store.query(
    `update imports set state = 'cancelled', finished_at = now(), lease_until = null where id = $1 and state in ('running', 'interrupted')`,
    [id],
  );
  await wake(store, 'imports');
  return rowCount === 1;
}

/**
 * Goes on with an import that was interrupted or cancelled, or whose process died, where it stopped. False when it is
 * over or another process is at work on it.
 */
export async function resumeImport(store: Store, id: string): Promise<boolean> {
  const { rowCount } = await store.query(
    `update imports set state = 'running', finished_at = null, lease_until = null
      where id = $1 and (state in ('interrupted', 'cancelled') or (state = 'running' and lease_until < now()))`,
    [id],
  );
  await wake(store, 'imports');
  return rowCount === 1;
}
