import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { rememberedLanguage, rememberLanguage, type Language } from '../api/remembered.js';
import type { Text } from '../api/types.js';
import { actions } from './actions.js';
import { adviser } from './adviser.js';
import { awards } from './awards.js';
import { batches } from './batches.js';
import { certificates } from './certificates.js';
import { en } from './en.js';
import { figures } from './figures.js';
import { files } from './files.js';
import { filings } from './filings.js';
import { forms } from './forms.js';
import { goodsForms } from './goods-forms.js';
import { inspections } from './inspections.js';
import { manage } from './manage.js';
import { notices } from './notices.js';
import { queue } from './queue.js';
import { records } from './records.js';
import { refusals } from './refusals.js';
import { warehouses } from './warehouses.js';
import { zh } from './zh.js';

export type { Language };

const inLanguage = (language: Language) => ({
  ...(language === 'zh' ? zh : en),
  ...actions[language],
  ...adviser[language],
  ...awards[language],
  ...batches[language],
  ...certificates[language],
  ...figures[language],
  ...files[language],
  ...filings[language],
  ...forms[language],
  ...goodsForms[language],
  ...inspections[language],
  ...manage[language],
  ...notices[language],
  ...queue[language],
  ...records[language],
  ...refusals[language],
  ...warehouses[language],
});

/** The one set of keys of the console; every key stands in both languages. */
export type TextKey = keyof ReturnType<typeof inLanguage>;

const TABLES: Record<Language, Record<TextKey, string>> = { zh: inLanguage('zh'), en: inLanguage('en') };

/** Fills the places of a text: `{count}` with a value, `{count:order|orders}` with the word that goes with one or with many. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text
    .replace(/\{(\w+):([^|{}]*)\|([^|{}]*)\}/g, (_, name: string, one: string, many: string) =>
      String(values[name]) === '1' ? one : many,
    )
    .replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

export interface Texts {
  language: Language;
  setLanguage(language: Language): void;
  /** A text of the console itself. */
  t(key: TextKey, values?: Record<string, string | number>): string;
  /** A text that came with the data, in both languages. */
  text(both: Text | null | undefined): string;
}

const TextsContext = createContext<Texts | null>(null);

export function useTexts(): Texts {
  const texts = use(TextsContext);
  if (!texts) throw new Error('useTexts needs TextsProvider');
  return texts;
}

/** Chinese unless the user chose English; the choice stays in this browser. */
export function TextsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(rememberedLanguage);

  useEffect(() => {
    rememberLanguage(language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);

  const texts = useMemo<Texts>(
    () => ({
      language,
      setLanguage,
      t: (key, values) => fill(TABLES[language][key], values),
      text: (both) => (both ? both[language] || both.zh || both.en : ''),
    }),
    [language],
  );
  return <TextsContext value={texts}>{children}</TextsContext>;
}
