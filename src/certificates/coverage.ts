import { Dec } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Queryable } from '../store/store.js';
import type { ApplicationLine } from './application.js';
import { SUPERSEDED } from './standing.js';

/** How much of a goods line certificates hold already, in the unit it was declared in. */
export interface Covered {
  declarationId: string;
  gnum: string;
  qty: string;
}

/**
 * What certificates hold of these declarations. One that is under way to replace another holds together with it the
 * larger of both, so that neither outcome takes what the other needs; `except` leaves out one line of certificates (the
 * root of it).
 */
export async function coveredSoFar(
  db: Queryable,
  declarationIds: readonly string[],
  except: string | undefined,
): Promise<Covered[]> {
  const { rows } = await db.query<Covered>(
    `with held as (
       select c.root, l.declaration_id, l.gnum, c.id, sum(l.qty) as qty
         from certificate_lines l join certificates c on c.id = l.certificate_id
        where l.declaration_id = any($1::uuid[]) and ($2::uuid is null or c.root <> $2) and c.cancelled_at is null and not ${SUPERSEDED}
        group by 1, 2, 3, 4
     ), lines as (select root, declaration_id, gnum, max(qty) as qty from held group by 1, 2, 3)
     select declaration_id as "declarationId", gnum, sum(qty)::text as qty from lines group by 1, 2 order by 1, 2`,
    [declarationIds, except ?? null],
  );
  return rows;
}

export const heldOf = (covered: readonly Covered[], declarationId: string, gnum: string): string =>
  covered.find((c) => c.declarationId === declarationId && c.gnum === gnum)?.qty ?? '0';

/** Lines that would cover more than was declared (O06). `declared` gives the declared quantity of a line. */
export function quantityFaults(
  lines: readonly ApplicationLine[],
  covered: readonly Covered[],
  declared: (line: ApplicationLine) => string,
): Fault[] {
  const here = new Map<string, Dec>();
  return lines.flatMap((line, i) => {
    const key = `${line.declarationId} ${line.gnum}`;
    const held = heldOf(covered, line.declarationId, line.gnum);
    const left = new Dec(declared(line)).minus(held).minus(here.get(key) ?? '0');
    here.set(key, (here.get(key) ?? new Dec(0)).plus(line.qty));
    if (left.gte(line.qty)) return [];
    return [
      makeFault(
        'O06',
        `certificate.CertificateList[${i}].GoodsQty`,
        {
          orderNo: line.orderNo,
          gnum: line.gnum,
          qty: line.qty,
          declared: declared(line),
          covered: new Dec(held).toFixed(),
          left: Dec.max(left, 0).toFixed(),
        },
        line.qty,
      ),
    ];
  });
}
