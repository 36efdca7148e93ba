/** A paper to be printed: what it says, in the order of the page. All text is already in words. */
export interface Paper {
  title: string;
  /** Lines under the title: office, period, number of the document. */
  under: readonly string[];
  /** Printed across every page, for what is no final paper (测算, 未冻结). */
  mark?: string | undefined;
  landscape?: boolean | undefined;
  blocks: readonly Block[];
  /** What every page names at its foot, so that a sheet that got loose is known: a hash, a period. */
  foot: string;
  /** When the figures on it are of; the file carries it as its date, so that the same paper is the same file. */
  madeAt: Date;
}

export type Block =
  | { kind: 'heading'; text: string; newPage?: boolean }
  | { kind: 'text'; text: string; quiet?: boolean }
  /** Names and values, two columns. */
  | { kind: 'facts'; rows: readonly (readonly [name: string, value: string])[] }
  | TableBlock
  /** A form with its own cells: each has a label over its value, and spans parts of a grid. */
  | { kind: 'grid'; parts: number; cells: readonly GridCell[] }
  /** A space for each seal and signature. */
  | { kind: 'seals'; seals: readonly { office: string; signed: string }[] };

export interface GridCell {
  label: string;
  value: string;
  /** Parts of the grid it spans. */
  span: number;
}

export interface TableBlock {
  kind: 'table';
  columns: readonly { title: string; align?: 'left' | 'right'; wide?: boolean }[];
  rows: readonly TableRow[];
}
export interface TableRow {
  cells: readonly string[];
  /** How deep a row stands in its group; its first cell moves in. */
  level?: number;
  strong?: boolean;
}

/** Rows one printed file may have; more are for a spreadsheet. */
export const MOST_ROWS = 2_000;

/** How many table rows a paper has. */
export const rowsOf = ({ blocks }: Paper): number =>
  blocks.reduce((n, block) => n + (block.kind === 'table' ? block.rows.length : 0), 0);
