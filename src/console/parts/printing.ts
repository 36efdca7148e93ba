import { useSyncExternalStore } from 'react';

let printing = false;
const turning = (changed: () => void) => {
  const turn = (to: boolean) => () => {
    printing = to;
    changed();
  };
  const [before, after] = [turn(true), turn(false)];
  window.addEventListener('beforeprint', before);
  window.addEventListener('afterprint', after);
  return () => {
    window.removeEventListener('beforeprint', before);
    window.removeEventListener('afterprint', after);
  };
};

/** True while the page is put on paper, which is drawn before the print begins. */
export const usePrinting = (): boolean => useSyncExternalStore(turning, () => printing);

/** How a table is paged: only when it has more rows than a page holds, and never on paper, which has all of them. */
export function usePages(
  rows: number,
  pageSize: number,
): false | { pageSize: number; size: 'small'; showSizeChanger: false } {
  const onPaper = usePrinting();
  return rows > pageSize && !onPaper ? { pageSize, size: 'small', showSizeChanger: false } : false;
}
