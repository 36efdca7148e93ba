import type {
  CertificateState,
  Delivery,
  DraftState,
  Import,
  InspectionTask,
  PortStatus,
  Role,
  Text,
  TrayItem,
  Verdict,
} from '../api/types.js';

/** How a state reads and looks, the same everywhere: list, badges, timeline, print. */
export interface Look {
  text: Text;
  tone: Tone;
}
export type Tone = 'idle' | 'busy' | 'wait' | 'good' | 'done' | 'look' | 'bad' | 'odd';

const look = (tone: Tone, zh: string, en: string): Look => ({ tone, text: { zh, en } });

const kind = (messageTypes: string[], mark: [string, string], name: [string, string]) => ({
  messageTypes,
  mark: { zh: mark[0], en: mark[1] },
  name: { zh: name[0], en: name[1] },
});

export const deliveryLooks: Record<Delivery, Look> = {
  waiting: look('wait', '等待中', 'Waiting'),
  ready: look('idle', '待签名', 'Ready to sign'),
  queued: look('idle', '待发送', 'Queued'),
  sending: look('busy', '发送中', 'Sending'),
  sent: look('busy', '已送达口岸', 'Delivered'),
  unknown: look('odd', '结果未知', 'Outcome unknown'),
  refused: look('bad', '口岸拒收', 'Refused by the port'),
  dead: look('bad', '停止发送', 'Given up'),
};

export const verdictLooks: Record<Verdict, Look> = {
  none: look('idle', '尚无回执', 'No receipt yet'),
  received: look('busy', '电子口岸申报中', 'At the e-port'),
  accepted: look('busy', '海关入库', 'Taken in by customs'),
  review: look('look', '人工审核', 'Manual review'),
  inspection: look('look', '查验', 'Inspection'),
  reviewed: look('good', '审结', 'Review complete'),
  detained: look('bad', '扣留', 'Detained'),
  refused: look('bad', '退单', 'Refused'),
  failed: look('bad', '处理失败', 'Failed'),
  'sent-back': look('bad', '退运', 'Sent back'),
  released: look('good', '放行', 'Released'),
  cleared: look('done', '结关', 'Cleared'),
};

export const certificateLooks: Record<CertificateState, Look> = {
  unsent: look('idle', '待发送', 'Not sent yet'),
  sent: look('busy', '已送达', 'Delivered'),
  review: look('look', '待审', 'Under review'),
  returned: look('bad', '退回修改', 'Returned for change'),
  refused: look('bad', '未予签证', 'Refused'),
  issued: look('done', '已签发', 'Issued'),
  superseded: look('idle', '已被替代', 'Superseded'),
  cancelled: look('idle', '已作废', 'Cancelled'),
  stopped: look('odd', '发送异常', 'Delivery needs care'),
};

export const importLooks: Record<Import['state'], Look> = {
  receiving: look('busy', '接收中', 'Receiving'),
  running: look('busy', '处理中', 'Running'),
  interrupted: look('wait', '已中断', 'Interrupted'),
  done: look('good', '已完成', 'Done'),
  cancelled: look('idle', '已取消', 'Cancelled'),
  failed: look('bad', '失败', 'Failed'),
};

export const portLooks: Record<PortStatus['state'], Look> = {
  open: look('good', '正常发送', 'Open'),
  paused: look('wait', '已暂停', 'Paused'),
  down: look('bad', '不可达', 'Unreachable'),
  none: look('idle', '未接入', 'Not connected'),
};

export const trayLooks: Record<TrayItem['reason'], Look> = {
  unreadable: look('bad', '无法读取', 'Unreadable'),
  unmatched: look('look', '未匹配到单证', 'No matching document'),
};

export const draftLooks: Record<DraftState, Look> = {
  unchecked: look('idle', '未校验', 'Not checked'),
  complete: look('good', '可以提交', 'Ready to submit'),
  incomplete: look('wait', '待补全', 'Incomplete'),
  refused: look('bad', '未通过', 'Not accepted'),
  submitted: look('done', '已提交', 'Submitted'),
};

/** Whether an account opens anything. */
export const activeLook = (active: boolean): Look =>
  active ? look('good', '启用', 'Active') : look('bad', '已停用', 'Disabled');

export const roleTexts: Record<Role, Text> = {
  seller: { zh: '电商企业', en: 'Seller' },
  broker: { zh: '报关企业', en: 'Broker' },
  officer: { zh: '商务委', en: 'Officer' },
  operator: { zh: '运维', en: 'Operator' },
};

/**
 * The four documents of a declaration in the order of the journey, export and import alike; `mark` is what the small
 * badge shows. A regime without one of them (9710, 9810 have no payment) leaves its place empty.
 */
export const documentKinds = [
  kind(['CEB303Message', 'CEB311Message'], ['订', 'O'], ['订单', 'Order']),
  kind(['CEB403Message', 'CEB411Message'], ['收', 'P'], ['收款单 / 支付单', 'Payment']),
  kind(['CEB505Message', 'CEB511Message'], ['运', 'W'], ['运单', 'Waybill']),
  kind(['CEB603Message', 'CEB621Message'], ['清', 'L'], ['清单', 'List (清单)']),
];

/** The two tracks of a goods declaration (报关单), in the order in which they go. */
export const trackKinds = [
  kind(['EEntDeclIo'], ['检', 'I'], ['检验检疫', 'Inspection and quarantine']),
  kind(['DecMessage'], ['关', 'C'], ['海关申报', 'Customs']),
];

/** What goes beside the documents of an order and has words for a name where those have the number of their message. */
export const messageNames: Readonly<Record<string, Text>> = {
  Certificate: { zh: '原产地证书', en: 'Certificate of origin' },
  File: { zh: '附件', en: 'Attachment' },
};

/** The parties of a document by the name they have in the order. */
export const partyTexts: Record<string, Text> = {
  platform: { zh: '电商平台', en: 'Platform' },
  seller: { zh: '电商企业', en: 'Seller' },
  producer: { zh: '生产销售单位', en: 'Producer' },
  declarant: { zh: '申报企业', en: 'Declarant' },
  bondedOperator: { zh: '区内企业', en: 'Bonded operator' },
  payment: { zh: '支付企业', en: 'Payment company' },
  waybill: { zh: '物流企业', en: 'Logistics company' },
};

/** How an inspection stands (查验). */
export const inspectionLooks: Record<'open' | NonNullable<InspectionTask['result']>, Look> = {
  open: look('look', '待查验', 'To inspect'),
  passed: look('good', '查验通过', 'Passed'),
  refused: look('bad', '未通过', 'Not passed'),
};
