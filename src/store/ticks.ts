/**
 * Where a row stands in the order of what left and arrived here (in SQL): its number, which no clock that is put back can change.
 * What was written down before there were numbers stands before all that have one, by its moment `at`. Always a safe integer.
 */
export const tickOf = (tick: string, at: string): string =>
  `coalesce(${tick}, (extract(epoch from ${at}) * 1000000)::bigint - 9000000000000000)::float8`;
