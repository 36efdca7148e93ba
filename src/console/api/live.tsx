import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';

/** `connecting` until the stream first opened or failed: nothing is claimed before it is known. */
export type Live = 'connecting' | 'open' | 'broken';

const LiveContext = createContext<Live>('connecting');

const KINDS = ['declarations', 'imports', 'tray'] as const;
const SETTLE_MS = 800;
const POLL_MS = 15_000;

export const useLive = (): Live => use(LiveContext);

/** Poll interval for lists: none while the stream tells of changes. */
export const usePolling = (): number | false => (useLive() === 'open' ? false : POLL_MS);

/**
 * Listens to `/v1/changes` and marks what changed as stale. Bursts are gathered for a moment, so a thousand receipts are
 * one reload. After a broken connection everything is reloaded once, since events were missed meanwhile.
 */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>('connecting');

  useEffect(() => {
    const source = new EventSource('/v1/changes');
    const pending = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let broken = false;

    const flush = () => {
      timer = undefined;
      for (const kind of pending) void client.invalidateQueries({ queryKey: [kind] });
      if (pending.has('declarations'))
        for (const kind of ['totals', 'filings']) void client.invalidateQueries({ queryKey: [kind] });
      pending.clear();
    };
    const stale = (kind: string) => {
      pending.add(kind);
      timer ??= setTimeout(flush, SETTLE_MS);
    };

    source.addEventListener('changed', (event: MessageEvent<string>) => {
      try {
        const data: unknown = JSON.parse(event.data);
        if (typeof data === 'object' && data !== null && 'kind' in data) stale(String(data.kind));
      } catch {
        // An event that cannot be read says only that something changed.
        KINDS.forEach(stale);
      }
    });
    source.onopen = () => {
      setLive('open');
      if (broken) KINDS.forEach(stale);
      broken = false;
    };
    source.onerror = () => {
      broken = true;
      setLive('broken');
    };
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [client]);

  return <LiveContext value={live}>{children}</LiveContext>;
}
