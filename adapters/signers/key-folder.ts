import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FaultError, type Fault } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { isValidAt } from '../../src/signing/certificate.js';
import type { Suite, SignerRegistry } from '../../src/signing/signer.js';
import { openKeyFile, type CertifiedSigner } from './key-file.js';

/** One enterprise of the folder, for people: never key material. */
export interface KeyDescription {
  enterpriseCode: string;
  suite?: Suite;
  /** Serial number of the certificate, the `ds:KeyName`. */
  serial?: string;
  subject?: string;
  /** ISO 8601, UTC. */
  notBefore?: string;
  notAfter?: string;
  test?: boolean;
  /** True when `find` answers with a signer for this enterprise. */
  usable: boolean;
  /** Why it is not usable. */
  problems: Fault[];
  /** What should be put right although it works: file mode, test certificate. */
  warnings: Fault[];
}

/** Finds an enterprise's signer while its certificate is valid; an expired key is as good as none. */
export interface KeyFolder extends SignerRegistry {
  /** Every enterprise folder found at the last load, sorted by code. */
  describe(): readonly KeyDescription[];
  /** Reads the folder again; signers handed out before keep working. Throws when the folder cannot be listed. */
  reload(): void;
}

const enterpriseCode = /^(?:[0-9A-Z]{18}|[0-9A-Z]{10})$/;

/**
 * Opens a folder of keys: `DIR/<enterprise code>/key.pem` with `cert.pem`, or `key.p12` (or `key.pfx`); a passphrase
 * stands in `key.pass`. Everything is read at the start. One bad enterprise does not stop the others: `describe()` tells.
 * Throws when `dir` cannot be listed.
 */
export function openKeyFolder(dir: string): KeyFolder {
  let loaded = load(dir);
  return {
    find: (code) => {
      const signer = loaded.get(code)?.signer;
      return signer && isValidAt(signer.describes, new Date()) ? signer : undefined;
    },
    describe: () => [...loaded.values()].map((entry) => entry.description),
    reload: () => {
      loaded = load(dir);
    },
  };
}

interface Entry {
  description: KeyDescription;
  signer: CertifiedSigner | undefined;
}

function load(dir: string): Map<string, Entry> {
  const names = readdirSync(dir).filter(
    (name) => !name.startsWith('.') && statSync(join(dir, name), { throwIfNoEntry: false })?.isDirectory(),
  );
  return new Map(names.sort().map((name) => [name, loadEnterprise(join(dir, name), name)]));
}

function loadEnterprise(folder: string, name: string): Entry {
  const description: KeyDescription = { enterpriseCode: name, usable: false, problems: [], warnings: [] };
  if (!enterpriseCode.test(name)) {
    description.problems.push(makeFault('S38', name, { file: name }));
    return { description, signer: undefined };
  }
  try {
    const signer = openSigner(folder, name, description.warnings);
    const { suite, serial, subject, notBefore, notAfter, test } = signer.describes;
    if (test) description.warnings.push(makeFault('S20', name));
    return {
      description: {
        ...description,
        suite,
        serial,
        subject,
        notBefore: notBefore.toISOString(),
        notAfter: notAfter.toISOString(),
        test,
        usable: true,
      },
      signer,
    };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    description.problems.push(...error.faults);
    return { description, signer: undefined };
  }
}

function openSigner(folder: string, name: string, warnings: Fault[]): CertifiedSigner {
  const inFolder = (file: string) => (existsSync(join(folder, file)) ? join(folder, file) : undefined);
  const key = inFolder('key.pem') ?? inFolder('key.p12') ?? inFolder('key.pfx');
  if (!key) throw new FaultError([makeFault('S37', name, { file: `${name}/key.pem` })]);
  const pass = inFolder('key.pass');
  for (const file of pass ? [key, pass] : [key]) {
    if ((statSync(file).mode & 0o077) !== 0) warnings.push(makeFault('S33', name, { file }));
  }
  const passphrase = pass && readFileSync(pass, 'utf8').replace(/\r?\n$/, '');
  return openKeyFile({ key, cert: inFolder('cert.pem'), passphrase });
}
