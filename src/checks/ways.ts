import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { readMappings } from '../base/mappingFile.js';
import { ieFlags, inForce, type IeFlag } from '../orders/regimes.js';
import { textSchema } from '../terms/text.js';

const waySchema = z.strictObject({
  id: z.string().min(1),
  /** 监管方式 of the goods declaration. */
  supervision: z.string().regex(/^\d{4}$/),
  /** Where it is declared: H2018 is customs' system for goods declarations. */
  system: z.enum(['H2018']),
  ieFlag: z.enum(ieFlags),
  /** The regimes whose list it stands in for, in order of preference. */
  insteadOf: z.array(z.string()).min(1),
  title: textSchema,
  text: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
  validFrom: z.iso.date(),
  validTo: z.iso.date().optional(),
});
/** A goods declaration (报关单) that stands in where a list will not do. */
export type Way = z.output<typeof waySchema>;

const fileSchema = z.strictObject({ title: textSchema, ways: z.array(waySchema).min(1) });

/** Reads `mappings/ways`. Throws, naming the file, when one has a wrong shape. */
export const loadWays = (dir = mappingPath('ways')): readonly Way[] =>
  readMappings(dir, 'ways', fileSchema).flatMap((file) => file.content.ways);

/** The goods declarations that may stand in for the list of a regime on a day, the nearest to it first. */
export const waysInsteadOf = (
  ways: readonly Way[],
  { regime, ieFlag }: { regime: string; ieFlag: IeFlag },
  date: string,
): Way[] =>
  ways
    .filter((way) => way.ieFlag === ieFlag && way.insteadOf.includes(regime) && inForce(way, date))
    .sort((a, b) => Number(b.supervision === regime) - Number(a.supervision === regime));
