import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { time14 } from '../base/clock.js';
import { mappingPath } from '../base/root.js';
import type { OutgoingMessage, Transport } from './transport.js';

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
const beijingDateTime = (instant: Date): string =>
  time14(instant).replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6');

/**
 * The wrapped bytes of a message. The message itself stays byte for byte what was signed, as Base64; the wrapper is the
 * same for every attempt, because all of it follows from the message.
 */
export function wrapMessage(message: OutgoingMessage, wrap: Wrap, receivers = loadReceivers()): Buffer {
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

/** A transport that wraps what it sends; receipts are unwrapped by the reader, whatever form they come in. */
export function wrapping(inner: Transport, wrap: Wrap): Transport {
  return {
    name: `${inner.name} (${wrap.form})`,
    send: (message, signal) => inner.send({ ...message, bytes: wrapMessage(message, wrap) }, signal),
    receive: (limit, waitMs, signal) => inner.receive(limit, waitMs, signal),
    acknowledge: (ids) => inner.acknowledge(ids),
    close: () => inner.close(),
  };
}
