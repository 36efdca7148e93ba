import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encryptKeys } from '../../adapters/signers/encrypt.js';
import { openKeyFolder } from '../../adapters/signers/key-folder.js';
import { verifyCanonical } from '../../src/signing/gate.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { signMessage } from '../../src/signing/sign.js';
import { startCommand } from '../support/commands.js';
import { judge, run, scratch, unsignedMessage } from './fixtures.js';

const SECRET = 'correct horse battery staple';
const SM2 = '91500000MA7K3H2Q5A';
const RSA = '5012961ABC';
const folder = scratch();
let dir: string;
let n = 0;

beforeEach(() => {
  dir = join(folder.dir, String(n++));
  for (const [subject, suite] of [
    [SM2, 'sm2-sm3'],
    [RSA, 'rsa-sha1'],
  ] as const)
    makeTestKeys({ suite, subject, out: join(dir, subject), now: new Date(Date.now() - 60_000) });
});
afterAll(() => folder.drop());

const keyOf = (code: string) => join(dir, code, 'key.pem');
const pemOf = (code: string) => readFileSync(keyOf(code), 'utf8');

/** A certificate that is no test certificate, made by openssl, for `days`. */
function realKey(days: number): void {
  const place = join(dir, RSA);
  run(
    ...(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=REAL'] as const),
    ...['-days', String(days), '-keyout', join(place, 'key.pem'), '-out', join(place, 'cert.pem')],
  );
}
const warningsOf = (passphrase?: string) =>
  openKeyFolder(dir, passphrase)
    .describe()
    .find((d) => d.enterpriseCode === RSA)
    ?.warnings.map((w) => w.code);

describe('keys at rest', () => {
  test('keys of both suites are encrypted so that openssl opens them with the passphrase only, and sign as before', async () => {
    const before = createPrivateKey(pemOf(SM2));
    expect(encryptKeys(dir, SECRET)).toEqual([
      { file: `${RSA}/key.pem`, outcome: 'encrypted' },
      { file: `${SM2}/key.pem`, outcome: 'encrypted' },
    ]);
    for (const code of [SM2, RSA]) {
      expect(pemOf(code)).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
      expect(judge('openssl', 'pkey', '-in', keyOf(code), '-noout', '-passin', 'pass:wrong').ok).toBe(false);
      expect(judge('openssl', 'pkey', '-in', keyOf(code), '-noout', '-passin', `pass:${SECRET}`).ok).toBe(
        true,
      );
      const signer = openKeyFolder(dir, SECRET).find(code)!;
      expect(verifyCanonical(await signMessage(unsignedMessage(), signer), signer)).toEqual({ ok: true });
    }
    expect(createPrivateKey({ key: pemOf(SM2), passphrase: SECRET }).equals(before)).toBe(true);
  });

  test('without the passphrase, or with a wrong one, no key opens and each says so', () => {
    encryptKeys(dir, SECRET);
    for (const passphrase of [undefined, 'wrong'])
      expect(openKeyFolder(dir, passphrase).describe()).toMatchObject([
        { usable: false, problems: [{ code: 'S30' }] },
        { usable: false, problems: [{ code: 'S30' }] },
      ]);
  });

  test('encrypting again changes nothing; a key with a passphrase of its own is brought over, one nobody can open stays', () => {
    const own = createPrivateKey(pemOf(RSA)).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-128-cbc',
      passphrase: 'own',
    });
    writeFileSync(keyOf(RSA), own, { mode: 0o600 });
    expect(encryptKeys(dir, SECRET).map((k) => k.outcome)).toEqual(['unopened', 'encrypted']);
    expect(pemOf(RSA)).toBe(own);
    writeFileSync(join(dir, RSA, 'key.pass'), 'own\n', { mode: 0o600 });
    expect(encryptKeys(dir, SECRET).map((k) => k.outcome)).toEqual(['encrypted', 'already']);
    expect(existsSync(join(dir, RSA, 'key.pass'))).toBe(false);
    const done = pemOf(RSA);
    expect(encryptKeys(dir, SECRET).map((k) => k.outcome)).toEqual(['already', 'already']);
    expect(pemOf(RSA)).toBe(done);
  });

  test('when encrypting was interrupted before the old passphrase was removed, the key opens all the same', () => {
    encryptKeys(dir, SECRET);
    writeFileSync(join(dir, RSA, 'key.pass'), 'old\n', { mode: 0o600 });
    expect(openKeyFolder(dir, SECRET).find(RSA)).toBeDefined();
    encryptKeys(dir, SECRET);
    expect(existsSync(join(dir, RSA, 'key.pass'))).toBe(false);
  });

  test('the command encrypts the keys folder, never prints the passphrase, and asks for one where none is set', async () => {
    const file = folder.file('secret', `${SECRET}\n`);
    const none = startCommand(['keys', 'encrypt'], { GATEWAY_KEYS_DIR: dir });
    expect(await none.ended).toBe(1);
    expect(none.stderr()).toContain('S72');
    const done = startCommand(['keys', 'encrypt'], {
      GATEWAY_KEYS_DIR: dir,
      GATEWAY_KEYS_PASSPHRASE_FILE: file,
    });
    expect(await done.ended).toBe(0);
    expect(done.stdout() + done.stderr()).not.toContain('horse');
    expect(JSON.parse(done.stdout())).toMatchObject({
      keys: [{ outcome: 'encrypted' }, { outcome: 'encrypted' }],
    });
    expect(openKeyFolder(dir, SECRET).find(SM2)).toBeDefined();
  });
});

describe('warnings', () => {
  test('a real key that is not encrypted is spoken of, an encrypted one is not', () => {
    realKey(400);
    expect(warningsOf()).toEqual(['S70']);
    encryptKeys(dir, SECRET);
    expect(warningsOf(SECRET)).toEqual([]);
  });

  test.each([
    [29, ['S71']],
    [31, []],
  ])('a certificate that ends in %i days: %j', (days, expected) => {
    realKey(days);
    encryptKeys(dir, SECRET);
    expect(warningsOf(SECRET)).toEqual(expected);
  });

  test('a certificate that ended signs nothing: a problem of an enterprise without another, a warning beside its successor', () => {
    const ended = new Date(Date.now() - 366 * 86_400_000);
    const place = join(dir, SM2);
    rmSync(place, { recursive: true });
    makeTestKeys({ suite: 'sm2-sm3', subject: SM2, out: join(place, 'old'), now: ended });
    const codes = () => {
      const folder = openKeyFolder(dir);
      const of = folder.describe().filter((d) => d.enterpriseCode === SM2);
      return [
        folder.find(SM2) !== undefined,
        ...of.map((d) => [d.problems, d.warnings].map((all) => all.map((f) => f.code))),
      ];
    };
    expect(codes()).toEqual([false, [['S73'], ['S20']]]);
    makeTestKeys({
      suite: 'sm2-sm3',
      subject: SM2,
      out: join(place, 'new'),
      now: new Date(Date.now() - 60_000),
    });
    expect(codes()).toEqual([true, [[], ['S20']], [[], ['S20', 'S73']]]);
  });
});
