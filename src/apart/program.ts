import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { FaultError } from '../base/fault.js';
import { limitFaults } from '../base/faultLimit.js';
import type { HelperMessage, HelperStart, Told } from './messages.js';

/** How old its figure of memory may be, in milliseconds: asking for it costs as much as reading a small file. */
const HELD_KEPT_MS = 250;
let held = { bytes: 0, at: Number.NEGATIVE_INFINITY };

/** Begins the program of a helper: it gives way to others and ends with its gateway. Returns what it was started with. */
export function beginHelper<Start extends HelperStart>(): Start {
  const start = JSON.parse(process.argv[2] ?? '{}') as Start;
  // The gateway says when it is over: signals to all of its processes (Ctrl-C, a service that stops) do not.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('uncaughtException', (error) => answer({ kind: 'broken', reason: reasonOf(error) }, true));
  giveWay();
  endWithGateway(start);
  return start;
}

/** Others come first: in the use of the processor, and when memory of the machine runs out. */
function giveWay(): void {
  try {
    setPriority(5);
    writeFileSync('/proc/self/oom_score_adj', '500');
  } catch {
    // Where a system knows neither, it works all the same.
  }
}

/** Whatever it is busy with: see `watchdog.ts`. Whoever starts it waits for nothing of the thread. */
function endWithGateway({ gateway }: HelperStart): void {
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 };
  new Worker(new URL('./watchdog.js', import.meta.url), { workerData: { gateway }, resourceLimits }).unref();
}

/** Answers; with `last` it ends after that. */
export function answer<Answer>(given: Told<Answer>, last = false): void {
  const now = performance.now();
  if (now - held.at > HELD_KEPT_MS) held = { bytes: process.memoryUsage.rss(), at: now };
  const message: HelperMessage<Answer> = { answer: given, heldBytes: held.bytes };
  process.send?.(message, () => last && process.exit(1));
}

/** Says that it is ready, and has `handle` answer each question; what that throws is the answer. */
export function answerQuestions<Question>(handle: (question: Question) => Promise<void>): void {
  process.on('message', (question: Question) => {
    handle(question).catch((error: unknown) => {
      if (error instanceof FaultError)
        answer({ kind: 'refused', faults: limitFaults(error.faults), status: error.status });
      else answer({ kind: 'broken', reason: reasonOf(error) });
    });
  });
  answer({ kind: 'ready' });
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
