import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { askAnew } from './queries.js';

/**
 * `connecting` until the stream first opened or failed: nothing is claimed before it is known. `broken`: the stream is
 * gone but the gateway answers, pages reload by themselves. `lost`: the gateway does not answer at all.
 */
export type Live = 'connecting' | 'open' | 'broken' | 'lost';

const LiveContext = createContext<Live>('connecting');

const KINDS = ['declarations', 'imports', 'tray', 'port'] as const;
/** The first change after a quiet while is shown nearly at once; those that follow it are gathered. */
const FIRST_MS = 100;
const SETTLE_MS = 800;
const POLL_MS = 15_000;
/** The stream beats every five seconds; a network that swallows it silently is noticed after two missed beats. */
const SILENCE_MS = 11_000;
const PROBE_MS = 3_000;

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
    let probing: ReturnType<typeof setTimeout> | undefined;
    let silence: ReturnType<typeof setTimeout> | undefined;

    /** Asks until the stream is back whether the gateway answers at all. */
    const probe = async () => {
      probing = undefined;
      const answered = await fetch('/health/live', { signal: AbortSignal.timeout(PROBE_MS) }).then(
        (response) => response.ok,
        () => false,
      );
      if (!broken) return;
      setLive(answered ? 'broken' : 'lost');
      probing ??= setTimeout(() => void probe(), PROBE_MS);
    };
    const fail = () => {
      clearTimeout(silence);
      if (!broken) {
        broken = true;
        setLive((before) => (before === 'lost' ? before : 'broken'));
        void probe();
      }
    };
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(fail, SILENCE_MS);
      clearTimeout(probing);
      probing = undefined;
      setLive('open');
      if (broken) {
        broken = false;
        KINDS.forEach(stale);
      }
    };

    let flushed = 0;
    const flush = () => {
      timer = undefined;
      flushed = Date.now();
      if (pending.has('declarations')) for (const kind of ['totals', 'filings']) pending.add(kind);
      for (const kind of pending) void askAnew(client, kind);
      pending.clear();
    };
    const stale = (kind: string) => {
      pending.add(kind);
      timer ??= setTimeout(flush, Math.max(FIRST_MS, flushed + SETTLE_MS - Date.now()));
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
    source.addEventListener('beat', heard);
    source.onopen = heard;
    source.onerror = fail;
    return () => {
      broken = false;
      source.close();
      for (const one of [timer, probing, silence]) clearTimeout(one);
    };
  }, [client]);

  return <LiveContext value={live}>{children}</LiveContext>;
}
