import type { Text } from '../../terms/text.js';
import { conditions, type DeclarationFilter } from '../declarations/queries.js';
import type { Catalogue } from '../../messages/catalogue.js';
import type { Queryable } from '../../store/store.js';
import { coach, withoutValues, type Explanation } from '../../coach/coach.js';

/** Refused or failed documents that share one code. */
export interface RefusalGroup {
  messageType: string;
  title: Text;
  code: string;
  status: string;
  count: number;
  newestAt: string | null;
  coach: Explanation;
  /** API path that lists exactly the declarations of the group. */
  declarations: string;
}

interface GroupRow {
  message_type: string;
  code: string;
  status: string;
  n: number;
  newest: Date | null;
  /** The newest receipt that said it. */
  receipt_type: string | null;
  info: string | null;
}

const LIMIT = 200;
/** Wordings of one code that are looked at before it is called unknown. */
const WORDINGS = 50;

/**
 * Current documents that stand refused or failed, grouped by message and code, the newest refusal first. The words of
 * single receipts are left out, so that nothing in it names a person.
 */
export async function refusalGroups(
  db: Queryable,
  tenants: readonly string[],
  filter: DeclarationFilter,
  catalogue: Catalogue,
): Promise<{ items: RefusalGroup[]; total: number }> {
  const { where, values } = conditions(tenants, filter);
  const narrow = [
    ...(filter.refused ? [`d.message_type = $${values.push(filter.refused)}`] : []),
    ...(filter.code ? [`coalesce(d.info_code, d.status) = $${values.push(filter.code)}`] : []),
  ].map((part) => ` and ${part}`);
  const { rows } = await db.query<GroupRow>(
    `with g as (select d.message_type, coalesce(d.info_code, d.status) as code, min(d.status) as status, count(*)::int as n,
            max(d.status_time) as newest, (array_agg(d.id order by d.status_time desc nulls last))[1] as document_id
       from declarations c join documents d on d.declaration_id = c.id and d.current and d.filing is null
        and d.verdict in ('refused', 'failed')
      where ${where}${narrow.join('')}
      group by d.message_type, coalesce(d.info_code, d.status)
      order by max(d.status_time) desc nulls last, d.message_type, code limit ${LIMIT})
     select g.*, r.message_type as receipt_type, r.info from g left join lateral (
       select r.message_type, r.info from receipts r where r.document_id = g.document_id and r.return_status = g.status
        order by r.return_time desc nulls last limit 1) r on true
      order by g.newest desc nulls last, g.message_type, g.code`,
    values,
  );
  const unknown = new Set((await unknownCodes(db, tenants)).map(keyOf));
  const items = rows.map((row): RefusalGroup => {
    const mapping = catalogue.message(row.message_type);
    return {
      messageType: row.message_type,
      title: mapping?.title ?? { zh: row.message_type, en: row.message_type },
      code: row.code,
      status: row.status,
      count: row.n,
      newestAt: row.newest?.toISOString() ?? null,
      coach: withoutValues(explainRow(row, mapping?.receipt, unknown)),
      declarations: `/v1/declarations?${new URLSearchParams({ ...plain(filter), refused: row.message_type, code: row.code })}`,
    };
  });
  return { items, total: items.reduce((n, g) => n + g.count, 0) };
}

/** A code is known or unknown for everybody who reads the page: what is listed as unknown is unknown in its group, too. */
function explainRow(row: GroupRow, receipt: string | undefined, unknown: ReadonlySet<string>): Explanation {
  const receiptType = row.receipt_type ?? receipt ?? row.message_type;
  const infoCode = row.code === row.status ? null : row.code;
  const explained = coach().explain({ receiptType, status: row.status, infoCode, info: row.info });
  return { ...explained, known: !unknown.has(keyOf({ receiptType, status: row.status, infoCode })) };
}

const keyOf = ({ receiptType, status, infoCode }: Pick<UnknownCode, 'receiptType' | 'status' | 'infoCode'>) =>
  [receiptType, status, infoCode ?? ''].join('/');

const plain = (filter: DeclarationFilter): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])));

/** A code that stands in no table of the coach. */
export interface UnknownCode {
  receiptType: string;
  status: string;
  infoCode: string | null;
  count: number;
  firstAt: string;
  lastAt: string;
}

/** Codes of receipts that the coach does not know, with how often each came, the most frequent first. */
export async function unknownCodes(db: Queryable, tenants: readonly string[]): Promise<UnknownCode[]> {
  const { listed } = coach();
  const { rows } = await db.query<{
    message_type: string;
    return_status: string;
    info_code: string | null;
    n: number;
    first_at: Date;
    last_at: Date;
    words: (string | null)[];
  }>(
    `select message_type, return_status, info_code, count(*)::int as n, min(received_at) as first_at, max(received_at) as last_at,
            (array_agg(distinct info))[1:${WORDINGS}] as words
       from receipts where tenant_id = any($1) and (return_status <> all($2) or info_code is not null and info_code <> all($3)
              or message_type = any($4))
      group by 1, 2, 3 order by n desc, 1, 2, 3`,
    [tenants, listed.statuses, listed.infoCodes, listed.ownTables],
  );
  return rows.flatMap((r) => {
    const known = r.words.some(
      (info) =>
        coach().explain({ receiptType: r.message_type, status: r.return_status, infoCode: r.info_code, info })
          .known,
    );
    if (known) return [];
    return [
      {
        receiptType: r.message_type,
        status: r.return_status,
        infoCode: r.info_code,
        count: r.n,
        firstAt: r.first_at.toISOString(),
        lastAt: r.last_at.toISOString(),
      },
    ];
  });
}
