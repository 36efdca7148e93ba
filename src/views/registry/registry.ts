import type { z } from 'zod';
import { wordOf, type RegistryKinds } from '../../registry/kinds.js';
import type { Queryable } from '../../store/store.js';
import type { Text } from '../../terms/text.js';
import type {
  registryCountsSchema,
  registryEnterpriseSchema,
  registryFactSchema,
  registryKindSchema,
  registryLineSchema,
} from './shapes.js';

const plain = (text: string): Text => ({ zh: text, en: text });

/** The kinds of facts as forms and filters show them. */
export const kindsView = (kinds: RegistryKinds): z.input<typeof registryKindSchema>[] =>
  kinds.all.map(({ id, text, group, subject, value, number, single }) => ({
    id,
    text,
    group,
    subject: Array.isArray(subject) ? 'choice' : subject,
    subjects: Array.isArray(subject) ? subject.map(({ code, text: word }) => ({ code, text: word })) : [],
    values: (value ?? []).map(({ code, text: word }) => ({ code, text: word })),
    number,
    single,
  }));

interface Row {
  id: string;
  kind: string;
  subject: string;
  value: string;
  number: string;
  note: string;
  valid_from: string;
  valid_to: string | null;
  in_force: boolean;
  source: string;
  recorded_by: string;
  recorded_at: Date;
  withdrawn_by: string | null;
  withdrawn_at: Date | null;
  withdrawn_why: string | null;
}

const subjectText = (kinds: RegistryKinds, kind: string, subject: string): Text | null =>
  subject === '' ? null : (wordOf(kinds.byId.get(kind)?.subject, subject) ?? plain(subject));

const factView = (r: Row, kinds: RegistryKinds): z.input<typeof registryFactSchema> => ({
  id: r.id,
  kind: r.kind,
  kindText: kinds.byId.get(r.kind)?.text ?? plain(r.kind),
  group: kinds.byId.get(r.kind)?.group ?? '',
  subject: r.subject,
  subjectText: subjectText(kinds, r.kind, r.subject),
  value: r.value,
  valueText: r.value === '' ? null : (wordOf(kinds.byId.get(r.kind)?.value, r.value) ?? plain(r.value)),
  number: r.number,
  note: r.note,
  validFrom: r.valid_from,
  validTo: r.valid_to,
  inForce: r.in_force,
  source: r.source,
  recordedBy: r.recorded_by,
  recordedAt: r.recorded_at.toISOString(),
  withdrawnBy: r.withdrawn_by,
  withdrawnAt: r.withdrawn_at?.toISOString() ?? null,
  withdrawnWhy: r.withdrawn_why,
});

/** Everything the registry says and ever said of one enterprise, as of a day; undefined when it never said anything. */
export async function registryEnterprise(
  db: Queryable,
  kinds: RegistryKinds,
  code: string,
  today: string,
): Promise<z.input<typeof registryEnterpriseSchema> | undefined> {
  const { rows } = await db.query<Row>(
    `select id, kind, subject, value, number, note, valid_from::text, valid_to::text, source,
            withdrawn_at is null and $2::date between valid_from and coalesce(valid_to, 'infinity') as in_force,
            actor_name(recorded_by) as recorded_by, recorded_at, actor_name(withdrawn_by) as withdrawn_by, withdrawn_at,
            withdrawn_why
       from enterprise_facts where code = $1 order by greatest(recorded_at, withdrawn_at) desc, id desc`,
    [code, today],
  );
  if (rows.length === 0) return undefined;
  const history = rows.map((row) => factView(row, kinds));
  const order = new Map(kinds.all.map((kind, i) => [kind.id, i]));
  const facts = history
    .filter((fact) => fact.withdrawnAt === null)
    .sort(
      (a, b) => (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0) || (a.validFrom < b.validFrom ? 1 : -1),
    );
  return {
    code,
    name: facts.find((fact) => fact.kind === 'name' && fact.inForce)?.subject ?? null,
    facts,
    history,
  };
}

export interface RegistryQuestion {
  /** Codes that may be seen; undefined for every one. */
  codes: readonly string[] | undefined;
  search?: string | undefined;
  kind?: string | undefined;
  subject?: string | undefined;
  /** Only those that stand on a credit list today. */
  hits?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
  today: string;
}

/** A page of enterprises by code, each as it stands today. */
export async function registryLines(
  db: Queryable,
  kinds: RegistryKinds,
  asked: RegistryQuestion,
): Promise<{ items: z.input<typeof registryLineSchema>[]; next: string | null }> {
  const credit = kinds.all.filter((kind) => kind.group === 'credit' && !kind.single).map((kind) => kind.id);
  const { rows } = await db.query<{
    code: string;
    facts: { kind: string; subject: string; from: string; source: string }[];
    count: number;
  }>(
    `with standing as (
       select * from enterprise_facts f
        where withdrawn_at is null and code > $1 and ($2::text[] is null or code = any($2))
     ), now as (
       select * from standing where $3::date between valid_from and coalesce(valid_to, 'infinity')
     ), chosen as (
       select code, count(*)::int as count from standing s
        where ($4::text is null or position(upper($4) in code) > 0
               or exists (select 1 from standing n where n.code = s.code and n.kind in ('name', 'project') and position($4 in n.subject) > 0))
          and ($5::text is null or exists (select 1 from now n where n.code = s.code and n.kind = $5 and ($6::text is null or n.subject = $6)))
          and (not $7 or exists (select 1 from now n where n.code = s.code and n.kind = any($8)))
        group by code order by code limit $9
     )
     select c.code, c.count, coalesce(
              (select json_agg(json_build_object('kind', n.kind, 'subject', n.subject, 'from', n.valid_from, 'source', n.source)
                               order by n.kind, n.subject)
                 from now n where n.code = c.code), '[]') as facts
       from chosen c order by c.code`,
    [
      asked.cursor ?? '',
      asked.codes ?? null,
      asked.today,
      asked.search ?? null,
      asked.kind ?? null,
      asked.subject ?? null,
      asked.hits ?? false,
      credit,
      asked.limit + 1,
    ],
  );
  const page = rows.slice(0, asked.limit);
  return {
    items: page.map(({ code, facts, count }) => {
      const of = (kind: string) => facts.filter((f) => f.kind === kind);
      return {
        code,
        name: of('name')[0]?.subject ?? null,
        types: of('type').flatMap((f) => subjectText(kinds, 'type', f.subject) ?? []),
        district: of('district')[0]?.subject ?? null,
        park: of('park')[0]?.subject ?? null,
        lists: of('list').flatMap((f) => subjectText(kinds, 'list', f.subject) ?? []),
        hits: facts
          .filter((f) => credit.includes(f.kind))
          .map((f) => ({
            text: kinds.byId.get(f.kind)?.text ?? plain(f.kind),
            since: f.from,
            source: f.source,
          })),
        facts: count,
      };
    }),
    next: rows.length > asked.limit ? (page.at(-1)?.code ?? null) : null,
  };
}

/** How many enterprises the registry knows today, by kind and subject (names and projects left out). */
export async function registryCounts(
  db: Queryable,
  kinds: RegistryKinds,
  today: string,
): Promise<z.input<typeof registryCountsSchema>> {
  const counted = kinds.all
    .filter((kind) => kind.subject !== 'free' || kind.attributes)
    .map((kind) => kind.id);
  const { rows } = await db.query<{ kind: string; subject: string; enterprises: number }>(
    `select kind, subject, count(distinct code)::int as enterprises from enterprise_facts
      where withdrawn_at is null and kind = any($1) and $2::date between valid_from and coalesce(valid_to, 'infinity')
      group by 1, 2 order by 1, 2`,
    [counted, today],
  );
  const { rows: all } = await db.query<{ n: number }>(
    'select count(distinct code)::int as n from enterprise_facts where withdrawn_at is null',
  );
  return {
    enterprises: all[0]?.n ?? 0,
    items: rows.map(({ kind, subject, enterprises }) => ({
      kind,
      kindText: kinds.byId.get(kind)?.text ?? plain(kind),
      subject,
      subjectText: subjectText(kinds, kind, subject),
      enterprises,
    })),
  };
}
