import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FaultError, type Fault } from '../base/fault.js';
import type { HelperMessage, HelperStart, Told } from './messages.js';

/** Longest time to get ready in; what a helper is asked is timed from then. */
const START_MS = 120_000;

/** What a helper takes over of the environment: how programs run here, and none of the gateway's settings and secrets. */
const ENVIRONMENT = ['PATH', 'LD_LIBRARY_PATH', 'TZ', 'LANG', 'LC_ALL', 'TMPDIR', 'NODE_ENV'];

/** Questions and answers are told apart by it. */
export interface Kind {
  kind: string;
}

/** What kind of helper it is. */
export interface HelperKind {
  /** Its program, which answers questions as `program.ts` has it. */
  program: URL;
  /** What it is told when it starts, beside the process it ends with. */
  start?: Readonly<Record<string, unknown>>;
  /** Settings of the environment it takes over as well. */
  settings?: readonly string[];
  /** Memory with which it is worth keeping for the next job. */
  keptBytes: number;
}

/** The helper did not answer: too slow, out of memory, killed by another, or ended by itself. It is gone; a new one may be started. */
export class HelperStopped extends Error {
  constructor(readonly reason: 'time' | 'memory' | 'killed' | 'ended') {
    super(`the helper was stopped: ${reason}`);
  }
}

/**
 * A process that works beside the gateway: what it takes too much time or memory for ends it alone, and all its memory
 * returns to the machine with it.
 */
export class Helper<Question extends Kind, Answer extends Kind> {
  private readonly child: ChildProcess;
  private ended = false;
  private asked = false;
  private heldBytes = 0;
  private waiting: { answer: (a: Told<Answer>) => void; fail: (e: Error) => void } | undefined;
  private readonly ready: Promise<unknown>;

  constructor(
    private readonly kind: HelperKind,
    readonly memoryMb: number,
  ) {
    const start: HelperStart = { ...kind.start, gateway: process.pid };
    this.child = fork(fileURLToPath(kind.program), [JSON.stringify(start)], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${memoryMb}`, '--max-semi-space-size=8'],
      env: {
        ...Object.fromEntries(
          [...ENVIRONMENT, ...(kind.settings ?? [])].flatMap((name) =>
            [[name, process.env[name]]].filter(([, v]) => v),
          ),
        ),
        MALLOC_ARENA_MAX: '2',
      },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.hold(false);
    this.child.on('message', (message) => {
      const { answer, heldBytes } = message as HelperMessage<Answer>;
      this.heldBytes = heldBytes;
      const { waiting } = this;
      this.waiting = undefined;
      waiting?.answer(answer);
    });
    this.child.on('error', (error) => this.fail(error));
    this.child.on('exit', (_code, signal) =>
      // V8 aborts when its memory is used up; the kernel kills when that of the machine is.
      this.fail(
        new HelperStopped(signal === 'SIGABRT' ? 'memory' : signal === 'SIGKILL' ? 'killed' : 'ended'),
      ),
    );
    this.ready = this.answered(START_MS).then((answer) => {
      if (isBroken(answer)) throw new Error(answer.reason);
    });
    // Told to whoever asks first.
    this.ready.catch(() => undefined);
  }

  get usable(): boolean {
    return !this.ended && !this.asked;
  }

  /** Holds so much memory that a new one is cheaper than keeping it. */
  get swollen(): boolean {
    return this.heldBytes > this.kind.keptBytes;
  }

  /**
   * Asks one question and waits for its answer, at most `mostMs` from when the helper is ready; one at a time. Throws the
   * FaultError that its work threw, HelperStopped, or an Error for a defect.
   */
  async ask(question: Question, mostMs: number): Promise<Answer> {
    if (!this.usable) throw new HelperStopped('ended');
    this.asked = true;
    this.hold(true);
    try {
      await this.ready;
      const answered = this.answered(mostMs);
      this.child.send(question, (error) => error && this.fail(new HelperStopped('ended')));
      const answer = await answered;
      if (isRefused(answer)) throw new FaultError(answer.faults as Fault[], answer.status);
      if (isBroken(answer)) throw new Error(answer.reason);
      return answer as Answer;
    } finally {
      this.asked = false;
      this.hold(false);
    }
  }

  /** The next answer; a helper that does not give it in time is stopped. */
  private answered(withinMs: number): Promise<Told<Answer>> {
    let late: NodeJS.Timeout | undefined;
    return new Promise<Told<Answer>>((resolve, reject) => {
      this.waiting = { answer: resolve, fail: reject };
      late = setTimeout(() => {
        this.fail(new HelperStopped('time'));
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

const isRefused = (answer: Kind): answer is Extract<Told<never>, { kind: 'refused' }> =>
  answer.kind === 'refused';
const isBroken = (answer: Kind): answer is Extract<Told<never>, { kind: 'broken' }> =>
  answer.kind === 'broken';
