import { z } from 'zod';

/** A text the product shows to people: Chinese first, English second. */
export interface Text {
  zh: string;
  en: string;
}

/** The same in data and at the edge: both languages stand, nothing else. */
export const textSchema = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });

/** Texts split at their placeholders: every second piece is a name. There are as many as mappings have texts. */
const split = new Map<string, readonly string[]>();

function fill(text: string, params: Readonly<Record<string, string>>): string {
  let pieces = split.get(text);
  if (!pieces) split.set(text, (pieces = text.split(/\{(\w+)\}/)));
  let filled = pieces[0] ?? '';
  for (let i = 1; i < pieces.length; i += 2) {
    const name = pieces[i] ?? '';
    filled += (params[name] ?? `{${name}}`) + (pieces[i + 1] ?? '');
  }
  return filled;
}

/** Fills `{name}` placeholders of both languages; an unknown placeholder stays visible so that a test finds it. */
export function fillText(text: Text, params: Readonly<Record<string, string>>): Text {
  return { zh: fill(text.zh, params), en: fill(text.en, params) };
}
