import { lazy, useEffect, useState, type ComponentType } from 'react';
import { useTexts } from '../texts/index.js';

/** Pages come at once on a good line; only on another one is it said that one is on its way. */
const SAID_AFTER_MS = 200;
let underWay = 0;
const told = new Set<() => void>();
const change = (by: number) => {
  underWay += by;
  for (const tell of told) tell();
};

/** The code of a page did not come: the gateway was away, or has been replaced by a version with other files. */
export class PageMissing extends Error {}

/** A page whose code is fetched when it is first opened; the page before it stands until then. */
export const page = (load: () => Promise<{ default: ComponentType }>) =>
  lazy(async () => {
    change(1);
    try {
      return await load();
    } catch (error) {
      throw new PageMissing('the code of the page did not come', { cause: error });
    } finally {
      change(-1);
    }
  });

/** A line over the page while the code of the next one is on its way. */
export function PageLoading() {
  const { t } = useTexts();
  const [late, setLate] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      clearTimeout(timer);
      if (underWay === 0) setLate(false);
      else timer = setTimeout(() => setLate(true), SAID_AFTER_MS);
    };
    told.add(tell);
    return () => {
      clearTimeout(timer);
      told.delete(tell);
    };
  }, []);
  return late ? (
    <div className="page-loading no-print" role="status" aria-label={t('app.pageLoading')} />
  ) : null;
}
