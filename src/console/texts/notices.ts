import { pairs } from './pairs.js';

/** What is doubtful in an order and holds nothing up. */
export const notices = pairs({
  'notices.title': ['提示（{open} 条待确认）', 'Notices ({open} to acknowledge)'],
  'notices.done': ['提示（均已确认）', 'Notices (all acknowledged)'],
  'notices.help': [
    '存疑事项，不影响申报；确认表示已核对。',
    'Doubts that hold nothing up; acknowledging says that somebody looked.',
  ],
  'notices.acknowledge': ['全部确认', 'Acknowledge all'],
  'notices.acknowledged': ['已确认 {count} 条提示', '{count} {count:notice|notices} acknowledged'],
  'notices.by': ['{by} 于 {at} 确认', 'acknowledged by {by}, {at}'],
});
