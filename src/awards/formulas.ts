import { Dec, decimal } from '../base/decimal.js';
import type { Facts } from './facts.js';
import { line, money, percent, shown, type Line } from './lines.js';
import type { Figures } from './measures.js';
import type { AwardClause, Formula } from './policy.js';
import { Missing, type Reader } from './readings.js';

/** What a formula needs beside its data. */
export interface FormulaContext {
  clause: AwardClause;
  figures: Figures;
  facts: Facts;
  reader: Reader;
  /** Adds a line of arithmetic. */
  say(line: Line): void;
}

/** Amounts in CNY, unrounded, before rounding and caps over all: one a year (or item) where the clause pays so. */
export type Amounts = Dec[];

type Run<F extends Formula['fn']> = (formula: Extract<Formula, { fn: F }>, it: FormulaContext) => Amounts;

/** Yuan of a measure: a turnover converts by the reading on the rate. */
const yuan = (it: FormulaContext, id: string): Dec[] => {
  const turnover = it.figures.turnover(id);
  return turnover ? [turnover.cny()] : it.figures.numbers(id);
};

const share: Run<'share'> = (formula, it) => {
  const rate = decimal(formula.rate);
  const turnover = it.figures.turnover(formula.of);
  if (turnover && formula.excess && it.clause.threshold && it.reader.ask('excess').choice === 'excess') {
    const over = turnover.usd.minus(it.clause.threshold.value);
    const base = turnover.usd.isZero() ? new Dec(0) : turnover.cny().times(over).div(turnover.usd);
    const amount = base.times(rate);
    it.say(
      line(
        `只计超过部分 ${money(over)} 美元，折 ${money(base)} 元 ×${percent(rate)} = ${money(amount)} 元`,
        `only the excess ${money(over)} USD, that is ${money(base)} CNY ×${percent(rate)} = ${money(amount)} CNY`,
      ),
    );
    return [amount];
  }
  const paidYears = formula.years ? it.facts.paidBefore.length : 0;
  const bases = yuan(it, formula.of);
  const supported = formula.years ? bases.slice(0, Math.max(0, formula.years - paidYears)) : bases;
  if (supported.length < bases.length)
    it.say(
      line(
        `补贴期限 ${formula.years} 年，其余年份不计`,
        `support lasts ${formula.years} years; further years do not count`,
      ),
    );
  return supported.map((base) => {
    const amount = base.times(rate);
    it.say(
      line(
        `${money(base)}×${percent(rate)} = ${money(amount)} 元`,
        `${money(base)}×${percent(rate)} = ${money(amount)} CNY`,
      ),
    );
    return amount;
  });
};

const fixed: Run<'fixed'> = (formula, it) => {
  const amount = decimal(formula.amount);
  it.say(line(`定额 ${money(amount)} 元`, `fixed sum ${money(amount)} CNY`));
  return [amount];
};

const area: Run<'area'> = (formula, it) => {
  const [m2, per] = [it.figures.number(formula.of), decimal(formula.perM2)];
  const amount = m2.times(per);
  it.say(
    line(
      `${shown(m2)} 平方米×${money(per)} 元 = ${money(amount)} 元`,
      `${shown(m2)} m²×${money(per)} CNY = ${money(amount)} CNY`,
    ),
  );
  return [amount];
};

/** True when a figure reaches a tier: 以上 without （含） by the reading, the very edge of two tiers by its own. */
function reaches(value: Dec, tier: { from: string; word?: string | undefined }, it: FormulaContext): boolean {
  const from = decimal(tier.from);
  if (!value.eq(from) || tier.word === undefined) return value.gte(from);
  if (it.reader.ambiguity('tier-edge')) return it.reader.ask('tier-edge').choice === 'higher';
  return it.reader.ask('above').choice === 'inclusive';
}

const tiers: Run<'tiers'> = (formula, it) => {
  const value = it.figures.number(formula.of);
  const reached = formula.tiers.filter((t) => reaches(value, t, it));
  const top = reached.at(-1);
  if (!top) {
    it.say(line(`${shown(value)} 未达最低档`, `${shown(value)} reaches no tier`));
    return [];
  }
  if (reached.length > 1 && it.reader.ask('tier-sum').choice === 'sum') {
    const amount = reached.reduce((a, t) => a.plus(t.amount), new Dec(0));
    const parts = reached.map((t) => money(decimal(t.amount))).join(' + ');
    it.say(
      line(
        `${shown(value)}：各档相加 ${parts} = ${money(amount)} 元`,
        `${shown(value)}: the tiers add up, ${parts} = ${money(amount)} CNY`,
      ),
    );
    return [amount];
  }
  const amount = decimal(top.amount);
  it.say(
    line(
      `${shown(value)} 达到 ${shown(decimal(top.from))} 一档 → ${money(amount)} 元`,
      `${shown(value)} reaches the tier ${shown(decimal(top.from))} → ${money(amount)} CNY`,
    ),
  );
  return [amount];
};

const tiersEach: Run<'tiers-each'> = (formula, it) => {
  const values = it.figures.numbers(formula.of);
  const before = it.figures.has('incubateePaidBefore') ? it.figures.numbers('incubateePaidBefore') : [];
  return values.map((value, i) => {
    const top = formula.tiers.filter((t) => value.gte(t.from)).at(-1);
    const full = decimal(top?.amount ?? '0');
    const paid = before[i] ?? new Dec(0);
    const open = paid.gt(0);
    const amount =
      open && it.reader.ask('incubator-tiers').choice === 'difference'
        ? Dec.max(0, full.minus(paid))
        : open
          ? new Dec(0)
          : full;
    it.say(
      line(
        `第 ${i + 1} 户 ${money(value)} → ${money(amount)} 元${open ? `（此前已奖 ${money(paid)}）` : ''}`,
        `firm ${i + 1}: ${money(value)} → ${money(amount)} CNY${open ? ` (paid before: ${money(paid)})` : ''}`,
      ),
    );
    return amount;
  });
};

const tierRate: Run<'tier-rate'> = (formula, it) => {
  const by = it.figures.number(formula.by);
  const tier = formula.tiers.find(
    (t) =>
      (t.below === undefined || by.lt(t.below)) &&
      (t.from === undefined || by.gte(t.from)) &&
      (t.to === undefined || by.lte(t.to)) &&
      (t.above === undefined || by.gt(t.above)),
  );
  if (!tier) {
    it.say(line(`${money(by)} 不在任何一档`, `${money(by)} is in no tier`));
    return [];
  }
  const rate = decimal(tier.rate);
  return it.figures.numbers(formula.of).map((base) => {
    const amount = base.times(rate);
    it.say(
      line(
        `${money(by)} 一档 ${percent(rate)} ×${money(base)} = ${money(amount)} 元`,
        `tier of ${money(by)}: ${percent(rate)} ×${money(base)} = ${money(amount)} CNY`,
      ),
    );
    return amount;
  });
};

const steps: Run<'steps'> = (formula, it) => {
  const value = it.figures.number(formula.of);
  const fromLast = formula.previous !== undefined && it.reader.ask('increment-base').choice === 'last-year';
  if (fromLast && formula.increase && it.figures.has(formula.increase)) {
    const increase = it.figures.number(formula.increase);
    const count = increase.div(formula.step).floor();
    const amount = count.times(formula.perStep);
    it.say(
      line(
        `比上年增加 ${money(increase)} ÷ ${shown(decimal(formula.step))}，取整 ${shown(count)} ×${formula.perStep} = ${money(amount)} 元`,
        `floor(${money(increase)} above last year / ${shown(decimal(formula.step))}) = ${shown(count)} ×${formula.perStep} = ${money(amount)} CNY`,
      ),
    );
    return [amount];
  }
  const from = fromLast && formula.previous ? it.figures.number(formula.previous) : decimal(formula.from);
  const over = Dec.max(0, value.minus(from));
  const count = over.div(formula.step).floor();
  const amount = count.times(formula.perStep);
  it.say(
    line(
      `(${money(value)} − ${money(from)}) ÷ ${shown(decimal(formula.step))}，取整 ${shown(count)} ×${formula.perStep} = ${money(amount)} 元`,
      `floor((${money(value)} − ${money(from)}) / ${shown(decimal(formula.step))}) = ${shown(count)} ×${formula.perStep} = ${money(amount)} CNY`,
    ),
  );
  return [amount];
};

const schedule: Run<'schedule'> = (formula, it) => {
  const done = it.facts.paidBefore.length;
  const bases = yuan(it, formula.of);
  const rates = formula.rates.slice(done);
  if (bases.length > rates.length)
    it.say(
      line(
        `奖励 ${formula.rates.length} 年，其余年份不计`,
        `support lasts ${formula.rates.length} years; further years do not count`,
      ),
    );
  return bases.slice(0, rates.length).map((base, i) => {
    const rate = decimal(rates[i] ?? '0');
    const amount = base.times(rate);
    it.say(
      line(
        `第 ${done + i + 1} 年 ${money(base)}×${percent(rate)} = ${money(amount)} 元`,
        `year ${done + i + 1}: ${money(base)}×${percent(rate)} = ${money(amount)} CNY`,
      ),
    );
    return amount;
  });
};

const ENGLISH_LEVELS: Record<string, readonly string[]> = {
  国家级: ['national'],
  市级: ['city', 'municipal'],
};

const title: Run<'title'> = (formula, it) => {
  const flag = it.figures.flag(formula.of);
  const held =
    it.figures.titles(formula.of) ??
    (flag === true ? Object.keys(formula.amounts).slice(0, 1) : flag === false ? [] : undefined);
  if (!held) throw new Missing(it.figures.notGiven(formula.of));
  const granted = Object.entries(formula.amounts).filter(([name]) =>
    held.some(
      (h) => h.includes(name) || (ENGLISH_LEVELS[name] ?? []).some((w) => h.toLowerCase().startsWith(w)),
    ),
  );
  for (const [name, amount] of granted)
    it.say(line(`${name}：${money(decimal(amount))} 元`, `${name}: ${money(decimal(amount))} CNY`));
  if (granted.length === 0) {
    it.say(
      line(`称号“${held.join('、')}”不在条款之列`, `the title "${held.join(', ')}" is not in the clause`),
    );
    return [];
  }
  const amounts = granted.map(([, a]) => decimal(a));
  if (granted.length > 1 && it.reader.ambiguity('conflict') && it.reader.ask('conflict').choice !== 'add') {
    it.say(line('就高不重复：只取最高一项', 'only the highest of them'));
    return [Dec.max(...amounts)];
  }
  return amounts;
};

const ranking: Run<'ranking'> = (formula, it) => {
  const place = it.facts.places.get(it.clause.id);
  if (place === undefined)
    throw new Missing(
      line('名次须在一轮评审的全部申报企业中计算', 'the place needs all candidates of a round'),
    );
  const amount = formula.amounts[place - 1];
  it.say(
    line(
      `第 ${place} 名${amount ? ` → ${money(decimal(amount))} 元` : '，不在奖励名次内'}`,
      `place ${place}${amount ? ` → ${money(decimal(amount))} CNY` : ', beyond the places rewarded'}`,
    ),
  );
  return amount ? [decimal(amount)] : [];
};

const FUNCTIONS: { [F in Formula['fn']]: Run<F> } = {
  share,
  fixed,
  area,
  tiers,
  'tiers-each': tiersEach,
  'tier-rate': tierRate,
  steps,
  schedule,
  title,
  ranking,
};

/** Runs the formula a clause names. */
export function run(it: FormulaContext): Amounts {
  const formula = it.clause.formula;
  return (FUNCTIONS[formula.fn] as Run<typeof formula.fn>)(formula as never, it);
}
