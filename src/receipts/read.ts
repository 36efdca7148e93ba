import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { readPushed, type PushedKind } from '../filings/pushedKinds.js';
import type { Families } from '../messages/families/families.js';
import type { Answer } from '../messages/families/family.js';
import { storableText } from '../store/jsonb.js';
import type { ReadFile } from './facts.js';
import { rowAsMessage } from './rows.js';

export interface ReadContext {
  families: Families;
  /** What customs sends unasked (汇总结果、税单). */
  pushedKinds: ReadonlyMap<string, PushedKind>;
}

/**
 * Reads a file from the port by the family it belongs to: receipts, pushed messages, or the faults that say why it is
 * neither. The file itself stays as it came; texts are made storable. `origin` is its name at the counterpart, which some
 * answers need.
 */
export function readReceiptFile(
  bytes: Buffer,
  { families, pushedKinds }: ReadContext,
  origin?: string,
): ReadFile {
  let messageType: string | null = null;
  try {
    const { reading } = families.read(rowAsMessage(bytes, origin) ?? bytes, origin);
    messageType = reading.messageType;
    if (reading.answers.length > 0) return { messageType, facts: reading.answers.map(storable) };
    const kind = pushedKinds.get(messageType);
    const pushed = reading.message && kind ? readPushed(reading.message, kind) : [];
    if (pushed.length > 0) return { messageType, pushed };
    return { messageType, faults: [makeFault('D31', '', { messageType })] };
  } catch (error) {
    if (error instanceof FaultError) return { messageType, faults: [...error.faults] };
    throw error;
  }
}

/** Texts longer than this are no number, key or status of anything. */
const MOST = 4000;
const fit = (text: string): string =>
  storableText(text.length <= MOST ? text : `${text.slice(0, MOST - 1)}…`);
const fitMaybe = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : fit(text);
const fitNumbers = (numbers: Answer['numbers']): Answer['numbers'] =>
  numbers?.map(({ kind, value }) => ({ kind: fit(kind), value: fit(value) }));

const storable = (answer: Answer): Answer => ({
  messageType: fit(answer.messageType),
  receiptOf: fit(answer.receiptOf),
  key: answer.key.map(fit),
  guid: fit(answer.guid),
  returnStatus: fit(answer.returnStatus),
  returnTime: answer.returnTime,
  returnTimeText: fit(answer.returnTimeText),
  info: fit(answer.info),
  infoCode: fitMaybe(answer.infoCode),
  preNo: fitMaybe(answer.preNo),
  invtNo: fitMaybe(answer.invtNo),
  givenNo: fitMaybe(answer.givenNo),
  ...(answer.messageGuid === undefined ? {} : { messageGuid: fit(answer.messageGuid) }),
  ...(answer.numbers ? { numbers: fitNumbers(answer.numbers) } : {}),
  ...(answer.gives ? { gives: fitNumbers(answer.gives) } : {}),
});
