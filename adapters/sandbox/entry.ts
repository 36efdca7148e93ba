import { Dec } from '../../src/base/decimal.js';
import type { Fields, Kind } from './kinds.js';

/** A document on the books. */
export interface Entry {
  readonly kind: Kind;
  state: 'held' | 'returned' | 'withdrawn';
  /** A list refers to it: too late for 变更 and 删除. */
  listed: boolean;
  readonly fields: Fields;
  readonly lines: readonly Fields[];
  /** preNo, invtNo and so on, as the port gave them. */
  readonly numbers: Record<string, string>;
  /** Epoch ms of acceptance, the statuses to come, and the time from one to the next. */
  readonly takenAt: number;
  readonly statuses: readonly string[];
  readonly paceMs: number;
  /** What it refers to: a list its order, payments and waybill; a summary its lists. */
  refs: readonly Entry[];
  /** Epoch ms from which no more receipts of a withdrawn list, no more news of a voided tax bill are sent. */
  withdrawnAt?: number;
  taxVoidedAt?: number;
  summarised?: true;
  /** Quantity returned by gnum. */
  returned?: Map<string, Dec>;
  taxDiffers?: true;
}

/** Whether a document has reached a status at a moment: the port goes from one to the next in `paceMs`. */
export function reached(entry: Entry, status: string, at: Date): boolean {
  const index = entry.statuses.indexOf(status);
  return index >= 0 && entry.takenAt + index * entry.paceMs <= at.getTime();
}

/** A number as the schema lets it through: spaces around it and a plus sign are allowed there. */
export const amountOf = (text = '0'): Dec => new Dec(text.trim().replace(/^\+/, '') || '0');
