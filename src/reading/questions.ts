import type { Fault } from '../base/fault.js';
import type { RegimeAdvice } from '../checks/advise.js';
import type { Order } from '../orders/order.js';
import type { OrderFile, ReadOrder } from '../orders/read/readOrders.js';
import type { TableNotes } from '../orders/read/table.js';
import type { ReadMessage } from '../messages/reader.js';
import type { StructureVerdict } from '../messages/structure.js';

/** What a reading thread is asked. A file is opened, fed when it wants bytes, and read on slice by slice. */
export type ThreadQuestion =
  | ({ kind: 'open'; completes: boolean } & Omit<OrderFile, 'onTable' | 'complete'>)
  | { kind: 'completed'; order: Order; faults: readonly Fault[] }
  | { kind: 'bytes'; bytes: Uint8Array | undefined }
  | { kind: 'next' }
  | { kind: 'advise'; order: Order }
  | { kind: 'message'; bytes: Uint8Array };

/** What it answers: one answer to each question. */
export type ThreadAnswer =
  | { kind: 'wants' }
  /** An order that is to be completed outside, see `ReadOptions.complete`. */
  | { kind: 'incomplete'; order: Order }
  | { kind: 'orders'; orders: ReadOrder[]; last: boolean; table?: TableNotes }
  | { kind: 'advice'; advice: RegimeAdvice[] }
  | { kind: 'message'; read: ReadMessage; structure: StructureVerdict }
  | { kind: 'refused'; faults: readonly Fault[]; status: number }
  | { kind: 'broken'; reason: string };
