import { FaultError, type Fault } from '../base/fault.js';
import { limitFaults } from '../base/faultLimit.js';
import { shortTexts } from '../base/shortTexts.js';
import { columnLetters } from '../orders/place.js';
import type { Field } from '../orders/fields.js';
import type { Order } from '../orders/order.js';
import type { OrderFile, ReadOrder } from '../orders/read/readOrders.js';
import type { TableNotes } from '../orders/read/table.js';
import type { Text } from '../terms/text.js';

/** How many orders a preview reads. */
const previewOrders = 5;
/** Characters shown of the first rows together, and of one order; lines of it. */
const ROWS_SHOWN = 100_000;
const ORDER_SHOWN = 40_000;
const LINES_SHOWN = 20;

/** A field as people see it. */
export interface NamedField {
  field: string;
  name: Text;
}

export interface PreviewColumn {
  /** 1-based, with its letters as a spreadsheet has them. */
  position: number;
  letters: string;
  header: string;
  confidence: TableNotes['columns'][number]['confidence'];
  field: NamedField | null;
  candidates: NamedField[];
  samples: string[];
}

/** What a file looks like before it is imported: nothing is stored. */
export interface Preview {
  headerRow: number | null;
  profile: string | null;
  columns: PreviewColumn[];
  /** Columns a person is asked about, once each; the answers make a profile. */
  questions: { position: number; header: string; text: Text }[];
  /** Fields that neither file nor defaults give, of the first order. */
  missing: NamedField[];
  /** The first rows below the header. */
  rows: readonly (readonly string[])[];
  /** The first orders, as they would be taken in. */
  orders: { rows: { from: number; to: number }; order: Order | null; faults: Fault[] }[];
  /** Rows left out so far: totals, footnotes, repeated headers. */
  left: TableNotes['left'];
  /** Why the file as a whole cannot be read yet. */
  faults: readonly Fault[];
}

const named = (field: Field): NamedField => ({ field: field.path, name: field.header });

/**
 * Reads the beginning of a file as an import would and says what each column is taken for, what has to be asked, and what
 * the first orders become. A file that cannot be read as it is comes back with the reason in `faults` and with its columns,
 * so that a person can say what they are.
 */
export async function previewFile(
  read: (file: Pick<OrderFile, 'onTable'>) => AsyncIterable<ReadOrder[]>,
  requiredOf: (order: Order) => readonly Field[],
): Promise<Preview> {
  const seen: { table?: TableNotes } = {};
  const orders: ReadOrder[] = [];
  let faults: readonly Fault[] = [];
  try {
    for await (const slice of read({ onTable: (notes) => void (seen.table = notes) })) {
      orders.push(...slice);
      if (orders.length >= previewOrders) break;
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    faults = error.faults;
  }
  const { table } = seen;
  const samplesOf = (at: number) =>
    [...new Set((table?.samples ?? []).map((row) => (row[at] ?? '').trim().slice(0, 80)))]
      .filter((t) => t !== '')
      .slice(0, 3);
  const columns = (table?.columns ?? []).map((column): PreviewColumn => ({
    position: column.at + 1,
    letters: columnLetters(column.at),
    header: shortTexts(column.header, Infinity),
    confidence: column.confidence,
    field: column.field ? named(column.field) : null,
    candidates: column.candidates.map(named),
    samples: samplesOf(column.at),
  }));
  const first = orders.find((one) => one.order)?.order;
  return {
    headerRow: table?.headerRow ?? null,
    profile: table?.profile ?? null,
    columns,
    questions: columns
      .filter((column) => column.confidence === 'unsure' || column.confidence === 'unknown')
      .map((column) => ({ position: column.position, header: column.header, text: question(column) })),
    missing: first ? requiredOf(first).map(named) : [],
    rows: shortTexts(table?.samples ?? [], ROWS_SHOWN),
    orders: orders.slice(0, previewOrders).map(({ rows, order, faults: found }) => ({
      rows,
      order: order ? shownOrder(order) : null,
      faults: limitFaults(found),
    })),
    left: table?.left ?? [],
    faults,
  };
}

/** As much of an order as a person looks at; `lines` beyond the twentieth are left to the import. */
const shownOrder = (order: Order): Order =>
  shortTexts({ ...order, lines: order.lines.slice(0, LINES_SHOWN) }, ORDER_SHOWN);

function question({ header, letters, candidates }: PreviewColumn): Text {
  const zh = header === '' ? `第 ${letters} 列（没有表头）` : `“${header}”（第 ${letters} 列）`;
  const en = header === '' ? `Column ${letters} (no header)` : `"${header}" (column ${letters})`;
  if (candidates.length === 0)
    return { zh: `${zh}是哪个字段？不需要可以不读`, en: `${en}: which field is it? It can be left out` };
  return {
    zh: `${zh}是${candidates.map((c) => `“${c.name.zh}”`).join('、')}，还是不需要？`,
    en: `${en}: is it ${candidates.map((c) => `"${c.name.en}"`).join(', ')}, or not needed?`,
  };
}
