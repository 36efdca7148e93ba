import type { CodeTables } from '../codes.js';
import { formats, isMissing, type DocumentFacts, type OrderData } from '../values.js';
import type { Conversions, FormFormat, FormSource } from './formMapping.js';

/** Where a form finds its values. */
export interface FormScope {
  order: OrderData;
  document: Partial<DocumentFacts>;
  /** Numbers that receipts gave the documents of the same declaration, by kind. */
  numbers: Readonly<Record<string, string>>;
  /** The items around a node, by the name the mapping gives them. */
  items: Readonly<Record<string, unknown>>;
}

/**
 * Puts a text of the order into the form's own; undefined when it is none. `customsCode`: the ten digits of customs'
 * register, not the credit code that may stand in the same field of an order. `creditCode`: 统一社会信用代码. `orgCode`: the
 * nine characters of 组织机构代码 inside it.
 */
const formFormats: Readonly<Record<FormFormat, (value: unknown) => string | undefined>> = {
  date8: (value) => (typeof value === 'string' && /^\d{8}$/.test(value) ? value : formats.date8(value)),
  day8: formats.day8,
  customsCode: (value) => (typeof value === 'string' && /^[0-9A-Z]{10}$/.test(value) ? value : undefined),
  creditCode: (value) => (typeof value === 'string' && /^[0-9A-Z]{18}$/.test(value) ? value : undefined),
  orgCode: (value) =>
    typeof value === 'string' && /^[0-9A-Z]{18}$/.test(value) ? value.slice(8, 17) : undefined,
};

/** Finds and turns the values that mappings name. */
export class FormValues {
  constructor(
    private readonly codes: CodeTables,
    private readonly conversions: Conversions,
  ) {}

  /** Throws RangeError for a conversion or path root that does not exist. */
  verify(source: FormSource, items: readonly string[]): void {
    if (source.convert !== undefined && !this.conversions[source.convert])
      throw new RangeError(`there is no conversion ${source.convert}`);
    for (const path of pathsOf(source)) {
      const [root = ''] = path.split('.');
      if (!['order', 'document', 'numbers', ...items].includes(root))
        throw new RangeError(`${path} names nothing`);
    }
  }

  /** The value of a source; undefined when nothing is filled or what is there cannot be put into the form. */
  read(source: FormSource, scope: FormScope): string | undefined {
    if (source.fixed !== undefined) return source.fixed;
    for (const path of pathsOf(source)) {
      const found = valueAt(path, scope);
      if (isMissing(found)) continue;
      const value = source.format
        ? formFormats[source.format](found)
        : typeof found === 'string' || typeof found === 'number'
          ? String(found)
          : undefined;
      return value === undefined || source.convert === undefined
        ? value
        : this.#convert(source.convert, value);
    }
    return undefined;
  }

  #convert(name: string, value: string): string | undefined {
    const conversion = this.conversions[name];
    if (!conversion) return undefined;
    if (conversion.to === 'values') return conversion.values[value];
    const table = this.codes.get(conversion.table);
    const code = table.values.get(value);
    if (conversion.to !== 'countryPort') return code?.[conversion.to];
    // A port that stands for a whole country: the letters of the country and 000.
    const country = value.length === 3 ? code?.country : undefined;
    const letters = country === undefined ? undefined : this.codes.get('country').values.get(country)?.iso3;
    return letters && `${letters}000`;
  }
}

export const pathsOf = ({ from }: FormSource): readonly string[] => (from === undefined ? [] : [from].flat());

function valueAt(path: string, { order, document, numbers, items }: FormScope): unknown {
  const [root = '', ...keys] = path.split('.');
  let at: unknown =
    root === 'order' ? order : root === 'document' ? document : root === 'numbers' ? numbers : items[root];
  for (const key of keys)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return at;
}
