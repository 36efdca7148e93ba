import { isMissing } from '../messages/values.js';

/** Data of a filing: the field names of its message, lines under `list`. Leaves are text. */
export type FilingData = Readonly<Record<string, unknown>>;
export type FilingLine = Readonly<Record<string, unknown>>;

/** The lines of a filing; none when it has no `list`. */
export const linesOf = (data: FilingData): FilingLine[] =>
  Array.isArray(data.list)
    ? data.list.filter((l): l is FilingLine => typeof l === 'object' && l !== null)
    : [];

/** The text of a field, trimmed; undefined when it is missing, empty or no text. */
export function textOf(data: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value = data[field];
  if (isMissing(value) || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  return String(value).trim() || undefined;
}

/** The same data with every leaf as trimmed text and empty leaves left out; what is no text stays for the checks. */
export function tidy(data: FilingData): Record<string, unknown> {
  const tidied: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    if (Array.isArray(value))
      tidied[key] = value.map((v: unknown) =>
        typeof v === 'object' && v !== null ? tidy(v as FilingData) : v,
      );
    else if (typeof value === 'object' && value !== null) tidied[key] = tidy(value as FilingData);
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      const text = String(value).trim();
      if (text !== '') tidied[key] = text;
    }
  }
  return tidied;
}
