import { hostname } from 'node:os';
import pg from 'pg';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { LOCK } from './advisory.js';
import { connectionLimits, type Queryable } from './store.js';

const AGAIN_MS = 1_000;

/** A machine that lost its power says no goodbye: PostgreSQL asks for it from now on, and lets go within two minutes. */
const KEEPALIVE =
  'set tcp_keepalives_idle = 60; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 6';

/**
 * Says over a connection of its own, as long as this process is there, that it works with the schema it was made for, so
 * that no newer program takes that from under it. Where a newer one did while the connection was lost, `outdated`
 * resolves with why this process has to end.
 */
export class Presence {
  readonly outdated: Promise<Fault>;
  private tell: (fault: Fault) => void = () => undefined;
  private client: pg.Client | undefined;
  private again: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(
    private readonly url: string,
    private readonly beyond: (db: Queryable) => Promise<Fault | undefined>,
  ) {
    this.outdated = new Promise((resolve) => (this.tell = resolve));
  }

  /** `beyond` says why a program does not fit its database any more; undefined while it does. */
  static async begin(url: string, beyond: (db: Queryable) => Promise<Fault | undefined>): Promise<Presence> {
    const presence = new Presence(url, beyond);
    try {
      await presence.enter();
    } catch (error) {
      await presence.close();
      throw error;
    }
    return presence;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.again);
    await this.client?.end().catch(() => undefined);
  }

  private async enter(): Promise<void> {
    const name = `gateway ${hostname().slice(0, 40)}:${process.pid}`;
    const client = new pg.Client({ connectionString: this.url, application_name: name, ...connectionLimits });
    client.on('error', () => undefined);
    client.on('end', () => this.enterAgain());
    this.client = client;
    await client.connect();
    await client.query(KEEPALIVE);
    await client.query('select pg_advisory_lock_shared($1)', [LOCK.atWork]);
    const fault = await this.beyond(client);
    if (fault) this.tell(fault);
  }

  private enterAgain(): void {
    if (this.closed) return;
    this.again ??= setTimeout(() => {
      this.again = undefined;
      this.enter().catch(() => this.enterAgain());
    }, AGAIN_MS).unref();
  }
}

/**
 * In the transaction of a migration that does more than add: nobody else is at work until it commits. Returns the fault
 * (C12) that names who is.
 */
export async function alone(tx: Queryable, migration: string): Promise<Fault | undefined> {
  const { rows } = await tx.query<{ alone: boolean }>('select pg_try_advisory_xact_lock($1) as alone', [
    LOCK.atWork,
  ]);
  if (rows[0]?.alone) return undefined;
  const { rows: others } = await tx.query<{ name: string | null; pid: number }>(
    `select a.application_name as name, l.pid from pg_locks l left join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32) + l.objid::bigint = $1 order by 1`,
    [LOCK.atWork],
  );
  const processes = others.map(({ name, pid }) => name?.replace(/^gateway /, '') ?? `PostgreSQL ${pid}`);
  return makeFault('C12', '', { migration, processes: processes.join(', ') });
}
