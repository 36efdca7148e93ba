import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/base/root.js';
import { formats } from '../../src/messages/values.js';
import type { MessageMapping, NodeMapping } from '../../src/messages/mapping.js';
import { readMessage, readReceipts, type MessageNode } from '../../src/messages/reader.js';
import { generateXsd } from '../../src/messages/xsd.js';
import {
  asFile,
  catalogue,
  documentFacts,
  envelope,
  golden,
  goldenOrder,
  hollowSignature,
  message,
} from './fixtures.js';
import { canonicalForm, schemaObjection } from './judge.js';

/*
 * Every message of the edition has an example in test/examples/messages: those we send as the XML that an order
 * (order.json, import-order.json) or the data of a filing (CEB…Message.json) must become; those we only read as a file
 * written by hand, with what must be read from it beside it.
 */

const all = catalogue.messages();
const sent = all.filter((m) => m.direction === 'send');
const received = all.filter((m) => m.direction === 'receive');
const json = (name: string): Record<string, unknown> => JSON.parse(golden(name)) as Record<string, unknown>;
const xsd = generateXsd(catalogue);

/** What the message is written from. */
function dataOf(mapping: MessageMapping): Record<string, unknown> {
  if (mapping.filing) return json(`${mapping.message}.json`);
  return mapping.flow === 'import' ? json('import-order.json') : { ...goldenOrder() };
}

const inputOf = (mapping: MessageMapping) => ({
  order: dataOf(mapping),
  document: {
    ...documentFacts(),
    ...(mapping.flow === 'import' && { copNo: 'CQI2026111800001' }),
  },
});

test('every message has its example, and every example its message', () => {
  const files = readdirSync(join(projectRoot, 'test/examples/messages')).filter((f) => f.endsWith('.xml'));
  expect(files.sort()).toEqual(all.map((m) => `${m.message}.xml`));
  expect(all).toHaveLength(42);
});

describe.each(sent.map((mapping) => [mapping.message, mapping] as const))('%s', (name, mapping) => {
  const input = inputOf(mapping);

  test('its example data have no fault', () => {
    expect(message(name).check(input, '9610')).toEqual([]);
  });

  test('they become exactly the example, in canonical form', () => {
    const unsigned = message(name).write([input], envelope);
    expect(unsigned.head + unsigned.tail).toBe(golden(`${name}.xml`).replaceAll('\n', ''));
    expect(canonicalForm(asFile(unsigned))).toBe(unsigned.head + unsigned.tail);
  });

  test('signed, the example is valid by the schema', () => {
    const unsigned = message(name).write([input], envelope);
    expect(schemaObjection(xsd, asFile(unsigned, hollowSignature))).toBeUndefined();
  });

  test('read back, it says what it was written from', () => {
    const read = readMessage(Buffer.from(golden(`${name}.xml`).replaceAll('\n', '')), catalogue);
    expect(read.notes).toEqual([]);
    expect(read.documents).toHaveLength(1);
    const business = mapping.root[0] as NodeMapping;
    expect(read.documents[0]).toEqual(
      expectedNode(business, { order: input.order, document: input.document }),
    );
  });
});

/** A node as it must be read, taken from the data by a walk of the mapping that shares nothing with the writer. */
function expectedNode(node: NodeMapping, values: Record<string, unknown>): MessageNode {
  const found: MessageNode = {};
  const at = (path: string): unknown =>
    path
      .replace(/^filing\b/, 'order')
      .split('.')
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], values);
  for (const field of node.fields ?? []) {
    const given = [field.from ?? []]
      .flat()
      .map(at)
      .find((value) => value !== undefined && value !== '');
    const value = field.fixed ?? (field.format && given !== undefined ? formats[field.format](given) : given);
    const text = value ?? field.default;
    if (text !== undefined) found[field.name] = text as string;
  }
  for (const child of node.children ?? []) {
    if (child.each === undefined) found[child.node] = expectedNode(child, values);
    else {
      const items = (at(child.each) ?? []) as unknown[];
      if (items.length > 0)
        found[child.node] = items.map((item) => expectedNode(child, { ...values, [child.as ?? '']: item }));
    }
  }
  return found;
}

describe.each(received.map((mapping) => [mapping.message, mapping] as const))('%s', (name, mapping) => {
  const bytes = readFileSync(join(projectRoot, 'test/examples/messages', `${name}.xml`));

  test('its example is read without a note, as the JSON beside it says', () => {
    const read = readMessage(bytes, catalogue);
    expect(read.messageType).toBe(name);
    expect(read.notes).toEqual([]);
    expect(read.documents).toEqual(JSON.parse(golden(`${name}.json`)));
  });

  test('its example is valid by the schema', () => {
    expect(schemaObjection(xsd, bytes.toString('utf8'))).toBeUndefined();
  });

  test('a receipt names the document it answers by the key of that message', () => {
    const receipts = readReceipts(readMessage(bytes, catalogue));
    const hasStatus = JSON.stringify(mapping.root).includes('"returnStatus"');
    expect(receipts).toHaveLength(hasStatus ? 1 : 0);
    const answered = mapping.receiptOf && catalogue.message(mapping.receiptOf);
    if (answered)
      expect(Object.keys(receipts[0]?.key ?? {}).sort()).toEqual([...(answered.key ?? [])].sort());
  });
});
