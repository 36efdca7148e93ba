import { z } from 'zod';
import { stages, stageTexts } from './stage.js';

/** The one stage a declaration stands in (column `stage`): what it needs of a person, else how far it is. */
export const stageSchema = z.enum(stages, { error: ({ input }) => noStage(input) }).meta({ id: 'Stage' });

/** An address may be old or mistyped: names the stages there are, in words and as they are written. */
function noStage(input: unknown): string {
  const asked = typeof input === 'string' ? input : '';
  const zh = stages.map((stage) => `${stageTexts[stage].zh}（${stage}）`).join('、');
  const en = stages.map((stage) => `${stageTexts[stage].en} (${stage})`).join(', ');
  return `没有“${asked}”这个阶段，可用的阶段：${zh} / there is no stage “${asked}”; the stages are ${en}`;
}
