import { decimal, isPlainDecimal } from '../../base/decimal.js';
import type { Field } from '../fields.js';
import { bracketed, headerKeys, nameKey, type ColumnNames, type NameMeaning } from './names.js';
import type { Profile } from './profile.js';

/**
 * How sure a column is: `sure` is read; `unsure` is asked once, with candidates; `unknown` is asked once, without;
 * `ignored` is known and not needed; `blank` has no header and no values.
 */
export type Confidence = 'sure' | 'unsure' | 'unknown' | 'ignored' | 'blank';

export interface MatchedColumn {
  /** 0-based place in the row. */
  at: number;
  header: string;
  confidence: Confidence;
  /** Who said so: the profile, or the names of `mappings/orders`. */
  by?: 'profile' | 'names';
  /** The field it fills; undefined for columns that are not read. */
  field?: Field;
  /** What an unsure column may be, the likeliest first. */
  candidates: readonly Field[];
  /** Several columns fill one text, with this between them. */
  join?: string;
  /** Only what stands behind the last of these marks is the value. */
  after?: string;
  /** The rows of an order are added up. */
  sum?: boolean;
  /** Kilograms in the unit of its header, for weights. */
  factor?: string;
  /** The currency its header or profile names, as a code. */
  currency?: string;
}

/** No number, time or code is longer. */
const longestValue = 100;
const goodsCode = /^\d[\d. ]{3,16}$/;

/**
 * What each column of a table is. The profile comes first, then the names; of two columns that want one field the
 * stronger name gets it and the other is asked about. `samples` are values of the column, for what a name alone does not
 * tell: 商品编码 is an HS code for customs and a stock number for a warehouse.
 */
export function matchColumns(
  header: readonly string[],
  names: ColumnNames,
  profile?: Profile,
  samples: (at: number) => readonly string[] = () => [],
): MatchedColumn[] {
  const byHeader = new Map((profile?.columns ?? []).map((column) => [nameKey(column.header), column]));
  const taken = new Map<Field, { at: number; rank: number }>();
  const columns = header.map((raw, at): MatchedColumn => {
    const title = raw.trim();
    const column: MatchedColumn = {
      at,
      header: title,
      confidence: 'unknown',
      candidates: [],
      ...decorations(raw, names),
    };
    const values = samples(at).filter((value) => value.trim() !== '');
    if (title === '') return { ...column, confidence: values.length > 0 ? 'unknown' : 'blank' };
    const keys = headerKeys(title);
    const profiled = keys.map((key) => byHeader.get(key)).find((found) => found !== undefined);
    if (profiled) {
      const wanted = profiled.field === null ? undefined : names.dictionary.byPath.get(profiled.field);
      // A profile may know several names of one field; the first that the file has is read.
      const field = wanted && taken.has(wanted) && profiled.join === undefined ? undefined : wanted;
      if (field) taken.set(field, { at, rank: 9 });
      return {
        ...column,
        by: 'profile',
        confidence: field ? 'sure' : 'ignored',
        ...(field && { field }),
        ...(profiled.join !== undefined && { join: profiled.join }),
        ...(profiled.after !== undefined && { after: profiled.after }),
        ...(profiled.sum && { sum: true }),
        ...(profiled.unit !== undefined && factorOf(profiled.unit, names)),
        ...(profiled.currency !== undefined && { currency: names.currenciesOf(profiled.currency)[0] }),
      };
    }
    return column;
  });
  const open = columns.filter((column) => column.confidence === 'unknown' && column.header !== '');
  const meanings = new Map(open.map((column) => [column, meaningOf(column, names, samples(column.at))]));
  takeStandIns(open, meanings, taken, names);
  for (const column of [...open].sort((a, b) => rankOf(b) - rankOf(a) || a.at - b.at)) {
    const meaning = meanings.get(column);
    if (!meaning) {
      if (headerKeys(column.header).some((key) => names.ignored.has(key))) column.confidence = 'ignored';
      continue;
    }
    const free = (field: Field) => !taken.has(field);
    if (meaning.sure && free(meaning.sure)) {
      taken.set(meaning.sure, { at: column.at, rank: meaning.rank });
      Object.assign(column, { confidence: 'sure', by: 'names', field: meaning.sure });
      continue;
    }
    column.confidence = 'unsure';
    column.candidates = [...meaning.maybe.filter(free), ...(meaning.sure ? [meaning.sure] : [])];
  }
  return columns;

  function rankOf(column: MatchedColumn): number {
    return meanings.get(column)?.rank ?? 0;
  }
}

/** `件数` is the number of packages beside 数量, and the quantity where no column is one: the field it stands in for goes first. */
function takeStandIns(
  open: readonly MatchedColumn[],
  meanings: Map<MatchedColumn, NameMeaning | undefined>,
  taken: ReadonlyMap<Field, unknown>,
  names: ColumnNames,
): void {
  for (const column of open) {
    const field = headerKeys(column.header)
      .map((key) => names.standIns.get(key))
      .find((found) => found !== undefined);
    if (!field || taken.has(field)) continue;
    if ([...meanings.values()].some((meaning) => meaning?.sure === field || meaning?.maybe.includes(field)))
      continue;
    meanings.set(column, { sure: field, rank: 1, maybe: [] });
  }
}

function meaningOf(
  column: MatchedColumn,
  names: ColumnNames,
  samples: readonly string[],
): NameMeaning | undefined {
  const keys = headerKeys(column.header);
  for (const key of keys) {
    const found = names.meanings.get(key);
    if (!found) continue;
    if (
      found.sure?.path === 'lines[].gcode' &&
      samples.some((v) => v.trim() !== '' && !goodsCode.test(v.trim()))
    ) {
      const itemNo = names.dictionary.byPath.get('lines[].itemNo');
      return { rank: 0, maybe: [...(itemNo ? [itemNo] : []), found.sure] };
    }
    return found;
  }
  const weight = weightWithUnit(column.header, names);
  if (weight) {
    column.factor = weight.factor;
    return weight.meaning;
  }
  const near = misspelt(keys[0] ?? '', names);
  return near && { rank: 0, maybe: [near] };
}

/** A weight whose unit stands behind its name without brackets: `实重kg`, `毛重(含包装) KG`, `重量g`. */
function weightWithUnit(
  header: string,
  names: ColumnNames,
): { meaning: NameMeaning; factor: string } | undefined {
  const key = nameKey(header);
  for (const [unit, factor] of names.weightUnits) {
    const meaning = key.endsWith(unit) ? names.meanings.get(key.slice(0, -unit.length)) : undefined;
    const fields = meaning ? [...(meaning.sure ? [meaning.sure] : []), ...meaning.maybe] : [];
    if (meaning && fields.length > 0 && fields.every((field) => names.weightPaths.has(field.path)))
      return { meaning, factor };
  }
  return undefined;
}

/**
 * A field whose Latin name differs by one letter (`trackng number`). Chinese names are never guessed by their letters:
 * 商品编号 and 商品编码 differ by one and mean a stock number and an HS code.
 */
function misspelt(key: string, names: ColumnNames): Field | undefined {
  if (!/^[a-z0-9]{6,}$/.test(key)) return undefined;
  const found = new Set<Field>();
  for (const [name, { sure }] of names.meanings)
    if (sure && name.length >= 6 && oneEdit(key, name)) found.add(sure);
  return found.size === 1 ? [...found][0] : undefined;
}

/** True when one letter added, left out or changed makes one word the other. */
export function oneEdit(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}

/** The unit or currency that a header carries in brackets or after its name: `毛重（克）`, `单价(USD)`. */
function decorations(header: string, names: ColumnNames): { factor?: string; currency?: string } {
  for (const word of bracketed(header)) {
    const unit = factorOf(word, names);
    if (unit) return unit;
    const [currency, ...others] = names.currenciesOf(word);
    if (currency !== undefined && others.length === 0) return { currency };
  }
  return {};
}

function factorOf(unit: string, names: ColumnNames): { factor: string } | undefined {
  const factor = names.weightUnits.get(unit.normalize('NFKC').trim().toLowerCase());
  return factor === undefined ? undefined : { factor };
}

export interface CellReading {
  text: string;
  /** Currencies that stood beside the amount, the likeliest first. */
  currencies?: readonly string[];
}

const amount = /^([+-]?)\s*([^\d\s.,()+-]{0,8}?)\s*([+-]?\d[\d.,' ]*|[+-]?\.\d+)\s*([^\d\s.,()+-]{0,8})$/u;
const decimalComma = /^([+-]?)(\d{1,3}(?:\.\d{3})+|\d+),(\d{1,2})$/;
const apart = /^[+-]?\d{1,3}(?:[ '’]\d{3})+(\.\d+)?$/;
const dayOrMonthFirst = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(.*)$/;

/**
 * Takes a cell apart as its column needs it: an amount loses its currency (`USD 12.50`, `$12.50`, `12,50 €`), a weight
 * is turned into kilograms by the unit of cell or header, a date gets the order of the profile. What it does not
 * understand stays as it is, for the reader of values to refuse.
 */
export function readCell(
  whole: string,
  { field, factor, after }: MatchedColumn,
  names: ColumnNames,
  dateOrder: 'ymd' | 'mdy' | 'dmy' = 'ymd',
): CellReading {
  const text = after === undefined ? whole : (whole.split(after).at(-1) ?? '').trim();
  if (!field || text === '' || (text.length > longestValue && field.format !== 'text')) return { text };
  switch (field.format) {
    case 'decimal':
    case 'integer':
      return readAmount(text, field, factor, names);
    case 'date':
    case 'instant':
      return { text: orderedDate(text, dateOrder) };
    default:
      return { text: field.path === 'lines[].gcode' ? text.replace(/(?<=\d)[.\s](?=\d)/g, '') : text };
  }
}

function readAmount(text: string, field: Field, factor: string | undefined, names: ColumnNames): CellReading {
  if ((factor === undefined || factor === '1') && isPlainDecimal(text)) return { text };
  const tidy = text
    .normalize('NFKC')
    .trim()
    .replace(/^([+-]?[A-Za-z]{2,3})\s+(?=[$¥€£])/, '$1');
  const found = amount.exec(tidy);
  if (!found) return { text };
  const [, sign = '', before = '', digits = '', after = ''] = found;
  const number = (sign === '-' ? '-' : '') + plainNumber(digits.trim());
  const word = before || after;
  if (before !== '' && after !== '' && nameKey(before) !== nameKey(after)) {
    // `US$ 12.50 USD` says one thing twice; anything else is not understood.
    const [a, b] = [names.currenciesOf(before), names.currenciesOf(after)];
    const both = a.filter((code) => b.includes(code));
    return both.length > 0 ? { text: number, currencies: both } : { text };
  }
  if (names.weightPaths.has(field.path)) {
    const unit = word === '' ? factor : names.weightUnits.get(word.toLowerCase());
    if (unit === undefined) return word === '' ? { text: number } : { text };
    if (unit === '1') return { text: number };
    return isPlainDecimal(number) ? { text: decimal(number).times(decimal(unit)).toFixed() } : { text };
  }
  if (word === '') return { text: number };
  if (names.moneyPaths.has(field.path)) {
    const currencies = names.currenciesOf(word);
    return currencies.length > 0 ? { text: number, currencies } : { text };
  }
  return field.path.startsWith('lines[].qty') || field.leaf === 'packNo'
    ? quantity(number, word, text)
    : { text };
}

/** `2件`, `3 pcs`: a number with the name of what is counted. */
const quantity = (number: string, word: string, text: string): CellReading =>
  /^(件|个|只|双|套|台|包|箱|瓶|盒|条|支|张|pcs?|pieces?|x)$/i.test(word) ? { text: number } : { text };

/** `1.234,50` and `12,50` with a point; `1 234.50` without its blanks; `1,234.50` is left to the reader of values. */
function plainNumber(digits: string): string {
  const comma = decimalComma.exec(digits);
  if (comma) return `${comma[1]}${(comma[2] ?? '').replaceAll('.', '')}.${comma[3]}`;
  if (apart.test(digits)) return digits.replace(/[ '’]/g, '');
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(digits)) return digits.replaceAll(',', '');
  return digits;
}

/** `25/11/2026` as year-month-day when it can mean only one day, or when the profile says which comes first. */
function orderedDate(text: string, order: 'ymd' | 'mdy' | 'dmy'): string {
  const found = dayOrMonthFirst.exec(text.normalize('NFKC').trim());
  if (!found) return text;
  const [, first = '', , second = '', year = '', rest = ''] = found;
  const [a, b] = [Number(first), Number(second)];
  const monthFirst =
    a > 12 ? false : b > 12 ? true : a === b ? true : order === 'ymd' ? undefined : order === 'mdy';
  if (monthFirst === undefined || Math.max(a, b) > 31) return text;
  const [month, day] = monthFirst ? [first, second] : [second, first];
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${rest}`;
}
