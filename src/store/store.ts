import pg from 'pg';
import { isStale, prepared, StatementNames } from './prepared.js';

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
export type Wake =
  'prepare' | 'dispatch' | 'receipts' | 'imports' | 'filings' | 'declarations' | 'tray' | 'keys';

/** Wake-ups go here … */
export const WAKE_CHANNEL = 'gateway';
/** … and triggers say here whose rows changed. */
export const TENANT_CHANNEL = 'gateway_tenants';
/** deadlock_detected, serialization_failure */
const DEADLOCK = new Set(['40P01', '40001']);

/** connection, resources, operator, system, transaction rollback, internal */
const UNAVAILABLE = /^(08|25006|40|53|55P03|57|58|XX)/;
/** What a system says (ECONNREFUSED, ENOSPC); ERR_OUT_OF_RANGE and the like are defects of a program. */
const SYSTEM = /^E(?!RR_)[A-Z]+$/;
const LOST =
  /^Connection terminated|timeout|connection error|not queryable|Client was closed|pool after calling end/;

/**
 * True when the database could not do its part (lost, full, stopping): the same work may succeed later. False for what
 * the work itself is at fault of, such as a value that no column holds.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return UNAVAILABLE.test(error.code ?? '') || isStale(error);
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && typeof error.code === 'string' && SYSTEM.test(error.code)) return true;
  return 'message' in error && typeof error.message === 'string' && LOST.test(error.message);
}

/** A database host that vanished is noticed in half a minute; waiting in the pool for a free connection is no part of it. */
export const connectionLimits = {
  connectionTimeoutMillis: 15_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 15_000,
} as const;

class PatientClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super({ ...(typeof config === 'string' ? { connectionString: config } : config), ...connectionLimits });
  }
}

/** PostgreSQL behind one pool. Numeric columns come as decimal text, `timestamptz` as Date. */
export class Store {
  private readonly pool: pg.Pool;
  private readonly statements = new StatementNames();

  constructor(
    private readonly url: string,
    private readonly max = 10,
  ) {
    this.pool = new pg.Pool({
      connectionString: url,
      max,
      application_name: 'gateway',
      Client: PatientClient,
    });
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
   * transaction as the victim of a deadlock, or another version changed the columns it reads, the whole `work` runs
   * again, so it must have no effect outside.
   */
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    for (let victim = 0, stale = 0; ;) {
      try {
        return await this.once(work);
      } catch (error) {
        // Each connection of the pool may have prepared it.
        if (isStale(error) && stale++ <= this.max) continue;
        if (!(error instanceof pg.DatabaseError) || !DEADLOCK.has(error.code ?? '') || ++victim >= 5)
          throw error;
      }
    }
  }

  /**
   * Runs `work` in a transaction on a connection of its own: for who holds one of the pool already, and would wait for another
   * for ever while all of the pool do the same. Commits when it resolves, rolls back when it throws.
   */
  async aside<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = new PatientClient({ connectionString: this.url, application_name: 'gateway' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } finally {
      await client.end();
    }
  }

  private async once<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query('begin');
      const result = await work(prepared(client, this.statements));
      await client.query('commit');
      return result;
    } catch (error) {
      broken = isStale(error);
      await client.query('rollback').catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Wakes the loops of every process once the surrounding transaction commits. */
export async function wake(db: Queryable, ...channels: Wake[]): Promise<void> {
  await db.query('select pg_notify($1, channel) from unnest($2::text[]) as c (channel)', [
    WAKE_CHANNEL,
    channels,
  ]);
}
