/** A text the product shows to people: Chinese first, English second. */
export interface Text {
  zh: string;
  en: string;
}

/** Fills `{name}` placeholders of both languages; an unknown placeholder stays visible so that a test finds it. */
export function fillText(text: Text, params: Readonly<Record<string, string>>): Text {
  const fill = (s: string) => s.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
  return { zh: fill(text.zh), en: fill(text.en) };
}
