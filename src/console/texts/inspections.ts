import { pairs } from './pairs.js';

/** Inspections that customs ordered. */
export const inspections = pairs({
  'nav.inspections': ['待查验', 'Inspections'],
  'inspections.title': ['查验任务', 'Inspections'],
  'inspections.sub': [
    '海关布控查验的报关单，鲜活商品即到即检，排在最前',
    'Goods declarations customs ordered to inspect; fresh goods are inspected on arrival and go first',
  ],
  'inspections.open': ['待查验', 'To inspect'],
  'inspections.done': ['已查验', 'Inspected'],
  'inspections.none': ['没有待查验的货物', 'Nothing waits for inspection'],
  'inspections.noneDone': ['还没有查验结果', 'No inspection has ended yet'],
  'inspections.more': [
    '只显示前 {count} 项，登记或处理后其余随之出现。',
    'The first {count} are shown; the others follow as these are done.',
  ],
  'inspections.medians': ['近 30 日从到货到结果的中位用时', 'Median from arrival to result, last 30 days'],
  'inspections.fresh': ['鲜活商品', 'Fresh goods'],
  'inspections.other': ['其他货物', 'Other goods'],
  'inspections.freshMark': ['鲜活', 'Fresh'],
  'inspections.freshHelp': ['鲜活商品，即到即检', 'Fresh goods, inspected on arrival'],
  'inspections.ordered': ['布控时间', 'Ordered'],
  'inspections.arrived': ['到货时间', 'Arrived'],
  'inspections.result': ['结果', 'Result'],
  'inspections.took': ['用时', 'Took'],
  'inspections.since': ['自到货', 'since arrival'],
  'inspections.sinceOrdered': ['自布控（未登记到货）', 'since the order (arrival not noted)'],
  'inspections.note': ['登记到货', 'Note arrival'],
  'inspections.correct': ['更正到货时间', 'Correct arrival'],
  'inspections.noteHelp': [
    '货物运抵查验场地、可以查验的时间，北京时间。用时从这一刻算起。',
    'When the goods stood ready where they are inspected, Beijing time. The time taken counts from then.',
  ],
  'inspections.noteNeeded': ['请填写到货时间', 'Enter when they arrived'],
  'inspections.noted': ['已登记到货时间', 'Arrival noted'],
  'inspections.future': ['到货时间不能晚于现在', 'It cannot lie in the future'],
});
