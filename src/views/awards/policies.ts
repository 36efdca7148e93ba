import { measuresOfAward, type PolicyBook } from '../../awards/book.js';
import { OWN_EVIDENCE, type Measure, type Policy } from '../../awards/policy.js';
import { canonical, sha256 } from '../../awards/run.js';
import type { Text } from '../../terms/text.js';
import { clauseData } from './clauseData.js';

/** Read models of policies: the text of each clause beside what the engine computes with. Nothing is decided here. */

/** A policy with its text beside its data. */
export const policyView = (book: PolicyBook, policy: Policy) => ({
  id: policy.id,
  version: policy.version,
  title: policy.title,
  district: policy.district,
  document: {
    title: policy.document.title,
    docNo: policy.document.docNo ?? null,
    issued: policy.document.issued,
  },
  seen: policy.seen,
  status: policy.status,
  validFrom: policy.validFrom,
  validFromText: policy.validFromText ?? null,
  validTo: policy.validTo,
  reviewers: policy.reviewers,
  sha256: sha256(canonical(policy)),
  potCny: policy.rules.pot?.annualCny ?? null,
  rules: Object.entries(policy.rules).flatMap(([kind, rule]) =>
    rule
      ? [{ kind, id: rule.id, article: rule.article, quote: rule.quote, ambiguities: rule.ambiguities }]
      : [],
  ),
  clauses: policy.clauses.map((c) => ({
    id: c.id,
    kind: c.kind,
    article: c.article,
    quote: c.quote,
    title: c.title,
    ambiguities: c.ambiguities,
    measure: 'measure' in c && c.measure ? (book.measures.get(c.measure)?.text ?? null) : null,
    inputs: 'measure' in c && c.measure ? (book.measures.get(c.measure)?.inputs ?? []) : [],
    unit: 'measure' in c && c.measure ? (book.measures.get(c.measure)?.unit ?? null) : null,
    maximum: c.kind === 'award' && c.maximum,
    capCny: c.kind === 'award' ? (c.cap?.amount ?? null) : null,
    evidence: c.kind === 'award' ? c.evidence.map((e) => ({ ...e, own: e.id === OWN_EVIDENCE })) : [],
    data: clauseData(book, policy, c),
  })),
  ambiguities: ambiguitiesOf(book, policy),
  everyClause: policy.ambiguities,
  given: givenFigures(book, policy),
});

/** The ambiguities that touch a policy, each with its readings. */
export function ambiguitiesOf(book: PolicyBook, policy: Policy) {
  const ids = new Set([
    ...policy.ambiguities,
    ...Object.values(policy.rules).flatMap((r) => r?.ambiguities ?? []),
    ...policy.clauses.flatMap((c) => c.ambiguities),
  ]);
  return [...book.ambiguities.values()]
    .filter((a) => ids.has(a.id))
    .map((a) => ({
      id: a.id,
      title: a.title,
      question: a.question,
      mustChoose: a.unset === undefined,
      unset: a.unset?.why ?? null,
      readings: a.readings.map((r) => ({ choice: r.choice, text: r.text })),
    }));
}

/** A figure or fact that an officer may give about an enterprise, by its name in input files. */
export interface GivenFigure {
  name: string;
  text: Text;
  /** How it is given: decimal text, true or false, words, a day `yyyy-MM-dd`. */
  type: 'amount' | 'flag' | 'text' | 'day';
  unit: Text | null;
}

const words = (zh: string, en: string): Text => ({ zh, en });
const CNY = words('元', 'CNY');
/** Facts every policy may ask for, whatever its clauses measure. */
const FACTS: readonly GivenFigure[] = [
  {
    name: 'registeredDistrict',
    text: words('登记所在区县', 'District of registration'),
    type: 'text',
    unit: null,
  },
  {
    name: 'movedIntoDistrict',
    text: words('迁入本区日期', 'Day of moving into the district'),
    type: 'day',
    unit: null,
  },
  { name: 'paysTax', text: words('在本区纳税', 'Pays tax in the district'), type: 'flag', unit: null },
  { name: 'applicationOn', text: words('申请日期', 'Day of application'), type: 'day', unit: null },
  {
    name: 'priority',
    text: words('资金不足时的优先顺序（1 为最先）', 'Place in the order of priority (1 first)'),
    type: 'amount',
    unit: null,
  },
  {
    name: 'affiliatedWith',
    text: words('关联企业（统一社会信用代码）', 'Affiliates (codes)'),
    type: 'text',
    unit: null,
  },
  { name: 'approvedCny', text: words('核定金额', 'Amount approved'), type: 'amount', unit: CNY },
  {
    name: 'higherLevelFundsCny',
    text: words('上级资金', 'Funds of a higher level'),
    type: 'amount',
    unit: CNY,
  },
];
const UNITS: Partial<Record<Measure['unit'], Text>> = {
  USD: words('美元', 'USD'),
  CNY,
  m2: words('平方米', 'm²'),
  years: words('年', 'years'),
};

/** Every figure the clauses of a policy read and officers give, by its first input name, then the general facts. */
function givenFigures(book: PolicyBook, policy: Policy): GivenFigure[] {
  const used = new Set(policy.clauses.flatMap((c) => (c.kind === 'award' ? [...measuresOfAward(c)] : [])));
  const figures = [...used].flatMap((id): GivenFigure[] => {
    const measure = book.measures.get(id);
    const name = measure?.inputs[0];
    if (!measure || name === undefined) return [];
    const type =
      measure.unit === 'flag'
        ? 'flag'
        : measure.unit === 'title' || measure.unit === 'text'
          ? 'text'
          : 'amount';
    return [{ name, text: measure.text, type, unit: UNITS[measure.unit] ?? null }];
  });
  return [...figures, ...FACTS];
}
