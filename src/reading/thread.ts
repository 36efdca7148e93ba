import { Worker, type Transferable } from 'node:worker_threads';
import { FaultError, type Fault } from '../base/fault.js';
import type { ThreadAnswer, ThreadMessage, ThreadQuestion, ThreadStart } from './questions.js';

/** Longest time to read the rulebook in; what a thread is asked is timed from when it is ready. */
const START_MS = 120_000;

/** Memory with which a thread is worth keeping for the next job: twice what program and rulebook take. */
const KEPT_BYTES = 160 << 20;

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
  private asked = false;
  private heldBytes = 0;
  private waiting: { answer: (a: ThreadAnswer) => void; fail: (e: Error) => void } | undefined;
  private readonly ready: Promise<unknown>;

  constructor(
    private readonly limits: ThreadLimits,
    start: ThreadStart = {},
  ) {
    this.worker = new Worker(new URL('./program.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 32 },
      // What it inherits of flags (of a test runner) is not for it.
      execArgv: [],
      workerData: start,
    });
    this.worker.unref();
    this.worker.on('message', ({ answer, heldBytes }: ThreadMessage) => {
      this.heldBytes = heldBytes;
      const { waiting } = this;
      this.waiting = undefined;
      waiting?.answer(answer);
    });
    this.worker.on('error', (error: Error & { code?: string }) =>
      this.fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new ThreadStopped('memory') : error),
    );
    this.worker.on('exit', () => this.fail(new ThreadStopped('ended')));
    this.ready = this.answered(START_MS);
    // Told to whoever asks first.
    this.ready.catch(() => undefined);
  }

  get usable(): boolean {
    return !this.ended && !this.asked;
  }

  /** Holds so much memory that a new one is cheaper than keeping it. */
  get swollen(): boolean {
    return this.heldBytes > KEPT_BYTES;
  }

  /**
   * Asks one question and waits for its answer, at most `mostMs` from when the thread is ready; one at a time. Throws the FaultError that reading threw, ThreadStopped,
   * or an Error for a defect.
   */
  async ask(question: ThreadQuestion, mostMs = Infinity): Promise<ThreadAnswer> {
    if (!this.usable) throw new ThreadStopped('ended');
    this.asked = true;
    this.worker.ref();
    try {
      await this.ready;
      const answered = this.answered(Math.min(this.limits.answerMs, mostMs));
      this.worker.postMessage(question, transferable(question));
      const answer = await answered;
      if (answer.kind === 'refused') throw new FaultError(answer.faults as Fault[], answer.status);
      if (answer.kind === 'broken') throw new Error(answer.reason);
      return answer;
    } finally {
      this.asked = false;
      this.worker.unref();
    }
  }

  /** The next answer; a thread that does not give it in time is stopped. */
  private answered(withinMs: number): Promise<ThreadAnswer> {
    let late: NodeJS.Timeout | undefined;
    return new Promise<ThreadAnswer>((resolve, reject) => {
      this.waiting = { answer: resolve, fail: reject };
      late = setTimeout(() => {
        this.fail(new ThreadStopped('time'));
        this.close();
      }, withinMs);
    }).finally(() => clearTimeout(late));
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
