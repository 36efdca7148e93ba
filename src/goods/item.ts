import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { nameKey } from '../orders/columns/names.js';
import { readCode, readDate, readDecimal, type CodeTables } from '../orders/values.js';
import { textSchema, type Text } from '../terms/text.js';

const fieldSchema = z.strictObject({
  key: z.string().regex(/^[a-zA-Z0-9]+$/),
  header: textSchema,
  format: z.enum(['text', 'code', 'decimal', 'date']),
  codes: z.string().optional(),
  example: z.string(),
  aliases: z.array(z.string()).default([]),
  /** The leaf of an order line that the field fills. */
  fills: z.string().startsWith('lines[].').optional(),
});
const fileSchema = z.strictObject({
  validFrom: z.iso.date(),
  source: z.string().min(1),
  elementPrefix: textSchema,
  fields: z.array(fieldSchema).min(2),
});
export type GoodsField = z.output<typeof fieldSchema>;

/** What the goods master says of one SKU: texts by field key (`mappings/orders/goods.json`), and 申报要素 by name. */
export const goodsDataSchema = z.strictObject({
  values: z.record(z.string().max(40), z.string().trim().max(1000)),
  elements: z.record(z.string().trim().min(1).max(60), z.string().trim().max(500)).default({}),
});
export type GoodsData = z.output<typeof goodsDataSchema>;

export interface GoodsItem extends GoodsData {
  sku: string;
}

/** The fields of the goods master: data, so that a field more is an entry more. */
export interface GoodsFields {
  fields: readonly GoodsField[];
  byKey: ReadonlyMap<string, GoodsField>;
  /** By `nameKey` of header or alias. */
  byName: ReadonlyMap<string, GoodsField>;
  elementPrefix: Text;
}

/** Reads the fields of the goods master. Throws, naming file and field, for a name that means two of them. */
export function loadGoodsFields(
  codes: { has(table: string): boolean },
  file = mappingPath('orders', 'goods.json'),
): GoodsFields {
  const parsed = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const byName = new Map<string, GoodsField>();
  for (const field of parsed.fields) {
    if ((field.format === 'code') !== (field.codes !== undefined) || (field.codes && !codes.has(field.codes)))
      throw new Error(`${file}: ${field.key} must name a code table exactly when it is a code`);
    for (const name of [field.header.zh, field.header.en, field.key, ...field.aliases]) {
      const other = byName.get(nameKey(name));
      if (other && other !== field) throw new Error(`${file}: ${name} means ${other.key} and ${field.key}`);
      byName.set(nameKey(name), field);
    }
  }
  return {
    fields: parsed.fields,
    byKey: new Map(parsed.fields.map((field) => [field.key, field])),
    byName,
    elementPrefix: parsed.elementPrefix,
  };
}

/**
 * Puts the values of an item into the form of the order model: plain decimals, customs codes. Gives back what is wrong
 * with them, in words; blank values are left out.
 */
export function readGoods(
  given: GoodsItem,
  { byKey }: GoodsFields,
  codes: CodeTables,
): { item: GoodsItem; problems: Text[] } {
  const problems: Text[] = [];
  const values: Record<string, string> = {};
  const sku = given.sku.trim();
  if (sku === '') problems.push({ zh: '商品货号必须填写', en: 'the SKU is required' });
  if (sku.length > 100)
    problems.push({ zh: '商品货号最多 100 个字符', en: 'the SKU may have at most 100 characters' });
  for (const [key, text] of Object.entries(given.values)) {
    const field = byKey.get(key);
    if (!field || key === 'sku') {
      problems.push({ zh: `“${key}”不是商品档案的字段`, en: `"${key}" is not a field of the goods master` });
      continue;
    }
    if (text.trim() === '') continue;
    if (field.format === 'decimal') {
      const reading = readDecimal(text);
      if ('fault' in reading || reading.value.startsWith('-'))
        problems.push({
          zh: `“${field.header.zh}”的值 ${text} 读不成数字`,
          en: `"${field.header.en}": ${text} is not a number`,
        });
      else values[key] = reading.value;
    } else if (field.format === 'date') {
      const reading = readDate(text);
      if ('fault' in reading)
        problems.push({
          zh: `“${field.header.zh}”的值 ${text} 不是日期`,
          en: `"${field.header.en}": ${text} is not a date`,
        });
      else values[key] = reading.value;
    } else if (field.format === 'code') {
      const reading = readCode(text, field.codes ?? '', codes);
      const code = 'value' in reading ? reading.value : text;
      if (codes.get(field.codes ?? '')?.resolve(code) === undefined)
        problems.push({
          zh: `“${field.header.zh}”的值 ${text} 不在代码表中`,
          en: `"${field.header.en}": ${text} is not a code`,
        });
      else values[key] = code;
    } else values[key] = key === 'gcode' ? text.replace(/[.\s]/g, '') : text.trim();
  }
  const elements = Object.fromEntries(
    Object.entries(given.elements).filter(([, text]) => text.trim() !== ''),
  );
  return { item: { sku, values, elements }, problems };
}
