import { useEffect, type RefObject } from 'react';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/**
 * Keyboard for a list: `/` goes to the search field, `j` and `k` move the focus along the row links (Enter then opens
 * by itself, since the focus is on a real link), Escape leaves the search field.
 */
export function useListKeys(list: RefObject<HTMLElement | null>, searchId: string): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const search = document.getElementById(searchId);
      if (event.key === 'Escape' && event.target === search) {
        search?.blur();
        return;
      }
      if (isTyping(event.target) || document.querySelector('[role="dialog"]')) return;
      if (event.key === '/') {
        event.preventDefault();
        search?.focus();
        if (search instanceof HTMLInputElement) search.select();
        return;
      }
      if (event.key !== 'j' && event.key !== 'k') return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])];
      if (links.length === 0) return;
      const here = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement));
      const step = event.key === 'j' ? 1 : -1;
      const there = here === -1 ? 0 : Math.min(links.length - 1, Math.max(0, here + step));
      event.preventDefault();
      links[there]?.focus();
      links[there]?.scrollIntoView({ block: 'nearest' });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [list, searchId]);
}
