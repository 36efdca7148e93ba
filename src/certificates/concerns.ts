import { Dec, isPlainDecimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { listsById, type CoveredList } from '../filings/lists.js';
import type { Order } from '../orders/order.js';
import type { Queryable } from '../store/store.js';
import type { Application, ApplicationLine } from './application.js';
import { coveredSoFar, heldOf, type Covered } from './coverage.js';
import { isOver } from './draft.js';
import { NEWEST, SUPERSEDED } from './standing.js';

/** A declaration as it would be after a correction that is not made yet. */
export interface Changed {
  declarationId: string;
  order: Order;
}

/**
 * Why certificates have to be looked at again: what they cover was declared otherwise since they were applied for, or is
 * declared no longer. By certificate, those of `ids` alone; one that was put aside or replaced is of no concern.
 */
export async function concernsOf(
  db: Queryable,
  tenants: readonly string[],
  ids: readonly string[],
  changed?: Changed,
): Promise<Map<string, Fault[]>> {
  const { rows } = await db.query<{ id: string; cert_no: string; application: Application }>(
    `select c.id, c.cert_no, d.filing as application from certificates c ${NEWEST}
      where c.id = any($1::uuid[]) and c.tenant_id = any($2) and c.cancelled_at is null and not ${SUPERSEDED} order by c.id`,
    [ids, tenants],
  );
  const covers = [...new Set(rows.flatMap((r) => r.application.lines.map((l) => l.declarationId)))];
  if (covers.length === 0) return new Map();
  const lists = (await listsById(db, covers, tenants)).map((list) =>
    list.id === changed?.declarationId ? { ...list, order: changed.order } : list,
  );
  const covered = await coveredSoFar(db, covers, undefined);
  return new Map(rows.map((r) => [r.id, concernsIn(r.cert_no, r.application, lists, covered)]));
}

/** What a correction of a declaration would mean for its certificates. */
export async function concernedBy(
  db: Queryable,
  tenants: readonly string[],
  changed: Changed,
): Promise<Fault[]> {
  const { rows } = await db.query<{ id: string }>(
    'select distinct certificate_id as id from certificate_lines where declaration_id = $1',
    [changed.declarationId],
  );
  const ids = rows.map((r) => r.id);
  const before = await concernsOf(db, tenants, ids);
  const after = await concernsOf(db, tenants, ids, changed);
  // What stands so already is no consequence of this correction.
  const known = new Set([...before.values()].flat().map((fault) => JSON.stringify(fault)));
  return [...after.values()].flat().filter((fault) => !known.has(JSON.stringify(fault)));
}

function concernsIn(
  certNo: string,
  { lines, destination }: Application,
  lists: readonly CoveredList[],
  covered: readonly Covered[],
): Fault[] {
  const faults: Fault[] = [];
  for (const list of lists.filter((l) => lines.some((line) => line.declarationId === l.id))) {
    const { orderNo } = list;
    if (isOver(list)) faults.push(makeFault('O24', 'sources', { certNo, orderNo }, orderNo));
    const country = list.order.list.country ?? '';
    if (country !== destination.code)
      faults.push(
        otherwise(
          certNo,
          orderNo,
          'CertificateHead.DestCountryCode',
          ['目的国', 'destination'],
          [destination.code, country],
        ),
      );
  }
  lines.forEach((line, i) => {
    const list = lists.find((l) => l.id === line.declarationId);
    if (list) faults.push(...lineConcerns(certNo, line, `CertificateList[${i}]`, list, covered));
  });
  return faults;
}

function lineConcerns(
  certNo: string,
  line: ApplicationLine,
  place: string,
  { id, orderNo, order }: CoveredList,
  covered: readonly Covered[],
): Fault[] {
  const { gnum } = line;
  const now = order.lines.find((l, i) => (l.gnum ?? String(i + 1)) === gnum);
  const declared = now?.qty && isPlainDecimal(now.qty) ? now.qty : '0';
  const held = heldOf(covered, id, gnum);
  if (new Dec(declared).lt(held))
    return [
      makeFault(
        'O23',
        `certificate.${place}.GoodsQty`,
        { certNo, orderNo, gnum, declared: new Dec(declared).toFixed(), covered: new Dec(held).toFixed() },
        line.qty,
      ),
    ];
  const fields = [
    ['HSCode', ['商品编码', 'HS code'], line.hs, now?.gcode],
    ['GoodsName', ['品名', 'name'], line.name, now?.gname],
    ['InvPrice', ['单价', 'price'], line.price, now?.price],
  ] as const;
  return fields.flatMap(([name, what, before, after]) =>
    before === after
      ? []
      : [otherwise(certNo, `${orderNo} #${gnum}`, `${place}.${name}`, what, [before ?? '—', after ?? '—'])],
  );
}

const otherwise = (
  certNo: string,
  orderNo: string,
  place: string,
  [what, whatEn]: readonly [string, string],
  [before, after]: readonly [string, string],
): Fault =>
  makeFault('O25', `certificate.${place}`, { certNo, orderNo, what, whatEn, before, after }, before);
