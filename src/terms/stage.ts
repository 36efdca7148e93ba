import { z } from 'zod';
import type { Text } from './text.js';

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

const names = [...todoStages, ...flowStages] as const;
export type Stage = (typeof names)[number];

/** Stages in words, the same as in the console. */
export const stageTexts: Record<Stage, Text> = {
  refused: { zh: '退单', en: 'Refused' },
  detained: { zh: '扣留', en: 'Detained' },
  'port-refused': { zh: '口岸拒收', en: 'Refused by the port' },
  unknown: { zh: '结果未知', en: 'Outcome unknown' },
  draft: { zh: '待补填', en: 'Draft to complete' },
  party: { zh: '待责任主体', en: 'Awaiting party' },
  preparing: { zh: '待发送', en: 'To be sent' },
  declaring: { zh: '申报中', en: 'Declared' },
  accepted: { zh: '海关入库', en: 'Taken in' },
  checked: { zh: '查验审核', en: 'Under review' },
  released: { zh: '放行', en: 'Released' },
  cleared: { zh: '结关', en: 'Cleared' },
  withdrawn: { zh: '已撤单', en: 'Withdrawn' },
};

/** The one stage a declaration stands in (column `stage`): what it needs of a person, else how far it is. */
export const stageSchema = z.enum(names, { error: ({ input }) => noStage(input) }).meta({ id: 'Stage' });

/** An address may be old or mistyped: names the stages there are, in words and as they are written. */
function noStage(input: unknown): string {
  const there = (language: keyof Text) => names.map((name) => `${stageTexts[name][language]}（${name}）`);
  const asked = typeof input === 'string' ? input : '';
  const en = there('en').join(', ').replace(/（/g, ' (').replace(/）/g, ')');
  return `没有“${asked}”这个阶段，可用的阶段：${there('zh').join('、')} / there is no stage “${asked}”; the stages are ${en}`;
}
