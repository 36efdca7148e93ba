import { createHash } from 'node:crypto';
import { time17 } from '../../src/base/clock.js';
import type { Verdict } from './books.js';
import type { Behaviour, MessageType, SandboxData, Step, UnreadableId } from './data.js';
import { cebNamespace, kinds, type SandboxDocument } from './documents.js';

/** A receipt file and when it is due, in milliseconds after the message was accepted. */
export interface ReceiptFile {
  id: string;
  fileName: string;
  bytes: Buffer;
  dueAfterMs: number;
}

/** One judged document on its way to receipts. `preNo` and `invtNo` are the numbers the port gave a taken list. */
export interface Judged {
  document: SandboxDocument;
  verdict: Verdict;
  behaviours: readonly Behaviour[];
  preNo?: string;
  invtNo?: string;
}

type Dialect = 'ceb' | 'plain' | 'ns2';

interface Delivery {
  delayMs: number;
  twice: boolean;
  reversed: boolean;
  together: boolean;
  dialect: Dialect;
}

interface Receipt {
  step: number;
  status: string;
  xml: (prefix: string) => string;
}

const receiptsPerMessage = 100;

/** Derived from what it belongs to, so that a replayed journal yields the same receipts. */
function guidFrom(seed: string): string {
  const h = createHash('sha256').update(seed).digest('hex').slice(0, 32).toUpperCase();
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/**
 * Plans the receipt files of one accepted message: the receipts of all documents with the same returnStatus travel
 * together, up to 100 in a message, as customs sends them. `returnTime` follows the sequence's own gaps from
 * `acceptedAt`; delivery is paced by `paceMs` a file. Pure: the same input gives the same bytes.
 */
export function planReceipts(
  data: SandboxData,
  messageGuid: string,
  type: MessageType,
  judged: readonly Judged[],
  acceptedAt: Date,
  paceMs: number,
): ReceiptFile[] {
  const groups = new Map<string, { delivery: Delivery; receipts: Receipt[][] }>();
  judged.forEach((one, index) => {
    if (one.behaviours.some((b) => b.effect.silent)) return;
    const delivery = deliveryOf(one.behaviours);
    const key = JSON.stringify(delivery);
    const group = groups.get(key) ?? { delivery, receipts: [] };
    groups.set(key, group);
    group.receipts.push(receiptsOf(data, messageGuid, one, index, acceptedAt));
  });

  const files: ReceiptFile[] = [];
  const add = (receipts: readonly Receipt[], dialect: Dialect, dueAfterMs: number, twice: boolean) => {
    const guid = guidFrom(`${messageGuid}/file/${files.length}`);
    const bytes = render(kinds[type].receipt, guid, receipts, dialect);
    const fileName = `${kinds[type].receipt}_${guid}`;
    files.push({ id: guid, fileName: `${fileName}.xml`, bytes, dueAfterMs });
    if (twice) files.push({ id: `${guid}-2`, fileName: `${fileName}_2.xml`, bytes, dueAfterMs });
  };
  for (const { delivery, receipts } of groups.values()) {
    const bundles = delivery.together ? chunks(receipts.flat()) : byStatus(receipts.flat());
    if (delivery.reversed) bundles.reverse();
    bundles.forEach((bundle, i) =>
      add(bundle, delivery.dialect, delivery.delayMs + i * paceMs, delivery.twice),
    );
  }
  files.push(...extras(data, messageGuid, type, judged, acceptedAt));
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
): ReceiptFile[] {
  const rule = data.verdicts.unreadable[problem];
  const guid = guidFrom(`${copMsgId}/900`);
  const returnTime = time17(new Date(acceptedAt.getTime() + data.sequences.failureAfterMs));
  const cdata = original.toString('utf8').replaceAll(']]>', ']]]]><![CDATA[>');
  const xml = (p: string) =>
    `<${p}MessageReturn><${p}guid>${guidFrom(`${copMsgId}/900/1`)}</${p}guid>` +
    `<${p}returnStatus>${rule.code}</${p}returnStatus>` +
    `<${p}returnInfo>${escape(rule.info.replace('{detail}', detail))}</${p}returnInfo>` +
    `<${p}returnTime>${returnTime}</${p}returnTime><${p}oriCopMsgId>${escape(copMsgId)}</${p}oriCopMsgId>` +
    `<${p}oriMessageType>${messageType}</${p}oriMessageType>` +
    `<${p}oriBizMessage><![CDATA[${cdata}]]></${p}oriBizMessage></${p}MessageReturn>`;
  const bytes = render('CEB900Message', guid, [{ step: 0, status: rule.code, xml }], 'ceb');
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

function receiptsOf(
  data: SandboxData,
  messageGuid: string,
  one: Judged,
  index: number,
  acceptedAt: Date,
): Receipt[] {
  const { document, verdict } = one;
  const { sequences } = data;
  const negative = 'rule' in verdict ? (verdict.rule.codes[document.type] ?? '') : '';
  const params: Record<string, string> = {
    action: sequences.actions[document.appType as '1' | '2' | '3'] ?? '',
    guid: document.guid,
    key: document.shownKey,
    detail: 'rule' in verdict ? (verdict.detail ?? '') : '',
  };
  const infoOf = (status: string): string => {
    const refusal = 'rule' in verdict ? (verdict.rule.infos?.[document.type] ?? verdict.rule.info ?? '') : '';
    const text = status === negative ? refusal : (sequences.infos[status] ?? '');
    return text.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  };
  return stepsOf(data, one, negative).map(([status, afterMs], step) => {
    // Documents of one message are judged one after the other, a millisecond apart.
    const returnTime = time17(new Date(acceptedAt.getTime() + afterMs + index));
    const guid = guidFrom(`${messageGuid}/${index}/${step}`);
    const shown: Record<string, string | undefined> = {
      ...document.fields,
      preNo: Number(status) > 1 ? one.preNo : undefined,
      invtNo: Number(status) >= 120 ? one.invtNo : undefined,
    };
    const echoed = kinds[document.type].echo.flatMap((name): [string, string][] =>
      shown[name] ? [[name, shown[name]]] : [],
    );
    const fields: [string, string][] = [
      ['guid', guid],
      ...echoed,
      ['returnStatus', status],
      ['returnTime', returnTime],
      ['returnInfo', infoOf(status)],
    ];
    const node = kinds[document.type].receiptNode;
    const xml = (p: string) =>
      `<${p}${node}>${fields.map(([name, value]) => `<${p}${name}>${escape(value)}</${p}${name}>`).join('')}</${p}${node}>`;
    return { step, status, xml };
  });
}

function stepsOf(
  data: SandboxData,
  { document, verdict, behaviours }: Judged,
  negative: string,
): readonly Step[] {
  const { sequences } = data;
  const named = (name: string): readonly Step[] => sequences.sequences[name] ?? [];
  switch (verdict.outcome) {
    case 'failed':
      return [[negative, sequences.failureAfterMs]];
    case 'returned':
      return [...sequences.beforeRefusal[document.type], [negative, sequences.refusalAfterMs]];
    case 'stored':
      return named('stored');
    case 'deleted':
      return named('deleted');
    case 'taken': {
      const ordered = behaviours
        .map((b) => b.effect.sequence?.[document.type])
        .find((name) => name !== undefined);
      return named(ordered ?? sequences.normal[document.type]);
    }
  }
}

/** Files that answer nothing that was sent: a receipt of a document nobody knows, a file nobody can read. */
function extras(
  data: SandboxData,
  messageGuid: string,
  type: MessageType,
  judged: readonly Judged[],
  acceptedAt: Date,
): ReceiptFile[] {
  const wanted = new Set(judged.flatMap((j) => j.behaviours.map((b) => b.effect.extra)));
  const { receipt, receiptNode } = kinds[type];
  const first = judged[0];
  const files: ReceiptFile[] = [];
  if (wanted.has('unknown') && first) {
    const stranger = guidFrom(`${messageGuid}/stranger`).replaceAll('-', '').slice(0, 20);
    const fields = {
      ...first.document.fields,
      orderNo: stranger,
      copNo: stranger,
      payNo: stranger,
      logisticsNo: stranger,
    };
    const judgedStranger: Judged = {
      document: { ...first.document, fields },
      verdict: { outcome: 'taken' },
      behaviours: [],
    };
    const receipts = receiptsOf(data, `${messageGuid}/stranger`, judgedStranger, 0, acceptedAt).slice(-1);
    const guid = guidFrom(`${messageGuid}/unknown`);
    const bytes = render(receipt, guid, receipts, 'ceb');
    files.push({ id: guid, fileName: `${receipt}_${guid}.xml`, bytes, dueAfterMs: 0 });
  }
  if (wanted.has('garbage')) {
    const guid = guidFrom(`${messageGuid}/garbage`);
    const bytes = Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ceb:${receipt} guid="${guid}"><ceb:${receiptNode}><ceb:gu`,
    );
    files.push({ id: guid, fileName: `${receipt}_${guid}.xml`, bytes, dueAfterMs: 0 });
  }
  return files;
}

function byStatus(receipts: readonly Receipt[]): Receipt[][] {
  const buckets = new Map<string, Receipt[]>();
  for (const receipt of receipts) {
    const key = `${String(receipt.step).padStart(3, '0')}/${receipt.status}`;
    const bucket = buckets.get(key);
    if (bucket) bucket.push(receipt);
    else buckets.set(key, [receipt]);
  }
  return [...buckets.keys()].sort().flatMap((key) => chunks(buckets.get(key) ?? []));
}

function chunks(receipts: readonly Receipt[]): Receipt[][] {
  const out: Receipt[][] = [];
  for (let i = 0; i < receipts.length; i += receiptsPerMessage)
    out.push(receipts.slice(i, i + receiptsPerMessage));
  return out;
}

function render(root: string, guid: string, receipts: readonly Receipt[], dialect: Dialect): Buffer {
  const prefix = dialect === 'plain' ? '' : `${dialect}:`;
  const declaration = dialect === 'plain' ? `xmlns="${cebNamespace}"` : `xmlns:${dialect}="${cebNamespace}"`;
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<${prefix}${root} ${declaration} guid="${guid}" version="1.0">` +
      `${receipts.map((r) => r.xml(prefix)).join('')}</${prefix}${root}>\n`,
  );
}
