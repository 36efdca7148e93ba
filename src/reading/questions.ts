import type { HelperStart } from '../apart/messages.js';
import type { Fault } from '../base/fault.js';
import type { RegimeAdvice } from '../checks/advise.js';
import type { TurnoverRow } from '../figures/turnover.js';
import type { GoodsItem } from '../goods/item.js';
import type { ReadMessage } from '../messages/reader.js';
import type { StructureVerdict } from '../messages/structure.js';
import type { Order } from '../orders/order.js';
import type { OrderFile, ReadOrder } from '../orders/read/readOrders.js';
import type { TableNotes } from '../orders/read/table.js';
import type { ReadFile } from '../receipts/facts.js';
import type { SheetName } from '../rulebook.js';
import type { LearnedHeaders, SheetPreview, SheetReading, SheetRow } from '../sheets/read.js';
import type { SignatureVerdict, VerifyOptions } from '../signing/verify.js';

/** What a reader is told when it starts: whose it is, and the folders its rulebook is read from. */
export type ReaderStart = HelperStart & ReaderFolders;

export interface ReaderFolders {
  /** Folder with official tables that were imported. */
  imported?: string;
  /** Folder with messages, codes and regimes; the project's own when left out. */
  mappings?: string;
}

/** What a table is made of: taking over all of a large one at once would hold the gateway. */
export type TableRow = TurnoverRow | GoodsItem | SheetRow;

/**
 * What a reader is asked. A file of orders is opened, fed when it wants bytes, and read on slice by slice; of any other table
 * the first rows come with the answer, `rows` asks for those that follow.
 */
export type Question =
  | ({ kind: 'open'; completes: boolean } & Omit<OrderFile, 'onTable' | 'complete'>)
  | { kind: 'completed'; orders: readonly Order[]; faults: readonly (readonly Fault[])[] }
  | { kind: 'bytes'; bytes: Uint8Array | undefined }
  | { kind: 'next' }
  | { kind: 'rows' }
  | { kind: 'advise'; order: Order }
  | { kind: 'message'; bytes: Uint8Array }
  | { kind: 'signature'; bytes: Uint8Array; options: VerifyOptions }
  | { kind: 'receipts'; bytes: Uint8Array; origin: string }
  | { kind: 'turnover'; bytes: Uint8Array }
  | { kind: 'goods'; bytes: Uint8Array; format: 'csv' | 'xlsx' }
  | {
      kind: 'sheet' | 'sheetPreview';
      bytes: Uint8Array;
      fileName: string;
      sheet: SheetName;
      given: Readonly<Record<string, string>>;
      learned: LearnedHeaders;
    };

/** What it answers: one answer to each question. */
export type Answer =
  | { kind: 'wants' }
  /** Orders that are to be completed outside, see `ReadOptions.complete`. */
  | { kind: 'incomplete'; orders: readonly Order[] }
  | { kind: 'orders'; orders: ReadOrder[]; last: boolean; table?: TableNotes }
  | { kind: 'advice'; advice: RegimeAdvice[] }
  | { kind: 'message'; read: ReadMessage; structure: StructureVerdict }
  | { kind: 'signature'; verdict: SignatureVerdict }
  | { kind: 'receipts'; read: ReadFile }
  | { kind: 'table'; rows: TableRow[]; last: boolean; told: TableTold }
  | { kind: 'sheetPreview'; preview: SheetPreview };

/** What is told of a table beside its rows, with the first of them. */
export type TableTold = Pick<SheetReading, 'faults' | 'unread'>;
