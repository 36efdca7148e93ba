import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { longAddresses, slowSender, target, uploadsAtOnce, type Target } from '../support/largeBodies.js';

// The long forms, with all eighteen hundred and twenty times fifty megabytes, are in large.soak.ts.
let it: Target;
/** A sender that rests for longer than Node keeps an idle connection, while the others are at work. */
let rested: Promise<string>;
beforeAll(async () => {
  it = await target();
  rested = slowSender(it, { path: '/v1/goods/import?fileName=a.csv', megabytes: 80, pauseMs: 6_000 });
});
afterAll(() => it.close());

test('two dozen sign-ins with addresses of two megabytes are refused and take no memory', async () => {
  const { statuses, memoryMb, idle, under } = await longAddresses(it, 24);
  expect(statuses).toEqual({ 413: 24 });
  expect(memoryMb).toBeLessThan(400);
  expect(under.p95).toBeLessThan(250 + idle.p95);
});

test('three uploads at once to every route that takes files: answered one after the other, memory stays bounded', async () => {
  const { statuses, memoryMb, idle, under } = await uploadsAtOnce(it, 3, 1);
  expect(Object.values(statuses).reduce((sum, n) => sum + n, 0)).toBe(15);
  // 503 says with Retry-After that others were at work for too long.
  expect(Object.keys(statuses).every((status) => Number(status) < 500 || status === '503')).toBe(true);
  expect(memoryMb).toBeLessThan(700);
  expect(under.p95).toBeLessThan(250 + idle.p95);
}, 300_000);

test('whoever is refused early, rests and then sends eighty megabytes all the same still reads why', async () => {
  expect(await rested).toMatch(/^HTTP\/1\.1 (401|413) /);
}, 60_000);
