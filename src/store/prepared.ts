import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Queryable } from './store.js';

/** Every connection keeps its plans: texts beyond these, as a program that puts texts together makes them, are planned each time. */
const MOST = 250;

/** The names under which the connections of a store prepare its statements. */
export class StatementNames {
  private readonly names = new Map<string, string>();

  of(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MOST) return known;
    const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    this.names.set(text, name);
    return name;
  }
}

/**
 * The connection of a transaction: PostgreSQL reads and plans a statement with parameters once a connection, not once a
 * batch (ADR 0056). A statement outside a transaction is planned each time, for what it asks.
 */
export function prepared(client: pg.PoolClient, names: StatementNames): Queryable {
  return {
    query: <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => {
      const name = values && names.of(text);
      return name ? client.query<R>({ name, text, values }) : client.query<R>(text, values);
    },
  };
}

/**
 * True when the columns of a statement changed after this connection had prepared it, as when another version's
 * migration adds one while this process is at work. The connection is of no more use, the transaction may run again.
 */
export const isStale = (error: unknown): boolean =>
  // Its message comes in the language of the server, what raised it does not.
  error instanceof pg.DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
