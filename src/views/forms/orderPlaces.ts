import type { OrderData } from '../../messages/values.js';

/** The text at a path of an order (`list.pod`, `lines[2].qty`); empty where there is none. */
export function rawAt(order: OrderData, path: string): string {
  let here: unknown = order;
  for (const step of path.split(/[.[\]]+/).filter(Boolean))
    here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[step] : undefined;
  return typeof here === 'string' ? here : '';
}

/** `order.list.pod` → `list.pod`; `line.qty` in `DecLists[2]` → `lines[2].qty`. */
export function orderPathOf(source: string, place: string): string | undefined {
  if (!/^(order|line)\./.test(source)) return undefined;
  if (source.startsWith('order.')) return source.slice('order.'.length);
  const line = /^\w+\[(\d+)\]/.exec(place)?.[1];
  return line === undefined ? undefined : `lines[${line}].${source.slice('line.'.length)}`;
}
