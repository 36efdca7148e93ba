/** Texts of one page, Chinese and English side by side, so that neither language can lack a key. */
export function pairs<K extends string>(
  table: Record<K, [zh: string, en: string]>,
): Record<'zh' | 'en', Record<K, string>> {
  const of = (at: 0 | 1) =>
    Object.fromEntries(Object.entries<[string, string]>(table).map(([key, both]) => [key, both[at]]));
  return { zh: of(0) as Record<K, string>, en: of(1) as Record<K, string> };
}
