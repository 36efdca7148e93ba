import Bull from 'bull';
import { Redis, type RedisOptions } from 'ioredis';
import type { Look, Stop } from '../../src/store/signals.js';
import { ANSWER_MS } from './redis.js';

/** Wake-ups that wait for somebody to look, at most: one more would say nothing new. */
const WAITING_AT_MOST = 100;
const LONGEST_PAUSE_MS = 2_000;

interface Named {
  queue: Bull.Queue;
  /** Who looks, by the job's name. */
  looks: Map<string, Set<Look>>;
}

/**
 * Jobs of Bull, none of which holds work: each says "somebody look". A process that is busy looking takes no further job,
 * so that an idle one gets it. Jobs leave Redis when they ended, however they did.
 */
export class Queues {
  private readonly queues = new Map<string, Named>();
  private readonly connections = new Set<Redis>();
  private readonly shared = new Map<string, Redis>();

  constructor(
    private readonly url: string,
    private readonly prefix: string,
  ) {}

  /** Has `look` called for the jobs of this name, one at a time. */
  serve(name: string, job: string, look: Look): Stop {
    const { queue, looks } = this.named(name);
    const known = looks.get(job);
    if (known) known.add(look);
    else {
      const first = new Set([look]);
      looks.set(job, first);
      // Rejects only when the queue closes; Bull begins again by itself whenever the connection is back.
      queue.process(job, 1, () => looked(first)).catch(() => undefined);
    }
    return async () => {
      looks.get(job)?.delete(look);
    };
  }

  /** One job more, unless enough of them wait. */
  async add(name: string, job: string): Promise<void> {
    const { queue } = this.named(name);
    if ((await queue.getWaitingCount()) < WAITING_AT_MOST) await queue.add(job, {}, GONE_AFTERWARDS);
  }

  async addLater(name: string, job: string, ms: number): Promise<void> {
    await this.named(name).queue.add(job, {}, { ...GONE_AFTERWARDS, delay: ms });
  }

  /** A job that comes again every `everyMs`, however many processes ask for it. */
  async addRepeated(name: string, job: string, everyMs: number): Promise<void> {
    await this.named(name).queue.add(job, {}, { ...GONE_AFTERWARDS, repeat: { every: everyMs } });
  }

  /** Lets go of every job; what was looked at goes on above. */
  async close(): Promise<void> {
    const closing = Promise.all(
      [...this.queues.values()].map(({ queue }) => queue.close(true).catch(() => undefined)),
    );
    // Without Redis nothing answers that it closed.
    await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, ANSWER_MS).unref())]);
    for (const connection of this.connections) connection.disconnect();
  }

  private named(name: string): Named {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = new Bull(name, {
      prefix: this.prefix,
      createClient: (type, options) => this.connect(type, options),
      settings: { maxStalledCount: 3 },
    });
    queue.on('error', () => undefined);
    // Bull would name the connection of each handler and not wait for that: behind a call that waits for jobs the name is
    // still to be given when the process stops, and nobody hears that it failed. That would end the process in an error.
    Object.assign(queue, { setWorkerName: () => Promise.resolve() });
    const made = { queue, looks: new Map<string, Set<Look>>() };
    this.queues.set(name, made);
    return made;
  }

  /** All queues ask over one connection and hear over one; each waits for jobs over its own. */
  private connect(type: 'client' | 'subscriber' | 'bclient', options?: RedisOptions): Redis {
    const shared = this.shared.get(type);
    if (shared) return shared;
    const connection = new Redis(this.url, {
      ...options,
      retryStrategy: (tries: number) => Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(tries, 10)),
      // Bull waits with these two; what is asked of the third fails soon when Redis is away.
      ...(type === 'client'
        ? { maxRetriesPerRequest: 0, commandTimeout: ANSWER_MS }
        : { maxRetriesPerRequest: null, enableReadyCheck: false }),
    });
    connection.on('error', () => undefined);
    // Every queue listens for errors of the shared ones.
    connection.setMaxListeners(0);
    this.connections.add(connection);
    if (type !== 'bclient') this.shared.set(type, connection);
    return connection;
  }
}

const GONE_AFTERWARDS = { removeOnComplete: true, removeOnFail: true } as const;

/** Until the first of them found nothing more: as long as one has time, this process takes jobs. */
const looked = async (looks: ReadonlySet<Look>): Promise<void> => {
  if (looks.size > 0) await Promise.race([...looks].map((look) => look()));
};
