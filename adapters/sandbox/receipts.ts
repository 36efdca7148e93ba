import { time17 } from '../../src/base/clock.js';
import { statusOf, type Judgement, type Verdict } from './books.js';
import { infoOf, type Behaviour, type SandboxData, type UnreadableId } from './data.js';
import type { SandboxDocument } from './documents.js';
import type { Entry } from './entry.js';
import type { Fields, Kind, Step } from './kinds.js';
import { element, escapeText, guidFrom, render, type Dialect } from './xml.js';

/** A receipt file as it is handed out. */
export interface ReceiptFile {
  id: string;
  fileName: string;
  bytes: Buffer;
}

/**
 * A receipt file to come and when it is due, in milliseconds after the message was accepted. `bytes` are made when it
 * is due, an epoch ms: by then a receipt may be held back; undefined when nothing is left to send.
 */
export interface PlannedFile {
  id: string;
  fileName: string;
  dueAfterMs: number;
  bytes: (dueAt: number) => Buffer | undefined;
}

/** One judged document on its way to receipts. */
export interface Judged extends Judgement {
  document: SandboxDocument;
  behaviours: readonly Behaviour[];
}

interface Delivery {
  delayMs: number;
  twice: boolean;
  reversed: boolean;
  together: boolean;
  dialect: Dialect;
}

interface Receipt {
  root: string;
  step: number;
  status: string;
  /** When it is said, in milliseconds after the message was accepted. */
  saidAfterMs: number;
  xml: (prefix: string) => string;
  /** Moment (epoch ms) from which it is no longer sent. */
  until?: () => number | undefined;
}

/** What a receipt of a document says, whoever asks for it. */
interface Subject {
  kind: Kind;
  fields: Fields;
  numbers: Readonly<Record<string, string>>;
  entry?: Entry;
}

const receiptsPerMessage = 100;

/**
 * When customs says something, in milliseconds after it took the message: a thousand times as fast as customs, so that a
 * receipt need not be held back for long and never carries a moment that has not come. Documents of one message are
 * judged one after the other, a millisecond apart; later steps are later.
 */
const momentOf = (afterMs: number, step: number, index: number): number =>
  Math.ceil(Math.min(afterMs, LONGEST_MS) / 1000) + step + index;
/** Days that customs takes (a tax bill) are no longer than this, in milliseconds of customs. */
const LONGEST_MS = 100_000;
/** Pushed messages come after all receipts. */
const pushStep = 500;

/**
 * Plans the receipt files of one accepted message: the receipts of all documents with the same returnStatus travel
 * together, up to 100 in a message, as customs sends them. `returnTime` follows `momentOf` from
 * `acceptedAt`; delivery is paced by `paceMs` a file, and with a pace never before that time. Pure: the same input gives the same bytes.
 */
export function planReceipts(
  data: SandboxData,
  messageGuid: string,
  kind: Kind,
  judged: readonly Judged[],
  acceptedAt: Date,
  paceMs: number,
): PlannedFile[] {
  const groups = new Map<string, { delivery: Delivery; receipts: Receipt[][] }>();
  let earlierParts = judged.length;
  judged.forEach((one, index) => {
    if (one.behaviours.some((b) => b.effect.silent)) return;
    const delivery = deliveryOf(one.behaviours);
    const key = JSON.stringify(delivery);
    const group = groups.get(key) ?? { delivery, receipts: [] };
    groups.set(key, group);
    const moment = { data, messageGuid, acceptedAt };
    group.receipts.push(receiptsOf(moment, one, index));
    for (const part of one.completed)
      if (part !== one.entry) group.receipts.push(lastReceiptOf(moment, part, earlierParts++));
    group.receipts.push(pushesOf(moment, one, index));
  });

  const files: PlannedFile[] = [];
  const add = (receipts: readonly Receipt[], dialect: Dialect, dueAfterMs: number, twice: boolean) => {
    const root = receipts[0]?.root ?? kind.receipt;
    const guid = guidFrom(`${messageGuid}/file/${files.length}`);
    const fileName = `${root}_${guid}`;
    const bytes = (dueAt: number) => {
      const due = receipts.filter(({ until }) => (until?.() ?? Infinity) >= dueAt);
      return due.length === 0
        ? undefined
        : render(
            root,
            guid,
            due.map((r) => r.xml),
            dialect,
          );
    };
    files.push({ id: guid, fileName: `${fileName}.xml`, bytes, dueAfterMs });
    if (twice) files.push({ id: `${guid}-2`, fileName: `${fileName}_2.xml`, bytes, dueAfterMs });
  };
  for (const { delivery, receipts } of groups.values()) {
    const bundles = bundle(receipts.flat(), delivery.together);
    if (delivery.reversed) bundles.reverse();
    let saidAfterMs = 0;
    bundles.forEach((receipts, i) => {
      saidAfterMs = Math.max(saidAfterMs, ...receipts.map((r) => r.saidAfterMs));
      const dueAfterMs = delivery.delayMs + i * paceMs;
      // Without a pace nothing waits, not even for the few milliseconds that a receipt is ahead.
      add(
        receipts,
        delivery.dialect,
        paceMs === 0 ? dueAfterMs : Math.max(dueAfterMs, saidAfterMs),
        delivery.twice,
      );
    });
  }
  files.push(...extras(data, messageGuid, kind, judged, acceptedAt));
  return files.sort((a, b) => a.dueAfterMs - b.dueAfterMs);
}

/** The 900 receipt, which takes the place of all business receipts of a message. */
export function planUnreadable(
  data: SandboxData,
  copMsgId: string,
  messageType: string,
  problem: UnreadableId,
  detail: string,
  original: Buffer,
  acceptedAt: Date,
): PlannedFile[] {
  const rule = data.verdicts.unreadable[problem];
  const guid = guidFrom(`${copMsgId}/900`);
  const returnTime = time17(acceptedAt);
  const cdata = original.toString('utf8').replaceAll(']]>', ']]]]><![CDATA[>');
  const xml = (p: string) =>
    `<${p}MessageReturn><${p}guid>${guidFrom(`${copMsgId}/900/1`)}</${p}guid>` +
    `<${p}returnStatus>${rule.code}</${p}returnStatus>` +
    `<${p}returnInfo>${escapeText(rule.info.replace('{detail}', detail))}</${p}returnInfo>` +
    `<${p}returnTime>${returnTime}</${p}returnTime><${p}oriCopMsgId>${escapeText(copMsgId)}</${p}oriCopMsgId>` +
    `<${p}oriMessageType>${messageType}</${p}oriMessageType>` +
    `<${p}oriBizMessage><![CDATA[${cdata}]]></${p}oriBizMessage></${p}MessageReturn>`;
  const bytes = () => render('CEB900Message', guid, [xml], 'ceb');
  return [{ id: guid, fileName: `CEB900Message_${guid}.xml`, bytes, dueAfterMs: 0 }];
}

function deliveryOf(behaviours: readonly Behaviour[]): Delivery {
  const has = (effect: 'twice' | 'reversed' | 'together') => behaviours.some((b) => b.effect[effect]);
  return {
    delayMs: behaviours.reduce((sum, b) => sum + (b.effect.delayMs ?? 0), 0),
    twice: has('twice'),
    reversed: has('reversed'),
    together: has('together'),
    dialect: behaviours.find((b) => b.effect.dialect)?.effect.dialect ?? 'ceb',
  };
}

interface Moment {
  data: SandboxData;
  messageGuid: string;
  acceptedAt: Date;
}

function receiptsOf(moment: Moment, one: Judged, index: number): Receipt[] {
  const { data } = moment;
  const { document, verdict, numbers, entry } = one;
  const { kind } = document;
  const negative = statusOf(verdict, kind);
  const refusal = 'rule' in verdict ? (infoOf(verdict.rule, kind) ?? '') : '';
  const params: Record<string, string> = {
    action: data.sequences.actions[document.appType as '1' | '2' | '3'] ?? '',
    guid: document.guid,
    key: document.shownKey,
    ...('rule' in verdict ? verdict.params : undefined),
  };
  const subject: Subject = { kind, fields: document.fields, numbers, entry };
  return stepsOf(data, one, negative).map(([status, afterMs], step) => {
    const text = status === negative ? refusal : (data.sequences.infos[status] ?? '');
    const info = text.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
    return receipt(moment, subject, { index, step, status, afterMs, info });
  });
}

/** The last receipt of an earlier part, sent when the last part has come. */
function lastReceiptOf(moment: Moment, entry: Entry, index: number): Receipt[] {
  const { kind, fields, numbers } = entry;
  const steps = moment.data.sequences.sequences[kind.normal] ?? [];
  const [status, afterMs] = steps.at(-1) ?? ['', 0];
  const info = moment.data.sequences.infos[status] ?? '';
  const step = steps.length - 1;
  return [receipt(moment, { kind, fields, numbers, entry }, { index, step, status, afterMs, info })];
}

function receipt(
  { messageGuid, acceptedAt }: Moment,
  { kind, fields, numbers, entry }: Subject,
  {
    index,
    step,
    status,
    afterMs,
    info,
  }: { index: number; step: number; status: string; afterMs: number; info: string },
): Receipt {
  const saidAfterMs = momentOf(afterMs, step, index);
  const returnTime = time17(new Date(acceptedAt.getTime() + saidAfterMs));
  const leaves: Record<string, string | undefined> = { guid: guidFrom(`${messageGuid}/${index}/${step}`) };
  for (const name of kind.echo) {
    const number = kind.numbers[name];
    const value = number ? (Number(status) >= number.from ? numbers[name] : undefined) : fields[name];
    if (value) leaves[name] = value;
    else if (kind.always.includes(name)) leaves[name] = '';
  }
  leaves.returnStatus = status;
  leaves.returnTime = returnTime;
  leaves.returnInfo = info;
  const until = entry && kind.document === 'list' ? () => entry.withdrawnAt : undefined;
  const xml = (p: string) => element(p, kind.receiptNode, leaves);
  return { root: kind.receipt, step, status, saidAfterMs, xml, until };
}

function pushesOf({ data, messageGuid, acceptedAt }: Moment, one: Judged, index: number): Receipt[] {
  if (one.pushes.length === 0) return [];
  const steps = stepsOf(data, one, '');
  const lastMs = steps.at(-1)?.[1] ?? 0;
  return one.pushes.map(({ root, afterMs, xml, until }, i) => {
    const guid = guidFrom(`${messageGuid}/${index}/push/${i}`);
    const saidAfterMs = momentOf(lastMs + afterMs, steps.length + i, index);
    const returnTime = time17(new Date(acceptedAt.getTime() + saidAfterMs));
    return { root, step: pushStep + i, status: '', saidAfterMs, xml: (p) => xml(p, guid, returnTime), until };
  });
}

function stepsOf(
  data: SandboxData,
  { document, verdict, behaviours, completed }: Judged,
  negative: string,
): readonly Step[] {
  const { sequences } = data;
  const { kind } = document;
  const named = (name: string): readonly Step[] => sequences.sequences[name] ?? [];
  switch (verdict.outcome) {
    case 'failed':
      return [[negative, sequences.failureAfterMs]];
    case 'returned':
      return [...kind.beforeRefusal, [negative, sequences.refusalAfterMs]];
    case 'stored':
      return named('stored');
    case 'deleted':
      return named('deleted');
    case 'taken': {
      const ordered = behaviours
        .map((b) => b.effect.sequence?.[kind.type])
        .find((name) => name !== undefined);
      const steps = named(ordered ?? kind.normal);
      // A part waits for the others with its last receipt.
      return completed.length === 0 ? steps.slice(0, -1) : steps;
    }
  }
}

/** Files that answer nothing that was sent: a receipt of a document nobody knows, a file nobody can read. */
function extras(
  data: SandboxData,
  messageGuid: string,
  kind: Kind,
  judged: readonly Judged[],
  acceptedAt: Date,
): PlannedFile[] {
  const wanted = new Set(judged.flatMap((j) => j.behaviours.map((b) => b.effect.extra)));
  const root = kind.receipt;
  const first = judged[0];
  const files: PlannedFile[] = [];
  if (wanted.has('unknown') && first) {
    const stranger = guidFrom(`${messageGuid}/stranger`).replaceAll('-', '').slice(0, 20);
    const fields: Record<string, string> = { ...first.document.fields };
    for (const name of ['orderNo', 'copNo', 'payNo', 'payTransactionId', 'logisticsNo', 'coElNo'])
      fields[name] = stranger;
    const verdict: Verdict = { outcome: 'taken' };
    const document = { ...first.document, fields };
    const one: Judged = { document, verdict, behaviours: [], numbers: {}, completed: [], pushes: [] };
    const moment = { data, messageGuid: `${messageGuid}/stranger`, acceptedAt };
    const nodes = receiptsOf(moment, { ...one, completed: first.completed }, 0).slice(-1);
    const guid = guidFrom(`${messageGuid}/unknown`);
    const bytes = () =>
      render(
        root,
        guid,
        nodes.map((r) => r.xml),
        'ceb',
      );
    files.push({ id: guid, fileName: `${root}_${guid}.xml`, bytes, dueAfterMs: 0 });
  }
  if (wanted.has('garbage')) {
    const guid = guidFrom(`${messageGuid}/garbage`);
    const bytes = () =>
      Buffer.from(
        `<?xml version="1.0" encoding="UTF-8"?>\n<ceb:${root} guid="${guid}"><ceb:${kind.receiptNode}><ceb:gu`,
      );
    files.push({ id: guid, fileName: `${root}_${guid}.xml`, bytes, dueAfterMs: 0 });
  }
  return files;
}

/** Receipts that travel in one message: of one kind and status, or, `together`, all of one kind. */
function bundle(receipts: readonly Receipt[], together: boolean): Receipt[][] {
  const buckets = new Map<string, Receipt[]>();
  for (const receipt of receipts) {
    const { root, step, status } = receipt;
    const key = together ? root : `${String(step).padStart(3, '0')}/${status}/${root}`;
    const bucket = buckets.get(key);
    if (bucket) bucket.push(receipt);
    else buckets.set(key, [receipt]);
  }
  const keys = together ? [...buckets.keys()] : [...buckets.keys()].sort();
  return keys.flatMap((key) => chunks(buckets.get(key) ?? []));
}

function chunks(receipts: readonly Receipt[]): Receipt[][] {
  const out: Receipt[][] = [];
  for (let i = 0; i < receipts.length; i += receiptsPerMessage)
    out.push(receipts.slice(i, i + receiptsPerMessage));
  return out;
}
