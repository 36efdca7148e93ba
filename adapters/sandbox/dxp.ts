import type { XmlElement } from 'libxml2-wasm';
import type { DxpFaultId, DxpRules } from './data.js';
import { children, readFields } from './documents.js';
import type { Flow } from './kinds.js';
import { escapeText, guidFrom } from './xml.js';

export const dxpNamespace = 'http://www.chinaport.gov.cn/dxp';

/** The wrapper of a terminal node (DxpMsg) or a transport node (DxpMsgSv), as the sender wrote it. */
export interface Envelope {
  copMsgId: string;
  senderId: string;
  receiverIds: string[];
  creatTime: string;
  msgType: string;
  /** The message inside; undefined when Data is not Base64. */
  data: Buffer | undefined;
}

const infoFields = new Set(['CopMsgId', 'SenderId', 'CreatTime', 'MsgType']);

/** Reads what there is, before the schema has been checked: an answer to a wrong wrapper repeats it. */
export function readEnvelope(root: XmlElement): Envelope {
  const message = root.name === 'DxpMsgSv' ? (childOf(root, 'DxpMsg') ?? root) : root;
  const info = childOf(message, 'TransInfo');
  const {
    CopMsgId = '',
    SenderId = '',
    CreatTime = '',
    MsgType = '',
  } = info ? readFields(info, infoFields) : {};
  const receivers = info && childOf(info, 'ReceiverIds');
  return {
    copMsgId: CopMsgId,
    senderId: SenderId,
    receiverIds: receivers ? [...children(receivers)].map((receiver) => receiver.content) : [],
    creatTime: CreatTime,
    msgType: MsgType,
    data: fromBase64(childOf(message, 'Data')?.content ?? ''),
  };
}

function childOf(parent: XmlElement, name: string): XmlElement | undefined {
  for (const child of children(parent)) if (child.name === name) return child;
  return undefined;
}

function fromBase64(text: string): Buffer | undefined {
  const packed = text.replace(/\s+/g, '');
  const isBase64 = packed !== '' && packed.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed);
  return isBase64 ? Buffer.from(packed, 'base64') : undefined;
}

/** A message of the port in the wrapper of a terminal node. `at` is the moment it leaves. */
export function wrap(
  rules: DxpRules,
  flow: Flow,
  receiverId: string,
  copMsgId: string,
  bytes: Buffer,
  at: Date,
): Buffer {
  const msgType = /<(?:\w+:)?(\w+Message)/.exec(bytes.toString('latin1', 0, 300))?.[1] ?? '';
  const info = transInfo(copMsgId, rules.receivers[flow], [receiverId], shanghai(at), msgType);
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<DxpMsg xmlns="${dxpNamespace}" ver="1.0"><TransInfo>${info}</TransInfo>` +
      `<Data>${bytes.toString('base64')}</Data></DxpMsg>\n`,
  );
}

/** The exchange platform's answer to a wrapper it cannot pass on. */
export function dxpRep(
  rules: DxpRules,
  envelope: Envelope,
  fault: DxpFaultId,
  detail: string,
  at: Date,
): { id: string; bytes: Buffer } {
  const { code, zh } = rules.faults[fault];
  const { copMsgId, senderId, receiverIds, creatTime, msgType } = envelope;
  const id = guidFrom(`${senderId}/${copMsgId}/${fault}/${at.toISOString()}`);
  const info = escapeText(zh.replace('{detail}', detail).slice(0, 300));
  const bytes = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<DxpRep xmlns="${dxpNamespace}" ver="1.0">` +
      `<RecevierId>${escapeText(senderId)}</RecevierId><Response><ResponseCode>${code}</ResponseCode>` +
      `<ResponseInfo>${info}</ResponseInfo><NoticeTime>${shanghai(at).slice(0, 10)}</NoticeTime>` +
      `<OriHead>${transInfo(copMsgId, senderId, receiverIds, creatTime, msgType)}</OriHead></Response></DxpRep>\n`,
  );
  return { id, bytes };
}

function transInfo(
  copMsgId: string,
  senderId: string,
  receiverIds: readonly string[],
  creatTime: string,
  msgType: string,
): string {
  const receivers = receiverIds.map((id) => `<ReceiverId>${escapeText(id)}</ReceiverId>`).join('');
  return (
    `<CopMsgId>${escapeText(copMsgId)}</CopMsgId><SenderId>${escapeText(senderId)}</SenderId>` +
    `<ReceiverIds>${receivers}</ReceiverIds><CreatTime>${escapeText(creatTime)}</CreatTime>` +
    `<MsgType>${escapeText(msgType)}</MsgType>`
  );
}

/** yyyy-MM-ddThh:mm:ss in Asia/Shanghai. */
const shanghai = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19);
