import { expect, test } from '@jest/globals';
import { orderDocument } from '../../src/http/orders/document.js';
import { loadFields } from '../../src/orders/fields.js';

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  title?: string;
  description?: string;
}

const fields = loadFields();
const { schema, examples } = orderDocument(fields);

/** Paths of a value that the schema does not know. */
function unknownIn(value: unknown, at: Schema | undefined, path: string): string[] {
  if (!at) return [path];
  if (Array.isArray(value)) return value.flatMap((one) => unknownIn(one, at.items, `${path}[]`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, inner]) =>
      unknownIn(inner, at.properties?.[name], path === '' ? name : `${path}.${name}`),
    );
  return at.properties || at.items ? [path] : [];
}

test('the API document shows an order of every regime, each as its schema says, Chinese first', () => {
  expect(Object.keys(examples).sort()).toEqual(
    ['9610', '1210', '9710', '9810', '9610-import', '1210-import'].sort(),
  );
  for (const [name, { value, summary }] of Object.entries(examples)) {
    expect([name, unknownIn(value, schema as Schema, '')]).toEqual([name, []]);
    expect(value).toMatchObject({ regime: name.slice(0, 4), ieFlag: name.endsWith('import') ? 'I' : 'E' });
    expect(summary).toMatch(/^[^/]*\p{Script=Han}/u);
  }
  const { waybill, lines } = (schema as Schema).properties!;
  expect(waybill!.properties!.logisticsNo!.title).toMatch(/^\p{Script=Han}+ \/ /u);
  expect(lines!.items!.properties!.qty!.description).toMatch(/\p{Script=Han}/u);
  expect(unknownIn({ nonsense: '1' }, schema as Schema, '')).toEqual(['nonsense']);
});
