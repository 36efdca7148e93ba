import { createHash } from 'node:crypto';
import { groupBy } from '../base/collections.js';
import { failPoint } from '../base/failPoint.js';
import { newId } from '../base/ids.js';
import type { IncomingFile, Transport } from '../dispatch/transport.js';
import { storableText } from '../store/jsonb.js';
import { OPERATOR_TENANT, wake, type Queryable, type Store } from '../store/store.js';

/** Characters of a file name that are kept. */
const MAX_ORIGIN = 300;

/** Bytes of files that are written together. */
const MOST_BYTES = 8 << 20;

interface UniqueFile extends IncomingFile {
  sha256: Buffer;
  times: number;
}

/**
 * Stores received files byte for byte before anything reads them; the same file again (see `IncomingFile.arrival`) only
 * raises a counter. Returns how many were new.
 */
export async function storeRaw(store: Store, files: readonly IncomingFile[]): Promise<number> {
  const hashed = files.map((file) => ({ ...file, sha256: createHash('sha256').update(file.bytes).digest() }));
  const same = groupBy(hashed, (f) => `${f.sha256.toString('hex')} ${arrivalOf(f)}`);
  const unique = [...same.values()].map(([first, ...more]): UniqueFile => ({
    ...first!,
    times: 1 + more.length,
  }));
  let fresh = 0;
  for (const files of together(unique)) fresh += await storeFiles(store, files);
  return fresh;
}

/** As many files at a time as `MOST_BYTES` hold, one at least. */
function* together(files: readonly UniqueFile[]): Generator<UniqueFile[]> {
  let some: UniqueFile[] = [];
  let size = 0;
  for (const file of files) {
    if (some.length > 0 && size + file.bytes.length > MOST_BYTES) {
      yield some;
      [some, size] = [[], 0];
    }
    some.push(file);
    size += file.bytes.length;
  }
  if (some.length > 0) yield some;
}

const originOf = (file: IncomingFile): string => storableText(file.origin).slice(0, MAX_ORIGIN);
const arrivalOf = (file: IncomingFile): string => storableText(file.arrival ?? '').slice(0, MAX_ORIGIN);

/** Their bytes go over as one value and are cut apart there: in a list of values each byte would take two and more. */
async function storeFiles(store: Store, files: readonly UniqueFile[]): Promise<number> {
  let end = 0;
  const starts = files.map(({ bytes }) => (end += bytes.length) - bytes.length);
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{ fresh: boolean }>(
      `insert into raw_receipts (id, tenant_id, origin, sha256, bytes, times, arrival)
       select id, $2, origin, sha256, substring($5::bytea from start + 1 for size), times, arrival
         from unnest($1::uuid[], $3::text[], $4::bytea[], $6::int[], $7::int[], $8::int[], $9::text[])
           as r (id, origin, sha256, start, size, times, arrival)
       on conflict (sha256, arrival) do update set times = raw_receipts.times + excluded.times
       returning xmax = 0 as fresh`,
      [
        files.map(() => newId()),
        OPERATOR_TENANT,
        files.map(originOf),
        files.map((f) => f.sha256),
        Buffer.concat(files.map((f) => f.bytes)),
        starts,
        files.map((f) => f.bytes.length),
        files.map((f) => f.times),
        files.map(arrivalOf),
      ],
    );
    return woken(tx, rows);
  });
}

/** Wakes the readers when there is something new; returns how many files are. */
async function woken(tx: Queryable, rows: readonly { fresh: boolean }[]): Promise<number> {
  const fresh = rows.filter((r) => r.fresh).length;
  if (fresh > 0) await wake(tx, 'receipts');
  return fresh;
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
