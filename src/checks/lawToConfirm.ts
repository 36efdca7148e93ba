import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { mappingPath } from '../base/root.js';
import { textSchema, type Text } from '../terms/text.js';

/** One statement of the data whose source nobody of the project has read. */
export interface Unconfirmed {
  /** File below `mappings`. */
  file: string;
  /** Its code or id, or where it stands in the file. */
  id: string;
  /** What it says. */
  text: Text;
  source: string;
  validFrom: string;
}

/**
 * Everything in the mappings that says `seen: false`, in the order of files and of their content: what a lawyer should
 * confirm. Shapes differ; each entry is named by the nearest id and text around it.
 */
export function lawToConfirm(dir = mappingPath()): Unconfirmed[] {
  return readdirSync(dir, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const found: Unconfirmed[] = [];
      visit(JSON.parse(readFileSync(join(dir, name), 'utf8')), relative('.', name), '', {}, found);
      return found;
    });
}

type Json = Record<string, unknown>;
const string = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

function visit(
  node: unknown,
  file: string,
  key: string,
  around: Partial<Unconfirmed>,
  found: Unconfirmed[],
): void {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, file, key, around, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const entry = node as Json;
  const text = textOf(entry);
  const about: Partial<Unconfirmed> = {
    ...around,
    id:
      string(entry.code) ??
      string(entry.id) ??
      string(entry.message) ??
      string(entry.regime) ??
      string(entry.year) ??
      around.id ??
      key,
    ...(text ? { text } : {}),
    ...(string(entry.source) ? { source: string(entry.source)! } : {}),
    ...(string(entry.validFrom) ? { validFrom: string(entry.validFrom)! } : {}),
  };
  if (entry.seen === false)
    found.push({
      file,
      id: about.id ?? '',
      text: about.text ?? { zh: about.id ?? '', en: about.id ?? '' },
      source: about.source ?? '',
      validFrom: about.validFrom ?? '',
    });
  for (const [name, child] of Object.entries(entry))
    visit(child, file, /^\d+$/.test(name) ? name : key === '' ? name : key, idFor(name, about), found);
}

/** What an entry says of itself; entries of code tables have a Chinese name and the ISO letters. */
function textOf(entry: Json): Text | undefined {
  for (const value of [entry.text, entry.title, entry.goods, entry]) {
    const parsed = textSchema.safeParse(value);
    if (parsed.success) return parsed.data;
  }
  const [zh, iso] = [string(entry.zh), string(entry.iso)];
  return zh === undefined ? undefined : { zh: [zh, iso].filter(Boolean).join(' '), en: iso ?? zh };
}

/** A code table names its entries by key. */
const idFor = (name: string, about: Partial<Unconfirmed>): Partial<Unconfirmed> =>
  /^\d+$/.test(name) ? { ...about, id: name } : about;

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

/** `docs/law-to-confirm.md` and its Chinese twin, by file name. */
export function lawPages(entries: readonly Unconfirmed[]): Map<string, string> {
  const page = (zh: boolean): string => {
    const head = zh
      ? [
          '# 待律师确认的依据',
          '',
          '[English](law-to-confirm.md)',
          '',
          '以下各条写进了数据，但本项目无人读过其原文（`seen: false`）。由 `gateway docs` 根据 `mappings/` 生成，请勿手改：确认后在数据中删去 `seen: false`，或改正出处和内容。',
        ]
      : [
          '# Law to confirm',
          '',
          '[中文](law-to-confirm.zh.md)',
          '',
          'These statements stand in the data though nobody of the project has read their source (`seen: false`). Written by `gateway docs` from `mappings/`: do not edit. Once confirmed, take `seen: false` out of the data, or correct what it says.',
        ];
    const files = [...new Set(entries.map((entry) => entry.file))];
    const sections = files.flatMap((file) => [
      '',
      `## \`mappings/${file}\``,
      '',
      zh ? '| 编号 | 内容 | 出处 | 起始日 |' : '| id | what it says | source | from |',
      '| --- | --- | --- | --- |',
      ...entries
        .filter((entry) => entry.file === file)
        .map(
          ({ id, text, source, validFrom }) =>
            `| ${cell(id)} | ${cell(zh ? text.zh : text.en)} | ${cell(source)} | ${validFrom} |`,
        ),
    ]);
    return `${[...head, ...sections].join('\n')}\n`;
  };
  return new Map([
    ['law-to-confirm.md', page(false)],
    ['law-to-confirm.zh.md', page(true)],
  ]);
}
