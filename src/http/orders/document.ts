import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../base/root.js';
import type { Field, FieldDictionary } from '../../orders/fields.js';

interface JsonSchema {
  [key: string]: unknown;
}

const FILES = [
  ['9610', '9610 一般出口 / 9610 general export'],
  ['1210', '1210 特殊区域出口 / 1210 special-area export'],
  ['9710', '9710 B2B 直接出口 / 9710 B2B direct export'],
  ['9810', '9810 出口海外仓 / 9810 to an overseas warehouse'],
  ['9610-import', '9610 直购进口 / 9610 direct-purchase import'],
  ['1210-import', '1210 保税进口 / 1210 bonded import'],
] as const;

/** What a JSON order looks like: every field by the dictionary, Chinese first, and an order of every regime. */
export function orderDocument(fields: FieldDictionary): {
  schema: JsonSchema;
  examples: Record<string, { summary: string; value: unknown }>;
} {
  const root: Record<string, JsonSchema> = {};
  const groups = new Map<string, Record<string, JsonSchema>>();
  for (const field of fields.byPath.values()) {
    const [first = '', leaf] = field.path.split('.');
    if (leaf === undefined) {
      root[first] = property(field);
      continue;
    }
    const properties = groups.get(first) ?? {};
    groups.set(first, properties);
    properties[leaf] = property(field);
    const object = { type: 'object', properties };
    root[first.replace('[]', '')] = first.endsWith('[]') ? { type: 'array', items: object } : object;
  }
  const examples = Object.fromEntries(
    FILES.flatMap(([name, summary]) => {
      const file = join(projectRoot, 'examples', `orders-${name}.json`);
      if (!existsSync(file)) return [];
      const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
      return Array.isArray(parsed) ? [[name, { summary, value: parsed[0] as unknown }]] : [];
    }),
  );
  return { schema: { type: 'object', title: 'Order', properties: root }, examples };
}

const property = ({ header, help, example, codes }: Field): JsonSchema => ({
  type: 'string',
  title: `${header.zh} / ${header.en}`,
  description: `${help.zh}\n\n${help.en}${codes ? `\n\n${codes}` : ''}`,
  ...(example === '' ? {} : { examples: [example] }),
});
