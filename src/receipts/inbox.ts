import { createHash } from 'node:crypto';
import { groupBy } from '../base/collections.js';
import { failPoint } from '../base/failPoint.js';
import { newId } from '../base/ids.js';
import type { IncomingFile, Transport } from '../dispatch/transport.js';
import { storableText } from '../store/jsonb.js';
import { OPERATOR_TENANT, wake, type Store } from '../store/store.js';

/** Characters of a file name that are kept. */
const MAX_ORIGIN = 300;

/**
 * Stores received files byte for byte before anything reads them; the same bytes again only raise a counter. Returns
 * how many were new.
 */
export async function storeRaw(store: Store, files: readonly IncomingFile[]): Promise<number> {
  if (files.length === 0) return 0;
  const same = groupBy(files, (f) => createHash('sha256').update(f.bytes).digest('hex'));
  const unique = [...same].map(([hex, [first, ...more]]) => ({ ...first!, hex, times: 1 + more.length }));
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{ fresh: boolean }>(
      `insert into raw_receipts (id, tenant_id, origin, sha256, bytes, times)
       select id, $2, origin, sha256, bytes, times
         from unnest($1::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::int[]) as r (id, origin, sha256, bytes, times)
       on conflict (sha256) do update set times = raw_receipts.times + excluded.times
       returning xmax = 0 as fresh`,
      [
        unique.map(() => newId()),
        OPERATOR_TENANT,
        unique.map((f) => storableText(f.origin).slice(0, MAX_ORIGIN)),
        unique.map((f) => Buffer.from(f.hex, 'hex')),
        unique.map((f) => f.bytes),
        unique.map((f) => f.times),
      ],
    );
    const fresh = rows.filter((r) => r.fresh).length;
    if (fresh > 0) await wake(tx, 'receipts');
    return fresh;
  });
}

/**
 * Fetches once from the counterpart: store, then acknowledge. Returns false when the files that came are all known
 * already, so that a counterpart which cannot be told so is not asked without a pause.
 */
export async function fetchReceipts(
  store: Store,
  transport: Transport,
  limit: number,
  waitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const files = await transport.receive(limit, waitMs, signal);
  const fresh = await storeRaw(store, files);
  if (files.length > 0) failPoint('receipts:stored');
  const ids = files.map((f) => f.id).filter((id) => id !== '');
  if (ids.length > 0) await transport.acknowledge(ids);
  if (files.length > 0) failPoint('receipts:acknowledged');
  return files.length === 0 || fresh > 0;
}
