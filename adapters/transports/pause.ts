/**
 * Waits until `ms` have passed, `signal` is aborted, or what `watch` looks at wakes it; `watch` gives what ends its looking.
 * Never rejects.
 */
export function pause(
  ms: number,
  signal: AbortSignal,
  watch: (wake: () => void) => () => void = () => () => undefined,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || ms <= 0) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      unwatch();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const unwatch = watch(done);
    signal.addEventListener('abort', done);
  });
}
