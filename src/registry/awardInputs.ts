import { dayOf } from '../base/clock.js';
import type { Queryable } from '../store/store.js';
import { creditEntries, standingOn } from './lookups.js';

/**
 * What the registry says of enterprises on a day to those who judge awards, by the names of their case files: district of
 * registration and since when, and every credit entry with dates, number and source.
 */
export function awardRegister(db: Queryable): {
  about(enterprises: readonly string[], on: Date): Promise<ReadonlyMap<string, Record<string, unknown>>>;
} {
  return {
    async about(enterprises, on) {
      const [standing, credit] = await Promise.all([
        standingOn(db, enterprises, dayOf(on)),
        creditEntries(db, enterprises),
      ]);
      return new Map(
        enterprises.flatMap((code): [string, Record<string, unknown>][] => {
          const at = standing.get(code);
          const listings = credit.get(code);
          if (!at && !listings) return [];
          return [
            [
              code,
              {
                ...(at?.district && { registeredDistrict: at.district, movedIntoDistrict: at.movedInOn }),
                ...(listings && { listings }),
              },
            ],
          ];
        }),
      );
    },
  };
}
