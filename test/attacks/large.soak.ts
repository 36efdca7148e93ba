import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { longAddresses, target, uploadsAtOnce, type Target } from '../support/largeBodies.js';

let it: Target;
beforeAll(async () => {
  it = await target();
});
afterAll(() => it.close());

test('1,801 sign-ins with addresses of two megabytes are refused and take no memory', async () => {
  const run = await longAddresses(it, 1801);
  process.stdout.write(`${JSON.stringify(run)}\n`);
  expect(run.statuses).toEqual({ 413: 1801 });
  expect(run.memoryMb).toBeLessThan(400);
  expect(run.under.p95).toBeLessThan(250 + run.idle.p95);
});

test('twenty uploads of fifty megabytes at once, to every route that takes files', async () => {
  const run = await uploadsAtOnce(it, 20, 50);
  process.stdout.write(`${JSON.stringify(run)}\n`);
  expect(Object.values(run.statuses).reduce((sum, n) => sum + n, 0)).toBe(100);
  expect(Object.keys(run.statuses).every((status) => Number(status) < 500 || status === '503')).toBe(true);
  expect(run.memoryMb).toBeLessThan(700);
  expect(run.under.p95).toBeLessThan(250 + run.idle.p95);
});
