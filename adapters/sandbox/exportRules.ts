import { readTime } from '../../src/base/clock.js';
import type { SandboxDocument } from './documents.js';
import { reached, type Entry } from './entry.js';
import type { Fields } from './kinds.js';
import { bookReturn, findThree, returnProblem, sameGoods } from './matching.js';
import type { Desk, Problem, Rule } from './rules.js';
import { summaryResults } from './summaries.js';

const about = (id: string, params: Record<string, string>): Problem => ({ id, params });

/** 清单: order, payment (by trade mode) and waybill are there, and the goods are those of the order. */
const list: Rule = {
  check(desk, document) {
    const { missing, order } = findThree(desk, document);
    if (missing) return { id: missing };
    return order && !sameGoods(order.lines, document.lines) ? { id: 'goods-differ' } : undefined;
  },
  taken(desk, document, entry) {
    entry.refs = findThree(desk, document).all;
    for (const ref of entry.refs) ref.listed = true;
  },
};

/** 撤销申请单: only a list that customs holds and has not cleared; from then on nothing more is heard of the list. */
const withdrawal: Rule = {
  check({ books, at }, { fields }) {
    const { invtNo = '' } = fields;
    const found = books.listByNo('export', invtNo);
    if (!found) return about('list-unknown', { invtNo });
    if (found.fields.agentCode !== fields.agentCode || found.fields.ebcCode !== fields.ebcCode)
      return about('list-of-another', { invtNo });
    if (found.state === 'withdrawn') return about('list-withdrawn', { invtNo });
    if (found.summarised) return about('list-summarised', { invtNo });
    if (!reached(found, '120', at)) return about('list-not-taken-in', { invtNo });
    return reached(found, '899', at) ? about('list-cleared', { invtNo }) : undefined;
  },
  taken({ books, at }, { fields }) {
    const found = books.listByNo('export', fields.invtNo ?? '');
    if (found) books.withdraw(found, at);
  },
};

/** 清单总分单: every waybill belongs to a list customs holds, and to the one named beside it. */
const waybillSummary: Rule = {
  check({ books }, { fields, lines }) {
    for (const { logisticsNo = '', invtNo } of lines) {
      const found = books.listByWaybill('export', { ...fields, logisticsNo });
      if (!found) return about('waybill-without-list', { logisticsNo });
      if (invtNo && found.numbers.invtNo !== invtNo)
        return about('waybill-of-another-list', { logisticsNo, invtNo });
    }
    return undefined;
  },
};

/** 汇总申请单: released lists of statisticsFlag B that no other application holds; a period chooses them itself. */
const summary: Rule = {
  check(desk, document) {
    const period = periodOf(document.fields);
    if (period) return listsIn(desk, document, period).length ? undefined : { id: 'nothing-to-summarise' };
    for (const { invtNo = '' } of document.lines) {
      const id = summaryProblem(desk, document.fields, desk.books.listByNo('export', invtNo));
      if (id) return about(id, { invtNo });
    }
    return document.lines.length ? undefined : { id: 'nothing-to-summarise' };
  },
  taken(desk, document, entry) {
    const period = periodOf(document.fields);
    entry.refs = period
      ? listsIn(desk, document, period)
      : [
          ...new Set(
            document.lines.flatMap(({ invtNo = '' }) => desk.books.listByNo('export', invtNo) ?? []),
          ),
        ];
    for (const ref of entry.refs) ref.summarised = true;
  },
  pushes: summaryResults,
};

function summaryProblem({ at }: Desk, application: Fields, found: Entry | undefined): string | undefined {
  if (!found) return 'list-unknown';
  const { agentCode, ebcCode, customsCode, statisticsFlag } = found.fields;
  const same =
    agentCode === application.agentCode &&
    ebcCode === application.ebcCode &&
    customsCode === application.customsCode;
  if (!same) return 'list-of-another';
  if (found.state === 'withdrawn') return 'list-withdrawn';
  if (statisticsFlag !== 'B') return 'list-not-for-summary';
  if (found.summarised) return 'list-summarised';
  return reached(found, '800', at) ? undefined : 'list-not-released';
}

interface Period {
  from: number;
  to: number;
}

function periodOf({ startTime = '', endTime = '' }: Fields): Period | undefined {
  const [from, to] = [readTime(startTime), readTime(endTime)];
  // The end is a whole second.
  return from && to && { from: from.getTime(), to: to.getTime() + 999 };
}

/** The lists a period chooses, by the moment the port took them. */
function listsIn(desk: Desk, { fields }: SandboxDocument, { from, to }: Period): Entry[] {
  return [...desk.books.lists('export')].filter(
    (entry) => entry.takenAt >= from && entry.takenAt <= to && !summaryProblem(desk, fields, entry),
  );
}

/** 退货申请单: a released list that still holds the quantity. */
const exportReturn: Rule = {
  check({ books, at }, { fields, lines }) {
    const { invtNo = '' } = fields;
    const found = books.listByNo('export', invtNo);
    if (!found) return about('list-unknown', { invtNo });
    if (found.fields.ebcCode !== fields.ebcCode) return about('list-of-another', { invtNo });
    if (found.state === 'withdrawn') return about('list-withdrawn', { invtNo });
    if (!reached(found, '800', at)) return about('list-not-released', { invtNo });
    const problem = returnProblem(found, lines);
    if (!problem) return undefined;
    return about(problem.over ? 'return-too-much' : 'return-line-unknown', { gnum: problem.gnum });
  },
  taken({ books }, { fields, lines }) {
    const found = books.listByNo('export', fields.invtNo ?? '');
    if (found) bookReturn(found, lines);
  },
};

/** 退货理货明细单: names a list customs knows, if it names one. */
const returnTally: Rule = {
  check({ books }, { fields: { invtNo } }) {
    return invtNo && !books.listByNo('export', invtNo) ? about('list-unknown', { invtNo }) : undefined;
  },
};

export const exportRules: Readonly<Record<string, Rule>> = {
  list,
  withdrawal,
  waybillSummary,
  summary,
  return: exportReturn,
  returnTally,
};
