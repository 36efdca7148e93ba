import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FaultError } from '../../src/base/fault.js';
import { projectRoot } from '../../src/base/root.js';
import { readMessage } from '../../src/messages/reader.js';
import { catalogue, readAll } from '../orders/reading.js';
import { sampleOrders } from '../support/sampleOrders.js';

const orders = [...sampleOrders({ count: 2, seed: 77 })];

/** A text with a few pieces cut out, doubled or replaced by what readers stumble over. */
const mutated = (text: string): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.record({
        at: fc.nat(text.length),
        length: fc.nat(12),
        piece: fc.oneof(
          fc.constantFrom(
            '',
            '\0',
            '<',
            '>',
            '&',
            '"',
            '{',
            '}',
            '[',
            ']',
            ',',
            '\ud800',
            '\ufeff',
            '1e999',
            ']]>',
          ),
          fc.string({ maxLength: 8 }),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((changes) =>
      Buffer.from(
        changes.reduce((t, { at, length, piece }) => t.slice(0, at) + piece + t.slice(at + length), text),
      ),
    );

/** Reads it, or refuses it in words: anything else is a defect. */
async function readOrRefused(reading: () => unknown): Promise<'read' | 'refused'> {
  try {
    await reading();
    return 'read';
  } catch (error) {
    if (error instanceof FaultError && error.faults.length > 0) return 'refused';
    throw error;
  }
}

test.each([
  ['json', JSON.stringify(orders)],
  ['ndjson', orders.map((order) => JSON.stringify(order)).join('\n')],
] as const)('300 mutated files of orders (%s) are read or refused with a fault', async (format, text) => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(mutated(text), async (bytes) => {
      outcomes.add(await readOrRefused(() => readAll(bytes, format)));
    }),
    { numRuns: 300 },
  );
  expect(outcomes.has('read')).toBe(true);
});

test.each(['CEB505Message', 'CEB511Message'])(
  '300 mutated messages (%s) are read or refused with a fault',
  async (type) => {
    const xml = readFileSync(join(projectRoot, 'test/examples/messages', `${type}.xml`), 'utf8');
    expect(await readOrRefused(() => readMessage(Buffer.from(xml), catalogue))).toBe('read');
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(mutated(xml), async (bytes) => {
        outcomes.add(await readOrRefused(() => readMessage(bytes, catalogue)));
      }),
      { numRuns: 300 },
    );
    expect(outcomes.has('refused')).toBe(true);
  },
);
