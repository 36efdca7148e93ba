import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isPlainDecimal } from '../base/decimal.js';
import { mappingPath } from '../base/root.js';
import { readMappings } from '../base/mappingFile.js';
import { inForce } from '../orders/regimes.js';
import { textSchema, type Text } from '../terms/text.js';

const dated = {
  validFrom: z.iso.date(),
  /** Last day in force. */
  validTo: z.iso.date().optional(),
};
const kind = z.enum(['sample', 'official']);
const prefix = z.string().regex(/^\d{2,10}$/);

/** `mappings/tariff/*.json`, and what `gateway tariff import` writes: goods codes with what customs asks of each. */
export const tariffSchema = z.strictObject({
  id: z.string().min(1),
  /** A sample never refuses. */
  kind,
  title: textSchema,
  source: z.string().min(1),
  ...dated,
  lines: z.array(
    z.strictObject({
      code: z.string().regex(/^\d{10}$/),
      name: z.string().min(1),
      /** Legal units (法定计量单位), customs codes. */
      unit1: z.string(),
      unit2: z.string().optional(),
      /** 监管条件: one letter or digit for each document that customs asks for. */
      conditions: z.string().default(''),
      /** 检验检疫类别, for example `M/N`. */
      inspection: z.string().default(''),
      /** 出口关税 in percent, the provisional rate where there is one; left out where the table says none. */
      exportDuty: z.string().refine(isPlainDecimal, 'must be a plain decimal').optional(),
    }),
  ),
});
export type TariffFile = z.output<typeof tariffSchema>;
export type GoodsCode = TariffFile['lines'][number];

/** `mappings/positive/*.json`: what may be imported at retail (跨境电商零售进口商品清单), by the beginning of the code. */
export const positiveSchema = z.strictObject({
  id: z.string().min(1),
  kind,
  title: textSchema,
  source: z.string().min(1),
  ...dated,
  codes: z.array(prefix).min(1),
});

/** `mappings/prohibited/*.json`: goods that no regime of cross-border e-commerce carries. */
export const prohibitedSchema = z.strictObject({
  title: textSchema,
  entries: z
    .array(
      z
        .strictObject({
          id: z.string().min(1),
          goods: textSchema,
          /** Beginnings of commodity codes, and those within them that are not meant. */
          hs: z.array(prefix).default([]),
          except: z.array(prefix).default([]),
          /** Words in the name of the goods; a word alone is a doubt, never a proof. */
          words: z.array(z.string().min(2)).default([]),
          /** Longer words that hold one of them and mean something else: 象牙白 is a colour. */
          exceptWords: z.array(z.string().min(2)).default([]),
          ieFlag: z.enum(['E', 'I']).optional(),
          ...dated,
          source: z.string().min(1),
          /** False where nobody of the project has read the source itself. */
          seen: z.boolean(),
        })
        .refine((entry) => entry.hs.length + entry.words.length > 0, 'needs codes or words'),
    )
    .min(1),
});
export type Prohibited = z.output<typeof prohibitedSchema>['entries'][number];

/** `mappings/zones/*.json`: customs districts with a pilot zone (综试区), by the first two digits of the office. */
export const zonesSchema = z.strictObject({
  title: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
  districts: z.array(
    z.strictObject({ prefix: z.string().regex(/^\d{2}$/), name: z.string().min(1), ...dated }),
  ),
});

/** The goods codes in force on a day. */
export class Tariff {
  readonly sample: Text | undefined;
  readonly #byCode: ReadonlyMap<string, GoodsCode>;
  readonly #headings: ReadonlySet<string>;

  constructor({ kind, title, lines }: Pick<TariffFile, 'kind' | 'title' | 'lines'>) {
    this.sample = kind === 'sample' ? title : undefined;
    this.#byCode = new Map(lines.map((line) => [line.code, line]));
    this.#headings = new Set(lines.flatMap(({ code }) => [4, 6, 8].map((places) => code.slice(0, places))));
  }

  get(code: string): GoodsCode | undefined {
    return this.#byCode.get(code);
  }

  /** True for a heading or subheading written with zeros to ten places that some code begins with. */
  hasHeading(code: string): boolean {
    const given = [4, 6, 8].find((places) => /^0+$/.test(code.slice(places)));
    return given !== undefined && this.#headings.has(code.slice(0, given));
  }
}

export interface GoodsTables {
  /** The table for a day: an official one where there is one, else the sample; undefined when none is in force. */
  tariffOn(date: string): Tariff | undefined;
  /** Beginnings of the codes that retail imports may have, and the sample's name where it is one. */
  positiveOn(date: string): { codes: readonly string[]; sample: Text | undefined } | undefined;
  prohibited: readonly Prohibited[];
  zonesOn(date: string): { prefixes: ReadonlySet<string>; title: Text };
}

interface Dated {
  kind: 'sample' | 'official';
  validFrom: string;
  validTo?: string | undefined;
}

/** Of several tables in force the official one, and of those the newest. */
const best = <T extends Dated>(files: readonly T[], date: string): T | undefined =>
  files
    .filter((file) => inForce(file, date))
    .sort((a, b) =>
      a.kind !== b.kind ? (a.kind === 'official' ? -1 : 1) : a.validFrom < b.validFrom ? 1 : -1,
    )[0];

/**
 * Reads the goods tables of `mappings`, and those that were imported into `imported` (`tariff/`, `positive/`). Throws,
 * naming the file, when one has a wrong shape.
 */
export function loadGoodsTables(imported?: string, dir = mappingPath()): GoodsTables {
  const both = <T>(folder: string, schema: z.ZodType<T>): T[] =>
    [join(dir, folder), ...(imported === undefined ? [] : [join(imported, folder)])]
      .filter((path) => existsSync(path))
      .flatMap((path) => readMappings(path, folder, schema).map((file) => file.content));
  const tariffs = both('tariff', tariffSchema);
  const positives = both('positive', positiveSchema);
  const zones = both('zones', zonesSchema);
  const made = new Map<TariffFile, Tariff>();
  const open = new Map<string, ReadonlySet<string>>();
  const prefixesOn = (date: string) => {
    let prefixes = open.get(date);
    if (!prefixes) {
      if (open.size > 1000) open.clear();
      prefixes = new Set(
        zones.flatMap((file) => file.districts.filter((d) => inForce(d, date)).map((d) => d.prefix)),
      );
      open.set(date, prefixes);
    }
    return prefixes;
  };
  return {
    tariffOn(date) {
      const file = best(tariffs, date);
      if (!file) return undefined;
      let tariff = made.get(file);
      if (!tariff) made.set(file, (tariff = new Tariff(file)));
      return tariff;
    },
    positiveOn(date) {
      const file = best(positives, date);
      return file && { codes: file.codes, sample: file.kind === 'sample' ? file.title : undefined };
    },
    prohibited: both('prohibited', prohibitedSchema).flatMap((file) => file.entries),
    zonesOn: (date) => ({
      prefixes: prefixesOn(date),
      title: zones[0]?.title ?? { zh: '综试区名单', en: 'list of pilot zones' },
    }),
  };
}
