import { newGuid, newId } from '../base/ids.js';
import { time14 } from '../base/clock.js';
import type { MessageMapping, NodeMapping } from '../messages/mapping.js';
import type { Order } from '../orders/order.js';
import type { SignerRegistry } from '../signing/signer.js';
import { randomBytes } from 'node:crypto';

/** One document of a declaration, before it is stored. */
export interface PlannedDocument {
  id: string;
  seq: number;
  messageType: string;
  /** What the message carries (`order`, `payment`, `waybill`, `list`), as its mapping names it. */
  kind: string;
  /** The party that answers for the document, and so signs it (specification flow; 公告2018年第113号). */
  responsible: { role: string; code: string; name: string };
  guid: string;
  copNo: string;
  /** Values of the mapping's key fields joined by `|`: what the receipts of this document will echo. */
  key: string;
  /** Messages of the same declaration that customs must have taken in before this one goes. */
  goesAfter: readonly string[];
  /** The edition of the specification it is written in. */
  edition: string;
  delivery: 'waiting' | 'ready';
  waitingFor: 'party' | 'draft' | 'documents' | null;
}

/**
 * The number of a goods declaration at its client (客户端报关单编号), 18 digits: the day, then ten random ones; that of an
 * inspection application `SQ`, the day and ten letters or digits.
 */
export const newFormKey = (document: string | undefined, now: Date): string => {
  const random = randomBytes(8).readBigUInt64BE();
  const day = time14(now).slice(0, 8);
  return document === 'application'
    ? `SQ${day.slice(2)}${(random % 36n ** 10n).toString(36).toUpperCase().padStart(10, '0')}`
    : `${day}${(random % 10n ** 10n).toString().padStart(10, '0')}`;
};

/** The documents a regime asks for, with the mappings of their messages. */
export interface DocumentPlan {
  mapping: MessageMapping;
  /** Messages that customs must have taken in before this one goes. */
  after: readonly string[];
  /** False for what leaves unsigned: it waits for no key. */
  signed?: boolean;
  /** A number of our own by which its receipts name it, new for each declaration; else the key fields of the order. */
  newKey?: (now: Date) => string;
  /** False while people still have to fill something in before it can leave. */
  isComplete?: (order: Order) => boolean;
}

const PARTIES = [
  'platform',
  'seller',
  'producer',
  'declarant',
  'bondedOperator',
  'payment',
  'waybill',
] as const;
type Party = (typeof PARTIES)[number];
const isParty = (role: string): role is Party => (PARTIES as readonly string[]).includes(role);

/**
 * A list number (企业唯一编号) of our own, 20 characters, which is all that import lists allow: date, then 62 random bits
 * in base 36.
 */
export const newCopNo = (now: Date): string => {
  const random = randomBytes(8).readBigUInt64BE() % 36n ** 12n;
  return `SW${time14(now).slice(2, 8)}${random.toString(36).toUpperCase().padStart(12, '0')}`;
};

/**
 * Plans the documents of an order. Of the roles that may answer for a document the first whose key the gateway holds
 * is taken; where it holds none, the first named party, and the document waits for it.
 */
export function planDocuments(
  order: Order,
  plan: readonly DocumentPlan[],
  signers: SignerRegistry,
  now: Date,
): PlannedDocument[] {
  const copNo = order.list.copNo ?? newCopNo(now);
  const sent = new Set(plan.map(({ mapping }) => mapping.message));
  return plan.map(({ mapping, after, signed = true, newKey, isComplete }, index) => {
    const candidates = (mapping.responsible ?? [])
      .filter(isParty)
      .map((role) => ({ role, code: order[role].code ?? '', name: order[role].name ?? '' }))
      .filter((p) => p.code !== '');
    const held = candidates.find((p) => signers.find(p.code));
    const responsible = held ??
      candidates[0] ?? { role: mapping.responsible?.[0] ?? 'seller', code: '', name: '' };
    const waitingFor =
      signed && !held
        ? 'party'
        : isComplete && !isComplete(order)
          ? 'draft'
          : after.some((message) => sent.has(message))
            ? 'documents'
            : null;
    return {
      id: newId(),
      seq: index + 1,
      messageType: mapping.message,
      kind: mapping.document ?? '',
      responsible,
      guid: newGuid(),
      copNo,
      key: newKey ? newKey(now) : documentKey(mapping, order, copNo),
      goesAfter: after,
      edition: mapping.edition,
      delivery: waitingFor ? 'waiting' : 'ready',
      waitingFor,
    };
  });
}

/** Joins the values of the mapping's key fields as they will be written into the message. */
export function documentKey(mapping: MessageMapping, order: Order, copNo: string): string {
  const wanted = mapping.key ?? [];
  const values = new Map<string, string>();
  const visit = (node: NodeMapping) => {
    if (node.each) return;
    for (const field of node.fields ?? []) {
      if (!wanted.includes(field.name) || values.has(field.name)) continue;
      const paths = field.from === undefined ? [] : Array.isArray(field.from) ? field.from : [field.from];
      const value = paths
        .map((p) => (p === 'document.copNo' ? copNo : valueAt(order, p)))
        .find((v) => v !== undefined);
      values.set(field.name, value ?? field.fixed ?? field.default ?? '');
    }
    for (const child of node.children ?? []) visit(child);
  };
  for (const node of mapping.root) if (node.node !== 'BaseTransfer') visit(node);
  return joinKey(wanted.map((name) => values.get(name) ?? ''));
}

export const joinKey = (values: readonly string[]): string => values.map((v) => v.trim()).join('|');

function valueAt(order: Order, path: string): string | undefined {
  const [root, ...rest] = path.split('.');
  if (root !== 'order') return undefined;
  let value: unknown = order;
  for (const key of rest)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}
