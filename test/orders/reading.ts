import { Readable } from 'node:stream';
import { FaultError, type Fault } from '../../src/base/fault.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { loadColumnNames } from '../../src/orders/columns/names.js';
import { loadProfiles } from '../../src/orders/columns/profile.js';
import { loadFields } from '../../src/orders/fields.js';
import type { OrderFormat } from '../../src/orders/read/format.js';
import { readOrders, type ReadOptions, type ReadOrder } from '../../src/orders/read/readOrders.js';
import { regimeFields } from '../../src/orders/regimeFields.js';
import { loadRegimes, type Regime } from '../../src/orders/regimes.js';

export const catalogue = loadCatalogue();
export const fields = loadFields();
export const regimes = loadRegimes();
export const columns = loadColumnNames(fields, catalogue.codes);
export const shipped = loadProfiles(fields);
export const regime9610 = regimes.get('9610') as Regime;
export const columns9610 = regimeFields(regime9610, fields, catalogue).map((f) => f.field);

/** A file as a stream of chunks of the given size, so that every boundary is crossed somewhere. */
export const streamOf = (content: Buffer | string, chunk = 64 * 1024): Readable => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const parts: Buffer[] = [];
  for (let i = 0; i < bytes.length; i += chunk) parts.push(bytes.subarray(i, i + chunk));
  return Readable.from(parts);
};

export const optionsFor = (format: OrderFormat, options: Partial<ReadOptions> = {}): ReadOptions => ({
  format,
  fields,
  codes: catalogue.codes,
  regimes,
  columns,
  shipped,
  ...options,
});

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Everything a file gives, read in chunks of `chunk` bytes. */
export async function readAll(
  content: Buffer | string,
  format: OrderFormat,
  options: Partial<ReadOptions> & { chunk?: number } = {},
): Promise<ReadOrder[]> {
  const { chunk, ...rest } = options;
  return collect(readOrders(streamOf(content, chunk), optionsFor(format, rest)));
}

/** The faults with which a whole file is refused. */
export async function refusal(reading: Promise<unknown>): Promise<FaultError> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
  throw new Error('the file was read');
}

/** `code path` of each fault; a text with a placeholder that nothing filled is a mistake of ours. */
export const brief = (faults: readonly Fault[]): string[] =>
  faults.map((f) => {
    const texts = [f.message.zh, f.message.en, f.fix.zh, f.fix.en];
    if (texts.some((text) => /\{\w+\}/.test(text))) throw new Error(`${f.code}: ${texts.join(' / ')}`);
    return `${f.code} ${f.path}`.trim();
  });

/** A CSV text of the given columns (Chinese headers) and rows. */
export const csvOf = (header: readonly string[], ...rows: readonly (readonly string[])[]): string =>
  [header, ...rows].map((row) => row.join(',')).join('\r\n') + '\r\n';
