import type { Fault } from '../base/fault.js';
import type { PushedFact } from '../filings/pushedKinds.js';

/** What a receipt file says of one document, as far as applying it needs. Texts are storable and within their limits. */
export interface ReceiptFact {
  messageType: string;
  /** The message it answers, for example `CEB603Message`. */
  receiptOf: string;
  /** Set when the answer concerns a whole message (CEB900): its guid; `key` is then empty. */
  messageGuid?: string;
  /** The guid it carries: its own, or that of the document it answers. */
  guid: string;
  /** Values of the key fields of `receiptOf`, in the mapping's order. */
  key: readonly string[];
  returnStatus: string;
  /** Customs' own time; undefined when the text names no moment. */
  returnTime: Date | undefined;
  returnTimeText: string;
  info: string;
  infoCode: string | undefined;
  preNo: string | undefined;
  invtNo: string | undefined;
  /** The number customs gave a filing itself (sumNo, rkdNo). */
  givenNo: string | undefined;
}

/** What a file from the port turned out to be: receipts, messages sent unasked, or nothing that can be read. */
export type ReadFile =
  | { messageType: string; facts: ReceiptFact[] }
  | { messageType: string; pushed: PushedFact[] }
  | { messageType: string | null; faults: Fault[] };
