import type { PolicyBook } from '../../awards/book.js';
import { money, percent, shown } from '../../awards/lines.js';
import type { AwardClause, Clause, Condition, Formula, Measure, Policy } from '../../awards/policy.js';
import { decimal } from '../../base/decimal.js';
import type { Text } from '../../terms/text.js';

/** What a clause says as data: what it is about, and the values, in words. */
export interface ClauseDatum {
  label: Text;
  values: Text[];
}

const text = (zh: string, en: string): Text => ({ zh, en });
const UNITS: Record<Measure['unit'], Text> = {
  USD: text('美元', 'USD'),
  CNY: text('元', 'CNY'),
  count: text('', ''),
  m2: text('平方米', 'm²'),
  years: text('年', 'years'),
  title: text('', ''),
  flag: text('', ''),
  text: text('', ''),
};

/** An amount with its unit, in either language. */
function amount(value: string, unit: Measure['unit']): Text {
  const figure = unit === 'CNY' || unit === 'USD' ? money(decimal(value)) : shown(decimal(value));
  const { zh, en } = UNITS[unit];
  return text(`${figure} ${zh}`.trim(), `${figure} ${en}`.trim());
}

/** The data of a clause in words, in the order an officer reads it beside the text. */
export function clauseData(book: PolicyBook, policy: Policy, clause: Clause): ClauseDatum[] {
  const out: ClauseDatum[] = [];
  const say = (zh: string, en: string, ...values: Text[]) => void out.push({ label: text(zh, en), values });
  const measureOf = (id: string) => book.measures.get(id);
  const nameOf = (id: string): Text => measureOf(id)?.text ?? text(id, id);
  if (clause.kind === 'non-monetary') {
    say('性质', 'Kind', text('非资金支持，不计算', 'support other than money; nothing is computed'));
    return out;
  }
  if (clause.measure) say('依据的数据', 'Figure', nameOf(clause.measure));
  if (clause.threshold) {
    const { op, value, unit, word } = clause.threshold;
    const bound = amount(value, unit);
    say(
      '门槛',
      'Threshold',
      text(
        `${SIGN[op]} ${bound.zh}（条文用词“${word}”）`,
        `${SIGN[op]} ${bound.en} (the text says “${word}”)`,
      ),
    );
  }
  if (clause.kind === 'undefined') {
    if (clause.ranking)
      say('名次', 'Places', text(`前 ${clause.ranking.top} 名`, `first ${clause.ranking.top}`));
    say(
      '金额',
      'Amount',
      text(
        '条文未规定金额：只列数据，不计算',
        'the text gives no amount: figures are shown, nothing is computed',
      ),
    );
    return out;
  }
  for (const condition of clause.conditions ?? [])
    say(
      '条件',
      'Condition',
      conditionText(condition, nameOf(condition.measure), measureOf(condition.measure)),
    );
  if (clause.titles) {
    const { measure, needs } = clause.titles;
    say(
      '须有称号',
      'Titles',
      text(`${nameOf(measure).zh}：${needs.join('、')}`, `${nameOf(measure).en}: ${needs.join(', ')}`),
    );
  }
  if (clause.registeredIn)
    say('登记地', 'Registered in', text(clause.registeredIn.district, clause.registeredIn.district));
  say('计算', 'Formula', ...formulaTexts(clause.formula, nameOf, (id) => measureOf(id)?.unit ?? 'CNY'));
  if (clause.cap) {
    const { zh, en } = CAPS[clause.cap.per];
    const limit = amount(clause.cap.amount, 'CNY');
    say('上限', 'Cap', text(`${limit.zh}（${zh}）`, `${limit.en} (${en})`));
  }
  if (clause.maximum)
    say('金额性质', 'Kind of amount', text('最高额，可核定得更低', 'a ceiling; less may be approved'));
  say('频次', 'How often', RECURRENCES[clause.recurrence]);
  const rivals = rivalsOf(policy, clause);
  if (rivals.length > 0)
    say(
      '就高不重复',
      'Highest only',
      text(`与 ${rivals.join('、')} 比较`, `compared with ${rivals.join(', ')}`),
    );
  return out;
}

const SIGN = { '>=': '≥', '>': '>' } as const;
const CAPS = {
  enterprise: text('每户企业', 'per enterprise'),
  year: text('每年', 'per year'),
  cumulative: text('历年累计', 'over all years'),
} as const;
const RECURRENCES: Record<AwardClause['recurrence'], Text> = {
  'one-off': text('一次性', 'once'),
  annual: text('每年', 'every year'),
  'per-event': text('每次活动', 'each event'),
  'per-item': text('每户（项）', 'each item'),
  unspecified: text('条文未写明', 'the text does not say'),
};

/** Other clauses of the policy that reward the same flow. */
const rivalsOf = (policy: Policy, clause: AwardClause): string[] =>
  clause.conflictGroup === null
    ? []
    : policy.clauses
        .filter((c) => c.kind === 'award' && c.id !== clause.id && c.conflictGroup === clause.conflictGroup)
        .map((c) => c.id);

function conditionText(condition: Condition, name: Text, measure: Measure | undefined): Text {
  if ('is' in condition) return condition.is ? name : text(`不是${name.zh}`, `not ${name.en}`);
  const bound = amount(condition.value, measure?.unit ?? 'count');
  const only = condition.onlyIn ? text('（仅附件要求）', ' (asked by the annex only)') : text('', '');
  return text(
    `${name.zh} ${SIGN[condition.op]} ${bound.zh}${only.zh}`,
    `${name.en} ${SIGN[condition.op]} ${bound.en}${only.en}`,
  );
}

/** A formula in words; tiers and schedules take a line each. */
function formulaTexts(
  f: Formula,
  nameOf: (id: string) => Text,
  unitOf: (id: string) => Measure['unit'],
): Text[] {
  const rate = (value: string) => percent(decimal(value));
  const yuan = (value: string) => amount(value, 'CNY');
  switch (f.fn) {
    case 'share': {
      const of = nameOf(f.of);
      const years = f.years ? text(`，最多 ${f.years} 年`, `, for at most ${f.years} years`) : text('', '');
      return [
        f.excess
          ? text(
              `${of.zh}（全部或超过部分，依读法）× ${rate(f.rate)}${years.zh}`,
              `${of.en} (the whole or the excess, by the reading) × ${rate(f.rate)}${years.en}`,
            )
          : text(`${of.zh} × ${rate(f.rate)}${years.zh}`, `${of.en} × ${rate(f.rate)}${years.en}`),
      ];
    }
    case 'fixed':
      return [text(`定额 ${yuan(f.amount).zh}`, `fixed sum ${yuan(f.amount).en}`)];
    case 'area':
      return [
        text(
          `${nameOf(f.of).zh} × ${yuan(f.perM2).zh}/平方米`,
          `${nameOf(f.of).en} × ${yuan(f.perM2).en} per m²`,
        ),
      ];
    case 'tiers':
    case 'tiers-each': {
      const each = f.fn === 'tiers-each' ? text('每户：', 'each: ') : text('', '');
      return f.tiers.map((t) => {
        const from = amount(t.from, unitOf(f.of));
        return text(
          `${each.zh}${nameOf(f.of).zh}达到 ${from.zh} → ${yuan(t.amount).zh}`,
          `${each.en}${nameOf(f.of).en} from ${from.en} → ${yuan(t.amount).en}`,
        );
      });
    }
    case 'tier-rate':
      return f.tiers.map((t) => {
        const unit = unitOf(f.by);
        const bounds = [
          t.from === undefined ? undefined : [`≥ ${amount(t.from, unit).zh}`, `≥ ${amount(t.from, unit).en}`],
          t.above === undefined
            ? undefined
            : [`> ${amount(t.above, unit).zh}`, `> ${amount(t.above, unit).en}`],
          t.to === undefined ? undefined : [`≤ ${amount(t.to, unit).zh}`, `≤ ${amount(t.to, unit).en}`],
          t.below === undefined
            ? undefined
            : [`< ${amount(t.below, unit).zh}`, `< ${amount(t.below, unit).en}`],
        ].filter((b) => b !== undefined);
        const span = text(bounds.map((b) => b[0]).join('，'), bounds.map((b) => b[1]).join(', '));
        return text(
          `${nameOf(f.by).zh} ${span.zh}：${nameOf(f.of).zh} × ${rate(t.rate)}`,
          `${nameOf(f.by).en} ${span.en}: ${nameOf(f.of).en} × ${rate(t.rate)}`,
        );
      });
    case 'steps': {
      const unit = unitOf(f.of);
      const [from, step, per] = [amount(f.from, unit), amount(f.step, unit), yuan(f.perStep)];
      return [
        text(
          `${nameOf(f.of).zh}超过 ${from.zh} 后，每增加 ${step.zh} 补 ${per.zh}（不足一级不计）`,
          `${per.en} for each whole ${step.en} of ${nameOf(f.of).en} above ${from.en}`,
        ),
      ];
    }
    case 'schedule':
      return f.rates.map((r, i) =>
        text(
          `第 ${i + 1} 年：${nameOf(f.of).zh} × ${rate(r)}`,
          `year ${i + 1}: ${nameOf(f.of).en} × ${rate(r)}`,
        ),
      );
    case 'title':
      return Object.entries(f.amounts).map(([title, value]) =>
        text(
          `${nameOf(f.of).zh}“${title}” → ${yuan(value).zh}`,
          `${nameOf(f.of).en} “${title}” → ${yuan(value).en}`,
        ),
      );
    case 'ranking':
      return f.amounts.map((value, i) =>
        text(
          `${nameOf(f.of).zh}第 ${i + 1} 名 → ${yuan(value).zh}`,
          `${nameOf(f.of).en}, place ${i + 1} → ${yuan(value).en}`,
        ),
      );
  }
}
