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

export const stages = [...todoStages, ...flowStages] as const;
export type Stage = (typeof stages)[number];

/** Stages in words, for answers, tables and the console. */
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
