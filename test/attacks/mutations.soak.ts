import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mutationReaders, readMutated, type MutationCount } from '../support/mutationReaders.js';

/** A million files in all; what costs most to read gets the smaller share. */
const RUNS: Record<string, number> = {
  receipts: 450_000,
  envelopes: 250_000,
  'orders (json)': 100_000,
  'orders (ndjson)': 80_000,
  'orders (csv)': 40_000,
  'party documents (rsa-sha1)': 40_000,
  'registers (csv)': 20_000,
  'party documents (sm2-sm3)': 10_000,
  'orders (xlsx)': 10_000,
};
/** Seed of the run, and a share of it for a shorter one. */
const SEED = Number(process.env.GATEWAY_SOAK_SEED ?? 2026);
const SHARE = Number(process.env.GATEWAY_SOAK_SHARE ?? 1);

let it: Awaited<ReturnType<typeof mutationReaders>>;
beforeAll(async () => {
  it = await mutationReaders();
});
afterAll(() => it.drop());

test('a million mutated files: no crash, no hang, no accepted forgery', async () => {
  const counts: Record<string, MutationCount & { perSecond: number }> = {};
  for (const reader of it.readers) {
    const from = performance.now();
    const count = await readMutated(reader, Math.round(RUNS[reader.kind]! * SHARE), SEED);
    counts[reader.kind] = { ...count, perSecond: (count.tried * 1000) / (performance.now() - from) };
    process.stdout.write(`${reader.kind} ${JSON.stringify(counts[reader.kind])}\n`);
  }
  const tried = Object.values(counts).reduce((sum, count) => sum + count.tried, 0);
  expect(tried).toBe(1_000_000 * SHARE);
  expect(Object.values(counts).every(({ read }) => read > 0)).toBe(true);
});
