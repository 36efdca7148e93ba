import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../src/base/root.js';

const edition = join(projectRoot, 'mappings', 'ceb-202205');
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const namesSchema = z.strictObject({
  source: z.string(),
  names: z.record(z.string(), z.strictObject({ zh: z.string(), en: z.string().min(2) })),
});

const fieldSchema = z.looseObject({ name: z.string(), zh: z.string() });

/** All elements with a value and their Chinese names, gathered from the raw mapping files. */
function fieldsIn(node: unknown): z.output<typeof fieldSchema>[] {
  if (Array.isArray(node)) return node.flatMap(fieldsIn);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'fields' ? z.array(fieldSchema).parse(value) : fieldsIn(value),
  );
}

test('every field has its name in both languages, in Chinese as a message has it, and no name is left over', () => {
  const fields = readdirSync(join(edition, 'messages')).flatMap((file) =>
    fieldsIn(read(join(edition, 'messages', file))),
  );
  const { names } = namesSchema.parse(read(join(edition, 'fieldNames.json')));
  expect(fields.length).toBeGreaterThan(600);
  expect(Object.keys(names).sort()).toEqual([...new Set(fields.map(({ name }) => name))].sort());
  for (const [name, { zh }] of Object.entries(names))
    expect(fields).toContainEqual(expect.objectContaining({ name, zh }));
});
