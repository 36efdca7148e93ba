import dictionary from '../../../mappings/orders/fields.json';
import lifecycle from '../../../mappings/lifecycle/transitions.json';
import type { Order, Text } from '../api/types.js';

export type OrderLine = Order['lines'][number];

/** A field of the order as the dictionary describes it; `format` is text, code, decimal, integer, instant or date. */
export interface OrderField {
  path: string;
  header: Text;
  help: Text;
  format: string;
  codes?: string;
}
type Field = OrderField;
const fields: Field[] = dictionary.fields;
/** Every field of the order, in the order of the dictionary. */
export const allOrderFields: readonly OrderField[] = fields;
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

/** What names a declaration: a correction cannot change it. */
const IDENTITY = new Set(lifecycle.identity);

/** The field of an order path such as `waybill.logisticsNo` or `lines[0].qty`. */
export const fieldAt = (path: string): OrderField | undefined => {
  const known = path.replace(/^lines\[\d*\]/, 'lines[]');
  return fields.find((field) => field.path === known);
};

/** `lines[0].qty` → 商品 1 · 数量; a path the dictionary does not know stays as it is. */
export function labelAt(path: string): Text {
  const header = fieldAt(path)?.header;
  const line = /^lines\[(\d+)\]/.exec(path)?.[1];
  if (line === undefined) return header ?? { zh: path, en: path };
  const n = Number(line) + 1;
  return {
    zh: `商品 ${n}${header ? ` · ${header.zh}` : ''}`,
    en: `Line ${n}${header ? ` · ${header.en}` : ''}`,
  };
}

export interface EditableGroup {
  id: string;
  title: Text;
  fields: { path: string; field: OrderField; value: string }[];
}

/** Every field of an order that a correction may change, in groups; a goods line is a group of its own. */
export function editableGroups(order: Order): EditableGroup[] {
  const head = GROUPS.map(([id, title, belongs]) => ({
    id,
    title,
    fields: fields
      .filter(({ path }) => !path.startsWith(LINE) && belongs(path) && !IDENTITY.has(path))
      .map((field) => ({ path: field.path, field, value: valueAt(order, field.path) ?? '' })),
  }));
  const lines = order.lines.map((line, index) => ({
    id: `lines[${index}]`,
    title: labelAt(`lines[${index}]`),
    fields: fields
      .filter(({ path }) => path.startsWith(LINE))
      .map((field) => {
        const leaf = field.path.slice(LINE.length);
        const value = (line as Record<string, unknown>)[leaf];
        return { path: `lines[${index}].${leaf}`, field, value: typeof value === 'string' ? value : '' };
      }),
  }));
  return [...head, ...lines].filter((group) => group.fields.length > 0);
}

/** Fields that one correction of many declarations may set: those outside the lines that do not name the order. */
export const commonFields = (): OrderField[] =>
  fields.filter(({ path }) => !path.startsWith(LINE) && !IDENTITY.has(path));
