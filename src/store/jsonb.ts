/** A text as PostgreSQL can hold it: without U+0000, and with U+FFFD for half of a surrogate pair. */
export const storableText = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/** JSON for a `jsonb` column; every text in it is made storable. For what strangers wrote: faults, raw orders, answers. */
export const toJsonb = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === 'string' ? storableText(member) : member));
