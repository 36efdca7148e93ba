import { z } from 'zod';

/** Verdict: what customs (and inspection) said, from the receipts alone. */
export const verdictSchema = z
  .enum([
    'none',
    'received',
    'accepted',
    'review',
    'inspection',
    'reviewed',
    'detained',
    'refused',
    'failed',
    'sent-back',
    'released',
    'cleared',
  ])
  .meta({ id: 'Verdict' });
export type Verdict = z.output<typeof verdictSchema>;
