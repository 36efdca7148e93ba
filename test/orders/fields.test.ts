import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { loadFields } from '../../src/orders/fields.js';
import { orderSchema } from '../../src/orders/order.js';
import { fields } from './reading.js';

interface JsonSchema {
  type?: unknown;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}

/** Every leaf path of the order model, from the JSON Schema that zod derives of it. */
function leafPaths(schema: JsonSchema, prefix = ''): string[] {
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([key, member]) =>
      leafPaths(member, prefix === '' ? key : `${prefix}.${key}`),
    );
  return schema.items ? leafPaths(schema.items, `${prefix}[]`) : [prefix];
}

/** The dictionary in a file of its own, changed. */
function withDictionary(
  change: (entries: Record<string, unknown>[]) => void,
  load: (file: string) => void,
): void {
  const dir = mkdtempSync(join(tmpdir(), 'fields-'));
  try {
    const entries = fields.fields.map(({ group: _g, leaf: _l, ofLine: _o, ...entry }) => ({ ...entry }));
    change(entries as unknown as Record<string, unknown>[]);
    const file = join(dir, 'fields.json');
    writeFileSync(file, JSON.stringify({ validFrom: '2022-05-17', source: 'test', fields: entries }));
    load(file);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('the field dictionary', () => {
  test('has exactly the fields of the order model', () => {
    const schema = z.toJSONSchema(orderSchema, { io: 'input' }) as unknown as JsonSchema & {
      $defs: { Order: JsonSchema };
    };
    // Drafts of forms have element names of their own, which their mappings explain.
    const drafts = new Set(['declaration', 'application']);
    const model = leafPaths(schema.$defs.Order).filter((path) => !drafts.has(path));
    expect([...fields.byPath.keys()].sort()).toEqual(model.sort());
  });

  test('is refused when a header would mean two fields, a path comes twice, or a key is unknown', () => {
    withDictionary(
      (entries) => (entries[0]!.aliases = ['订单编号']),
      (file) => expect(() => loadFields(file)).toThrow('订单编号'),
    );
    withDictionary(
      (entries) => entries.push({ ...entries[0]! }),
      (file) => expect(() => loadFields(file)).toThrow('comes twice'),
    );
    withDictionary(
      (entries) => (entries[0]!.lenght = 4),
      (file) => expect(() => loadFields(file)).toThrow('lenght'),
    );
  });
});
