/** SQL: verdicts after which a declaration has come to nothing, unless it is declared again. */
export const OVER = `('refused', 'failed', 'sent-back')`;

/**
 * SQL: the key of document `d` (declaration `c`) still belongs to it: not deleted at customs, and the declaration neither
 * withdrawn nor finally refused; `months` (a number or null) is how long it does at most.
 */
export const keyInForce = (d: string, c: string, months: string): string =>
  `${c}.withdrawn_at is null and ${c}.verdict not in ${OVER} and ${d}.verdict not in ${OVER}
   and not (${d}.app_type = '3' and (${d}.status = '3' or ${d}.verdict in ('accepted', 'reviewed')))
   and (${months} is null or ${c}.created_at > now() - make_interval(months => ${months}))`;
