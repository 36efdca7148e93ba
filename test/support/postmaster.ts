import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The process id of the embedded PostgreSQL of a data folder: its files lie there, or where root has to put them. 0: none. */
export function postmasterOf(dataDir: string): number {
  const home = join(dataDir, 'postgres');
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  const file = [home, join('/var/lib/single-window-gateway', `data-${hash}`)]
    .map((at) => join(at, 'pgdata', 'postmaster.pid'))
    .find((at) => existsSync(at));
  return file ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
}
