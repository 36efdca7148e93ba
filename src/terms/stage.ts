import { z } from 'zod';

/** Stages that need a person, the most urgent first. */
export const todoStages = ['refused', 'detained', 'port-refused', 'unknown', 'draft', 'party'] as const;

/** How far a declaration is while nobody has to do anything, from its intake to its end. */
export const flowStages = [
  'preparing',
  'declaring',
  'accepted',
  'checked',
  'released',
  'cleared',
  'withdrawn',
] as const;

/** The one stage a declaration stands in (column `stage`): what it needs of a person, else how far it is. */
export const stageSchema = z.enum([...todoStages, ...flowStages]).meta({ id: 'Stage' });
export type Stage = z.output<typeof stageSchema>;
