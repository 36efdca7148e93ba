import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
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
