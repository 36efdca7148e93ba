/** What the browser keeps between visits: no data of declarations, only how the console looks and whether a session was begun. */
const SIGNED_IN = 'gateway-signed-in';
const LANGUAGE = 'gateway-language';
const SCHEME = 'gateway-scheme';

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    // Storage can be switched off by policy; the console then works without memory.
    return null;
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // See read().
  }
}

/** False only when no session was begun in this browser; the session itself is a cookie that scripts cannot see. */
export const wasSignedIn = (): boolean => read(SIGNED_IN) === '1';
export const rememberSignedIn = (yes: boolean): void => write(SIGNED_IN, yes ? '1' : null);

export type SchemeChoice = 'auto' | 'light' | 'dark';
export function rememberedScheme(): SchemeChoice {
  const choice = read(SCHEME);
  return choice === 'light' || choice === 'dark' ? choice : 'auto';
}
export const rememberScheme = (choice: SchemeChoice): void =>
  write(SCHEME, choice === 'auto' ? null : choice);

export type Language = 'zh' | 'en';
export const rememberedLanguage = (): Language => (read(LANGUAGE) === 'en' ? 'en' : 'zh');
export const rememberLanguage = (language: Language): void => write(LANGUAGE, language);
