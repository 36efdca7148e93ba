import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * The entries of a JSON file, one or a list, whose first has this member; undefined when the file holds something else. Throws
 * what is wrong with the shape of one.
 */
export function readMarked<T>(file: string, member: string, shape: z.ZodType<T>): T[] | undefined {
  if (!file.endsWith('.json')) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const [first] = [raw].flat() as unknown[];
  if (typeof first !== 'object' || first === null || !(member in first)) return undefined;
  return z.array(shape).min(1).parse([raw].flat());
}
