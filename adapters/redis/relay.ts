import type { Signals, Stop } from '../../src/store/signals.js';
import type { Wake } from '../../src/store/store.js';
import type { RedisClient } from './redis.js';

/** Every process asks this often whether somebody passes on what PostgreSQL tells. */
const ASK_MS = 1_000;
/** Whoever passes it on and is not heard of for so long is gone. */
const GONE_MS = 4_000;

/** Takes the office, or keeps it; 1 when it is mine. */
const TAKE = `
local holder = redis.call('get', KEYS[1])
if holder == ARGV[1] or not holder then
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0`;
const LEAVE = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end return 0`;

/**
 * One process of all listens to PostgreSQL, whose notices leave with the commit whoever made it, and passes them on to
 * Redis. When it ends another one does; what was told in between is found by looking. While Redis is away all of them listen.
 */
export class Relay {
  private stop: Stop | undefined;
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly client: RedisClient,
    private readonly own: Signals,
    private readonly key: string,
    private readonly me: string,
    private readonly pass: (kind: Wake, tenantId: string | undefined) => void,
  ) {}

  /** Resolves when it is known for the first time who passes notices on. */
  async start(): Promise<void> {
    const again = () => {
      this.turn = this.ask().finally(() => {
        if (!this.closed) this.timer = setTimeout(again, ASK_MS).unref();
      });
    };
    again();
    await this.turn;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.turn;
    await this.rest();
    await this.client.eval(LEAVE, { keys: [this.key], arguments: [this.me] }).catch(() => undefined);
  }

  private async ask(): Promise<void> {
    const mine = await this.client
      .eval(TAKE, { keys: [this.key], arguments: [this.me, String(GONE_MS)] })
      // Redis is away: everybody listens.
      .catch(() => 1);
    try {
      if (mine !== 1) await this.rest();
      else this.stop ??= await this.own.onNews(this.pass);
    } catch {
      // PostgreSQL is away as well; the next turn tries again.
    }
  }

  private async rest(): Promise<void> {
    const stop = this.stop;
    this.stop = undefined;
    await stop?.();
  }
}
