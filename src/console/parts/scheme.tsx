import {
  createContext,
  use,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import { rememberedScheme, rememberScheme, type SchemeChoice } from '../api/remembered.js';
import { paletteOf, type Palette, type Scheme } from '../theme.js';
import { usePrinting } from './printing.js';

interface SchemeState {
  /** What is shown. */
  scheme: Scheme;
  palette: Palette;
  /** What the person chose; `auto` follows the system. */
  choice: SchemeChoice;
  choose(choice: SchemeChoice): void;
}

const SchemeContext = createContext<SchemeState | null>(null);
const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)');
const onSystem = (changed: () => void) => {
  systemIsDark.addEventListener('change', changed);
  return () => systemIsDark.removeEventListener('change', changed);
};

export function useScheme(): SchemeState {
  const scheme = use(SchemeContext);
  if (!scheme) throw new Error('useScheme needs SchemeProvider');
  return scheme;
}

/** Light or dark, as the system says unless the person chose; paper is always light. */
export function SchemeProvider({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState<SchemeChoice>(rememberedScheme);
  const dark = useSyncExternalStore(onSystem, () => systemIsDark.matches);
  const printing = usePrinting();
  const scheme: Scheme = !printing && (choice === 'dark' || (choice === 'auto' && dark)) ? 'dark' : 'light';

  useEffect(() => {
    rememberScheme(choice);
    document.documentElement.dataset['scheme'] = scheme;
  }, [choice, scheme]);

  const state = useMemo<SchemeState>(
    () => ({ scheme, palette: paletteOf(scheme), choice, choose: setChoice }),
    [scheme, choice],
  );
  return <SchemeContext value={state}>{children}</SchemeContext>;
}
