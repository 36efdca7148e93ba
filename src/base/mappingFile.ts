import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Every JSON file of a mapping folder, in the order of their names, with the name that errors give it. Throws, naming
 * the file, when one is not JSON or has another shape than the schema.
 */
export function readMappings<T>(
  dir: string,
  folder: string,
  schema: z.ZodType<T>,
): { where: string; content: T }[] {
  const files = readdirSync(dir).filter((name) => name.endsWith('.json'));
  return files.sort().map((file) => {
    const where = `mappings/${folder}/${file}`;
    let raw: unknown;
    try {
      raw = JSON.parse(readFileSync(join(dir, file), 'utf8'));
    } catch (error) {
      throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    const parsed = schema.safeParse(raw);
    if (!parsed.success) throw new Error(`${where}: ${z.prettifyError(parsed.error)}`);
    return { where, content: parsed.data };
  });
}
