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

/** The items in batches of at most `size`, in their order. */
export function* batchesOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
