import pg from 'pg';

/** Owner of rows that belong to no enterprise (yet): the operator's tenant, created by the first migration. */
export const OPERATOR_TENANT = '00000000-0000-7000-8000-000000000001';

/** Anything that runs a query: the pool or one transaction. */
export interface Queryable {
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<R>>;
}

/** Channels of `NOTIFY` that wake the loops of every process and tell open consoles that something changed. */
export type Wake = 'prepare' | 'dispatch' | 'receipts' | 'imports' | 'filings' | 'declarations' | 'tray';

const CHANNEL = 'gateway';
/** Triggers say here whose rows changed. */
const TENANT_CHANNEL = 'gateway_tenants';
/** deadlock_detected, serialization_failure */
const DEADLOCK = new Set(['40P01', '40001']);

/** connection, resources, operator, system, transaction rollback, internal */
const UNAVAILABLE = /^(08|25006|40|53|55P03|57|58|XX)/;
const LOST =
  /^Connection terminated|timeout|connection error|not queryable|Client was closed|pool after calling end/;

/**
 * True when the database could not do its part (lost, full, stopping): the same work may succeed later. False for what
 * the work itself is at fault of, such as a value that no column holds.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return UNAVAILABLE.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  const code: unknown = 'code' in error ? error.code : undefined;
  return (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) || LOST.test(error.message);
}

/** PostgreSQL behind one pool. Numeric columns come as decimal text, `timestamptz` as Date. */
export class Store {
  private readonly pool: pg.Pool;
  private listener: pg.Client | undefined;
  private readonly subscribers = new Set<(wake: Wake) => void>();
  private readonly tenantSubscribers = new Set<(wake: Wake, tenantId: string) => void>();
  private closed = false;

  constructor(
    private readonly url: string,
    max = 10,
  ) {
    this.pool = new pg.Pool({ connectionString: url, max, application_name: 'gateway' });
    // An idle connection that breaks is replaced by the pool; without a handler it would end the process. The same holds
    // for one that breaks between two queries of a transaction: the next query fails, and so the transaction.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<R>> {
    return this.pool.query<R>(text, values);
  }

  /**
   * Runs `work` in one transaction: commits when it resolves, rolls back when it throws. When PostgreSQL chose this
   * transaction as the victim of a deadlock the whole `work` runs again, so it must have no effect outside.
   */
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError) || !DEADLOCK.has(error.code ?? '') || attempt >= 5)
          throw error;
      }
    }
  }

  private async once<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Calls `subscriber` for every wake-up of any process; returns how to stop. A lost connection is opened again. */
  async subscribe(subscriber: (wake: Wake) => void): Promise<() => void> {
    this.subscribers.add(subscriber);
    if (!this.listener) await this.listen();
    return () => this.subscribers.delete(subscriber);
  }

  /** Calls `subscriber` for every change of declarations, imports or received files, with the tenant whose it is. */
  async subscribeTenants(subscriber: (wake: Wake, tenantId: string) => void): Promise<() => void> {
    this.tenantSubscribers.add(subscriber);
    if (!this.listener) await this.listen();
    return () => this.tenantSubscribers.delete(subscriber);
  }

  private async listen(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'gateway-listen' });
    this.listener = client;
    client.on('notification', (n) => {
      if (n.channel === CHANNEL) for (const subscriber of this.subscribers) subscriber(n.payload as Wake);
      else {
        const [kind = '', tenantId = ''] = (n.payload ?? '').split(' ');
        for (const subscriber of this.tenantSubscribers) subscriber(kind as Wake, tenantId);
      }
    });
    client.on('error', () => undefined);
    client.on('end', () => {
      if (this.listener !== client) return;
      this.listener = undefined;
      this.listenAgain();
    });
    await client.connect();
    await client.query(`listen ${CHANNEL}; listen ${TENANT_CHANNEL}`);
  }

  private listenAgain(): void {
    setTimeout(() => {
      if (!this.closed && !this.listener)
        this.listen().catch(() => {
          this.listener = undefined;
          this.listenAgain();
        });
    }, 1000).unref();
  }

  async close(): Promise<void> {
    this.closed = true;
    const listener = this.listener;
    this.listener = undefined;
    await listener?.end().catch(() => undefined);
    await this.pool.end();
  }
}

/** Wakes the loops of every process once the surrounding transaction commits. */
export async function wake(db: Queryable, ...channels: Wake[]): Promise<void> {
  for (const channel of channels) await db.query('select pg_notify($1, $2)', [CHANNEL, channel]);
}
