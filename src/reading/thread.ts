import { Worker, type Transferable } from 'node:worker_threads';
import { FaultError, type Fault } from '../base/fault.js';
import type { ThreadAnswer, ThreadQuestion } from './questions.js';

export interface ThreadLimits {
  /** Memory of its values; what lies outside them (unpacked bytes) has limits of its own. */
  memoryMb: number;
  /** Longest time to an answer. */
  answerMs: number;
  /** Time for a whole file: so much, and more for each megabyte of it; what others take meanwhile does not count. */
  fileMs?: { base: number; perMb: number };
}

/** The thread did not answer: too slow, out of memory, or ended by itself. It is gone; a new one may be started. */
export class ThreadStopped extends Error {
  constructor(readonly reason: 'time' | 'memory' | 'ended') {
    super(`the reading thread was stopped: ${reason}`);
  }
}

/** A thread that reads and checks beside the process: what it takes too much time or memory for ends it alone. */
export class ReadingThread {
  private readonly worker: Worker;
  private ended = false;
  private waiting: { answer: (a: ThreadAnswer) => void; fail: (e: Error) => void } | undefined;

  constructor(private readonly limits: ThreadLimits) {
    this.worker = new Worker(new URL('./program.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 32 },
      // What it inherits of flags (of a test runner) is not for it.
      execArgv: [],
    });
    this.worker.unref();
    this.worker.on('message', (answer: ThreadAnswer) => {
      const { waiting } = this;
      this.waiting = undefined;
      waiting?.answer(answer);
    });
    this.worker.on('error', (error: Error & { code?: string }) =>
      this.fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new ThreadStopped('memory') : error),
    );
    this.worker.on('exit', () => this.fail(new ThreadStopped('ended')));
  }

  get usable(): boolean {
    return !this.ended && !this.waiting;
  }

  /**
   * Asks one question and waits for its answer, at most `mostMs`; one at a time. Throws the FaultError that reading threw, ThreadStopped,
   * or an Error for a defect.
   */
  async ask(question: ThreadQuestion, mostMs = Infinity): Promise<ThreadAnswer> {
    if (!this.usable) throw new ThreadStopped('ended');
    this.worker.ref();
    let late: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
        this.waiting = { answer: resolve, fail: reject };
        late = setTimeout(
          () => {
            this.fail(new ThreadStopped('time'));
            this.close();
          },
          Math.min(this.limits.answerMs, mostMs),
        );
        this.worker.postMessage(question, transferable(question));
      });
      if (answer.kind === 'refused') throw new FaultError(answer.faults as Fault[], answer.status);
      if (answer.kind === 'broken') throw new Error(answer.reason);
      return answer;
    } finally {
      clearTimeout(late);
      this.worker.unref();
    }
  }

  close(): void {
    this.ended = true;
    void this.worker.terminate();
  }

  private fail(error: Error): void {
    this.ended = true;
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.fail(error);
  }
}

/** Bytes that nobody else looks at are handed over instead of copied. */
function transferable(question: ThreadQuestion): Transferable[] {
  const { bytes } = question as { bytes?: Uint8Array<ArrayBuffer> };
  return bytes && bytes.byteLength === bytes.buffer.byteLength && bytes.byteLength > 0 ? [bytes.buffer] : [];
}
