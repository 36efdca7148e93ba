import type { Queryable } from '../store/store.js';

/**
 * Names of who did something, by the actor text that is kept with it (`user:<id>`, `key:<prefix>`, `cli`). An actor who
 * is gone keeps its text.
 */
export async function actorNames(
  db: Queryable,
  actors: Iterable<string>,
): Promise<(actor: string) => string> {
  const wanted = [...new Set(actors)];
  const { rows } = await db.query<{ actor: string; name: string }>(
    `select 'user:' || id as actor, name from users where 'user:' || id = any($1)
     union all select 'key:' || prefix, name from api_keys where 'key:' || prefix = any($1)`,
    [wanted],
  );
  const names = new Map(rows.map((r) => [r.actor, r.name]));
  return (actor) => names.get(actor) ?? (actor === 'cli' ? '命令行 / command line' : actor);
}
