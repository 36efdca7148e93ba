import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dayOf } from '../../src/base/clock.js';
import { FaultError, type Fault } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { isValidAt, readCertificate } from '../../src/signing/certificate.js';
import type { Suite, SignerRegistry } from '../../src/signing/signer.js';
import { openKeyFile, type CertifiedSigner, type KeyFile } from './key-file.js';
import { SignerPool } from './pool.js';
import { CardService, localService } from './ukey-service.js';
import { openUKey } from './ukey.js';

/** One key of an enterprise, for people: never key material. */
export interface KeyDescription {
  enterpriseCode: string;
  /** Folder of the key within the enterprise's; empty for the one that stands in it directly. */
  name: string;
  suite?: Suite;
  /** Serial number of the certificate, the `ds:KeyName`. */
  serial?: string;
  subject?: string;
  /** ISO 8601, UTC. */
  notBefore?: string;
  notAfter?: string;
  test?: boolean;
  /** True when it was opened; whether its certificate is valid at a moment is another matter. */
  usable: boolean;
  /** Why it does not sign. */
  problems: Fault[];
  /** What should be put right although it works: file mode, test certificate. */
  warnings: Fault[];
}

/** Finds a signer of an enterprise whose certificate is valid; an expired key is as good as none. */
export interface KeyFolder extends SignerRegistry {
  busy(): string[];
  /** How many u-keys were found at the last load. */
  cards(): number;
  /** Every key found at the last load, sorted by enterprise and name. */
  describe(): readonly KeyDescription[];
  /** Reads the folder again; signers of key files handed out before keep working. Throws when the folder cannot be listed. */
  reload(): void;
  /** Ends the connections to u-keys. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
/** A certificate that ends within this time is spoken of. */
const SOON_MS = 30 * DAY_MS;
const enterpriseCode = /^(?:[0-9A-Z]{18}|[0-9A-Z]{10})$/;
const cardSchema = z.strictObject({ url: z.url({ protocol: /^wss?$/ }).default(localService) });

/**
 * Opens a folder of keys. `DIR/<enterprise code>/` holds one key: `key.pem` with `cert.pem`, or `key.p12` (`key.pfx`), or
 * `ukey.json` (the address of the u-key's service) with `cert.pem` of the card; passphrase or PIN stand in `key.pass`.
 * Each folder below it is a further key of the same enterprise: they share the work, and during a renewal the old and
 * the new one work side by side until the old one expires. A key without `key.pass` is opened with `passphrase`. Everything is
 * read at the start. One bad key does not stop the others: `describe()` tells. Throws when `dir` cannot be listed.
 */
export function openKeyFolder(dir: string, passphrase?: string): KeyFolder {
  let loaded = load(dir, passphrase);
  const close = (entries: ReadonlyMap<string, Entry>) =>
    Promise.all([...entries.values()].flatMap(({ services }) => services.map((service) => service.close())));
  return {
    find: (code, except) =>
      loaded
        .get(code)
        ?.pool.choose(({ describes, keyName }) => isValidAt(describes, new Date()) && !except?.has(keyName)),
    busy: () =>
      [...loaded].flatMap(([code, { services, pool }]) => (services.length > 0 && pool.isBusy() ? code : [])),
    cards: () => [...loaded.values()].reduce((sum, { services }) => sum + services.length, 0),
    describe: () => {
      const now = new Date();
      return [...loaded.values()].flatMap(({ descriptions }) => {
        const others = descriptions.some((d) => isInForce(d, now));
        return descriptions.map((d) => withEnd(d, now, others));
      });
    },
    reload: () => {
      const before = loaded;
      loaded = load(dir, passphrase);
      void close(before);
    },
    close: async () => {
      await close(loaded);
    },
  };
}

const isInForce = ({ notBefore, notAfter }: KeyDescription, now: Date): boolean =>
  notBefore !== undefined &&
  notAfter !== undefined &&
  Date.parse(notBefore) <= now.getTime() &&
  now.getTime() <= Date.parse(notAfter);

/**
 * The description with a warning (S71) when its certificate ends within 30 days. One that is not in force now is a warning
 * (S73) beside another key of the enterprise that is, and a problem where there is none.
 */
function withEnd(description: KeyDescription, now: Date, others: boolean): KeyDescription {
  const { notBefore, notAfter, enterpriseCode, name, problems, warnings } = description;
  if (notBefore === undefined || notAfter === undefined) return description;
  const place = name === '' ? enterpriseCode : `${enterpriseCode}/${name}`;
  if (!isInForce(description, now)) {
    const days = { notBefore: dayOf(new Date(notBefore)), notAfter: dayOf(new Date(notAfter)) };
    const over = makeFault('S73', place, days);
    return others
      ? { ...description, warnings: [...warnings, over] }
      : { ...description, problems: [...problems, over] };
  }
  const leftMs = Date.parse(notAfter) - now.getTime();
  if (leftMs >= SOON_MS) return description;
  const params = { notAfter: dayOf(new Date(notAfter)), days: String(Math.floor(leftMs / DAY_MS)) };
  return { ...description, warnings: [...warnings, makeFault('S71', place, params)] };
}

interface Entry {
  descriptions: KeyDescription[];
  pool: SignerPool;
  services: CardService[];
}

const foldersIn = (dir: string): string[] =>
  readdirSync(dir)
    .filter(
      (name) => !name.startsWith('.') && statSync(join(dir, name), { throwIfNoEntry: false })?.isDirectory(),
    )
    .sort();

function load(dir: string, passphrase: string | undefined): Map<string, Entry> {
  return new Map(foldersIn(dir).map((name) => [name, loadEnterprise(join(dir, name), name, passphrase)]));
}

const KEY_FILES = ['key.pem', 'key.p12', 'key.pfx', 'ukey.json'] as const;

function loadEnterprise(folder: string, code: string, passphrase: string | undefined): Entry {
  const services: CardService[] = [];
  if (!enterpriseCode.test(code)) {
    const problems = [makeFault('S38', code, { file: code })];
    const description = { enterpriseCode: code, name: '', usable: false, problems, warnings: [] };
    return { descriptions: [description], pool: new SignerPool([]), services };
  }
  const further = foldersIn(folder);
  const own = KEY_FILES.some((file) => existsSync(join(folder, file)));
  const names = own || further.length === 0 ? ['', ...further] : further;
  const keys = names.map((name) => loadKey(join(folder, name), code, name, { services, passphrase }));
  return {
    descriptions: keys.map(({ description }) => description),
    pool: new SignerPool(keys.flatMap(({ signer }) => signer ?? [])),
    services,
  };
}

/** What opening a key needs beside its folder: where connections to cards are kept, and the passphrase of keys without one. */
interface Opening {
  services: CardService[];
  passphrase: string | undefined;
}

function loadKey(
  folder: string,
  code: string,
  name: string,
  opening: Opening,
): { description: KeyDescription; signer: CertifiedSigner | undefined } {
  const place = name === '' ? code : `${code}/${name}`;
  const description: KeyDescription = {
    enterpriseCode: code,
    name,
    usable: false,
    problems: [],
    warnings: [],
  };
  try {
    const signer = openSigner(folder, place, description.warnings, opening);
    const { suite, serial, subject, notBefore, notAfter, test } = signer.describes;
    if (test) description.warnings.push(makeFault('S20', place));
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

function openSigner(
  folder: string,
  place: string,
  warnings: Fault[],
  { services, passphrase: common }: Opening,
): CertifiedSigner {
  const inFolder = (file: string) => (existsSync(join(folder, file)) ? join(folder, file) : undefined);
  const key = KEY_FILES.map(inFolder).find((file) => file !== undefined);
  if (!key) throw new FaultError([makeFault('S37', place, { file: `${place}/key.pem` })]);
  const pass = inFolder('key.pass');
  const isCard = key.endsWith('ukey.json');
  for (const file of [...(isCard ? [] : [key]), ...(pass ? [pass] : [])]) {
    if ((statSync(file).mode & 0o077) !== 0) warnings.push(makeFault('S33', place, { file }));
  }
  const passphrase = pass && readFileSync(pass, 'utf8').replace(/\r?\n$/, '');
  const cert = inFolder('cert.pem');
  if (!isCard) {
    const signer = openWithOneOf({ key, cert }, [passphrase, common]);
    if (!signer.describes.test && isPlain(key))
      warnings.push(makeFault('S70', place, { file: `${place}/key.pem` }));
    return signer;
  }
  if (!cert || passphrase === undefined)
    throw new FaultError([makeFault('S37', place, { file: `${place}/${cert ? 'key.pass' : 'cert.pem'}` })]);
  const service = new CardService(cardSettings(key, place));
  services.push(service);
  return openUKey({ service, pin: passphrase, certificate: readCertificate(readFileSync(cert), place) });
}

/**
 * Opens a key file with the first passphrase that fits: the key's own, else the one of all keys. Both may stand there when
 * encrypting the keys was interrupted.
 */
function openWithOneOf(file: KeyFile, passphrases: readonly (string | undefined)[]): CertifiedSigner {
  const [first, ...others] = passphrases.filter((p) => p !== undefined);
  try {
    return openKeyFile({ ...file, passphrase: first });
  } catch (error) {
    if (others.length === 0) throw error;
    return openWithOneOf(file, others);
  }
}

/** True for a PEM file whose key anybody can read who can read the file. */
const isPlain = (file: string): boolean =>
  file.endsWith('.pem') && !/ENCRYPTED/.test(readFileSync(file, 'latin1'));

function cardSettings(file: string, place: string): { url: string } {
  try {
    return cardSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new FaultError([makeFault('S66', place, { file: `${place}/ukey.json` })]);
  }
}
