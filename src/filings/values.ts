import { Dec, isPlainDecimal } from '../base/decimal.js';
import type { OrderLine } from '../orders/order.js';
import { textOf, type FilingData } from './data.js';
import type { Source } from './kinds.js';
import type { CoveredList } from './lists.js';

/** Where the value of a draft may come from. */
export interface Sources {
  list?: CoveredList | undefined;
  line?: OrderLine | undefined;
  filing?: FilingData | undefined;
  input?: FilingData | undefined;
  /** Returned quantity of `line`. */
  qty?: string | undefined;
}

/** The value of one path, for example `order.list.trafName`; undefined when it is not filled. */
export function valueAt(path: string, sources: Sources): string | undefined {
  const [root, ...rest] = path.split('.');
  const start: unknown =
    root === 'order'
      ? sources.list?.order
      : root === 'declaration'
        ? sources.list
        : root === 'line'
          ? sources.line
          : root === 'filing'
            ? sources.filing
            : sources.input;
  const last = rest.pop() ?? '';
  let at: unknown = start;
  for (const key of rest)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return typeof at === 'object' && at !== null ? textOf(at as Record<string, unknown>, last) : undefined;
}

export const firstOf = (paths: string | readonly string[], sources: Sources): string | undefined => {
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    const value = valueAt(path, sources);
    if (value !== undefined) return value;
  }
  return undefined;
};

/** The drafted value of a field for one list; sums are the caller's. */
export function drafted(source: Source, sources: Sources): string | undefined {
  if (typeof source === 'string' || Array.isArray(source)) return firstOf(source, sources);
  if ('fixed' in source) return source.fixed;
  if ('byRegime' in source) return source.byRegime[sources.list?.regime ?? ''];
  if ('share' in source) return share(firstOf(source.share, sources), sources.line?.qty, sources.qty);
  return undefined;
}

/** `whole × part ÷ of`, at most five decimal places (N19,5), half-up; the whole when all of it is meant. */
function share(
  whole: string | undefined,
  of: string | undefined,
  part: string | undefined,
): string | undefined {
  if (whole === undefined || part === undefined) return undefined;
  if (of === undefined || !isPlainDecimal(whole) || !isPlainDecimal(of) || !isPlainDecimal(part)) return part;
  if (new Dec(of).isZero() || new Dec(of).eq(part)) return whole;
  if (whole === of) return part;
  return new Dec(whole).times(part).div(of).toDecimalPlaces(5).toFixed();
}

/** The sum of a quantity over lists; undefined when one of them does not say it, since a part is not the whole. */
export function sumOf(paths: string | readonly string[], lists: readonly CoveredList[]): string | undefined {
  let sum = new Dec(0);
  for (const list of lists) {
    const value = firstOf(paths, { list });
    if (value === undefined || !isPlainDecimal(value)) return undefined;
    sum = sum.plus(value);
  }
  return sum.toFixed();
}

/** The path a plain source reads from the lists, as far as it does; used to compare a filing with its lists. */
export const listPath = (source: Source | undefined): string | undefined => {
  const paths =
    source === undefined ? [] : typeof source === 'string' ? [source] : Array.isArray(source) ? source : [];
  return paths.find((p) => p.startsWith('order.') || p.startsWith('declaration.'));
};
