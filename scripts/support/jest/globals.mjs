// What `@jest/globals` is for the tests: the functions of the file that runs, also for support that was loaded with an earlier one.
export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test;

/** Called with those of the next file before it is loaded. */
export function offer(given) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = given);
}
