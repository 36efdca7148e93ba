import { createHash } from 'node:crypto';
import { isPlainDecimal } from '../base/decimal.js';
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

let decimalPaths: DecimalPaths | undefined;

/** Where decimals stand, as the tree of names that leads to them: `true` at a decimal. */
interface DecimalPaths {
  readonly [name: string]: DecimalPaths | true;
}

/**
 * SHA-256 (32 bytes) over what a normalised order says: canonical JSON with sorted keys, empty values left out, decimals
 * by value (59.80 is 59.8). The same order from JSON, CSV or Excel has the same fingerprint.
 */
export function fingerprintOf(order: Order): Buffer {
  decimalPaths ??= treeOf(
    loadFields()
      .fields.filter((f) => f.format === 'decimal')
      .map((f) => f.path),
  );
  return createHash('sha256').update(canonical(order, decimalPaths)).digest();
}

/** `a.b[].c` becomes `{ a: { b: { c: true } } }`: the members of an array share the place of the array. */
function treeOf(paths: readonly string[]): DecimalPaths {
  const root: Record<string, unknown> = {};
  for (const path of paths) {
    const names = path.replaceAll('[]', '').split('.');
    const last = names.pop() ?? '';
    let at = root;
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
    at[last] = true;
  }
  return root as DecimalPaths;
}

function canonical(value: unknown, decimals: DecimalPaths | true | undefined): string {
  if (Array.isArray(value)) {
    let text = '';
    for (const member of value) text += `${text === '' ? '' : ','}${canonical(member, decimals)}`;
    return `[${text}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = value as Readonly<Record<string, unknown>>;
    const inner = decimals === true ? undefined : decimals;
    let text = '';
    for (const name of Object.keys(members).sort()) {
      const member = members[name];
      if (member === undefined) continue;
      text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonical(member, inner?.[name])}`;
    }
    return `{${text}}`;
  }
  const text = String(value);
  return JSON.stringify(decimals === true && isPlainDecimal(text) ? shortest(text) : text);
}

/** A plain decimal without the zeros behind its last digit: 59.80 is 59.8. */
const shortest = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
