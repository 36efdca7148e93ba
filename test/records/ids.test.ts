import { afterEach, expect, test } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from '../../src/base/ids.js';

const clock = Date.now;
afterEach(() => {
  Date.now = clock;
});

/** True when each is greater than the one before it. */
const grow = (ids: readonly string[]) => ids.every((id, i) => i === 0 || id > ids[i - 1]!);

test('row identities of one process are UUIDs of version 7, each greater than the one before it', () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(grow(ids)).toBe(true);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
});

test('they go on growing while the clock stands still and after it was set back by a day', () => {
  const now = clock();
  Date.now = () => now;
  const ids = Array.from({ length: 5_000 }, newId);
  Date.now = () => now - 86_400_000;
  ids.push(...Array.from({ length: 5_000 }, newId));
  Date.now = clock;
  ids.push(newId());
  expect(grow(ids)).toBe(true);
});
