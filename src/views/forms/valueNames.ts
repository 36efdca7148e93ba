import type { CodeTables } from '../../messages/codes.js';
import type { FormField } from '../../messages/forms/formMapping.js';
import type { Text } from '../../terms/text.js';

/**
 * What a value of a form says, by the tables its field names: the name of each code, of what its first digits stand for, or what
 * each of its places says, or that it is a code of a table nobody has seen. Null where the tables do not know it; undefined where
 * the field names none.
 */
export function nameInForm(
  { codes: own, separator, named, coded, places }: FormField,
  value: string,
  codes: CodeTables,
): Text | null | undefined {
  if (own !== undefined) {
    const table = codes.get(own);
    const known = (separator ? value.split(separator) : [value]).flatMap((one) => table.text(one) ?? []);
    return known.length === 0
      ? null
      : { zh: known.map(({ zh }) => zh).join('、'), en: known.map(({ en }) => en).join(', ') };
  }
  if (named !== undefined) return codes.get(named.by).text(value.slice(0, named.digits)) ?? null;
  if (coded !== undefined) return { zh: '代码', en: 'Code' };
  if (places === undefined) return undefined;
  const meanings = codes.get(places.codes);
  const said = places.titles.slice(0, value.length).map((title, i) => {
    const meaning = meanings.text(value[i]!);
    return { zh: `${title.zh}：${meaning?.zh ?? value[i]}`, en: `${title.en}: ${meaning?.en ?? value[i]}` };
  });
  return { zh: said.map(({ zh }) => zh).join('、'), en: said.map(({ en }) => en).join(', ') };
}
