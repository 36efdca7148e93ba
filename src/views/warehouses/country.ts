import type { Text } from '../../terms/text.js';

/** Names of countries by customs code. */
export interface CountryNames {
  get(
    table: string,
  ): { resolve(input: string): string | undefined; text(code: string): Text | undefined } | undefined;
}

/** The name of a country that is kept as customs code, or as somebody wrote it before codes were kept. */
export function countryText(names: CountryNames, value: string): Text {
  const table = names.get('country');
  return table?.text(table.resolve(value) ?? value) ?? { zh: value, en: value };
}
