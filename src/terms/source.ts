/** An entry of `mappings/sources/english.json`: what a source with this pattern in it is; `$1` is the first group, `$&` all of it. */
export interface SourceGist {
  match: string;
  en: string;
}

/**
 * What a Chinese source is, in English: every entry that occurs in it, in the order of the source; of two that overlap the
 * earlier entry. Empty when no entry does.
 */
export function sourceInEnglish(source: string, gists: readonly SourceGist[]): string {
  const found: { from: number; to: number; en: string }[] = [];
  for (const { match, en } of gists)
    for (const hit of source.matchAll(new RegExp(match, 'gu'))) {
      const [from, to] = [hit.index, hit.index + hit[0].length];
      if (found.some((other) => from < other.to && other.from < to)) continue;
      const said = en.replace(
        /\$([&\d])/g,
        (_, group: string) => hit[group === '&' ? 0 : Number(group)] ?? '',
      );
      found.push({ from, to, en: said });
    }
  const inOrder = found.sort((a, b) => a.from - b.from).map((one) => one.en);
  return [...new Set(inOrder)].join('; ');
}
