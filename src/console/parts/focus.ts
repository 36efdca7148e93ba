import { useEffect } from 'react';

/** Dialogs give the focus back to what opened them, menus pass it on: only then is it known to be lost. */
const SETTLED_MS = 150;

/**
 * What had the focus may vanish with what it did: the button of an action that is over, the sign-in form. The heading of
 * the page takes the focus then, so that a keyboard never has to begin at the top of the document.
 */
export function useFocusKept(): void {
  useEffect(() => {
    let last: Element | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lost = () =>
      document.activeElement === document.body &&
      last !== null &&
      (!last.checkVisibility() || last.matches(':disabled'));
    const remember = () => (last = document.activeElement);
    const watch = new MutationObserver(() => {
      if (timer !== undefined || !lost()) return;
      timer = setTimeout(() => {
        timer = undefined;
        if (lost()) document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
      }, SETTLED_MS);
    });
    document.addEventListener('focusin', remember);
    watch.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
    return () => {
      document.removeEventListener('focusin', remember);
      watch.disconnect();
      clearTimeout(timer);
    };
  }, []);
}
