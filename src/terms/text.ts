import { z } from 'zod';

/** A text the product shows to people: Chinese first, English second. */
export interface Text {
  zh: string;
  en: string;
}

/** The same in data and at the edge: both languages stand, nothing else. */
export const textSchema = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });

/** Fills `{name}` placeholders of both languages; an unknown placeholder stays visible so that a test finds it. */
export function fillText(text: Text, params: Readonly<Record<string, string>>): Text {
  const fill = (s: string) => s.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
  return { zh: fill(text.zh), en: fill(text.en) };
}
