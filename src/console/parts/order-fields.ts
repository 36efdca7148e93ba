import dictionary from '../../../mappings/orders/fields.json';
import type { Declaration, Text } from '../api/types.js';

type Order = Declaration['order'];
export type OrderLine = Order['lines'][number];

interface Field {
  path: string;
  header: Text;
  codes?: string;
}
const fields: Field[] = dictionary.fields;
const LINE = 'lines[].';

export interface OrderGroup {
  id: string;
  title: Text;
  items: { path: string; label: Text; value: string; codes: string | undefined }[];
}

const GROUPS: [id: string, title: Text, of: (path: string) => boolean][] = [
  ['order', { zh: '订单', en: 'Order' }, (path) => !path.includes('.')],
  [
    'parties',
    { zh: '企业', en: 'Parties' },
    (path) => /^(platform|seller|producer|declarant|bondedOperator)\./.test(path),
  ],
  [
    'people',
    { zh: '支付人、订购人与收货人', en: 'Payer, buyer and consignee' },
    (path) => /^(payer|buyer|consignee)\./.test(path),
  ],
  ['payment', { zh: '收款', en: 'Payment' }, (path) => path.startsWith('payment.')],
  ['waybill', { zh: '运单', en: 'Waybill' }, (path) => path.startsWith('waybill.')],
  ['list', { zh: '清单', en: 'List (清单)' }, (path) => path.startsWith('list.')],
];

function valueAt(order: Order, path: string): string | undefined {
  let here: unknown = order;
  for (const step of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return typeof here === 'string' && here !== '' ? here : undefined;
}

/** The filled fields of an order in groups, named as in the field dictionary; empty fields and groups are left out. */
export function orderGroups(order: Order): OrderGroup[] {
  return GROUPS.map(([id, title, belongs]) => ({
    id,
    title,
    items: fields.flatMap((field) => {
      if (field.path.startsWith(LINE) || !belongs(field.path)) return [];
      const value = valueAt(order, field.path);
      return value === undefined
        ? []
        : [{ path: field.path, label: field.header, value, codes: field.codes }];
    }),
  })).filter((group) => group.items.length > 0);
}

/** Column heading of a goods line field, as the dictionary names it. */
export function lineHeader(name: keyof OrderLine): Text {
  return fields.find((field) => field.path === LINE + name)?.header ?? { zh: name, en: name };
}
