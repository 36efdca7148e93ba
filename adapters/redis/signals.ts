import { randomUUID } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Log } from '../../src/base/log.js';
import type { Look, Signals, Stop } from '../../src/store/signals.js';
import type { Wake } from '../../src/store/store.js';
import { ANSWER_MS, redisClient, type RedisClient } from './redis.js';
import { Queues } from './queues.js';
import { Relay } from './relay.js';

type Heard = (kind: Wake, tenantId: string | undefined) => void;

/** Kinds of work that loops look for; the others are news only. */
const WORK_KINDS: ReadonlySet<Wake> = new Set(['prepare', 'dispatch', 'receipts', 'imports', 'filings']);
const WORK = 'look';
const REPEATS = 'repeats';

/** Nobody did repeated work for so many periods: Redis forgot it, or is away. */
const PERIODS_LATE = 2;

/**
 * Takes up to ARGV[1] places of ARGV[2] a second, of which one second's may stand unused. What Redis forgot counts as used
 * up, so that a flush never makes the pace faster. Time is Redis' own.
 */
const TAKE = `
local t = redis.call('time')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local rate = tonumber(ARGV[2])
local since = tonumber(redis.call('get', KEYS[1]) or now)
if since > now + 3600 then since = now end
if since < now - 1 then since = now - 1 end
local taken = math.max(0, math.min(tonumber(ARGV[1]), math.floor((now - since) * rate)))
redis.call('set', KEYS[1], string.format('%.6f', since + taken / rate), 'EX', 7200)
return taken`;
const GIVE_BACK = `
local since = redis.call('get', KEYS[1])
if since then redis.call('set', KEYS[1], string.format('%.6f', tonumber(since) - tonumber(ARGV[1]) / tonumber(ARGV[2])), 'EX', 7200) end
return 0`;

export interface RedisOptions {
  url: string;
  /** Names this gateway's keys: several gateways may share a Redis. */
  prefix: string;
  /** The database's own signals: what Redis passes on comes from them, and they do its part while it is away. */
  own: Signals;
  /** See `claimPeriod` of the store. */
  claimPeriod(name: string, everyMs: number): Promise<boolean>;
  log: Log;
}

/**
 * Signals over Redis: wake-ups, delayed and repeated looks are jobs of Bull, news go by publish and subscribe, the pace and
 * the counters of tries are keys. PostgreSQL stays the source: its notices leave with the commit, and one process passes
 * them on. While Redis is away every process listens to PostgreSQL itself and the pace is kept there.
 */
export class RedisSignals implements Signals {
  readonly carrier = 'redis';
  private readonly client: RedisClient;
  private readonly ear: RedisClient;
  private readonly queues: Queues;
  private readonly relay: Relay;
  private readonly heard = new Set<Heard>();
  private readonly looks = new Map<Wake, Set<Look>>();
  private readonly timers = new Set<NodeJS.Timeout>();

  private constructor(private readonly options: RedisOptions) {
    const { url, prefix, own, log } = options;
    this.client = redisClient(url, log);
    this.ear = redisClient(url, log);
    this.queues = new Queues(url, prefix);
    const pass: Heard = (kind, tenantId) => this.pass(kind, tenantId);
    this.relay = new Relay(this.client, own, this.key('relay'), randomUUID(), pass);
  }

  /** Begins at once, also while Redis is away. */
  static async open(options: RedisOptions): Promise<RedisSignals> {
    const signals = new RedisSignals(options);
    const { client, ear } = signals;
    // Once subscribed, the client subscribes again by itself whenever it lost its connection.
    ear.once('ready', () => {
      const listener = (text: string) => signals.tell(...readNews(text));
      ear.subscribe(signals.key('news'), listener).catch(() => undefined);
    });
    await Promise.all([begun(client), begun(ear)]);
    await signals.relay.start();
    return signals;
  }

  async onWork(kind: Wake, look: Look): Promise<Stop> {
    const looks = this.looks.get(kind) ?? new Set();
    this.looks.set(kind, looks.add(look));
    const stop = this.queues.serve(kind, WORK, look);
    return async () => {
      looks.delete(look);
      await stop();
    };
  }

  async onNews(heard: Heard): Promise<Stop> {
    this.heard.add(heard);
    return async () => {
      this.heard.delete(heard);
    };
  }

  async later(kind: Wake, ms: number): Promise<void> {
    await this.queues.addLater(kind, WORK, ms).catch(() => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        this.lookHere(kind);
      }, ms).unref();
      this.timers.add(timer);
    });
  }

  async take(counterpart: string, wanted: number, perSecond: number): Promise<number> {
    try {
      const taken = await this.client.eval(TAKE, {
        keys: [this.key(`pace:${counterpart}`)],
        arguments: [String(wanted), String(perSecond)],
      });
      return Number(taken);
    } catch {
      return this.options.own.take(counterpart, wanted, perSecond);
    }
  }

  async giveBack(counterpart: string, count: number, perSecond: number): Promise<void> {
    await this.client
      .eval(GIVE_BACK, {
        keys: [this.key(`pace:${counterpart}`)],
        arguments: [String(count), String(perSecond)],
      })
      // Redis went away since: the few places are lost, not the messages.
      .catch(() => undefined);
  }

  async repeat(name: string, everyMs: number, look: Look): Promise<Stop> {
    const { claimPeriod } = this.options;
    const begin = () => this.queues.addRepeated(REPEATS, name, everyMs).catch(() => undefined);
    const stop = this.queues.serve(REPEATS, name, async () => {
      if (await claimPeriod(name, everyMs / 2)) await look();
    });
    await begin();
    const timer = setInterval(() => {
      claimPeriod(name, everyMs * PERIODS_LATE)
        .then((mine) => (mine ? Promise.all([begin(), look()]) : undefined))
        .catch(() => undefined);
    }, everyMs).unref();
    this.timers.add(timer);
    return async () => {
      clearInterval(timer);
      this.timers.delete(timer);
      await stop();
    };
  }

  counters(name: string, points: number, seconds: number): RateLimiterAbstract {
    return new RateLimiterRedis({
      storeClient: this.client,
      useRedisPackage: true,
      keyPrefix: this.key(`tries:${name}`),
      points,
      duration: seconds,
      // Each process counts for itself while Redis is away.
      insuranceLimiter: new RateLimiterMemory({ points, duration: seconds }),
    });
  }

  async reachable(): Promise<boolean> {
    return this.client.ping().then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await this.relay.close();
    await this.queues.close();
    this.client.destroy();
    this.ear.destroy();
    await this.options.own.close();
  }

  private key(name: string): string {
    return `${this.options.prefix}:${name}`;
  }

  /** What PostgreSQL told goes to every process, and as a job to one of them; while Redis is away to this one. */
  private pass(kind: Wake, tenantId: string | undefined): void {
    if (!this.client.isReady) {
      this.tell(kind, tenantId);
      if (tenantId === undefined) this.lookHere(kind);
      return;
    }
    this.client.publish(this.key('news'), `${kind} ${tenantId ?? ''}`).catch(() => this.tell(kind, tenantId));
    if (tenantId === undefined && WORK_KINDS.has(kind))
      this.queues.add(kind, WORK).catch(() => this.lookHere(kind));
  }

  private tell(kind: Wake, tenantId: string | undefined): void {
    for (const heard of [...this.heard]) heard(kind, tenantId);
  }

  private lookHere(kind: Wake): void {
    for (const look of this.looks.get(kind) ?? []) void look();
  }
}

const readNews = (text: string): [Wake, string | undefined] => {
  const [kind = '', tenantId] = text.split(' ');
  return [kind as Wake, tenantId || undefined];
};

/** Connects, now or when Redis comes; waits for it a moment only. */
async function begun(client: RedisClient): Promise<void> {
  const connecting = client.connect().then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([connecting, new Promise((resolve) => setTimeout(resolve, ANSWER_MS).unref())]);
}
