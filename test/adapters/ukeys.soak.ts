import { afterAll, expect, test } from '@jest/globals';
import { slowCards } from '../support/slowCards.js';

/** A card of the trade makes about 250 signatures a minute. */
const SIGN_MS = 240;
const MESSAGES = 60;
const ended: string[] = [];
afterAll(() => void process.stderr.write(`${ended.join('\n')}\n`));

test('messages a second grow with the number of u-keys, and one that fails slows the others by its own share only', async () => {
  const rate = async (cards: number, broken = 0) => {
    const seconds = await slowCards({ cards, broken, signMs: SIGN_MS, messages: MESSAGES });
    ended.push(`${cards} u-keys, ${broken} of them broken: ${(MESSAGES / seconds).toFixed(2)} messages/s`);
    return MESSAGES / seconds;
  };
  const one = await rate(1);
  const two = await rate(2);
  const four = await rate(4);
  const fourOfFive = await rate(4, 1);
  expect(two / one).toBeGreaterThan(1.7);
  expect(four / one).toBeGreaterThan(3);
  expect(fourOfFive / one).toBeGreaterThan(2.2);
}, 600_000);
