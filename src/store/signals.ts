import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Wake } from './store.js';

/** Ends what was begun; may be called twice. */
export type Stop = () => Promise<void>;

/** Somebody looks whether there is work, until none is left; resolves then. */
export type Look = () => Promise<void>;

/** Places of a counterpart's pace, over all processes. */
export interface Pace {
  /** Takes up to `wanted` places of `perSecond` messages a second; returns how many there were. */
  take(counterpart: string, wanted: number, perSecond: number): Promise<number>;
  /** Gives back places that no message needed. */
  giveBack(counterpart: string, count: number, perSecond: number): Promise<void>;
}

/**
 * The port for what processes tell each other: when to look, how fast to send, what comes round again. Nothing here holds
 * work: that stands in the database, and every loop also looks by itself now and then. So whatever is lost on the way costs
 * time, never work; and whatever comes twice is a look too many, never work done twice.
 */
export interface Signals extends Pace {
  /** What carries the signals. */
  readonly carrier: 'postgresql' | 'redis';
  /** Has `look` called when there may be work of this kind: in every process, or in one that is not busy with it. */
  onWork(kind: Wake, look: Look): Promise<Stop>;
  /** Tells what changed: with the tenant whose it is, or of no tenant in particular. Every process hears it. */
  onNews(heard: (kind: Wake, tenantId: string | undefined) => void): Promise<Stop>;
  /** Has somebody look for work of this kind after `ms`. */
  later(kind: Wake, ms: number): Promise<void>;
  /** Has one of all processes look every `everyMs`, as long as one of them is there. */
  repeat(name: string, everyMs: number, look: Look): Promise<Stop>;
  /** Counters of tries that hold over all processes; undefined where each process counts for itself. */
  counters(name: string, points: number, seconds: number): RateLimiterAbstract | undefined;
  /** True while the carrier answers. Without it everything goes on, slower. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}
