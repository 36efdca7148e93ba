import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { shanghaiText, time14 } from '../base/clock.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { mappingPath } from '../base/root.js';
import { child, textOf, type XmlElement } from './xmlTree.js';

/** TransInfo of a DXP wrapper: who handed what to whom. `CreatTime` is spelled as the specification does. */
export interface TransInfo {
  CopMsgId?: string;
  SenderId?: string;
  ReceiverIds: string[];
  CreatTime?: string;
  MsgType?: string;
}

/** The wrapper a message came in (specification 202205, chapters 4 and 5). */
export interface Wrapping {
  /** `DxpMsg` of a terminal node, `DxpMsgSv` when a transport node put its own number around it. */
  root: 'DxpMsg' | 'DxpMsgSv';
  transInfo: TransInfo;
  /** MsgId of the transport node's SvNo. */
  svMsgId?: string;
  fileName?: string;
  /** BizKey of AddInfo by name; receipts carry DealFlag and RetType here. */
  bizKeys: ReadonlyMap<string, string>;
}

export const isWrapper = (root: XmlElement): boolean => root.name === 'DxpMsg' || root.name === 'DxpMsgSv';

/**
 * Takes a message out of its wrapper.
 *
 * @throws FaultError (400) D09 when Data is not Base64, D10 when an element is missing
 */
export function unwrap(root: XmlElement): { bytes: Buffer; wrapping: Wrapping } {
  const message = root.name === 'DxpMsgSv' ? need(root, 'DxpMsg') : root;
  const addInfo = child(message, 'AddInfo');
  const keys = (child(addInfo, 'BizKey')?.children ?? []).filter((c) => c.name === 'Key');
  const wrapping: Wrapping = {
    root: root.name === 'DxpMsgSv' ? 'DxpMsgSv' : 'DxpMsg',
    transInfo: readTransInfo(need(message, 'TransInfo')),
    bizKeys: new Map(keys.map((key) => [key.attributes.get('name') ?? '', key.text.trim()])),
  };
  const svMsgId = textOf(child(root, 'SvNo'), 'MsgId');
  if (svMsgId !== undefined) wrapping.svMsgId = svMsgId;
  const fileName = textOf(addInfo, 'FileName');
  if (fileName !== undefined) wrapping.fileName = fileName;
  return { bytes: fromBase64(need(message, 'Data').text), wrapping };
}

/** What a wrapper says of its message's way; elements it does not have are left out. */
export function readTransInfo(element: XmlElement): TransInfo {
  const receivers = (child(element, 'ReceiverIds')?.children ?? []).filter((c) => c.name === 'ReceiverId');
  const info: TransInfo = { ReceiverIds: receivers.map((c) => c.text.trim()) };
  for (const name of ['CopMsgId', 'SenderId', 'CreatTime', 'MsgType'] as const) {
    const text = textOf(element, name);
    if (text !== undefined) info[name] = text;
  }
  return info;
}

function need(element: XmlElement, name: string): XmlElement {
  const found = child(element, name);
  if (!found) throw new FaultError([makeFault('D10', element.name, { element: name })], 400);
  return found;
}

function fromBase64(text: string): Buffer {
  const packed = text.replace(/\s+/g, '');
  const isBase64 = packed !== '' && packed.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed);
  if (!isBase64) throw new FaultError([makeFault('D09', 'Data')], 400);
  return Buffer.from(packed, 'base64');
}

const receiversSchema = z.strictObject({
  source: z.string(),
  validFrom: z.iso.date(),
  export: z.string().max(16),
  import: z.string().max(16),
});

/** How a message is put into an envelope of the data exchange platform (specification 202205, chapters 4 and 5). */
export type Wrap = { form: 'DxpMsg' } | { form: 'DxpMsgSv'; staNode: string; endNode: string };

const NAMESPACE = 'http://www.chinaport.gov.cn/dxp';

/** `yyyy-MM-ddThh:mm:ss` in Asia/Shanghai, as the wrapper wants it. */
const beijingDateTime = (instant: Date): string => shanghaiText(instant).replace(' ', 'T');

/** A message as far as its wrapper speaks of it. */
export interface Unwrapped {
  guid: string;
  messageType: string;
  dxpId: string;
  createdAt: Date;
  flow: 'export' | 'import';
  bytes: Buffer;
}

/**
 * The wrapped bytes of a message. The message itself stays byte for byte what was signed, as Base64; the wrapper is the
 * same for every attempt, because all of it follows from the message.
 */
export function wrapMessage(message: Unwrapped, wrap: Wrap, receivers = loadReceivers()): Buffer {
  const created = beijingDateTime(message.createdAt);
  const body =
    `<dxp:TransInfo><dxp:CopMsgId>${message.guid}</dxp:CopMsgId><dxp:SenderId>${message.dxpId}</dxp:SenderId>` +
    `<dxp:ReceiverIds><dxp:ReceiverId>${receivers[message.flow]}</dxp:ReceiverId></dxp:ReceiverIds>` +
    `<dxp:CreatTime>${created}</dxp:CreatTime><dxp:MsgType>${message.messageType}</dxp:MsgType></dxp:TransInfo>` +
    `<dxp:Data>${message.bytes.toString('base64')}</dxp:Data>`;
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  if (wrap.form === 'DxpMsg')
    return Buffer.from(`${declaration}<dxp:DxpMsg xmlns:dxp="${NAMESPACE}" ver="1.0">${body}</dxp:DxpMsg>`);
  return Buffer.from(
    `${declaration}<dxp:DxpMsgSv xmlns:dxp="${NAMESPACE}" ver="1.0">` +
      `<dxp:SvNo Ver="1.0"><dxp:MsgId>${wrap.staNode}${time14(message.createdAt)}${sequenceOf(message.guid)}</dxp:MsgId>` +
      `<dxp:SendTime>${created}</dxp:SendTime><dxp:EndNode>${wrap.endNode}</dxp:EndNode>` +
      `<dxp:StaNode>${wrap.staNode}</dxp:StaNode></dxp:SvNo>` +
      `<dxp:DxpMsg ver="1.0">${body}</dxp:DxpMsg></dxp:DxpMsgSv>`,
  );
}

/** Ten digits that belong to one guid, for the sequence of a transport node's MsgId. */
function sequenceOf(guid: string): string {
  const number = createHash('sha256').update(guid).digest().readBigUInt64BE(0) % 10_000_000_000n;
  return String(number).padStart(10, '0');
}

let loaded: z.output<typeof receiversSchema> | undefined;
function loadReceivers(): z.output<typeof receiversSchema> {
  loaded ??= receiversSchema.parse(JSON.parse(readFileSync(mappingPath('dxp', 'receivers.json'), 'utf8')));
  return loaded;
}
