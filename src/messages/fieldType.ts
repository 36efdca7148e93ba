/**
 * A field type of the specification, read from its short form (`C..60`, `N19,5` …).
 * Text lengths are in characters; see `characters` in `fieldChecks.ts` for why not bytes.
 */
export type FieldType =
  | { kind: 'text'; min: number; max: number }
  /** `digits` in all, of which at most `fraction` after the point. */
  | { kind: 'decimal'; digits: number; fraction: number }
  /** Whole number without sign, at most `digits` digits. */
  | { kind: 'whole'; digits: number }
  /** xs:int. */
  | { kind: 'int' };

/** Reads a type as `fieldMappingSchema` allows it; throws RangeError for anything else. */
export function readFieldType(type: string): FieldType {
  if (type === 'I') return { kind: 'int' };
  const text = /^C(\d+)?(\.\.)?(\d+)?$/.exec(type);
  if (text && (text[1] ?? text[2])) {
    const first = Number(text[1] ?? 0);
    if (!text[2]) return { kind: 'text', min: first, max: first };
    return { kind: 'text', min: first, max: text[3] === undefined ? Infinity : Number(text[3]) };
  }
  const number = /^N(\d+)(?:,(\d+))?$/.exec(type);
  if (!number) throw new RangeError(`field type ${type} is unknown`);
  const digits = Number(number[1]);
  return number[2] === undefined
    ? { kind: 'whole', digits }
    : { kind: 'decimal', digits, fraction: Number(number[2]) };
}

/** Reads `1`, `0..5`, `1..100`, `0..n`. */
export function readRepeat(repeat: string): { min: number; max: number } {
  const [from, to] = repeat.split('..');
  const min = Number(from);
  return { min, max: to === undefined ? min : to === 'n' ? Infinity : Number(to) };
}
