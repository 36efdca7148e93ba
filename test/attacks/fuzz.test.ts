import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mutationReaders, readMutated } from '../support/mutationReaders.js';

let it: Awaited<ReturnType<typeof mutationReaders>>;
beforeAll(async () => {
  it = await mutationReaders();
});
afterAll(() => it.drop());

// The long form is mutations.soak.ts; another seed there finds other files.
test.each([
  ['receipts', 200],
  ['envelopes', 150],
  ['party documents (rsa-sha1)', 200],
  ['party documents (sm2-sm3)', 50],
  ['orders (json)', 100],
  ['orders (ndjson)', 100],
  ['orders (csv)', 100],
  ['orders (xlsx)', 50],
  ['registers (csv)', 50],
])('mutated %s are read or refused with a fault (%d), and no forgery is taken', async (kind, runs) => {
  const reader = it.readers.find((r) => r.kind === kind)!;
  const { tried, read, refused } = await readMutated(reader, runs, 12);
  expect({ tried, told: read + refused }).toEqual({ tried: runs, told: runs });
  expect(read).toBeGreaterThan(0);
  // NDJSON and registers are refused line by line, never as a whole.
  if (!['orders (ndjson)', 'registers (csv)'].includes(kind)) expect(refused).toBeGreaterThan(0);
});
