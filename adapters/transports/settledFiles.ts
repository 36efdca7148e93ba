import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is complete, and when it was written. */
export interface SettledFile {
  name: string;
  mtimeMs: number;
}

/**
 * Finds the complete `.xml` files of a watched folder. Writers that rename into place are complete at once by nature;
 * for those that write in place a file counts as complete when nothing about it changed for `settleMs`, judged by its
 * own age or by two looks at it, so that a wrong clock on a network share does no harm.
 */
export class SettledFiles {
  readonly #seen = new Map<string, { size: number; mtimeMs: number; since: number }>();
  readonly #dir: string;
  readonly #settleMs: number;

  constructor(dir: string, settleMs: number) {
    this.#dir = dir;
    this.#settleMs = settleMs;
  }

  /** Complete files, oldest first. */
  async list(): Promise<SettledFile[]> {
    const now = performance.now();
    const settled: SettledFile[] = [];
    const present = new Set<string>();
    for (const entry of await readdir(this.#dir, { withFileTypes: true })) {
      if (!entry.isFile() || !/\.xml$/i.test(entry.name)) continue;
      const info = await stat(join(this.#dir, entry.name)).catch(() => undefined);
      if (!info) continue;
      present.add(entry.name);
      const seen = this.#seen.get(entry.name);
      const unchanged = seen?.size === info.size && seen.mtimeMs === info.mtimeMs;
      if (!unchanged) this.#seen.set(entry.name, { size: info.size, mtimeMs: info.mtimeMs, since: now });
      const age = Math.max(Date.now() - info.mtimeMs, unchanged ? now - seen.since : 0);
      if (age >= this.#settleMs) settled.push({ name: entry.name, mtimeMs: info.mtimeMs });
    }
    for (const name of this.#seen.keys()) if (!present.has(name)) this.#seen.delete(name);
    settled.sort((a, b) => a.mtimeMs - b.mtimeMs || a.name.localeCompare(b.name));
    return settled;
  }
}
