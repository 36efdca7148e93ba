import { time14 } from '../../src/base/clock.js';
import { Dec } from '../../src/base/decimal.js';
import type { SandboxDocument } from './documents.js';
import { amountOf, reached, type Entry } from './entry.js';
import { kindOf, type Fields } from './kinds.js';
import { bookReturn, findThree, returnProblem, sameGoods } from './matching.js';
import type { Desk, Problem, Rule } from './rules.js';
import { taxBill, voidedTaxBill } from './taxes.js';

/** 进口清单: the limit of one purchase, three-document match, the buyer's limit of the year. */
const importList: Rule = {
  check(desk, document) {
    const { limits } = desk.data.filings;
    if (valueOf(document).gt(limits.single) && !isSingleArticle(document))
      return { id: 'single-limit', params: { limit: limits.single } };
    const { missing, order, payments } = findThree(desk, document);
    if (missing) return { id: missing };
    if (order) {
      const id = mismatch(document, order, payments);
      if (id) return { id };
    }
    const spent = desk.books.spent.get(buyerKey(document.fields, desk.at)) ?? new Dec(0);
    return spent.plus(valueOf(document)).gt(limits.yearly) ? { id: 'yearly-limit' } : undefined;
  },
  taken(desk, document, entry) {
    entry.refs = findThree(desk, document).all;
    for (const ref of entry.refs) ref.listed = true;
    spend(desk, document, valueOf(document), desk.at);
  },
  pushes: taxBill,
};

function mismatch(
  { fields, lines }: SandboxDocument,
  order: Entry,
  payments: readonly Entry[],
): string | undefined {
  const { buyerIdNumber, buyerName, payCode } = order.fields;
  if (!sameGoods(order.lines, lines)) return 'goods-differ';
  if (fields.buyerIdNumber !== buyerIdNumber || fields.buyerName !== buyerName) return 'list-buyer-differs';
  if (payCode && !payments.some((payment) => payment.fields.payCode === payCode))
    return 'payer-company-differs';
  const payers = payments.map((payment) => payment.fields);
  return payers.some((p) => p.payerIdNumber === buyerIdNumber && p.payerName === buyerName)
    ? undefined
    : 'buyer-differs';
}

/** What counts against the limits: goods, freight and insurance. */
function valueOf({ fields, lines }: { fields: Fields; lines: readonly Fields[] }): Dec {
  const goods = lines.reduce((sum, line) => sum.plus(amountOf(line.totalPrice)), new Dec(0));
  return goods.plus(amountOf(fields.freight)).plus(amountOf(fields.insuredFee));
}

/** 单件商品: it may exceed the limit of one purchase, then taxed in full, but not that of the year. */
const isSingleArticle = ({ lines }: SandboxDocument): boolean =>
  lines.length === 1 && amountOf(lines[0]?.qty).eq(1);

const buyerKey = (fields: Fields, at: Date): string =>
  `${fields.buyerIdNumber ?? ''}\u0000${time14(at).slice(0, 4)}`;

function spend({ books }: Desk, { fields }: { fields: Fields }, amount: Dec, at: Date): void {
  const key = buyerKey(fields, at);
  books.spent.set(key, (books.spent.get(key) ?? new Dec(0)).plus(amount));
}

/** 进口撤销申请单: a list customs holds and has not cleared; the buyer's limit is free again, a tax bill is void. */
const importWithdrawal: Rule = {
  check({ books, at }, { fields }) {
    const { invtNo = '' } = fields;
    const found = books.listByNo('import', invtNo);
    if (!found) return { id: 'import-list-unknown', params: { invtNo } };
    const open = found.state === 'held' && reached(found, '120', at) && !reached(found, '899', at);
    return open ? undefined : { id: 'import-list-state', params: { invtNo } };
  },
  taken(desk, { fields }, entry) {
    const found = desk.books.listByNo('import', fields.invtNo ?? '');
    if (!found) return;
    entry.refs = [found];
    desk.books.withdraw(found, desk.at);
    spend(desk, found, valueOf(found).neg(), new Date(found.takenAt));
  },
  pushes: voidedTaxBill,
};

/** 进口退货申请单: a released list that still holds the quantity; the tax bill is void. */
const importReturn: Rule = {
  check({ books, at }, { fields, lines }): Problem | undefined {
    const { invtNo = '' } = fields;
    const found = books.listByNo('import', invtNo);
    if (!found) return { id: 'import-list-unknown', params: { invtNo } };
    if (found.state === 'withdrawn') return { id: 'list-withdrawn', params: { invtNo } };
    if (!reached(found, '800', at)) return { id: 'list-not-released', params: { invtNo } };
    const problem = returnProblem(found, lines);
    if (!problem) return undefined;
    const { gnum, gcode, over } = problem;
    return { id: over ? 'return-too-much' : 'import-return-line-unknown', params: { gnum, gcode } };
  },
  taken(desk, { fields, lines }, entry) {
    const found = desk.books.listByNo('import', fields.invtNo ?? '');
    if (!found) return;
    entry.refs = [found];
    bookReturn(found, lines);
    for (const { gnum, qty } of lines) {
      const original = found.lines.find((line) => line.gnum === gnum);
      const [back, whole] = [amountOf(qty), amountOf(original?.qty)];
      if (whole.isZero()) continue;
      const share = back.div(whole).times(amountOf(original?.totalPrice));
      spend(desk, found, share.neg(), new Date(found.takenAt));
    }
  },
  pushes: voidedTaxBill,
};

/** 运单状态: of a waybill customs holds. */
const deliveryStatus: Rule = {
  check({ books, data }, { fields }) {
    const waybill = books.held(kindOf(data.kinds, 'import', 'waybill'), fields);
    return waybill ? undefined : { id: 'waybill-unknown' };
  },
};

export const importRules: Readonly<Record<string, Rule>> = {
  importList,
  importWithdrawal,
  importReturn,
  deliveryStatus,
};
