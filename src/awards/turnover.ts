import { Dec } from '../base/decimal.js';
import type { Facts, Flow } from './facts.js';
import { line, money, shown, type Line } from './lines.js';
import { Missing, type Reader } from './readings.js';
import type { Reading } from './policy.js';

/** A turnover under the chosen readings: USD for the threshold, CNY for the award, the lines that made them. */
export interface Turnover {
  usd: Dec;
  /** Throws {@link Missing} when a rate is needed and not given. */
  cny(): Dec;
  lines: Line[];
  records: number;
  /** What came back after the cut-off and was left out: raises a review. */
  later: Dec;
  /** The turnover with the later returns taken off. */
  restatedUsd: Dec;
}

/** The years a turnover is measured over; null: whatever is given. */
export type Years = readonly number[] | null;

type Kind = 'own' | 'platform' | 'retail';

/**
 * Composes a turnover from flows: which count (what turnover is, regimes, attribution, 9810), what is taken off (never
 * exported, came back), and how it converts. Asks only for readings that these flows need.
 */
export function turnoverOf(facts: Facts, kind: Kind, years: Years, reader: Reader): Turnover {
  const lines: Line[] = [];
  const mine = ofKind(facts.flows, kind, reader);
  if (mine.length === 0) throw new Missing(line('没有给出交易额', 'no turnover was given'));
  const chosen = byBasis(mine, reader, lines).filter((f) => f.off || counts(f, kind, reader, lines));
  const attributed = byAttribution(chosen, facts, reader, lines);
  const plus = attributed.filter((f) => !f.off && inYears(f.year, years));
  const offs = attributed.filter((f) => f.off);
  const revoked = offs.filter((f) => f.off === 'revoked' && inYears(f.year, years));
  const { taken, later } = returnsOf(offs, years, reader, lines);
  const all = [...plus, ...[...revoked, ...taken].map(negative)];
  const usdOf = (f: Flow) => usd(f, reader, facts);
  const total = sum(all.map(usdOf));
  for (const f of revoked)
    lines.push(
      line(`减去未出口（退关、撤销）${money(usdOf(f))} 美元`, `less ${money(usdOf(f))} USD that never left`),
    );
  for (const f of taken)
    lines.push(line(`减去退回 ${money(usdOf(f))} 美元`, `less ${money(usdOf(f))} USD that came back`));
  // Kept parts that many records stand behind (months, regimes) are shown as their sum.
  for (const f of all) if (f.currency !== 'USD' && !f.usd) lines.push(converted(f, usdOf(f), reader, facts));
  if (all.length > 1) {
    const parts = all.length <= MOST_PARTS ? `${all.map((f) => money(usdOf(f))).join(' + ')} = ` : '';
    const written = `${parts}${money(total)}`.replaceAll('+ -', '− ');
    lines.push(line(`合计 ${written} 美元`, `together ${written} USD`));
  }
  const lateUsd = sum(later.map(usdOf));
  return {
    usd: total,
    cny: () => cnyOf(all, facts, reader, lines),
    lines,
    records: all.reduce((n, f) => n + (f.records ?? 0), 0),
    later: lateUsd,
    restatedUsd: total.minus(lateUsd),
  };
}

/** A sum is written out up to so many parts. */
const MOST_PARTS = 12;

/** How an amount in another currency became USD for the threshold. */
function converted(f: Flow, usdAmount: Dec, reader: Reader, facts: Facts): Line {
  const amount = money(f.amount.abs());
  const cnyPerUsd = f.cnyPerUsd ?? facts.rates.average;
  const published = f.usdPerUnit && reader.ask('cross-rate').choice === 'published';
  const way =
    published && f.usdPerUnit
      ? `×${shown(f.usdPerUnit)}`
      : `${f.currency === 'CNY' ? '' : `×${shown(f.cnyPerUnit ?? new Dec(0))}`}÷${shown(cnyPerUsd ?? new Dec(0))}`;
  const text = `${amount} ${f.currency}${way} = ${money(usdAmount.abs().toDecimalPlaces(8))}`;
  return line(`${text} 美元`, `${text} USD`);
}

const sum = (values: readonly Dec[]): Dec => values.reduce((a, b) => a.plus(b), new Dec(0));
const inYears = (year: number | null, years: Years): boolean =>
  years === null || year === null || years.includes(year);

const negative = (f: Flow): Flow => ({
  ...f,
  amount: f.amount.neg(),
  usd: f.usd?.neg(),
  cny: f.cny?.neg(),
});

/** The flows of a measure: the enterprise's own, retail, or those on its platform (by the reading on their scope). */
function ofKind(flows: readonly Flow[], kind: Kind, reader: Reader): Flow[] {
  // Sales of its own on its own platform are part of its turnover; never added to a turnover that is given whole.
  const own = flows.some((f) => f.of === 'own' && !f.off)
    ? flows.filter((f) => f.of === 'own')
    : flows.filter((f) => f.of === 'own' || f.of === 'own-on-platform');
  if (kind === 'own') return own.some((f) => !f.off) ? own : [];
  if (kind === 'retail') {
    const retail = flows.filter((f) => f.of === 'retail');
    return retail.length > 0 ? [...retail, ...flows.filter((f) => f.of === 'own' && f.off)] : own;
  }
  const onPlatform = flows.filter((f) =>
    ['platform', 'third-party', 'district-merchants', 'own-on-platform'].includes(f.of),
  );
  const stated = onPlatform.filter((f) => f.of === 'platform');
  const parts = onPlatform.filter((f) => f.of !== 'platform');
  if (parts.length === 0 || (stated.length > 0 && parts.every((f) => f.of === 'own-on-platform')))
    return stated;
  const { choice } = reader.ask('platform-scope');
  const third = parts.filter((f) => f.of === 'third-party');
  const whole = third.length > 0 ? third : stated;
  if (choice === 'district') {
    const district = parts.filter((f) => f.of === 'district-merchants');
    if (district.length === 0)
      throw new Missing(
        line('没有给出本区商户的交易额', 'the turnover of the district’s merchants was not given'),
      );
    return district;
  }
  if (whole.length === 0)
    throw new Missing(
      line('没有给出第三方商户的交易额', 'the turnover of third-party merchants was not given'),
    );
  return choice === 'with-own' ? [...whole, ...parts.filter((f) => f.of === 'own-on-platform')] : whole;
}

/** Which flows are turnover: declared value, platform orders or settled money; and for 9810, departure or sale. */
function byBasis(flows: readonly Flow[], reader: Reader, lines: Line[]): Flow[] {
  const typed = flows.filter((f) => f.basis !== 'stated' && !f.off);
  if (typed.length === 0) return [...flows];
  const bases = new Set(typed.map((f) => f.basis));
  const onlyDeclared = bases.size === 1 && bases.has('declared');
  // A case that gives declared values only has nothing to choose from, unless a choice was made; records of the gateway
  // are customs' figures, and whether those are the turnover is for a person to say.
  const fromRecords = typed.some((f) => f.records !== undefined);
  const basis =
    onlyDeclared && !fromRecords
      ? (reader.choiceOrNone('turnover-basis') ?? 'declared')
      : reader.ask('turnover-basis').choice;
  const stated = flows.filter((f) => f.basis === 'stated');
  const off = flows.filter((f) => f.off && f.basis !== 'stated');
  const some = (wanted: Flow[], zh: string, en: string) => {
    if (wanted.length === 0 && stated.filter((f) => !f.off).length === 0)
      throw new Missing(line(`没有给出${zh}`, `${en} was not given`));
    return wanted;
  };
  const sales = flows.filter((f) => f.basis === 'sale' && !f.off);
  if (basis === 'settled')
    return [
      ...stated,
      ...some(
        flows.filter((f) => f.basis === 'settled'),
        '结汇金额',
        'the settled money',
      ),
    ];
  if (basis === 'platform-gross' || basis === 'platform-net') {
    lines.push(line('以平台订单额为交易额', 'turnover is what the platform’s orders say'));
    // The platform's figure is the whole turnover; the customs figure of the same goods is not added to it.
    const refunds = basis === 'platform-net' ? off.filter((f) => f.off === 'refunded') : [];
    return [
      ...(sales.length > 0 ? [] : stated),
      ...some(sales, '平台订单额', 'the value of platform orders'),
      ...refunds,
    ];
  }
  const declared = flows.filter((f) => f.basis === 'declared' && !f.off);
  const rest = off.filter((f) => f.off !== 'refunded');
  const departed = declared.filter((f) => f.regime === '9810');
  const sold = sales.filter((f) => f.sameGoods);
  if (sold.length > 0) {
    const { choice } = reader.ask('moment-9810');
    if (choice === 'sale') {
      lines.push(line('9810 按境外销售计', '9810 counts at the sale overseas'));
      return [...stated, ...declared.filter((f) => f.regime !== '9810'), ...sold, ...rest];
    }
    if (departed.length === 0 && stated.length === 0)
      throw new Missing(line('没有给出 9810 出口金额', 'the value of 9810 exports was not given'));
    lines.push(
      line(
        '9810 按出口结关计，同一批货的销售不再计',
        '9810 counts at export clearance; the sale of the same goods is not added',
      ),
    );
  }
  return [...stated, ...some(declared, '海关申报价值', 'the value declared to customs'), ...rest];
}

/** Whether the flow's regime and direction count. */
function counts(flow: Flow, kind: Kind, reader: Reader, lines: Line[]): boolean {
  if (flow.regime === null && flow.direction === 'export') return true;
  if (kind === 'platform') return true;
  const { reading, choice } = reader.ask('regimes');
  const { allowed, directions } = allowedBy(reading, kind, reader);
  const imported = flow.direction === 'import';
  const regime = flow.regime ?? '';
  // 9710 is trade between businesses; a clause on retail does not count it.
  const retailOnly = kind === 'retail' && flow.regime === '9710';
  const yes =
    !retailOnly &&
    directions.includes(flow.direction) &&
    (choice === '' || allowed === null || flow.regime === null || allowed.includes(flow.regime));
  if (!yes)
    lines.push(
      line(
        `不计 ${regime} ${imported ? '进口' : '出口'} ${money(flow.amount)} ${flow.currency}`,
        `${regime} ${imported ? 'imports' : 'exports'} of ${money(flow.amount)} ${flow.currency} do not count`,
      ),
    );
  return yes;
}

function allowedBy(
  reading: Reading | undefined,
  kind: Kind,
  reader: Reader,
): { allowed: readonly string[] | null; directions: readonly string[] } {
  const allowed = reading?.regimes === undefined ? ['9610', '9710', '9810'] : reading.regimes;
  const directions = reading?.directions ?? ['export'];
  if (kind === 'retail' && reader.ambiguity('retail-scope')) {
    const scope = reader.ask('retail-scope').choice;
    if (scope === 'both-directions')
      return { allowed: allowed && [...allowed, '1210', '1239'], directions: ['export', 'import'] };
  }
  return { allowed, directions };
}

/** Flows that are the district's. */
function byAttribution(flows: Flow[], facts: Facts, reader: Reader, lines: Line[]): Flow[] {
  const outside = flows.filter((f) => f.registered !== true);
  const unclear = flows.some((f) => f.attributed !== null);
  if (outside.length === 0 && !unclear) return flows;
  const { choice } = reader.ask('attribution');
  if (choice === 'statistics') {
    if (flows.some((f) => f.attributed === null))
      throw new Missing(
        line(
          '没有给出统计部门归入本区的交易额',
          'the turnover that the statistics bureau attributes to the district was not given',
        ),
      );
    return flows.filter((f) => f.attributed === true);
  }
  if (choice === 'whole-year' || outside.length === 0) return flows;
  if (choice === 'whole-period') return flows;
  if (outside.some((f) => f.registered === null))
    throw new Missing(line('没有按迁入日分开的交易额', 'the turnover was not split at the day of moving in'));
  for (const f of outside)
    lines.push(
      line(
        `不计迁入前 ${money(f.amount)} ${f.currency}${facts.movedInOn ? `（${facts.movedInOn} 迁入）` : ''}`,
        `${money(f.amount)} ${f.currency} before moving in${facts.movedInOn ? ` (${facts.movedInOn})` : ''} does not count`,
      ),
    );
  return flows.filter((f) => f.registered);
}

/** What came back and is taken off, and what came back only after the cut-off. */
function returnsOf(
  offs: readonly Flow[],
  years: Years,
  reader: Reader,
  lines: Line[],
): { taken: Flow[]; later: Flow[] } {
  const back = offs.filter((f) => f.off !== 'revoked' && !f.amount.isZero());
  if (back.length === 0) return { taken: [], later: [] };
  const { choice } = reader.ask('returns');
  if (choice === 'gross') {
    lines.push(line('按毛额，不冲减退回', 'gross: what came back is not taken off'));
    return { taken: [], later: [] };
  }
  if (choice === 'net-returned')
    return { taken: back.filter((f) => inYears(yearOf(f.backOn) ?? f.year, years)), later: [] };
  const mine = back.filter((f) => inYears(f.year, years));
  const later = mine.filter((f) => f.afterCutOff);
  const known = mine.filter((f) => !f.afterCutOff);
  if (later.length === 0) return { taken: known, later };
  if (reader.ask('cut-off').choice === 'live') return { taken: mine, later: [] };
  for (const f of later)
    lines.push(
      line(
        `截止后（${f.backOn ?? '日期未给'}）退回 ${money(f.amount)} ${f.currency}：冻结结果不变，提出复核`,
        `${money(f.amount)} ${f.currency} came back after the cut-off (${f.backOn ?? 'no date given'}): the frozen result stays, a review is raised`,
      ),
    );
  return { taken: known, later };
}

const yearOf = (day: string | null | undefined): number | null => (day ? Number(day.slice(0, 4)) : null);

/** A flow in USD, unrounded. */
function usd(f: Flow, reader: Reader, facts: Facts): Dec {
  if (f.usd) return f.usd;
  if (f.currency === 'USD') return f.amount;
  const needs = (rate: Dec | undefined, zh: string, en: string): Dec => {
    if (!rate || rate.isZero()) throw new Missing(line(`没有给出${zh}`, `${en} was not given`));
    return rate;
  };
  const cnyPerUsd = () =>
    needs(f.cnyPerUsd ?? facts.rates.average ?? undefined, '美元汇率', 'the rate of the USD');
  if (f.currency === 'CNY') return f.amount.div(cnyPerUsd());
  if (f.usdPerUnit) {
    const { choice } = reader.ask('cross-rate');
    if (choice === 'published') return f.amount.times(f.usdPerUnit);
  }
  const perUnit = needs(f.cnyPerUnit, `${f.currency} 汇率`, `the rate of ${f.currency}`);
  return f.amount.times(perUnit).div(cnyPerUsd());
}

/** The CNY of flows by the reading on the rate. */
function cnyOf(flows: readonly Flow[], facts: Facts, reader: Reader, lines: Line[]): Dec {
  const foreign = flows.filter((f) => f.currency !== 'CNY' && f.cny === undefined);
  const usdFlows = foreign.filter((f) => f.currency === 'USD');
  const convertible = flows.filter((f) => f.currency === 'USD');
  const months = new Map<string, Dec>();
  for (const f of convertible)
    if (f.cnyPerUsd) months.set(`${f.month ?? f.year ?? ''}:${f.cnyPerUsd.toFixed()}`, f.cnyPerUsd);
  const distinct = new Set([...months.values()].map((r) => r.toFixed()));
  const others = [facts.rates.average, facts.rates.periodEnd, facts.rates.application].filter(
    (r) => r !== null,
  );
  const open = convertible.length > 0 && (distinct.size > 1 || others.length > 0);
  const choice = open ? reader.ask('rate').choice : 'record';
  if (choice === 'record') {
    for (const f of usdFlows)
      if (!f.cnyPerUsd) throw new Missing(line('没有给出美元汇率', 'the rate of the USD was not given'));
    const parts = flows.map((f) => cnyAtRecord(f));
    const total = sum(parts);
    const shownParts = flows.map((f) =>
      f.cny || f.currency === 'CNY'
        ? money(f.cny ?? f.amount)
        : `${money(f.amount)}×${shown((f.currency === 'USD' ? f.cnyPerUsd : f.cnyPerUnit) ?? new Dec(0))}`,
    );
    if (flows.some((f) => f.currency !== 'CNY' || flows.length > 1))
      lines.push(
        line(
          `${shownParts.join(' + ')} = ${money(total)} 元`.replaceAll('+ -', '− '),
          `${shownParts.join(' + ')} = ${money(total)} CNY`.replaceAll('+ -', '− '),
        ),
      );
    return total;
  }
  const rate = rateBy(choice, convertible, months, facts);
  const total = sum(flows.map((f) => (f.currency === 'USD' ? f.amount.times(rate) : cnyAtRecord(f))));
  const stated = [...months.values()];
  const mean =
    choice === 'average' && !facts.rates.average && stated.length > 1
      ? `(${stated.map(shown).join(' + ')}) ÷ ${stated.length} = `
      : '';
  const usdSum = money(sum(convertible.map((f) => f.amount)));
  lines.push(
    line(
      `按${choice === 'average' ? '平均' : choice === 'period-end' ? '期末' : '申请日'}汇率 ${mean}${shown(rate)}：${usdSum} 美元 → ${money(total)} 元`,
      `at the ${choice === 'average' ? 'average' : choice === 'period-end' ? 'period-end' : 'application-day'} rate ${mean}${shown(rate)}: ${usdSum} USD → ${money(total)} CNY`,
    ),
  );
  return total;
}

function cnyAtRecord(f: Flow): Dec {
  if (f.cny) return f.cny;
  if (f.currency === 'CNY') return f.amount;
  const rate = f.currency === 'USD' ? f.cnyPerUsd : f.cnyPerUnit;
  if (!rate)
    throw new Missing(line(`没有给出 ${f.currency} 汇率`, `the rate of ${f.currency} was not given`));
  return f.amount.times(rate);
}

function rateBy(choice: string, flows: readonly Flow[], months: Map<string, Dec>, facts: Facts): Dec {
  const stated =
    choice === 'average'
      ? facts.rates.average
      : choice === 'period-end'
        ? facts.rates.periodEnd
        : facts.rates.application;
  if (stated) return stated;
  const rates = [...months.values()];
  if (rates.length > 0 && choice === 'average') return sum(rates).div(rates.length);
  if (rates.length > 0 && choice === 'period-end') {
    const last = [...flows]
      .filter((f) => f.cnyPerUsd)
      .sort((a, b) => ((a.month ?? String(a.year ?? '')) < (b.month ?? String(b.year ?? '')) ? -1 : 1))
      .at(-1);
    if (last?.cnyPerUsd) return last.cnyPerUsd;
  }
  throw new Missing(
    line(
      choice === 'application' ? '没有给出申请日汇率' : '没有给出汇率',
      choice === 'application'
        ? 'the rate of the day of application was not given'
        : 'the rate was not given',
    ),
  );
}
