import { describe, expect, test } from '@jest/globals';
import { joinTracks } from '../../src/clearance/tracks.js';
import { verdictSchema, type Verdict } from '../../src/terms/verdict.js';

const of = (customs?: Verdict, inspection?: Verdict) =>
  joinTracks({
    ...(customs ? { customs: { verdict: customs } } : {}),
    ...(inspection ? { inspection: { verdict: inspection } } : {}),
  });

describe('one rule joins what customs and inspection say', () => {
  test('where inspection plays no part, the whole is what customs says, and the other way round', () => {
    for (const verdict of verdictSchema.options) {
      expect(of(verdict)).toBe(verdict);
      expect(of(undefined, verdict)).toBe(verdict);
    }
    expect(of()).toBe('none');
  });

  test.each<[Verdict, Verdict, Verdict]>([
    ['released', 'inspection', 'inspection'],
    ['cleared', 'received', 'received'],
    ['released', 'reviewed', 'released'],
    ['cleared', 'accepted', 'cleared'],
    ['accepted', 'inspection', 'accepted'],
    ['released', 'refused', 'refused'],
    ['refused', 'detained', 'refused'],
    ['none', 'review', 'review'],
  ])('customs %s, inspection %s: %s', (customs, inspection, whole) => {
    expect(of(customs, inspection)).toBe(whole);
  });

  test('trouble on either side is never hidden by the other', () => {
    const trouble: Verdict[] = ['refused', 'failed', 'sent-back', 'detained'];
    for (const bad of trouble)
      for (const other of verdictSchema.options) {
        expect(trouble).toContain(of(bad, other));
        expect(trouble).toContain(of(other, bad));
      }
  });
});
