import { createHash } from 'node:crypto';
import { Dec, isPlainDecimal } from '../base/decimal.js';
import { loadFields } from './fields.js';
import type { Order } from './order.js';

/** A platform without a code of its own writes this; its order numbers are then only unique within a seller. */
const noCode = '无';

/**
 * What makes an order the same order: platform code (ebpCode) and order number, and the seller code where the platform
 * has none. As JSON text of an array, so that no two keys can be confused. Meant for orders that passed the checks, which
 * require all three.
 */
export function businessKey(order: Order): string {
  const ebpCode = order.platform.code ?? '';
  const parts = ebpCode === noCode ? [ebpCode, order.seller.code ?? ''] : [ebpCode];
  return JSON.stringify([...parts, order.orderNo ?? '']);
}

let decimalPaths: ReadonlySet<string> | undefined;

/**
 * SHA-256 (32 bytes) over what a normalised order says: canonical JSON with sorted keys, empty values left out, decimals
 * by value (59.80 is 59.8). The same order from JSON, CSV or Excel has the same fingerprint.
 */
export function fingerprintOf(order: Order): Buffer {
  decimalPaths ??= new Set(
    loadFields()
      .fields.filter((f) => f.format === 'decimal')
      .map((f) => f.path),
  );
  return createHash('sha256')
    .update(canonical(order, '', decimalPaths))
    .digest();
}

function canonical(value: unknown, path: string, decimals: ReadonlySet<string>): string {
  if (Array.isArray(value)) return `[${value.map((v) => canonical(v, `${path}[]`, decimals)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v, path === '' ? k : `${path}.${k}`, decimals)}`);
    return `{${members.join(',')}}`;
  }
  const text = String(value);
  return JSON.stringify(decimals.has(path) && isPlainDecimal(text) ? new Dec(text).toFixed() : text);
}
