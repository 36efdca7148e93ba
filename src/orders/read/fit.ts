import type { RawOrder } from './draft.js';

/** Characters kept of a cell: no field of any message takes half as many, so one that was cut is still too long. */
export const VALUE_KEPT = 2000;
/** Characters kept of a column's name. */
const HEADER_KEPT = 200;
/** Characters kept of a row that is given back, of the names above it, and of all rows of one order. */
const ROW_KEPT = 20_000;
const HEADERS_KEPT = 8000;
const ORDER_KEPT = 1_000_000;
/** However many cells share a row, each keeps so many characters. */
const LEAST_KEPT = 10;

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

const cutAll = (texts: readonly string[], most: number): readonly string[] =>
  texts.some((text) => text.length > most) ? Array.from(texts, (text) => cut(text ?? '', most)) : texts;

/** Texts that together have about `most` characters at most: those that take more than their share are cut. */
export function fitTexts(texts: readonly string[], most: number): readonly string[] {
  let length = 0;
  let filled = 0;
  for (const text of texts)
    if (text) {
      length += text.length;
      filled++;
    }
  return length > most ? cutAll(texts, Math.max(LEAST_KEPT, Math.floor(most / filled))) : texts;
}

/** A row as it is read: a workbook can name one huge text in every cell, at no cost of its own. */
export const fitCells = (cells: readonly string[]): readonly string[] => cutAll(cells, VALUE_KEPT);

export const fitHeader = (header: readonly string[]): readonly string[] =>
  fitTexts(cutAll(header, HEADER_KEPT), HEADERS_KEPT);

/** A row as it is shown or given back. */
export const fitRow = (cells: readonly string[]): readonly string[] => fitTexts(cells, ROW_KEPT);

/** The rows of an order as they are kept with its faults; JSON is as long as its file made it. */
export function fitRaw(raw: RawOrder): RawOrder {
  if (raw.kind === 'json') return raw;
  const most = Math.min(ROW_KEPT, Math.floor(ORDER_KEPT / Math.max(1, raw.rows.length)));
  return { ...raw, rows: raw.rows.map((row) => fitTexts(row, most)) };
}
