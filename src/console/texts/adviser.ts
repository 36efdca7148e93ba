import { pairs } from './pairs.js';

/** The regime adviser. */
export const adviser = pairs({
  'adviser.title': ['监管方式建议', 'Regime adviser'],
  'adviser.sub': [
    '同一订单按各监管方式申报：需要哪些单证、由谁申报、有哪些问题和限额、如何计入统计',
    'One order under each regime: documents and who answers for them, faults, limits, and how it counts',
  ],
  'adviser.pick': ['选择一票申报', 'Choose a declaration'],
  'adviser.paste': ['或粘贴一份订单（JSON）', 'or paste an order (JSON)'],
  'adviser.file': ['选择 JSON 文件', 'Choose a JSON file'],
  'adviser.compare': ['比较', 'Compare'],
  'adviser.unreadable': [
    '不是有效的 JSON 订单，请检查括号和引号。',
    'This is no JSON order; check brackets and quotes.',
  ],
  'adviser.none': ['选择一票申报或粘贴订单，即可比较', 'Choose a declaration or paste an order to compare'],
  'adviser.current': ['现用', 'in use'],
  'adviser.verdict': ['建议', 'Advice'],
  'adviser.noneFits': [
    '没有可以直接申报的监管方式，请看下表各列的问题',
    'No regime fits as it is; see the faults of each below',
  ],
  'adviser.recommended': ['推荐', 'Recommended'],
  'adviser.goodsDeclaration': ['须以报关单申报', 'Takes a goods declaration'],
  'adviser.changes': ['订单需要的改动', 'Changes needed'],
  'adviser.noChanges': ['无需改动', 'None'],
  'adviser.declares': ['申报内容', 'What is declared'],
  'adviser.documents': ['单证与责任主体', 'Documents and who'],
  'adviser.limits': ['限额', 'Limits'],
  'adviser.noLimits': ['没有限额', 'No limits'],
  'adviser.within': ['限额内', 'within'],
  'adviser.above': ['超出限额', 'above'],
  'adviser.unknownAmount': ['缺汇率，无法折算', 'no rate to convert with'],
  'adviser.perYear': ['按订购人年度累计', 'per buyer and year'],
  'adviser.counts': ['统计口径', 'How it counts'],
  'adviser.faults': ['校验', 'Checks'],
  'adviser.faultCount': ['{count} 处问题', '{count} {count:fault|faults}'],
  'adviser.notes': ['注意', 'Notes'],
});
