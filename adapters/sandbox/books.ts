import { Dec, isPlainDecimal } from '../../src/base/decimal.js';
import { BoundedMap } from './boundedMap.js';
import type { Behaviour, MessageType, SandboxData, VerdictRule } from './data.js';
import { kinds, orderKey, type Fields, type Line, type SandboxDocument } from './documents.js';

/**
 * What the port decides about one document. `taken`: customs holds it; `stored`: 暂存 only; `deleted`: taken off the
 * books; `returned`: 退单 (status 100); `failed`: a negative status, never on the books.
 */
export type Verdict =
  | { outcome: 'taken' | 'stored' | 'deleted' }
  | { outcome: 'returned' | 'failed'; rule: VerdictRule; detail?: string };

interface Entry {
  state: 'held' | 'returned';
  /** A list refers to it: too late for 变更 and 删除. */
  listed: boolean;
  lines: readonly Line[];
}

const documentLimit = 300_000;

/** The port's memory of documents by business key, and the business checks that need it. Bounded. */
export class Books {
  readonly #entries: Readonly<Record<MessageType, BoundedMap<string, Entry>>> = {
    CEB303Message: new BoundedMap(documentLimit),
    CEB403Message: new BoundedMap(documentLimit),
    CEB505Message: new BoundedMap(documentLimit),
    CEB603Message: new BoundedMap(documentLimit),
  };
  /** Keys of the payment receipts of an order: a list names the order, not the payment. */
  readonly #paymentsOfOrder = new BoundedMap<string, Set<string>>(documentLimit);
  readonly #failedOnce = new BoundedMap<string, true>(documentLimit);
  readonly #data: SandboxData;

  constructor(data: SandboxData) {
    this.#data = data;
  }

  /** Judges one document that came in a readable, correctly signed message, and books the result. */
  judge(document: SandboxDocument, behaviours: readonly Behaviour[]): Verdict {
    if (document.appStatus === '1') return { outcome: 'stored' };
    const ordered = (effect: 'failOnce' | 'refuse') =>
      behaviours.map((b) => b.effect[effect]?.[document.type]).find((id) => id !== undefined);

    const failOnce = ordered('failOnce');
    const onceKey = `${document.type}\u0000${document.key}`;
    if (failOnce !== undefined && !this.#failedOnce.get(onceKey)) {
      this.#failedOnce.set(onceKey, true);
      return this.#no(failOnce);
    }

    const entry = this.#entries[document.type].get(document.key);
    const problem = this.#lifecycleProblem(document, entry);
    if (problem) return this.#no(problem);
    if (document.appType === '3') {
      this.#remove(document);
      return { outcome: 'deleted' };
    }

    const mismatch = document.type === 'CEB603Message' ? this.#threeDocumentMatch(document) : undefined;
    const refusal = mismatch ?? ordered('refuse');
    this.#write(document, refusal === undefined ? 'held' : 'returned');
    return refusal === undefined ? { outcome: 'taken' } : this.#no(refusal);
  }

  /** The verdict of a rule in `mappings/sandbox/verdicts.json`; throws when the rule does not exist. */
  #no(id: string): Verdict {
    return verdictOf(this.#data, id);
  }

  #lifecycleProblem(document: SandboxDocument, entry: Entry | undefined): string | undefined {
    const held = entry?.state === 'held';
    if (document.appType === '1') return held ? 'duplicate' : undefined;
    if (!entry) return 'not-found';
    return held && (entry.listed || document.type === 'CEB603Message') ? 'in-use' : undefined;
  }

  #threeDocumentMatch(list: SandboxDocument): string | undefined {
    const needed =
      this.#data.verdicts.requires.find((r) => r.tradeModes.includes(list.fields.tradeMode ?? ''))
        ?.documents ?? [];
    const order = this.#held('CEB303Message', orderKey(list.fields).join('\u0000'));
    const waybill = this.#held('CEB505Message', kinds.CEB505Message.key(list.fields).join('\u0000'));
    const payments = [...(this.#paymentsOfOrder.get(paymentsKey(list.fields)) ?? [])].flatMap(
      (key) => this.#held('CEB403Message', key) ?? [],
    );
    if (needed.includes('order') && !order) return 'order-unknown';
    if (needed.includes('payment') && payments.length === 0) return 'payment-unknown';
    if (needed.includes('waybill') && !waybill) return 'waybill-unknown';
    if (order && !sameGoods(order.lines, list.lines)) return 'goods-differ';
    for (const entry of [order, waybill, ...payments]) if (entry) entry.listed = true;
    return undefined;
  }

  #held(type: MessageType, key: string): Entry | undefined {
    const entry = this.#entries[type].get(key);
    return entry?.state === 'held' ? entry : undefined;
  }

  #write(document: SandboxDocument, state: Entry['state']): void {
    this.#entries[document.type].set(document.key, { state, listed: false, lines: document.lines });
    if (document.type !== 'CEB403Message') return;
    const key = paymentsKey(document.fields);
    const payments = this.#paymentsOfOrder.get(key) ?? new Set();
    this.#paymentsOfOrder.set(key, payments.add(document.key));
  }

  #remove(document: SandboxDocument): void {
    this.#entries[document.type].delete(document.key);
    if (document.type === 'CEB403Message')
      this.#paymentsOfOrder.get(paymentsKey(document.fields))?.delete(document.key);
  }
}

/** A negative verdict by its id; 100 is a return by customs, anything below zero a failure of processing. */
export function verdictOf(data: SandboxData, id: string, detail?: string): Verdict & { rule: VerdictRule } {
  const rule = data.verdicts.byId.get(id);
  if (!rule) throw new Error(`verdict ${id} is not in mappings/sandbox/verdicts.json`);
  const returned = Object.values(rule.codes).includes('100');
  return { outcome: returned ? 'returned' : 'failed', rule, detail };
}

const paymentsKey = (fields: Fields): string => `${fields.ebcCode ?? ''}\u0000${fields.orderNo ?? ''}`;

/** 603.gnum must correspond to 303.gnum; item number and quantity of each line are compared. */
function sameGoods(order: readonly Line[], list: readonly Line[]): boolean {
  if (order.length !== list.length) return false;
  const byGnum = new Map(order.map((line) => [line.gnum, line]));
  return list.every((line) => {
    const ordered = byGnum.get(line.gnum);
    return ordered?.itemNo === line.itemNo && sameNumber(ordered.qty, line.qty);
  });
}

const sameNumber = (a: string, b: string): boolean =>
  isPlainDecimal(a) && isPlainDecimal(b) ? new Dec(a).eq(b) : a === b;
