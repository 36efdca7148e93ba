/**
 * True (in SQL) when the pause or lease that ends at the column `at` is over, by the database's clock. One that ends further
 * ahead than the longest that is ever set was set before somebody put the clock back, and is over as well: what is under
 * way goes on. `longestSeconds` is the longest that is ever set.
 */
export const isOver = (at: string, longestSeconds: number): string =>
  `(${at} <= now() or ${at} > now() + interval '${Math.ceil(longestSeconds * 1.5)} seconds')`;

/**
 * True (in SQL) when what happened at the column `at` is longer ago than `seconds`, by the database's clock. What stands as far
 * ahead happened before somebody put the clock back, and is long ago as well.
 */
export const isLongAgo = (at: string, seconds: number): string =>
  `(${at} < now() - interval '${seconds} seconds' or ${at} > now() + interval '${seconds} seconds')`;
