import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mutationReaders, readMutated, type MutationCount } from '../support/mutationReaders.js';

/** A million files in all; what costs most to read gets the smaller share. */
const RUNS: Record<string, number> = {
  'party documents (rsa-sha1)': 10_000,
  'party documents (sm2-sm3)': 2_000,
  'orders (xlsx)': 2_000,
  'orders (csv)': 4_000,
  'registers (csv)': 2_000,
  'orders (ndjson)': 10_000,
  'orders (json)': 20_000,
  envelopes: 350_000,
  receipts: 600_000,
};
/** Seed of the run, and a share of it for a shorter one. */
const SEED = Number(process.env.GATEWAY_SOAK_SEED ?? 2026);
const SHARE = Number(process.env.GATEWAY_SOAK_SHARE ?? 1);

let it: Awaited<ReturnType<typeof mutationReaders>>;
beforeAll(async () => {
  it = await mutationReaders();
});
afterAll(() => it.drop());

// Twenty seconds for one file are a hang on a quiet machine; on a loaded one they may only be a wait.
const MOST_MS = 120_000;

test('a million mutated files: no crash, no hang, no accepted forgery', async () => {
  const counts: Record<string, MutationCount & { perSecond: number }> = {};
  for (const [kind, runs] of Object.entries(RUNS)) {
    const reader = it.readers.find((r) => r.kind === kind)!;
    const from = performance.now();
    const count = await readMutated(reader, Math.round(runs * SHARE), SEED, MOST_MS);
    counts[kind] = { ...count, perSecond: (count.tried * 1000) / (performance.now() - from) };
    process.stdout.write(`${kind} ${JSON.stringify(counts[kind])}\n`);
  }
  const tried = Object.values(counts).reduce((sum, count) => sum + count.tried, 0);
  expect(tried).toBe(1_000_000 * SHARE);
  expect(Object.keys(counts).sort()).toEqual(it.readers.map((r) => r.kind).sort());
  expect(Object.values(counts).every(({ read }) => read > 0)).toBe(true);
});
