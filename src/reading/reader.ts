import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FaultError, type Fault } from '../base/fault.js';
import type { Answer, Question, ReaderFolders, ReaderMessage, ReaderStart } from './questions.js';

/** Longest time to read the rulebook in; what a reader is asked is timed from when it is ready. */
const START_MS = 120_000;

/** Memory with which a reader is worth keeping for the next job: what program and rulebook take, and two thirds more. */
const KEPT_BYTES = 160 << 20;

/**
 * What a reader takes over of the environment: how programs run here, and none of the gateway's settings and secrets but the one
 * that orders are judged by, else a declaration that may leave as declared would be refused when it comes in a file (G05).
 */
const ENVIRONMENT = [
  'PATH',
  'LD_LIBRARY_PATH',
  'TZ',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'NODE_ENV',
  'GATEWAY_DEC_SIGN',
];

export interface ReaderLimits {
  /** Memory of its values; what lies outside them (unpacked bytes) has limits of its own. */
  memoryMb: number;
  /** Longest time to an answer. */
  answerMs: number;
  /** Time for a whole file: so much, and more for each megabyte of it; what others take meanwhile does not count. */
  fileMs?: { base: number; perMb: number };
  /** How long a job waits for those before it; then it is refused with A29. */
  waitMs?: number;
}

/** The reader did not answer: too slow, out of memory, or ended by itself. It is gone; a new one may be started. */
export class ReaderStopped extends Error {
  constructor(readonly reason: 'time' | 'memory' | 'ended') {
    super(`the reader was stopped: ${reason}`);
  }
}

/**
 * A process that reads and checks beside the gateway: what it takes too much time or memory for ends it alone, and all
 * its memory returns to the machine with it.
 */
export class Reader {
  private readonly child: ChildProcess;
  private ended = false;
  private asked = false;
  private heldBytes = 0;
  private waiting: { answer: (a: Answer) => void; fail: (e: Error) => void } | undefined;
  private readonly ready: Promise<unknown>;

  constructor(
    readonly memoryMb: number,
    folders: ReaderFolders = {},
  ) {
    const start: ReaderStart = { ...folders, gateway: process.pid };
    this.child = fork(fileURLToPath(new URL('./program.js', import.meta.url)), [JSON.stringify(start)], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${memoryMb}`, '--max-semi-space-size=8'],
      env: {
        ...Object.fromEntries(
          ENVIRONMENT.flatMap((name) => [[name, process.env[name]]].filter(([, v]) => v)),
        ),
        MALLOC_ARENA_MAX: '2',
      },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.hold(false);
    this.child.on('message', (message) => {
      const { answer, heldBytes } = message as ReaderMessage;
      this.heldBytes = heldBytes;
      const { waiting } = this;
      this.waiting = undefined;
      waiting?.answer(answer);
    });
    this.child.on('error', (error) => this.fail(error));
    this.child.on('exit', (_code, signal) =>
      // V8 aborts when its memory is used up; the kernel kills when that of the machine is.
      this.fail(new ReaderStopped(signal === 'SIGABRT' || signal === 'SIGKILL' ? 'memory' : 'ended')),
    );
    this.ready = this.answered(START_MS).then((answer) => {
      if (answer.kind === 'broken') throw new Error(answer.reason);
    });
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
   * Asks one question and waits for its answer, at most `mostMs` from when the reader is ready; one at a time. Throws the
   * FaultError that reading threw, ReaderStopped, or an Error for a defect.
   */
  async ask(question: Question, mostMs: number): Promise<Answer> {
    if (!this.usable) throw new ReaderStopped('ended');
    this.asked = true;
    this.hold(true);
    try {
      await this.ready;
      const answered = this.answered(mostMs);
      this.child.send(question, (error) => error && this.fail(new ReaderStopped('ended')));
      const answer = await answered;
      if (answer.kind === 'refused') throw new FaultError(answer.faults as Fault[], answer.status);
      if (answer.kind === 'broken') throw new Error(answer.reason);
      return answer;
    } finally {
      this.asked = false;
      this.hold(false);
    }
  }

  /** The next answer; a reader that does not give it in time is stopped. */
  private answered(withinMs: number): Promise<Answer> {
    let late: NodeJS.Timeout | undefined;
    return new Promise<Answer>((resolve, reject) => {
      this.waiting = { answer: resolve, fail: reject };
      late = setTimeout(() => {
        this.fail(new ReaderStopped('time'));
        this.close();
      }, withinMs);
    }).finally(() => clearTimeout(late));
  }

  close(): void {
    this.ended = true;
    this.child.kill('SIGKILL');
  }

  /** The gateway goes on while it is asked, and may end while it is not. */
  private hold(held: boolean): void {
    if (held) {
      this.child.ref();
      this.child.channel?.ref();
    } else {
      this.child.unref();
      this.child.channel?.unref();
    }
  }

  private fail(error: Error): void {
    this.ended = true;
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.fail(error);
  }
}
