import { beforeAll, describe, expect, test } from '@jest/globals';
import { FaultError } from '../../src/base/fault.js';
import { systemClock } from '../../src/base/clock.js';
import type { Catalogue } from '../../src/messages/catalogue.js';
import { readMessage } from '../../src/messages/reader.js';
import { checkStructure } from '../../src/messages/structure.js';
import { loadRulebook } from '../../src/rulebook.js';

let catalogue: Catalogue;
beforeAll(() => {
  ({ catalogue } = loadRulebook(systemClock));
});

const receipt = (inside: string) =>
  Buffer.from(`<CEB604Message xmlns="http://www.chinaport.gov.cn/ceb" guid="x">${inside}</CEB604Message>`);

/** Codes of the refusal, none when it was read; and the milliseconds either took. */
function reading(inside: string): { codes: string[]; ms: number } {
  const bytes = receipt(inside);
  const from = performance.now();
  try {
    readMessage(bytes, catalogue);
    return { codes: [], ms: performance.now() - from };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { codes: error.faults.map((f) => f.code), ms: performance.now() - from };
  }
}

// Each took from forty seconds to for ever; a loaded machine may still be slow.
const PROMPT = 5_000;

describe('what reading XML costs grows with its length and with nothing else', () => {
  test('a hundred thousand empty siblings are read promptly', () => {
    const { codes, ms } = reading('<a/>'.repeat(100_000));
    expect(codes).toEqual([]);
    expect(ms).toBeLessThan(PROMPT);
  });
  test('four million of them are refused promptly', () => {
    const { codes, ms } = reading('<a/>'.repeat(4_000_000));
    expect(codes).toEqual(['D13']);
    expect(ms).toBeLessThan(PROMPT);
  });
  test.each([
    ['attributes', `<a ${Array.from({ length: 20_000 }, (_, i) => `b${i}="1"`).join(' ')}/>`],
    ['namespaces', `<a ${Array.from({ length: 20_000 }, (_, i) => `xmlns:b${i}="u${i}"`).join(' ')}/>`],
    ['namespaces, one an element', '<a xmlns:b="u"/>'.repeat(20_000)],
  ])('twenty thousand %s are refused with a fault', (_, inside) => {
    const { codes, ms } = reading(inside);
    expect(codes).toEqual(['D13']);
    expect(ms).toBeLessThan(PROMPT);
  });
  test('thirty thousand unknown elements give a hundred notes at most', () => {
    const inside = Array.from({ length: 30_000 }, (_, i) => `<b${i}/>`).join('');
    expect(readMessage(receipt(inside), catalogue).notes.length).toBeLessThanOrEqual(100);
  });
  test('one text of more than ten megabytes is judged like any other', async () => {
    const { ok, faults } = await checkStructure(
      receipt(`<InventoryReturn>${'x'.repeat(10_500_000)}</InventoryReturn>`),
      catalogue,
    );
    expect(ok).toBe(false);
    expect(faults.map((f) => f.code)).toContain('D30');
  });
});
