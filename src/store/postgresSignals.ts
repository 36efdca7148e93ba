import pg from 'pg';
import { claimPeriod } from './repeats.js';
import type { Look, Signals, Stop } from './signals.js';
import { connectionLimits, TENANT_CHANNEL, WAKE_CHANNEL, type Store, type Wake } from './store.js';

/** How much of an unused pace is kept, in seconds. */
const BURST_SECONDS = 1;
/** Timers of processes are never quite together: a period counts as over a little early. */
const PERIOD_PART = 0.9;
const LISTEN_AGAIN_MS = 1_000;

type Heard = (kind: Wake, tenantId: string | undefined) => void;

/**
 * Signals by LISTEN and NOTIFY: they leave with the commit and reach every process. Listens while somebody wants to hear,
 * over a connection of its own that is opened again when it is lost.
 */
export class PostgresSignals implements Signals {
  readonly carrier = 'postgresql';
  private readonly heard = new Set<Heard>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly looks = new Map<Wake, Set<Look>>();
  private listener: Promise<pg.Client> | undefined;
  private again: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly store: Store,
    private readonly url: string,
  ) {}

  async onWork(kind: Wake, look: Look): Promise<Stop> {
    const looks = this.looks.get(kind) ?? new Set();
    this.looks.set(kind, looks.add(look));
    const stop = await this.onNews((changed, tenantId) => {
      if (changed === kind && tenantId === undefined) void look();
    });
    return async () => {
      looks.delete(look);
      await stop();
    };
  }

  async onNews(heard: Heard): Promise<Stop> {
    this.heard.add(heard);
    this.listener ??= this.listen();
    await this.listener.catch((error: unknown) => {
      this.listener = undefined;
      throw error;
    });
    return async () => {
      this.heard.delete(heard);
      if (this.heard.size === 0) await this.listenNoMore();
    };
  }

  /** In this process: the others look by themselves. */
  async later(kind: Wake, ms: number): Promise<void> {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      for (const look of this.looks.get(kind) ?? []) void look();
    }, ms).unref();
    this.timers.add(timer);
  }

  async take(counterpart: string, wanted: number, perSecond: number): Promise<number> {
    const { rows } = await this.store.query<{ taken: number }>(
      `with free as (
         select name, greatest(paced_until, now() - make_interval(secs => $4)) as since
           from counterparts where name = $1 for update
       ), share as (
         select name, since, greatest(0, least($2, floor(extract(epoch from now() - since) * $3::float8)))::int as taken from free
       )
       update counterparts c set paced_until = least(s.since, now()) + make_interval(secs => s.taken / $3::float8)
         from share s where c.name = s.name returning s.taken`,
      [counterpart, wanted, perSecond, BURST_SECONDS],
    );
    return rows[0]?.taken ?? 0;
  }

  async giveBack(counterpart: string, count: number, perSecond: number): Promise<void> {
    await this.store.query(
      'update counterparts set paced_until = paced_until - make_interval(secs => $2) where name = $1',
      [counterpart, count / perSecond],
    );
  }

  async repeat(name: string, everyMs: number, look: Look): Promise<Stop> {
    const timer = setInterval(() => {
      claimPeriod(this.store, name, everyMs * PERIOD_PART)
        .then((mine) => (mine ? look() : undefined))
        // A lost database: the next period asks again.
        .catch(() => undefined);
    }, everyMs).unref();
    this.timers.add(timer);
    return async () => {
      clearInterval(timer);
      this.timers.delete(timer);
    };
  }

  counters(): undefined {
    return undefined;
  }

  async reachable(): Promise<boolean> {
    return this.store.query('select 1').then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.heard.clear();
    await this.listenNoMore();
  }

  private listen(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'gateway-listen',
      ...connectionLimits,
    });
    client.on('notification', ({ channel, payload = '' }) => {
      const [kind = '', tenantId] = payload.split(' ');
      for (const heard of [...this.heard])
        heard(kind as Wake, channel === TENANT_CHANNEL ? tenantId : undefined);
    });
    client.on('error', () => undefined);
    const listening = connect(client);
    client.on('end', () => {
      if (this.listener === listening) this.listenAgain();
    });
    return listening;
  }

  /** The connection was lost: what was told meanwhile is found by looking. */
  private listenAgain(): void {
    this.again ??= setTimeout(() => {
      this.again = undefined;
      this.listener = undefined;
      if (this.closed || this.heard.size === 0) return;
      this.listener = this.listen();
      this.listener.catch(() => this.listenAgain());
    }, LISTEN_AGAIN_MS).unref();
  }

  private async listenNoMore(): Promise<void> {
    const listener = this.listener;
    this.listener = undefined;
    await listener?.then((client) => client.end()).catch(() => undefined);
  }
}

async function connect(client: pg.Client): Promise<pg.Client> {
  await client.connect();
  await client.query(`listen ${WAKE_CHANNEL}; listen ${TENANT_CHANNEL}`);
  return client;
}
