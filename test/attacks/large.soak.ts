import { expect, test } from '@jest/globals';
import { longAddresses, uploadsAtOnce } from '../support/largeBodies.js';

test('1,801 sign-ins with addresses of two megabytes are refused and take no memory', async () => {
  const run = await longAddresses(1801);
  process.stdout.write(`${JSON.stringify(run)}\n`);
  expect(run.statuses).toEqual({ 413: 1801 });
  expect(run.memoryMb).toBeLessThan(400);
  expect(run.under.p95).toBeLessThan(250 + run.idle.p95);
});

test('twenty uploads of fifty megabytes at once, to every route that takes files', async () => {
  const run = await uploadsAtOnce(20, 50);
  process.stdout.write(`${JSON.stringify(run)}\n`);
  expect(Object.values(run.statuses).reduce((sum, n) => sum + n, 0)).toBe(100);
  expect(Object.keys(run.statuses).every((status) => Number(status) < 500)).toBe(true);
  expect(run.memoryMb).toBeLessThan(700);
  expect(run.under.p95).toBeLessThan(250 + run.idle.p95);
});
