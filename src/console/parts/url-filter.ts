import { useLocation, useNavigate, useSearchParams } from 'react-router-dom';

/**
 * Filter and place of a keyset list, kept in the address: it survives reload, can be bookmarked, and Back works.
 * How many pages lie behind is kept in the history entry, since a cursor does not tell.
 */
export function useUrlFilter<Name extends string>(names: readonly Name[]) {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const location = useLocation();

  const filter: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = search.get(name);
    if (value) filter[name] = value;
  }
  const state: unknown = location.state;
  const known = typeof state === 'object' && state !== null && 'depth' in state ? Number(state.depth) : 0;
  const cursor = search.get('cursor') ?? undefined;
  const depth = cursor ? Math.max(1, known) : 0;

  const go = (change: Record<string, string | undefined>, options: { replace: boolean; depth: number }) => {
    const next = new URLSearchParams(search);
    next.delete('cursor');
    for (const [name, value] of Object.entries(change)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    const query = next.toString();
    void navigate(
      { search: query === '' ? '' : `?${query}` },
      { replace: options.replace, state: { depth: options.depth } },
    );
  };

  return {
    filter,
    cursor,
    depth,
    /** Changes filters and starts again at the first page. */
    set: (change: Partial<Record<Name, string | undefined>>) =>
      go(change as Record<string, string | undefined>, { replace: false, depth: 0 }),
    clear: () => go(Object.fromEntries(names.map((name) => [name, undefined])), { replace: false, depth: 0 }),
    onFirst: () => go({}, { replace: false, depth: 0 }),
    // A page reached by its address alone has nothing behind it in the history: then back means the first page.
    onPrevious: () => (known > 0 ? void navigate(-1) : go({}, { replace: true, depth: 0 })),
    onNext: (next: string) => go({ cursor: next }, { replace: false, depth: depth + 1 }),
  };
}
