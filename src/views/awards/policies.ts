import type { PolicyBook } from '../../awards/book.js';
import type { Policy } from '../../awards/policy.js';
import { canonical, sha256 } from '../../awards/run.js';
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
    evidence: c.kind === 'award' ? c.evidence : [],
    data: clauseData(book, policy, c),
  })),
  ambiguities: ambiguitiesOf(book, policy),
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
