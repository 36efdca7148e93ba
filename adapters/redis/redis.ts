import { createClient } from 'redis';
import type { Log } from '../../src/base/log.js';

/** How long anything waits for Redis before it goes on without. */
export const ANSWER_MS = 1_000;
const LONGEST_PAUSE_MS = 2_000;

/** A connection that comes back by itself; commands fail at once while it is away, instead of waiting for it. */
export function redisClient(url: string, log: Log) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: ANSWER_MS },
    socket: {
      connectTimeout: ANSWER_MS,
      reconnectStrategy: (tries) => Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(tries, 10)),
    },
  });
  let away = false;
  client.on('error', (error: Error) => {
    if (!away) log.warn({ err: { message: error.message } }, 'Redis is away: everything goes on, slower');
    away = true;
  });
  client.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
  });
  return client;
}

export type RedisClient = ReturnType<typeof redisClient>;

/** Asks a Redis who it is. Throws when it does not answer within a second. */
export async function askRedis(url: string): Promise<{ version: string; evicts: string | undefined }> {
  const client = createClient({ url, socket: { connectTimeout: ANSWER_MS, reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = await client.info();
    const valueOf = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
    const policy = valueOf('maxmemory_policy');
    return {
      version: valueOf('redis_version') ?? '?',
      evicts: policy === 'noeviction' ? undefined : policy,
    };
  } finally {
    client.destroy();
  }
}
