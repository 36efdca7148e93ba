import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openKeyFile } from './key-file.js';

/** What became of one key. */
export interface Encrypted {
  /** Path below the folder, for example `91500000MA7K3H2Q5A/key.pem`. */
  file: string;
  /** `encrypted` now, `already` before, or `unopened`: its passphrase is not known, it was left as it is. */
  outcome: 'encrypted' | 'already' | 'unopened';
}

/**
 * Encrypts every `key.pem` below `dir` with one passphrase (PKCS#8, PBES2 with AES-256); a key with a `key.pass` of its own is
 * brought over and that file removed. Each file is replaced at once, after what stands in the new one was opened as a
 * signer, so that a crash leaves either the old key or the new one. Keys in PKCS#12 files and on cards are left as they are.
 */
export function encryptKeys(dir: string, passphrase: string): Encrypted[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => basename(file) === 'key.pem')
    .sort()
    .map((file) => ({ file, outcome: encryptKey(join(dir, file), passphrase) }));
}

function encryptKey(file: string, passphrase: string): Encrypted['outcome'] {
  const pass = join(dirname(file), 'key.pass');
  const pem = readFileSync(file);
  if (/ENCRYPTED/.test(pem.toString('latin1')) && open(pem, passphrase)) {
    rmSync(pass, { force: true });
    return 'already';
  }
  const key = open(pem, existsSync(pass) ? readFileSync(pass, 'utf8').replace(/\r?\n$/, '') : undefined);
  if (!key) return 'unopened';
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
  const cert = join(dirname(file), 'cert.pem');
  if (existsSync(cert)) openKeyFile({ key: Buffer.from(encrypted), cert, passphrase });
  const next = `${file}.new`;
  writeFileSync(next, encrypted, { mode: 0o600, flush: true });
  renameSync(next, file);
  rmSync(pass, { force: true });
  return 'encrypted';
}

function open(pem: Buffer, passphrase: string | undefined): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, passphrase });
  } catch {
    return undefined;
  }
}
