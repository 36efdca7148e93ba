import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { findHeader, headerSearchRows } from '../columns/header.js';
import { matchColumns, type MatchedColumn } from '../columns/match.js';
import { headerKeys, nameKey, type ColumnNames } from '../columns/names.js';
import { recognise, type Profile, type ShippedProfile } from '../columns/profile.js';
import type { Draft, ReadLimits } from './draft.js';
import { fitCells, fitHeader, fitRow } from './fit.js';
import { RowGrouper } from './grouper.js';
import { demandColumns, isBlank, makeTable, type Row, type Table } from './rows.js';

/** How tables are read: the names of columns, and the profiles that may fit. */
export interface TableOptions {
  names: ColumnNames;
  /** The profile the sender named; nothing else is tried then. */
  profile?: Profile;
  /** Profiles the seller saved: the newest whose columns the header has is used. */
  saved?: readonly Profile[];
  /** Profiles that `mappings/profiles` ships, used when their signature is there. */
  shipped?: readonly ShippedProfile[];
  /** Told once, before the first order: how the columns were read. Rows left out are added while reading. */
  onTable?: (notes: TableNotes) => void;
  /** How much of the file was read so far. */
  bytesRead?: () => number;
}

/** How a table was read, for the person who sent it. */
export interface TableNotes {
  /** Row of the header, as a spreadsheet counts. */
  headerRow: number;
  columns: readonly MatchedColumn[];
  profile: string | null;
  /** That profile itself. */
  used?: Profile;
  /** Values of the profile for what the file does not say, by path. */
  values: Readonly<Record<string, string>>;
  /** Rows that are no orders: titles above the header are not among them. */
  left: { row: number; why: 'total' | 'footnote' | 'header' }[];
  /** The first rows below the header, as texts. */
  samples: readonly (readonly string[])[];
}

/** How many rows are looked at before the columns are decided. */
const lookAhead = headerSearchRows + 50;
const maxLeftOut = 100;

/**
 * Reads the rows of a table as orders: finds the header below titles and notes, decides what each column is, and leaves
 * out totals, footnotes and repeated headers. Throws I03 for nothing at all, I07 when no column holds the order number
 * (a profile can name it), I04 when there is no row below the header.
 */
export async function* tableDrafts(
  rows: AsyncIterable<Row>,
  options: TableOptions,
  limits: ReadLimits,
): AsyncGenerator<Draft> {
  const iterator: AsyncIterator<Row> = fitted(rows);
  try {
    const first: Row[] = [];
    let done = false;
    while (first.length < lookAhead) {
      const next = await iterator.next();
      if (next.done) {
        done = true;
        break;
      }
      if (!isBlank(next.value)) first.push(next.value);
    }
    const { table, notes, body } = openTable(first, options);
    options.onTable?.(notes);
    if (table.orderNoAt < 0) throw new FaultError([noOrderNumber(table)]);
    const sieve = new Sieve(table, notes);
    const grouper = new RowGrouper(table, limits, options.bytesRead);
    let count = 0;
    function* take(row: Row): Generator<Draft> {
      for (const kept of sieve.push(row)) {
        for (const draft of grouper.push(kept)) {
          count++;
          yield draft;
        }
      }
    }
    for (const row of body) yield* take(row);
    while (!done) {
      const next = await iterator.next();
      if (next.done) done = true;
      else yield* take(next.value);
    }
    sieve.end();
    for (const draft of grouper.end()) {
      count++;
      yield draft;
    }
    if (count === 0) throw new FaultError([makeFault('I04', '')]);
  } finally {
    await iterator.return?.();
  }
}

async function* fitted(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  for await (const row of rows) yield { ...row, cells: fitCells(row.cells) };
}

/** Decides header and columns from the first rows of a table. Throws I03 when they are all blank. */
export function openTable(
  first: readonly Row[],
  options: TableOptions,
): { table: Table; notes: TableNotes; body: readonly Row[] } {
  const { names, saved = [], shipped = [] } = options;
  const candidates = options.profile ? [options.profile] : [...saved, ...shipped];
  const found = findHeader(
    first.map((row) => row.cells),
    names,
    candidates,
  );
  if (!found) throw new FaultError([makeFault('I03', '')]);
  const body = first.slice(found.at + found.height);
  demandColumns(found.cells.length);
  const header = fitHeader(found.cells);
  const profile = options.profile ?? fitting(header, saved) ?? asProfile(recognise(header, shipped));
  const samples = (at: number) => body.slice(0, 20).map((row) => row.cells[at] ?? '');
  const columns = matchColumns(header, names, profile, samples);
  const notes: TableNotes = {
    headerRow: first[found.at]?.number ?? 1,
    columns,
    profile: profile?.name ?? null,
    ...(profile && { used: profile }),
    values: profile?.values ?? {},
    left: [],
    samples: body.slice(0, 8).map((row) => [...fitRow(row.cells)]),
  };
  return { table: makeTable(header, columns, names, profile), notes, body };
}

const asProfile = (profile: ShippedProfile | undefined): Profile | undefined =>
  profile && { ...profile, name: profile.id };

/** How much of a saved profile a header must have for it to be used without being named. */
const fittingShare = 0.8;

/**
 * The saved profile that the header fits best, the newest among equals: its column of the order number and most of its
 * other columns are there.
 */
function fitting(header: readonly string[], saved: readonly Profile[]): Profile | undefined {
  const keys = new Set(header.flatMap(headerKeys));
  let best: { profile: Profile; found: number } | undefined;
  for (const profile of saved) {
    const there = profile.columns.filter((column) => keys.has(nameKey(column.header)));
    const numbers = profile.columns.filter((column) => column.field === 'orderNo');
    if (numbers.length > 0 && !numbers.some((column) => there.includes(column))) continue;
    if (there.length === 0 || there.length < profile.columns.length * fittingShare) continue;
    if (!best || there.length > best.found) best = { profile, found: there.length };
  }
  return best?.profile;
}

function noOrderNumber(table: Table) {
  const field = table.names.dictionary.byPath.get('orderNo');
  return makeFault('I07', '', { columnsZh: field?.header.zh ?? '', columnsEn: field?.header.en ?? '' });
}

/** Columns that say what a row is about; a row without any of them but with amounts is a sum. */
const naming = new Set(['itemNo', 'itemName', 'gcode', 'gname', 'barCode', 'itemRecordNo']);

/** Lets the rows of orders through; holds back the last ones, which may turn out to be sums or footnotes. */
class Sieve {
  #held: { row: Row; why: 'total' | 'footnote' }[] = [];

  constructor(
    private readonly table: Table,
    private readonly notes: TableNotes,
  ) {}

  *push(row: Row): Generator<Row> {
    if (isBlank(row)) return;
    if (this.#repeatsHeader(row)) return this.#leave(row, 'header');
    if (this.#saysTotal(row)) return this.#leave(row, 'total');
    const doubtful = this.#looksLikeSum(row)
      ? 'total'
      : this.#looksLikeFootnote(row)
        ? 'footnote'
        : undefined;
    if (doubtful) {
      this.#held.push({ row, why: doubtful });
      return;
    }
    // Rows of orders follow, so what was held back is one too.
    const held = this.#held;
    this.#held = [];
    for (const { row: kept } of held) yield kept;
    yield row;
  }

  /** The end of the file: what is still held back belongs to no order. */
  end(): void {
    for (const { row, why } of this.#held) this.#leave(row, why);
    this.#held = [];
  }

  #leave(row: Row, why: 'total' | 'footnote' | 'header'): void {
    if (this.notes.left.length < maxLeftOut) this.notes.left.push({ row: row.number, why });
  }

  #repeatsHeader(row: Row): boolean {
    const filled = this.table.columns.filter((c) => (row.cells[c.at] ?? '').trim() !== '');
    return filled.length > 1 && filled.every((c) => (row.cells[c.at] ?? '').trim() === c.header);
  }

  /** A row whose order number, or first text while that is blank, is 合计, Total or the like. */
  #saysTotal(row: Row): boolean {
    const { totals } = this.table.names;
    const orderNo = (row.cells[this.table.orderNoAt] ?? '').trim();
    const label = orderNo !== '' ? orderNo : (row.cells.find((text) => text.trim() !== '') ?? '');
    const key = nameKey(label.replace(/[:：].*$/s, ''));
    return totals.has(key) || /^(合计|总计|共计)\d/.test(key) || /^共\d+(单|行|条|票|个订单)/.test(key);
  }

  /** Only amounts, no order number and nothing that names goods. */
  #looksLikeSum(row: Row): boolean {
    const { table } = this;
    if ((row.cells[table.orderNoAt] ?? '').trim() !== '' || row.merged?.has(table.orderNoAt)) return false;
    if (!table.lineColumns.some((c) => naming.has(c.field.leaf))) return false;
    const filled = table.columns.filter((c) => (row.cells[c.at] ?? '').trim() !== '');
    return (
      filled.length > 0 && filled.every((c) => c.field && ['decimal', 'integer'].includes(c.field.format))
    );
  }

  /** One text alone in a wide table with the look of a remark, or several that all begin as remarks do (`制表：`, `审核：`). */
  #looksLikeFootnote(row: Row): boolean {
    if (this.table.columns.length < 4) return false;
    const { footnotes } = this.table.names;
    const filled = row.cells.filter((text) => text.trim() !== '');
    const [text = ''] = filled;
    const begins = (one: string) => footnotes.includes(nameKey(one.split(/[:：]/)[0] ?? ''));
    if (filled.length > 1) return filled.every((one) => /[:：]/.test(one) && begins(one));
    return filled.length === 1 && (/[:：。；]/.test(text) || begins(text) || /^第\d+页/.test(nameKey(text)));
  }
}
