import { execFileSync } from 'node:child_process';
import { expect } from '@jest/globals';
import type { OrderFormat } from '../../src/orders/read/format.js';
import type { ReadOptions, ReadOrder } from '../../src/orders/read/readOrders.js';
import type { TableNotes } from '../../src/orders/read/table.js';
import { readAll } from './reading.js';

/** What a file gave: its orders without what intake fills in by itself, how its columns were read, what is to be asked. */
export interface Result {
  read: ReadOrder[];
  notes: TableNotes;
  orders: Record<string, unknown>[];
  /** Columns a person is asked about. */
  asked: string[];
}

const filled = ['ieFlag', 'producer', 'declarant', 'platform', 'bondedOperator', 'payer'];
const filledLeaves: Record<string, string[]> = { waybill: ['insuredFee'], lines: ['gnum', 'barCode'] };

/** The part of an order that came from the file: no empty groups, nothing that intake always fills. */
function essence(order: object): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(order)) {
    if (filled.includes(key) || value === undefined) continue;
    const strip = (leaves: object) =>
      Object.fromEntries(
        Object.entries(leaves).filter(
          ([leaf, v]) =>
            v !== undefined &&
            !filledLeaves[key]?.includes(leaf) &&
            !(key === 'waybill' && leaf === 'freight' && v === '0'),
        ),
      );
    if (Array.isArray(value)) out[key] = value.map((line: object) => strip(line));
    else if (typeof value === 'object' && value !== null) {
      const leaves = strip(value);
      if (Object.keys(leaves).length > 0) out[key] = leaves;
    } else if (!(key === 'freight' && value === '0')) out[key] = value;
  }
  return out;
}

/** Reads a table and says what came of it. */
export async function readTable(
  content: Buffer | string,
  format: OrderFormat = 'csv',
  options: Partial<ReadOptions> = {},
): Promise<Result> {
  let notes: TableNotes | undefined;
  const read = await readAll(content, format, { ...options, onTable: (found) => (notes = found) });
  if (!notes) throw new Error('the table was not told of');
  return {
    read,
    notes,
    orders: read.map((r) => essence(r.order ?? {})),
    asked: notes.columns.filter((c) => ['unsure', 'unknown'].includes(c.confidence)).map((c) => c.header),
  };
}

/** Rows as a CSV text. */
export const csvTable = (rows: readonly (readonly string[])[], delimiter = ','): string =>
  rows
    .map((row) =>
      row.map((text) => (/["\n,;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(delimiter),
    )
    .join('\r\n') + '\r\n';
/** Bytes of another program than the decoder under test. */
export const gbk = (text: string): Buffer =>
  execFileSync('iconv', ['-f', 'utf-8', '-t', 'gbk'], { input: text });
export const noFaults = ({ read }: Result) => expect(read.flatMap((r) => r.faults)).toEqual([]);
