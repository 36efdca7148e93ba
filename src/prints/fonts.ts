import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { fromWoff } from './woff.js';

/**
 * The typeface of printed files: Noto Sans SC (SIL Open Font License 1.1), which may be embedded. Common characters are in one
 * file; rarer ones, such as those of names, in about a hundred small files that are read when one of theirs is printed.
 */
const folder = dirname(createRequire(import.meta.url).resolve('@fontsource/noto-sans-sc/package.json'));
/** The part that holds the common characters. */
export const MAIN = 'chinese-simplified';
const WEIGHTS = { normal: 400, bold: 700 } as const;
type Weight = keyof typeof WEIGHTS;

/** File of each part of the typeface and the code points it was cut to. */
const parts: readonly { part: string; ranges: readonly (readonly [number, number])[] }[] = Object.entries(
  z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(join(folder, 'unicode.json'), 'utf8'))),
).map(([name, list]) => ({
  part: name.replace(/^\[(\d+)\]$/, '$1'),
  ranges: list.split(',').map((range) => {
    const [from = '', to = from] = range.trim().replace(/^U\+/i, '').split('-');
    return [parseInt(from, 16), parseInt(to, 16)] as const;
  }),
}));

const read = (part: string, weight: Weight): Buffer =>
  fromWoff(readFileSync(join(folder, 'files', `noto-sans-sc-${part}-${WEIGHTS[weight]}-normal.woff`)));

/** Code points the main file has, from its `cmap`; read once, when something is first printed. */
let main: ReadonlySet<number> | undefined;

/** The part of the typeface that has a character; undefined where none has it. */
export function partOf(character: string): string | undefined {
  const point = character.codePointAt(0) ?? 0;
  main ??= codePoints(read(MAIN, 'normal'));
  if (main.has(point)) return MAIN;
  return parts.find(({ ranges }) => ranges.some(([from, to]) => point >= from && point <= to))?.part;
}

/** A part as TrueType in both weights. */
export const facesOf = (part: string): Record<Weight, Buffer> => ({
  normal: read(part, 'normal'),
  bold: read(part, 'bold'),
});

/** The characters of a TrueType file, by the format 4 and format 12 tables of its `cmap`. */
function codePoints(font: Buffer): ReadonlySet<number> {
  const found = new Set<number>();
  const cmap = tableAt(font, 'cmap');
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const at = cmap + font.readUInt32BE(cmap + 8 + 8 * i);
    const format = font.readUInt16BE(at);
    if (format === 12)
      for (let g = 0; g < font.readUInt32BE(at + 12); g++) {
        const group = at + 16 + 12 * g;
        for (let p = font.readUInt32BE(group); p <= font.readUInt32BE(group + 4); p++) found.add(p);
      }
    if (format === 4) {
      const segments = font.readUInt16BE(at + 6) / 2;
      for (let s = 0; s < segments; s++) {
        const last = font.readUInt16BE(at + 14 + 2 * s);
        const first = font.readUInt16BE(at + 16 + 2 * segments + 2 * s);
        for (let p = first; p <= last && p < 0xffff; p++) found.add(p);
      }
    }
  }
  return found;
}

function tableAt(font: Buffer, tag: string): number {
  for (let i = 0; i < font.readUInt16BE(4); i++)
    if (font.toString('latin1', 12 + 16 * i, 16 + 16 * i) === tag) return font.readUInt32BE(20 + 16 * i);
  throw new Error(`the font has no table ${tag}`);
}
