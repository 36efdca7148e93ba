import { describe, expect, test } from '@jest/globals';
import { revisionFor, type Revision } from '../../src/receipts/revisions.js';

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 1, 0, second));
const revision = (id: string, over: Partial<Revision> = {}): Revision => ({
  id,
  appType: '1',
  sent: true,
  appTime: at(0),
  verdict: 'none',
  statusTime: null,
  ...over,
});
const chosen = (revisions: Revision[], second: number | undefined) =>
  revisionFor(revisions, second === undefined ? undefined : at(second))?.id;

describe('a receipt answers', () => {
  const refused = revision('first', { verdict: 'refused', statusTime: at(8) });
  const again = revision('second', { appTime: at(30) });

  test('the revision that was the last one sent when customs spoke', () => {
    expect(chosen([refused, again], 31)).toBe('second');
    expect(chosen([refused, again], 8)).toBe('first');
    expect(chosen([refused, again], 2)).toBe('first');
  });

  test('the new one when the old one had its refusal already, even if our clock runs ahead of customs', () => {
    expect(chosen([refused, again], 29)).toBe('second');
  });

  test('the old one while that has no final answer', () => {
    const taken = revision('first', { verdict: 'accepted', statusTime: at(6) });
    expect(chosen([taken, revision('second', { appType: '2', appTime: at(30) })], 29)).toBe('first');
  });

  test('the revision customs holds, once a change of it has failed', () => {
    const taken = revision('first', { verdict: 'accepted', statusTime: at(6) });
    const failed = revision('second', {
      appType: '2',
      appTime: at(30),
      verdict: 'failed',
      statusTime: at(31),
    });
    expect(chosen([taken, failed], 40)).toBe('first');
    expect(chosen([taken, failed], 31)).toBe('second');
  });

  test('the latest that was sent when it carries no time, never one that still waits', () => {
    expect(chosen([refused, again], undefined)).toBe('second');
    expect(chosen([refused, revision('second', { sent: false, appTime: null })], 40)).toBe('first');
    expect(chosen([revision('only', { sent: false, appTime: null })], 40)).toBe('only');
    expect(chosen([], 40)).toBeUndefined();
  });
});
