import type { Facts, Listing } from './facts.js';
import { line, type Line } from './lines.js';
import type { AwardClause, Policy } from './policy.js';
import { Undecided, type Reader } from './readings.js';

/** Why an enterprise is not in scope; undefined when nothing speaks against it. */
export type Bar = { lines: Line[] } | undefined;

/** The bare name: `重庆市黔江区`, `黔江区` and `黔江` are one district. */
const bare = (district: string): string =>
  district
    .trim()
    .replace(/^.*[省市](?=.)/, '')
    .replace(/区$/, '');
const same = (a: string, b: string): boolean => bare(a) === bare(b);

/** Whether policy and clause are in force for the case. Returns why not, or undefined. */
export function termBar(
  facts: Facts,
  policy: Policy,
  clause: { kind: string },
  reader: Reader,
): { lines: Line[]; estimate: boolean } | undefined {
  const out = (zh: string, en: string, estimate = false) => ({ lines: [line(zh, en)], estimate });
  const draft = (facts.policy.status ?? policy.status) === 'draft';
  let from = facts.policy.validFrom ?? policy.validFrom;
  // A case that calls the text a draft is answered by the adopted text where the committee supplied it with its date.
  const supplied = facts.policy.validFrom !== null && reader.choiceOrNone('standing') === 'adopted-text';
  if (clause.kind === 'award' && facts.policy.status === 'draft' && !supplied)
    return out('政策仍是征求意见稿，只作测算', 'the policy is only a draft: an estimate, no award', true);
  if (clause.kind === 'award' && draft) {
    const { choice } = reader.ask('standing');
    if (choice === 'draft')
      return out('政策仍是征求意见稿，只作测算', 'the policy is only a draft: an estimate, no award', true);
    if (choice === 'adopted-text' && !from)
      return out(
        '没有正式文本的施行日期，只作测算',
        'the start date of an adopted text is not on file: an estimate',
        true,
      );
  }
  if (reader.ambiguity('validity') && clause.kind === 'award' && reader.ask('validity').choice === 'lapsed')
    return out('按所选读法，该文件已失效', 'by the chosen reading the text has lapsed');
  from ??= policy.earliestFrom ?? null;
  if (facts.year === null && facts.applicationOn === null) return undefined;
  const yearIn = inTerm(
    facts.year === null ? null : [`${facts.year}-01-01`, `${facts.year}-12-31`],
    from,
    policy.validTo,
  );
  const dayIn = inTerm(
    facts.applicationOn ? [facts.applicationOn, facts.applicationOn] : null,
    from,
    policy.validTo,
  );
  const term = `${from ?? ''}–${policy.validTo ?? ''}`;
  const late = (what: string, en: string) =>
    out(`${what} 不在政策执行期 ${term} 内`, `${en} is outside the term ${term} of the policy`);
  if (yearIn === false && dayIn !== true) return late(`${facts.year} 年`, `the year ${facts.year}`);
  if (facts.year === null)
    return dayIn === false ? late(facts.applicationOn ?? '', facts.applicationOn ?? '') : undefined;
  if (yearIn === dayIn || dayIn === null) return undefined;
  const byTurnover = reader.ask('edge-years').choice === 'turnover';
  if (byTurnover ? yearIn : dayIn) return undefined;
  return byTurnover
    ? late(`${facts.year} 年的交易`, `the turnover of ${facts.year}`)
    : late(`申请日 ${facts.applicationOn}`, `the application of ${facts.applicationOn}`);
}

/** Whether a span touches the term; null without a span. */
function inTerm(
  span: readonly [string, string] | null,
  from: string | null,
  to: string | null,
): boolean | null {
  if (!span) return null;
  return (from === null || span[1] >= from) && (to === null || span[0] <= to);
}

/** Registration, tax and exclusion lists, by the policy's rules and the clause's own. */
export function eligibilityBar(
  facts: Facts,
  policy: Policy,
  clause: AwardClause | undefined,
  reader: Reader,
): Bar {
  const rule = policy.rules.eligibility;
  const no = (zh: string, en: string): Bar => ({ lines: [line(zh, en)] });
  const registered = (district: string): Bar =>
    facts.registeredDistrict !== null && !same(facts.registeredDistrict, district)
      ? no(
          `登记在${facts.registeredDistrict}，不在${district}`,
          `registered in ${facts.registeredDistrict}, not in ${district}`,
        )
      : undefined;
  if (rule) {
    const elsewhere = registered(rule.registeredDistrict);
    if (elsewhere) return elsewhere;
    if (facts.flows.some((f) => f.registered !== true) && reader.ask('attribution').choice === 'whole-period')
      return no(
        `须全年登记在${rule.registeredDistrict}；${facts.movedInOn ?? '期间'} 才迁入`,
        `must be registered in ${rule.registeredDistrict} for the whole period; moved in ${facts.movedInOn ?? 'within it'}`,
      );
    const tax = rule.paysTax ? taxBar(facts, reader) : undefined;
    if (tax) return tax;
  }
  const own = clause?.registeredIn;
  if (own) {
    const applies =
      own.onlyIn === undefined ||
      (own.onlyIn === 'annex' && reader.ask('text-precedence').choice === 'annex') ||
      (own.onlyIn === 'retail-year' &&
        facts.registeredDistrict !== null &&
        reader.ask('retail-scope').choice === 'year');
    const elsewhere = applies ? registered(own.district) : undefined;
    if (elsewhere) return elsewhere;
  }
  return policy.rules.exclusion ? listBar(facts, policy.rules.exclusion.months, reader) : undefined;
}

function taxBar(facts: Facts, reader: Reader): Bar {
  if (facts.filesTax === false)
    return {
      lines: [
        line(
          '未办理税务登记申报，不符合“登记注册并纳税”',
          'no tax filings: "registered and paying tax" is not met',
        ),
      ],
    };
  if (facts.paysTax !== false) return undefined;
  if (reader.ask('tax-duty').choice === 'filed') return undefined;
  return {
    lines: [
      line(
        '未在本区纳税，不符合“登记注册并纳税”',
        'pays no tax in the district: "registered and paying tax" is not met',
      ),
    ],
  };
}

const iso = (d: Date) => d.toISOString().slice(0, 10);

/** The same day so many months before; the last day of a shorter month. */
export function monthsBefore(day: string, months: number): string {
  const d = new Date(`${day}T00:00:00Z`);
  const target = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() - months, 1));
  const last = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  return iso(
    new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth(), Math.min(d.getUTCDate(), last))),
  );
}

/** The exclusion lists: blacklist and fiscal penalties within the look-back. */
function listBar(facts: Facts, months: number, reader: Reader): Bar {
  if (facts.blacklisted === true)
    return {
      lines: [
        line(
          '现列入失信主体“黑名单”，不纳入支持范围',
          'stands on the blacklist now: not in scope of support',
        ),
      ],
    };
  const day = facts.applicationOn ?? (facts.year === null ? null : `${facts.year}-12-31`);
  // 经营异常 is no blacklist: it is shown to the reviewers and excludes nobody by itself.
  for (const entry of facts.listings.filter((l) => l.kind !== 'abnormal')) {
    const bar = entryBar(entry, day, months, reader);
    if (bar) return bar;
  }
  return undefined;
}

const KINDS: Record<Listing['kind'], Line> = {
  blacklist: line('列入失信主体“黑名单”', 'put on the blacklist'),
  'fiscal-penalty': line('受到财政违法行为处罚处分', 'punished for a fiscal violation'),
  abnormal: line('列入经营异常名录', 'put on the list of abnormal operation'),
  serious: line('列入严重违法失信名单', 'put on the list of serious violations'),
};

function entryBar(entry: Listing, day: string | null, months: number, reader: Reader): Bar {
  const kind = KINDS[entry.kind];
  const named = `${entry.listedOn ?? '?'}${entry.removedOn ? `–${entry.removedOn}` : ''}`;
  const source = entry.source ? `（${entry.source}）` : '';
  const bar = (zh: string, en: string): Bar => ({
    lines: [
      line(
        `${named} ${kind.zh}${source}：${zh}，不纳入支持范围`,
        `${named} ${kind.en}${source}: ${en}; not in scope of support`,
      ),
    ],
  });
  if (day === null || entry.listedOn === null)
    return bar('日期不详，无法排除在近三年之外', 'the date is not known to lie outside the three years');
  const { choice } = reader.ask('look-back');
  const from =
    choice === 'calendar-years'
      ? `${Number(day.slice(0, 4)) - months / 12}-01-01`
      : monthsBefore(day, months);
  const inside = (d: string | null) => d !== null && d >= from && d <= day;
  if (inside(entry.listedOn))
    return bar(`列入日在 ${from} 至 ${day} 之间`, `listed between ${from} and ${day}`);
  if (entry.listedOn > day) return undefined;
  // Listed before the window. What the days after mean depends on the reading.
  if (choice === 'listing-decides' || choice === 'calendar-years') return undefined;
  const reachesIn = entry.removedOn !== null && entry.removedOn > from;
  if (choice === 'any-listed-day' && (entry.removedOn === null ? entry.kind !== 'fiscal-penalty' : reachesIn))
    return bar(`${from} 之后仍在名单`, `still listed after ${from}`);
  if (choice === 'listing-date' && reachesIn) {
    const ambiguity = reader.ambiguity('look-back');
    if (ambiguity) throw new Undecided(ambiguity);
  }
  return undefined;
}
