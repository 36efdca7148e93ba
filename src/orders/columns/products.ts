import type { Field } from '../fields.js';

/** What the parts of a cell with several products are called: see `products` of `mappings/orders/columns.json`. */
export interface ProductLabels {
  /** The field a label fills, by `nameKey`. */
  fields: ReadonlyMap<string, Field>;
  /** Labels of what no message needs, by `nameKey`. */
  ignored: ReadonlySet<string>;
  /** Words behind a number that count pieces and name no unit of their own, in small letters. */
  pieces: ReadonlySet<string>;
  /** Fields that one value of the row fills for every product of its cell. */
  shared: ReadonlySet<string>;
}

/** One product of a cell, as it is written there. */
export interface CellProduct {
  title: string;
  /** Texts by path of the order. */
  values: ReadonlyMap<string, string>;
  /** What stands under labels that nobody knows. */
  unread: readonly string[];
}

const mark = /【\s*\d{1,3}\s*】/;
const part = /[(（]\s*([^:：()（）\n]{1,40}?)\s*[:：]\s*([^\n]*?)\s*[)）]\s*(?=[(（【\n]|$)/g;
const counted = /^(\d[\d.,]*)\s*(\S.*)?$/;
/** No cell of a spreadsheet holds more. */
const longestCell = 32_767;

/** True when a cell holds products one after the other, each behind its number: `【1】 title (label:value) …`. */
export const holdsProducts = (text: string): boolean => mark.test(text.slice(0, 40));

/** How many products such a cell holds; 0 when it is an ordinary text. */
export const countProducts = (text: string): number =>
  holdsProducts(text) ? text.slice(0, longestCell).split(mark).slice(1).length : 0;

/**
 * Takes apart a cell with several products, as 速卖通 writes them: `【1】 title`, then `(商家编码:…)`, `(产品数量:2 piece)` and
 * others, on lines of their own or behind each other. A quantity loses the word for pieces; another word beside it is
 * taken for the unit. Nothing is guessed: what stands under an unknown label is given back in `unread`.
 */
export function readProducts(text: string, labels: ProductLabels): CellProduct[] {
  const bodies = text.slice(0, longestCell).split(mark).slice(1);
  return bodies.map((raw) => {
    const body = raw.normalize('NFKC').replace(/\r\n?/g, '\n').trim();
    const values = new Map<string, string>();
    const unread: string[] = [];
    let title: string | undefined;
    for (const found of body.matchAll(part)) {
      const [whole, label = '', value = ''] = found;
      const key = label.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
      const field = labels.fields.get(key);
      // Brackets before the first label belong to the title: `Dress (size: M)`.
      if (!field && !labels.ignored.has(key)) {
        if (title !== undefined) unread.push(whole.trim());
        continue;
      }
      title ??= body.slice(0, found.index);
      if (!field || value === '') continue;
      if (field.leaf === 'qty') takeQuantity(value, values, labels);
      else values.set(field.path, value);
    }
    return { title: (title ?? body).replace(/\s+/g, ' ').trim(), values, unread };
  });
}

function takeQuantity(text: string, values: Map<string, string>, { pieces }: ProductLabels): void {
  const [, number, word = ''] = counted.exec(text) ?? [];
  values.set('lines[].qty', number ?? text);
  if (word !== '' && !pieces.has(word.toLowerCase())) values.set('lines[].unit', word);
}
