import type { Log } from '../base/log.js';
import { isLongAgo } from '../store/pauses.js';
import { recheckRound } from './freeze.js';
import type { AwardParts } from './rounds.js';

const DAY_SECONDS = 86_400;

/**
 * Computes every frozen round again once a day with the records of the day, as the step of a loop: what changed becomes a
 * review item, the round stays as it is. Any number of processes share the work. A round that fails is tried again after
 * an hour and holds up no other. True while there is more to do.
 */
export function awardUpkeep(parts: AwardParts, log: Log): () => Promise<boolean> {
  const { store } = parts;
  return async () => {
    const { rows } = await store.query<{ round_id: string }>(
      `insert into award_rechecks (round_id, tenant_id, checked_at)
       select r.id, r.tenant_id, now() from award_rounds r
        where r.state = 'frozen' and not exists (
          select 1 from award_rechecks c where c.round_id = r.id and not ${isLongAgo('c.checked_at', DAY_SECONDS)})
        order by r.id limit 1
       on conflict (round_id) do update set checked_at = now()
         where ${isLongAgo('award_rechecks.checked_at', DAY_SECONDS)}
       returning round_id`,
    );
    const due = rows[0];
    if (!due) return false;
    try {
      const raised = await recheckRound(parts, due.round_id);
      if (raised > 0) log.info({ round: due.round_id, raised }, 'a frozen round has new review items');
    } catch (error) {
      log.error({ round: due.round_id, err: error }, 'a frozen round could not be checked');
      await store.query(
        `update award_rechecks set checked_at = now() - interval '23 hours' where round_id = $1`,
        [due.round_id],
      );
    }
    return true;
  };
}
