import { readFileSync } from 'node:fs';

/**
 * The memory of a process and of those it started, in MB: what each has for itself and its share of what they have in
 * common (PSS), so that nothing counts twice. Zero for one that is gone.
 */
export function memoryMb(pid: number | undefined): number {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  const kb = [String(pid), ...children].map((id) =>
    Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${id}/smaps_rollup`))?.[1] ?? 0),
  );
  return Math.round(kb.reduce((sum, n) => sum + n, 0) / 1024);
}

/** The greatest memory (RSS) of the process alone so far, in MB. */
export const greatestMb = (pid: number | undefined): number =>
  Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);

/** The file, or nothing where the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
