import { isPlainDecimal } from '../base/decimal.js';
import type { Catalogue } from '../messages/catalogue.js';
import { fieldUses } from '../orders/regimeFields.js';
import type { Regime } from '../orders/regimes.js';

/**
 * The country of each port of destination (指运港). Ports whose country the country table does not hold are left out:
 * nothing can be said about them.
 */
export function portCountries(codes: Catalogue['codes']): ReadonlyMap<string, string> {
  const countries = codes.get('country');
  const known = new Map<string, string>();
  for (const [port, { country }] of codes.get('port').values)
    if (country !== undefined && countries.has(country)) known.set(port, country);
  return known;
}

/** What the field checks of a regime's own messages judge already; a rule that did it again would say it twice. */
export interface JudgedByMessages {
  /** Paths they require. */
  required: ReadonlySet<string>;
  /** Paths they refuse, because the field belongs to other regimes (`requiredIn`). */
  refused: ReadonlySet<string>;
  /** Paths that any of its messages takes. */
  carried: ReadonlySet<string>;
  /** True for a code that the table of its element does not know, and for a number that is none. */
  isUnreadable(path: string, value: string): boolean;
}

/** What the messages of a regime judge themselves, by path of the order: no rule need say it again. */
export function judgedByMessages(
  regime: Regime,
  catalogue: Pick<Catalogue, 'codes' | 'message'>,
): JudgedByMessages {
  const uses = fieldUses(regime, catalogue);
  const pathsWhere = (flag: 'required' | 'refused') =>
    new Set([...uses].filter(([, of]) => of.some((use) => use[flag])).map(([path]) => path));
  return {
    required: pathsWhere('required'),
    refused: pathsWhere('refused'),
    carried: new Set(uses.keys()),
    isUnreadable: (path, value) =>
      uses
        .get(path)
        ?.some(
          ({ codes, type }) =>
            (codes !== undefined && !catalogue.codes.get(codes).has(value)) ||
            (type.startsWith('N') && !isPlainDecimal(value)),
        ) ?? false,
  };
}

/** The kinds of document (`payment`, `list` …) that the messages of a regime carry. */
export const documentKinds = (regime: Regime, catalogue: Pick<Catalogue, 'message'>): ReadonlySet<string> =>
  new Set(regime.documents.flatMap(({ message }) => catalogue.message(message)?.document ?? []));
