import { time14 } from '../../src/base/clock.js';
import type { Dec } from '../../src/base/decimal.js';
import { BoundedMap } from './boundedMap.js';
import { codeOf, markersOf, type Behaviour, type SandboxData, type VerdictRule } from './data.js';
import type { SandboxDocument } from './documents.js';
import type { Entry } from './entry.js';
import { keyOf, kindOf, partsKeyOf, type Fields, type Flow, type Kind, type MessageType } from './kinds.js';
import { ruleOf, type Desk, type Problem, type Push } from './rules.js';

/**
 * What the port decides about one document. `taken`: customs holds it; `stored`: 暂存 only; `deleted`: taken off the
 * books; `returned`: 退单 (status 100); `failed`: a negative status, never on the books.
 */
export type Verdict =
  | { outcome: 'taken' | 'stored' | 'deleted' }
  | { outcome: 'returned' | 'failed'; rule: VerdictRule; params?: Record<string, string> };

/** What became of a document; `completed`: all parts of a split document, now that the last one is there. */
export interface Judgement {
  verdict: Verdict;
  entry?: Entry;
  /** Numbers for the receipts; a returned document has its preNo only. */
  numbers: Readonly<Record<string, string>>;
  completed: readonly Entry[];
  /** What the port sends besides receipts. */
  pushes: readonly Push[];
}

const documentLimit = 300_000;
const nothing = { numbers: {}, completed: [], pushes: [] } as const;

/** The port's memory of documents by business key, and the checks every document meets. Bounded. */
export class Books {
  readonly #entries = new Map<MessageType, BoundedMap<string, Entry>>();
  /** Keys of the payments of an order: a list names the order, not the payment. */
  readonly #paymentsOfOrder = new Map<MessageType, BoundedMap<string, Set<string>>>();
  readonly #failedOnce = new BoundedMap<string, true>(documentLimit);
  readonly #parts = new BoundedMap<string, Map<string, Entry>>(documentLimit);
  readonly #serials = new Map<MessageType, number>();
  readonly #byInvtNo = new BoundedMap<string, Entry>(documentLimit);
  readonly #byWaybill = new BoundedMap<string, Entry>(documentLimit);
  /** What a buyer spent in a year. */
  readonly spent = new BoundedMap<string, Dec>(documentLimit);
  readonly #statuses: ReadonlyMap<string, readonly string[]>;
  readonly #data: SandboxData;

  constructor(data: SandboxData) {
    this.#data = data;
    const sequences = Object.entries(data.sequences.sequences);
    this.#statuses = new Map(sequences.map(([name, steps]) => [name, steps.map(([status]) => status)]));
    for (const kind of data.kinds.values()) {
      this.#entries.set(kind.type, new BoundedMap(documentLimit));
      if (kind.orderKey) this.#paymentsOfOrder.set(kind.type, new BoundedMap(documentLimit));
    }
  }

  /**
   * Judges one document that came in a readable, correctly signed message at `at`, and books the result. `paceMs` is
   * the time in which the port goes from one status to the next.
   */
  judge(document: SandboxDocument, behaviours: readonly Behaviour[], at: Date, paceMs: number): Judgement {
    if (document.appStatus === '1') return { verdict: { outcome: 'stored' }, ...nothing };
    const { kind } = document;
    const no = (problem: Problem): Judgement => ({ verdict: this.#no(problem), ...nothing });

    const failOnce = ordered(behaviours, 'failOnce', kind);
    const onceKey = `${kind.type}\u0000${document.key}`;
    if (failOnce !== undefined && !this.#failedOnce.get(onceKey)) {
      this.#failedOnce.set(onceKey, true);
      return no({ id: failOnce });
    }
    const known = this.#of(kind).get(document.key);
    const lifecycle = lifecycleProblem(document, known);
    if (lifecycle) return no({ id: lifecycle });
    if (document.appType === '3') {
      this.#remove(document);
      return { verdict: { outcome: 'deleted' }, ...nothing };
    }

    const desk: Desk = { books: this, data: this.#data, at };
    const rule = ruleOf(kind.rule);
    const refusal = ordered([...behaviours, ...this.#behavioursOfList(document)], 'refuse', kind);
    const problem =
      (kind.split ? this.#partProblem(document) : undefined) ??
      rule.check?.(desk, document) ??
      (refusal === undefined ? undefined : { id: refusal });
    const verdict = problem ? this.#no(problem) : ({ outcome: 'taken' } as const);
    if (verdict.outcome === 'failed') return { verdict, ...nothing };

    const entry = this.#write(document, verdict.outcome === 'taken', behaviours, at, paceMs);
    if (verdict.outcome === 'returned') return { verdict, ...nothing, numbers: entry.numbers };
    rule.taken?.(desk, document, entry);
    const completed = this.#complete(document, entry);
    const pushes = completed.length > 0 ? (rule.pushes?.(desk, completed) ?? []) : [];
    return { verdict, entry, numbers: entry.numbers, completed, pushes };
  }

  /** A document customs holds under a key made of these fields. */
  held(kind: Kind, fields: Fields): Entry | undefined {
    const entry = this.#of(kind).get(keyOf(kind, fields));
    return entry?.state === 'held' ? entry : undefined;
  }

  /** The payments customs holds for an order. */
  paymentsOf(kind: Kind, fields: Fields): Entry[] {
    const keys = this.#paymentsOfOrder.get(kind.type)?.get(orderKeyOf(kind, fields)) ?? [];
    return [...keys].flatMap((key) => {
      const entry = this.#of(kind).get(key);
      return entry?.state === 'held' ? [entry] : [];
    });
  }

  /** A list by the number customs gave it, withdrawn or not. */
  listByNo(flow: Flow, invtNo: string): Entry | undefined {
    const entry = this.#byInvtNo.get(invtNo);
    return entry?.kind.flow === flow ? entry : undefined;
  }

  /** The list of a waybill that customs holds. */
  listByWaybill(flow: Flow, fields: Fields): Entry | undefined {
    const entry = this.#byWaybill.get(waybillKey(flow, fields));
    return entry?.state === 'held' ? entry : undefined;
  }

  /** All lists of a flow customs holds, oldest first. */
  *lists(flow: Flow): Generator<Entry> {
    for (const entry of this.#of(kindOf(this.#data.kinds, flow, 'list')).values())
      if (entry.state === 'held') yield entry;
  }

  /** Books a withdrawal: what is not sent yet of the list's receipts is never sent, its documents are free again. */
  withdraw(list: Entry, at: Date): void {
    list.state = 'withdrawn';
    list.withdrawnAt = at.getTime();
    for (const ref of list.refs) ref.listed = false;
  }

  #of(kind: Kind): BoundedMap<string, Entry> {
    const entries = this.#entries.get(kind.type);
    if (!entries) throw new Error(`${kind.type} has no books`);
    return entries;
  }

  #no({ id, params }: Problem): Verdict {
    return verdictOf(this.#data, id, params);
  }

  /** A marker in the order number of a list also orders what happens to applications about the list. */
  #behavioursOfList({ kind, fields }: SandboxDocument): Behaviour[] {
    if (kind.document === 'list' || fields.invtNo === undefined) return [];
    const orderNo = this.listByNo(kind.flow, fields.invtNo)?.fields.orderNo;
    return orderNo === undefined ? [] : markersOf(orderNo, this.#data.behaviours);
  }

  #partProblem(document: SandboxDocument): Problem | undefined {
    const { msgCount = '', msgSeqNo = '' } = document.fields;
    const others = this.#parts.get(partsKey(document))?.values() ?? [];
    const counts = [...others].map((part) => part.fields.msgCount ?? '');
    const fits = Number(msgSeqNo) >= 1 && Number(msgSeqNo) <= Number(msgCount);
    if (fits && counts.every((count) => count === msgCount)) return undefined;
    return { id: 'parts-differ', params: { detail: `${msgSeqNo}/${msgCount}` } };
  }

  /** The parts of the document once the last one is held; a document that is not split is its own only part. */
  #complete(document: SandboxDocument, entry: Entry): readonly Entry[] {
    if (!document.kind.split) return [entry];
    const key = partsKey(document);
    const parts = this.#parts.get(key) ?? new Map<string, Entry>();
    parts.set(String(Number(document.fields.msgSeqNo)), entry);
    if (parts.size < Number(document.fields.msgCount)) {
      this.#parts.set(key, parts);
      return [];
    }
    this.#parts.delete(key);
    const all = [...parts.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, part]) => part);
    // One number for the whole; the preNo stays that of each part.
    for (const part of all) Object.assign(part.numbers, { ...entry.numbers, preNo: part.numbers.preNo });
    return all;
  }

  #write(
    document: SandboxDocument,
    taken: boolean,
    behaviours: readonly Behaviour[],
    at: Date,
    paceMs: number,
  ): Entry {
    const { kind, fields } = document;
    const sequence = ordered(behaviours, 'sequence', kind) ?? kind.normal;
    const entry: Entry = {
      kind,
      state: taken ? 'held' : 'returned',
      listed: false,
      fields: pick(fields, kind.split ? [...kind.keep, ...kind.echo, 'guid', 'msgCount'] : kind.keep),
      lines: kind.keep.length > 0 || kind.document === 'order' ? document.lines : [],
      numbers: this.#number(document, at),
      takenAt: at.getTime(),
      statuses: this.#statuses.get(sequence) ?? [],
      paceMs,
      refs: [],
    };
    if (behaviours.some((b) => b.effect.taxDiffers)) entry.taxDiffers = true;
    this.#of(kind).set(document.key, entry);
    if (kind.orderKey) {
      const payments = this.#paymentsOfOrder.get(kind.type);
      const key = orderKeyOf(kind, fields);
      payments?.set(key, (payments.get(key) ?? new Set()).add(document.key));
    }
    if (taken && kind.document === 'list') {
      this.#byInvtNo.set(entry.numbers.invtNo ?? '', entry);
      this.#byWaybill.set(waybillKey(kind.flow, fields), entry);
    }
    return entry;
  }

  /** The numbers of a document, in the order of acceptance; a replayed journal gives the same ones. */
  #number({ kind, fields }: SandboxDocument, at: Date): Record<string, string> {
    const serial = (this.#serials.get(kind.type) ?? 0) + 1;
    this.#serials.set(kind.type, serial);
    const day = time14(at).slice(0, 8);
    const places: Fields = { ...fields, day, year: day.slice(0, 4), serial: String(serial).padStart(9, '0') };
    return Object.fromEntries(
      Object.entries(kind.numbers).map(([name, { form }]) => [
        name,
        form.replace(/\{(\w+)\}/g, (_, place: string) => places[place] ?? ''),
      ]),
    );
  }

  #remove({ kind, fields, key }: SandboxDocument): void {
    this.#of(kind).delete(key);
    if (kind.orderKey) this.#paymentsOfOrder.get(kind.type)?.get(orderKeyOf(kind, fields))?.delete(key);
  }
}

/** A negative verdict by its id; 100 is a return by customs, anything below zero a failure of processing. */
export function verdictOf(
  data: SandboxData,
  id: string,
  params?: Record<string, string>,
): Verdict & { rule: VerdictRule } {
  const rule = data.verdicts.byId.get(id);
  if (!rule) throw new Error(`verdict ${id} is not in mappings/sandbox/verdicts.json`);
  return { outcome: rule.class === 'returned' ? 'returned' : 'failed', rule, params };
}

/** The returnStatus of a verdict; empty for a document that was taken. */
export const statusOf = (verdict: Verdict, kind: Kind): string =>
  'rule' in verdict ? (codeOf(verdict.rule, kind) ?? '') : '';

/** The first verdict or sequence a marker orders for a message. */
export function ordered(
  behaviours: readonly Behaviour[],
  effect: 'failOnce' | 'refuse' | 'sequence',
  kind: Kind,
): string | undefined {
  return behaviours.map((b) => b.effect[effect]?.[kind.type]).find((id) => id !== undefined);
}

function lifecycleProblem(document: SandboxDocument, known: Entry | undefined): string | undefined {
  const { change } = document.kind;
  const held = known?.state === 'held';
  if (document.appType === '1') return held ? 'duplicate' : undefined;
  if (!known || change === 'never' || known.state === 'withdrawn') return 'not-found';
  return held && (known.listed || change === 'until-taken') ? 'in-use' : undefined;
}

const pick = (fields: Fields, names: readonly string[]): Fields => {
  const out: Record<string, string> = {};
  for (const name of names) if (fields[name] !== undefined) out[name] = fields[name];
  return out;
};

const partsKey = ({ kind, fields }: SandboxDocument): string =>
  `${kind.type}\u0000${partsKeyOf(kind, fields)}`;

const orderKeyOf = (kind: Kind, fields: Fields): string =>
  (kind.orderKey ?? []).map((name) => fields[name] ?? '').join('\u0000');

const waybillKey = (flow: Flow, fields: Fields): string =>
  `${flow}\u0000${fields.logisticsCode ?? ''}\u0000${fields.logisticsNo ?? ''}`;
