import { dayOf } from '../base/clock.js';
import { groupBy } from '../base/collections.js';
import { byCode, type Attribute } from '../figures/attribution.js';
import type { Queryable } from '../store/store.js';

/**
 * Whose figure a declaration is, by the registry: the 统一社会信用代码 behind a customs registration code (by the filing
 * that bears it), district and park of the enterprise on the day it counts (Asia/Shanghai).
 */
export const byRegistry: Attribute = async (tx, asked) => {
  if (asked.length === 0) return [];
  const { rows } = await tx.query<{ code: string; district: string | null; park: string | null }>(
    `with asked as (
       select * from unnest($1::text[], $2::date[]) with ordinality as a (code, day, i)
     ), known as (
       select a.i, a.day, coalesce(
                (select f.code from enterprise_facts f
                  where f.kind = 'customs-filing' and f.number = a.code and f.withdrawn_at is null
                  order by f.valid_from desc limit 1), a.code) as code
         from asked a)
     select k.code,
            (select f.subject from enterprise_facts f where f.code = k.code and f.kind = 'district' and f.withdrawn_at is null
                and k.day between f.valid_from and coalesce(f.valid_to, 'infinity') limit 1) as district,
            (select f.subject from enterprise_facts f where f.code = k.code and f.kind = 'park' and f.withdrawn_at is null
                and k.day between f.valid_from and coalesce(f.valid_to, 'infinity') limit 1) as park
       from known k order by k.i`,
    [asked.map((a) => a.sellerCode), asked.map((a) => dayOf(a.at))],
  );
  const codes = await byCode(
    tx,
    asked.map((a, i) => ({ ...a, sellerCode: rows[i]?.code ?? a.sellerCode })),
  );
  return codes.map((known, i) => ({
    ...known,
    district: rows[i]?.district ?? '',
    park: rows[i]?.park ?? '',
  }));
};

/** An entry of a credit list, open or closed, as exclusions of awards are judged by. */
export interface CreditEntry {
  kind: 'blacklist' | 'fiscal-penalty' | 'abnormal' | 'serious';
  /** Number of the entry; '' where none is known. */
  list: string;
  listedOn: string;
  removedOn: string | null;
  source: string;
}

const creditKinds: readonly CreditEntry['kind'][] = ['blacklist', 'fiscal-penalty', 'abnormal', 'serious'];

/** Every entry of a credit list about these enterprises, earlier ones too, by 统一社会信用代码. */
export async function creditEntries(
  db: Queryable,
  codes: readonly string[],
): Promise<Map<string, CreditEntry[]>> {
  const { rows } = await db.query<CreditEntry & { code: string }>(
    `select code, kind, number as list, valid_from::text as "listedOn", valid_to::text as "removedOn", source
       from enterprise_facts where code = any($1) and kind = any($2) and withdrawn_at is null
      order by code, valid_from`,
    [codes, creditKinds],
  );
  return groupBy(rows, (row) => row.code);
}

/** Where an enterprise stood on a day, for awards and lists of candidates. */
export interface Standing {
  name: string | null;
  types: string[];
  district: string | null;
  /** First day of the stay in that district. */
  movedInOn: string | null;
  park: string | null;
  taxDistrict: string | null;
  /** Whether the statistics bureau counts it in the year of the day; null when nobody said so. */
  counted: boolean | null;
  /** `leading`, `model`, `key`. */
  lists: string[];
}

/** What the registry says of these enterprises on a day (yyyy-MM-dd); those it does not know are left out. */
export async function standingOn(
  db: Queryable,
  codes: readonly string[],
  day: string,
): Promise<Map<string, Standing>> {
  const { rows } = await db.query<{
    code: string;
    kind: string;
    subject: string;
    value: string;
    from: string;
  }>(
    `select code, kind, subject, value, valid_from::text as from from enterprise_facts
      where code = any($1) and withdrawn_at is null and $2::date between valid_from and coalesce(valid_to, 'infinity')
      order by code, kind, subject`,
    [codes, day],
  );
  const found = new Map<string, Standing>();
  for (const [code, facts] of groupBy(rows, (row) => row.code)) {
    const one = (kind: string) => facts.find((f) => f.kind === kind);
    const all = (kind: string) => facts.filter((f) => f.kind === kind).map((f) => f.subject);
    const counted = facts.find((f) => f.kind === 'statistics' && f.subject === day.slice(0, 4));
    found.set(code, {
      name: one('name')?.subject ?? null,
      types: all('type'),
      district: one('district')?.subject ?? null,
      movedInOn: one('district')?.from ?? null,
      park: one('park')?.subject ?? null,
      taxDistrict: one('tax-district')?.subject ?? null,
      counted: counted ? counted.value === 'yes' : null,
      lists: all('list'),
    });
  }
  return found;
}

/** Declarations that count for these enterprises, by 统一社会信用代码 or the registration codes of their filings. */
export async function declarationsOf(db: Queryable, codes: readonly string[]): Promise<string[]> {
  if (codes.length === 0) return [];
  const { rows } = await db.query<{ id: string }>(
    `select c.id from declarations c
      where c.released_at is not null and c.seller_code in (
        select unnest($1::text[]) union
        select number from enterprise_facts where kind = 'customs-filing' and code = any($1) and number <> '')
      order by c.id`,
    [codes],
  );
  return rows.map((row) => row.id);
}
