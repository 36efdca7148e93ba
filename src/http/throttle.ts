import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Signals } from '../store/signals.js';

/** Counters a throttle keeps at most; what is counted is put into one of them by its hash. */
const PLACES = 1 << 16;

export interface ThrottleOptions {
  /** So many tries … */
  points: number;
  /** … in so many seconds. */
  seconds: number;
  /** Names these counters among those of all processes. */
  name: string;
  /** Where counters hold over all processes. */
  signals: Pick<Signals, 'counters'>;
}

/** Counts tries per key in bounded memory, whatever the keys are made of. */
export class Throttle {
  private readonly counters: RateLimiterAbstract;

  constructor(
    private readonly path: string,
    { points, seconds, name, signals }: ThrottleOptions,
  ) {
    this.counters =
      signals.counters(name, points, seconds) ?? new RateLimiterMemory({ points, duration: seconds });
  }

  /** Counts one try; throws A11 (429) when there were too many. */
  async take(key: string): Promise<void> {
    try {
      await this.counters.consume(placeOf(key));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw new FaultError([makeFault('A11', this.path, { seconds: String(seconds) })], 429, seconds);
    }
  }

  /** The try was a right one: nothing is held against the key. */
  async clear(key: string): Promise<void> {
    await this.counters.delete(placeOf(key));
  }

  /** Takes back one counted try. */
  async giveBack(key: string): Promise<void> {
    await this.counters.reward(placeOf(key), 1);
  }
}

const placeOf = (key: string): string =>
  String(createHash('sha256').update(key).digest().readUInt32LE(0) % PLACES);
