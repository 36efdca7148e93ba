import { setImmediate } from 'node:timers/promises';

/** Milliseconds a slice may last; what others ask waits no longer. */
const SLICE_MS = 15;

/** Works through many items in slices, with everybody else's turn between them. Throws what `work` throws. */
export async function inSlices<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let from = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - from < SLICE_MS) continue;
    await setImmediate();
    from = performance.now();
  }
}

/** What `work` makes of each item, in their order; in slices as {@link inSlices}. */
export async function mappedInSlices<T, R>(items: Iterable<T>, work: (item: T) => R): Promise<R[]> {
  const made: R[] = [];
  await inSlices(items, (item) => made.push(work(item)));
  return made;
}

/** The items in batches of at most `size`, in their order. */
export function* batchesOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
