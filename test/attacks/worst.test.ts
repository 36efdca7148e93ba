import { beforeAll, describe, expect, test } from '@jest/globals';
import { hundredWorst, type WorstRun } from '../support/hundredWorst.js';

// Some of the worst small requests to every route, each route another; worst.soak.ts sends all of them.
describe('the worst small requests to every route', () => {
  let run: WorstRun;
  beforeAll(async () => {
    run = await hundredWorst({ every: 36, share: 0.05, atOnce: 4 });
  }, 300_000);

  test('each is answered, none with a failure of the gateway', () => {
    expect(run.failed).toEqual([]);
    expect(run.routes).toBeGreaterThan(150);
    expect(run.requests).toBeGreaterThan(100);
  });

  test('/health/live answers all along: 95 of 100 within a quarter of a second more than before', () => {
    expect(run.under.asked).toBeGreaterThan(50);
    expect(run.under.p95).toBeLessThan(250 + run.idle.p95);
  });

  test('memory stays below 700 MB, and no answer that is no file reaches a megabyte', () => {
    expect(run.memoryMb).toBeLessThan(700);
    expect(run.largest.bytes).toBeLessThan(2 ** 20);
  });
});
