import { FaultError, type Fault } from '../base/fault.js';

// A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

/** Writes a result on stdout as JSON, the form every command's output has unless it is meant for eyes only. */
export const printJson = (value: unknown): void =>
  void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

/** Faults as people read them: Chinese, English, remedy, source. */
export function printFaults(faults: readonly Fault[]): void {
  for (const f of faults)
    process.stderr.write(
      `${f.code} ${f.path}\n  ${f.message.zh}\n  ${f.message.en}\n  → ${f.fix.zh}\n    ${f.fix.en}\n  (${f.source})\n`,
    );
}

/** Runs a command; faults are printed and end with exit code 1, anything unexpected with 70. */
export function action<A extends unknown[]>(
  work: (...args: A) => Promise<void>,
  print: (faults: readonly Fault[]) => void = printFaults,
): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await work(...args);
    } catch (error) {
      if (error instanceof FaultError) print(error.faults);
      else
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exitCode = error instanceof FaultError ? 1 : 70;
    }
  };
}

/** The same for commands that run until they are stopped: why one cannot start is one line for each reason. */
export const starting = <A extends unknown[]>(
  work: (...args: A) => Promise<void>,
): ((...args: A) => Promise<void>) => action(work, printLines);

function printLines(faults: readonly Fault[]): void {
  for (const f of faults)
    process.stderr.write(
      `${[f.code, f.path].filter((t) => t !== '').join(' ')} ${f.message.zh} / ${f.message.en} → ${f.fix.zh} / ${f.fix.en}\n`,
    );
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve();
      });
  });
}

/** The same, for a program that may have to end before: throws why. */
export async function untilStoppedOr(why: Promise<Fault>): Promise<void> {
  const fault = await Promise.race([untilStopped(), why]);
  if (fault) throw new FaultError([fault]);
}
