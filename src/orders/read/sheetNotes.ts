/** A vertical merge: a column and its rows, counted from 0, the first of which holds the value. */
export interface Merge {
  column: number;
  from: number;
  to: number;
}

/** What a sheet holds that its reader does not tell, or tells too late: how large it is, formula errors, merges. */
export interface SheetNotes {
  rows: number;
  /** Last row and column with a value, counted from 1. */
  lastRow: number;
  lastColumn: number;
  /** Formula errors by the address of their cell. */
  errors: Map<string, string>;
  merges: Merge[];
}

/** More formula errors than this are not told one by one. */
const maxErrorCells = 10_000;
/** More merges than this are not followed. */
const maxMerges = 20_000;
/** No tag of a sheet is longer; of a longer one only the beginning is looked at. */
const tagLength = 1024;

const LESS = 0x3c;
const GREATER = 0x3e;
const [LETTER_c, LETTER_i, LETTER_m, LETTER_r, LETTER_v] = [0x63, 0x69, 0x6d, 0x72, 0x76];

/** Takes note of a sheet, tag by tag, in time that grows with its length alone. */
export function noteSheet(xml: Buffer): SheetNotes {
  const notes: SheetNotes = { rows: 0, lastRow: 0, lastColumn: 0, errors: new Map(), merges: [] };
  let cell: { row: number; column: number; address: string; error: boolean } | undefined;
  for (let at = xml.indexOf(LESS); at >= 0;) {
    const end = xml.indexOf(GREATER, at);
    if (end < 0) break;
    const first = xml[at + 1] ?? 0;
    if (
      first === LETTER_c ||
      first === LETTER_i ||
      first === LETTER_m ||
      first === LETTER_r ||
      first === LETTER_v
    ) {
      const tag = xml.toString('latin1', at, Math.min(end + 1, at + tagLength));
      const name = /^<(\w+)/.exec(tag)?.[1];
      if (name === 'row') notes.rows++;
      else if (name === 'c') cell = xml[end - 1] === 0x2f ? undefined : cellOf(tag);
      else if ((name === 'v' || name === 'is') && cell) {
        notes.lastRow = Math.max(notes.lastRow, cell.row);
        notes.lastColumn = Math.max(notes.lastColumn, cell.column);
        if (name === 'v' && cell.error && notes.errors.size < maxErrorCells) {
          const close = xml.indexOf(LESS, end);
          notes.errors.set(cell.address, xml.toString('utf8', end + 1, Math.min(close, end + 100)));
        }
      } else if (name === 'mergeCell') noteMerge(tag, notes);
    }
    at = xml.indexOf(LESS, end);
  }
  return notes;
}

function cellOf(tag: string) {
  const [, letters = '', row = '0'] = /\sr\s*=\s*["']([A-Z]+)(\d+)["']/.exec(tag) ?? [];
  return {
    row: Number(row),
    column: columnNumber(letters),
    address: `${letters}${row}`,
    error: /\st\s*=\s*["']e["']/.test(tag),
  };
}

function noteMerge(tag: string, notes: SheetNotes): void {
  const [, letters = '', first = '', last = ''] = /\sref="([A-Z]+)(\d+):[A-Z]+(\d+)"/.exec(tag) ?? [];
  if (letters !== '' && first !== last && notes.merges.length < maxMerges)
    notes.merges.push({ column: columnNumber(letters) - 1, from: Number(first) - 1, to: Number(last) - 1 });
}

/** `A` is 1, `AA` is 27. */
const columnNumber = (letters: string): number =>
  [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0);
