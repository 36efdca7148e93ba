import { expect, test } from '@jest/globals';
import { hundredWorst } from '../support/hundredWorst.js';

test('every one of the worst small requests to every route: all are answered, and nobody waits for them', async () => {
  const run = await hundredWorst({ every: 1, share: 1, atOnce: 4 });
  process.stdout.write(`${JSON.stringify(run, null, 1)}\n`);
  expect(run.failed).toEqual([]);
  expect(run.requests).toBeGreaterThan(2_000);
  expect(run.largest.bytes).toBeLessThan(2 ** 20);
  expect(run.memoryMb).toBeLessThan(700);
  // On a loaded machine others wait for the machine as well: as long as they did before anything was sent.
  expect(run.under.p95).toBeLessThan(250 + run.idle.p95);
});
