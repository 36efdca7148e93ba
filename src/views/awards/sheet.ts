import type { PolicyBook } from '../../awards/book.js';
import { policyOf } from '../../awards/rounds.js';
import type { RoundView } from './rounds.js';

const OFFICES = { commerce: '商务主管部门', tax: '税务部门', finance: '财政部门' } as const;

/** The award sheet of a round as a print view: heading, notes, rows, seal space, and the hash that names the round. */
export function sheetView(book: PolicyBook, view: RoundView) {
  const policy = policyOf(book, view.policy);
  return {
    heading: { zh: `${policy.title.zh} ${view.year} 年度`, en: `${policy.title.en}, ${view.year}` },
    title: view.title,
    mark: view.estimate
      ? { zh: '测算，不作为奖励依据', en: 'Estimate; no award may be based on it' }
      : view.state === 'frozen'
        ? { zh: '已冻结', en: 'Frozen' }
        : { zh: '评审中，未冻结', en: 'In review, not frozen' },
    hash: view.sha256,
    asOf: view.asOf,
    document: policy.document.docNo
      ? `${policy.document.title}（${policy.document.docNo}）`
      : policy.document.title,
    readings: view.readings
      .filter((r) => r.choice !== null)
      .map((r) => ({
        id: r.id,
        title: r.title,
        text: r.readings.find((x) => x.choice === r.choice)?.text ?? {
          zh: r.choice ?? '',
          en: r.choice ?? '',
        },
        chosenBy: r.chosenBy,
        chosenAt: r.chosenAt,
      })),
    granted: view.granted,
    rows: view.lines.map((l) => ({
      enterprise: l.enterprise,
      name: l.name,
      status: l.status,
      cny: l.cny,
      estimateCny: l.result.estimateCny,
      granted: l.granted,
      records: l.records,
      recordsSha256: l.recordsSha256,
      arithmetic: l.result.lines,
      why: l.why,
      clauses: l.result.clauses.filter((c) => c.kept && c.status === 'award').map((c) => c.clause),
    })),
    pot: view.pot,
    seals: policy.reviewers.map((office) => {
      const signed = view.signatures.filter((s) => s.office === office && s.current).at(-1);
      return {
        office,
        text: { zh: OFFICES[office], en: office },
        signedBy: signed?.signedBy ?? null,
        signedAt: signed?.signedAt ?? null,
      };
    }),
  };
}
export type SheetView = ReturnType<typeof sheetView>;
