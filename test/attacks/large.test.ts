import { expect, test } from '@jest/globals';
import { longAddresses, uploadsAtOnce } from '../support/largeBodies.js';

// The long forms, with all eighteen hundred and twenty times fifty megabytes, are in large.soak.ts.
test('two hundred sign-ins with addresses of two megabytes are refused and take no memory', async () => {
  const { statuses, memoryMb, idle, under } = await longAddresses(200);
  expect(statuses).toEqual({ 413: 200 });
  expect(memoryMb).toBeLessThan(400);
  expect(under.p95).toBeLessThan(250 + idle.p95);
}, 180_000);

test('six uploads at once to every route that takes files: answered one after the other, memory stays bounded', async () => {
  const { statuses, memoryMb, idle, under } = await uploadsAtOnce(6, 12);
  expect(Object.values(statuses).reduce((sum, n) => sum + n, 0)).toBe(30);
  expect(Object.keys(statuses).every((status) => Number(status) < 500)).toBe(true);
  expect(memoryMb).toBeLessThan(700);
  expect(under.p95).toBeLessThan(250 + idle.p95);
}, 300_000);
