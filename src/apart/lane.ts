import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Room } from '../base/room.js';
import type { Helper, Kind } from './helper.js';
import type { Helpers } from './helpers.js';

export interface LaneLimits {
  /** Memory of a helper's values; what lies outside them (unpacked bytes) has limits of its own. */
  memoryMb: number;
  /** Longest time to an answer. */
  answerMs: number;
  /** How long a job waits for those before it; then it is refused with A29. */
  waitMs?: number;
  /** Jobs of one person that may wait; one more is refused with A29 at once. */
  waitingMost?: number;
}

/** Whose job it is, and how the lane hears that nobody waits for it any more. */
export interface Job {
  /** Who asks: the jobs of several people take turns. */
  who?: string;
  signal?: AbortSignal;
}

/** When a refused request may be tried again. */
const RETRY_SECONDS = 30;

/** A29 (503): others are at work for so long that this is not looked at. */
export const busyFault = (): FaultError =>
  new FaultError([makeFault('A29', '', { seconds: String(RETRY_SECONDS) })], 503, RETRY_SECONDS);

/**
 * One helper at work, one job at a time; the others wait, of several people by turns, each one's in their order. A helper
 * that took too much time or memory is stopped; the next job gets a new one. Where the limits say how long a job waits, it
 * throws A29 (503) after that.
 */
export class Lane<Question extends Kind, Answer extends Kind> {
  private helper: Helper<Question, Answer> | undefined;
  private taken = false;
  /** Of the job whose turn it is. */
  private signal: AbortSignal | undefined;
  /** Who comes next stands first. */
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(
    private readonly limits: LaneLimits,
    private readonly helpers: Helpers<Question, Answer>,
    /** Memory that this lane shares with others, in MB; a job waits until its limit fits. */
    private readonly room?: Room,
  ) {}

  /** Does a job when its turn comes. Throws what it throws, A29 when that takes too long, and the signal's reason. */
  async do<Result>(work: () => Promise<Result>, job: Job = {}): Promise<Result> {
    const release = await this.turn(job);
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Waits for the jobs before this one and for room; the caller gives the turn on. Throws as `do`. */
  async turn({ who = '', signal }: Job = {}): Promise<() => void> {
    const { memoryMb, waitMs = Infinity } = this.limits;
    const from = performance.now();
    signal?.throwIfAborted();
    if (this.taken) await this.wait(who, waitMs, signal);
    this.taken = true;
    if (signal?.aborted) {
      this.next();
      signal.throwIfAborted();
    }
    const leave = this.room && (await this.room.take(memoryMb, waitMs - (performance.now() - from)));
    if (this.room && !leave) {
      this.next();
      throw busyFault();
    }
    // Nobody waits for what a helper does for somebody who is gone.
    const stop = () => this.drop();
    signal?.addEventListener('abort', stop);
    this.signal = signal;
    return () => {
      signal?.removeEventListener('abort', stop);
      this.signal = undefined;
      if (this.helper) this.helpers.keep(this.helper);
      this.helper = undefined;
      leave?.();
      this.next();
    };
  }

  /** Asks the helper of the job whose turn it is, at most `mostMs`. Throws as `Helper.ask`, and the reason of the job's signal. */
  async ask(question: Question, mostMs = Infinity): Promise<Answer> {
    this.signal?.throwIfAborted();
    if (!this.helper?.usable) this.helper = this.helpers.take(this.limits.memoryMb);
    return this.helper.ask(question, Math.min(this.limits.answerMs, mostMs));
  }

  /** Ends the helper at work. */
  drop(): void {
    this.helper?.close();
    this.helper = undefined;
  }

  private async wait(who: string, mostMs: number, signal?: AbortSignal): Promise<void> {
    const mine = this.waiting.get(who) ?? [];
    if (mine.length >= (this.limits.waitingMost ?? Infinity)) throw busyFault();
    this.waiting.set(who, mine);
    let late: NodeJS.Timeout | undefined;
    let abort = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        mine.push(resolve);
        const leave = (error: Error) => {
          const at = mine.indexOf(resolve);
          if (at < 0) return;
          mine.splice(at, 1);
          if (mine.length === 0) this.waiting.delete(who);
          reject(error);
        };
        if (mostMs !== Infinity) late = setTimeout(() => leave(busyFault()), mostMs);
        abort = () => leave(signal?.reason as Error);
        signal?.addEventListener('abort', abort);
      });
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Gives the turn on: to the first job of whoever comes next, who then stands last. */
  private next(): void {
    const [found] = this.waiting;
    if (!found) {
      this.taken = false;
      return;
    }
    const [who, mine] = found;
    const enter = mine.shift();
    this.waiting.delete(who);
    if (mine.length > 0) this.waiting.set(who, mine);
    enter?.();
  }
}
