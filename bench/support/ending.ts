/** Ends one thing that a benchmark started; ends it however far its start had come. */
type End = () => unknown;

const ends: End[] = [];

/** To be ended with the work under way: whatever is started says so before anything else can fail. */
export function endLater(end: End): void {
  ends.push(end);
}

/** Ends what was started, the newest first; what cannot be ended does not keep the others from it. */
async function endAll(): Promise<void> {
  const failures: unknown[] = [];
  for (let end = ends.pop(); end; end = ends.pop())
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything of the benchmark was ended');
}

/**
 * Runs a benchmark and ends the processes, databases and folders it started, whether it succeeds, fails (also while it
 * opens them) or is interrupted.
 */
export async function ending<T>(work: () => Promise<T>): Promise<T> {
  const interrupted = (signal: NodeJS.Signals) => {
    void endAll().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await work();
  } finally {
    await endAll();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}
