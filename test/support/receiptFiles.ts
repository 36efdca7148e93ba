import { createHash } from 'node:crypto';
import { time17 } from '../../src/base/clock.js';
import type { IncomingFile } from '../../src/dispatch/transport.js';

/** Receipts written by hand, as customs would send them, for tests that decide what is said and when. */
export interface HandReceipt {
  root: string;
  xml: string;
}

const KINDS: Record<string, { root: string; node: string; key: string[]; before: [string, string][] }> = {
  CEB303Message: {
    root: 'CEB304Message',
    node: 'OrderReturn',
    key: ['ebpCode', 'ebcCode', 'orderNo'],
    before: [],
  },
  CEB213Message: {
    root: 'CEB214Message',
    node: 'RefundReturn',
    key: ['agentCode', 'coElNo'],
    before: [],
  },
  CEB505Message: {
    root: 'CEB506Message',
    node: 'LogisticsReturn',
    key: ['logisticsCode', 'logisticsNo'],
    before: [],
  },
  CEB603Message: {
    root: 'CEB604Message',
    node: 'InventoryReturn',
    key: ['agentCode', 'copNo'],
    before: [['customsCode', '8013']],
  },
};

/** The receipt of a document of `type` with this key (its values joined by `|`), said at `at`. */
export function receiptOf(type: string, key: string, status: string, at: Date, info: string): HandReceipt {
  const kind = KINDS[type];
  if (!kind) throw new Error(`no receipts by hand for ${type}`);
  const values = key.split('|');
  const fields: [string, string][] = [
    ['guid', uuidFrom(`${type}${key}${status}${at.toISOString()}`)],
    ...kind.before,
    ...kind.key.map((name, i): [string, string] => [name, values[i] ?? '']),
    ['returnStatus', status],
    ['returnTime', time17(at)],
    ['returnInfo', info],
  ];
  const xml = fields.map(([name, value]) => `<ceb:${name}>${value}</ceb:${name}>`).join('');
  return { root: kind.root, xml: `<ceb:${kind.node}>${xml}</ceb:${kind.node}>` };
}

/** One file of receipts of the same kind, as it would be fetched. */
export function receiptFile(receipts: readonly HandReceipt[], name: string): IncomingFile {
  const root = receipts[0]?.root ?? '';
  const xml = receipts.map((r) => r.xml).join('');
  return {
    id: name,
    origin: `${name}.xml`,
    bytes: Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ceb:${root} xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="${uuidFrom(name)}" version="1.0">${xml}</ceb:${root}>`,
    ),
  };
}

function uuidFrom(seed: string): string {
  const h = createHash('sha256').update(seed).digest('hex').toUpperCase();
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
}
