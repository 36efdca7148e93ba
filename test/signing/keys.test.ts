import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openKeyFile, type KeyFile } from '../../adapters/signers/key-file.js';
import { openKeyFolder, type KeyFolder } from '../../adapters/signers/key-folder.js';
import { FaultError } from '../../src/base/fault.js';
import { readCertificate } from '../../src/signing/certificate.js';
import { verifyCanonical } from '../../src/signing/gate.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { signMessage } from '../../src/signing/sign.js';
import type { Suite } from '../../src/signing/signer.js';
import { issued, judge, newSigner, run, scratch, unsignedMessage, type TestSigner } from './fixtures.js';

const folder = scratch();
const at = (name: string) => join(folder.dir, name);
const suites: Suite[] = ['rsa-sha1', 'sm2-sm3'];
let signers: Record<Suite, TestSigner>;

beforeAll(() => {
  signers = { 'rsa-sha1': newSigner('rsa-sha1', at('rsa')), 'sm2-sm3': newSigner('sm2-sm3', at('sm2')) };
});
afterAll(() => folder.drop());

/** Codes of the faults that an action throws. */
function faultsOf(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof FaultError) return error.faults.map((f) => f.code);
    throw error;
  }
  return [];
}

/**
 * Takes the certificate apart with openssl and verifies its own signature. `openssl verify -check_ss_sig` cannot: it has
 * no way to give a trusted SM2 certificate the user id.
 */
function selfSignatureHolds(certPath: string, suite: Suite): boolean {
  const parts = ['tbs.der', 'sig.der', 'cert.pub'].map((name) => at(name));
  const [tbs = '', sig = '', pub = ''] = parts;
  const layout = run('openssl', 'asn1parse', '-in', certPath);
  const signatureAt = /^ *(\d+):d=1 .*BIT STRING/m.exec(layout)?.[1] ?? '';
  run('openssl', 'asn1parse', '-in', certPath, '-strparse', '4', '-out', tbs, '-noout');
  judge('openssl', 'asn1parse', '-in', certPath, '-strparse', signatureAt, '-out', sig, '-noout');
  writeFileSync(pub, run('openssl', 'x509', '-in', certPath, '-pubkey', '-noout'));
  const how = suite === 'sm2-sm3' ? ['sm3', '-pkeyopt', 'distid:1234567812345678'] : ['sha256'];
  const files = ['-pubin', '-inkey', pub, '-rawin', '-in', tbs, '-sigfile', sig];
  return judge('openssl', 'pkeyutl', '-verify', ...files, '-digest', ...how).ok;
}

describe.each(suites)('a test key of %s', (suite) => {
  test('is accepted by openssl: key, certificate and self-signature', () => {
    const { keyPath, certPath } = signers[suite];
    expect(run('openssl', 'pkey', '-in', keyPath, '-check', '-noout')).toContain('Key is valid');
    expect(run('openssl', 'verify', '-CAfile', certPath, certPath)).toContain(': OK');
    expect(selfSignatureHolds(certPath, suite)).toBe(true);
    const text = run('openssl', 'x509', '-in', certPath, '-noout', '-text', '-nameopt', 'utf8');
    expect(text).toContain('Version: 3');
    expect(text).toContain('CA:FALSE');
    expect(text).toContain('Digital Signature, Non Repudiation');
    expect(text).toContain(suite === 'sm2-sm3' ? 'SM2-with-SM3' : 'sha256WithRSAEncryption');
  });

  test('says in its subject that it is a test, and is read back with serial and validity as openssl prints them', () => {
    const { certPath, certPem } = signers[suite];
    const certificate = readCertificate(certPem);
    expect(certificate.test).toBe(true);
    expect(certificate.subject).toContain('O=TEST ONLY 仅供测试, OU=测试证书 不得用于申报');
    const printed = run(
      'openssl',
      'x509',
      '-in',
      certPath,
      '-noout',
      '-serial',
      '-dates',
      '-dateopt',
      'iso_8601',
    );
    expect(printed).toContain(`serial=${certificate.serial.toUpperCase()}\n`);
    const spaced = (d: Date) => d.toISOString().replace('T', ' ').replace('.000', '');
    expect(printed).toContain(
      `notBefore=${spaced(certificate.notBefore)}\nnotAfter=${spaced(certificate.notAfter)}`,
    );
  });

  test('is readable by its owner only and never overwrites', () => {
    const out = at(`fresh-${suite}`);
    const { keyPath, certPath } = makeTestKeys({ suite, subject: '测试', out, now: issued });
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
    const before = readFileSync(keyPath, 'utf8');
    expect(faultsOf(() => makeTestKeys({ suite, subject: '测试', out, now: issued }))).toEqual([
      'S34',
      'S34',
    ]);
    expect(readFileSync(keyPath, 'utf8')).toBe(before);

    const half = at(`half-${suite}`);
    mkdirSync(half);
    cpSync(certPath, join(half, 'cert.pem'));
    expect(faultsOf(() => makeTestKeys({ suite, subject: '测试', out: half, now: issued }))).toEqual(['S34']);
    expect(existsSync(join(half, 'key.pem'))).toBe(false);
  });
});

describe('every form of key file signs alike', () => {
  const signs = async (file: KeyFile, suite: Suite) => {
    const bytes = await signMessage(unsignedMessage(), openKeyFile(file));
    expect(verifyCanonical(bytes, signers[suite])).toEqual({ ok: true });
  };

  test.each(suites)(
    'plain PKCS#8, encrypted PKCS#8, SEC1 or PKCS#1, as path and as text (%s)',
    async (suite) => {
      const { keyPath, certPath, certPem } = signers[suite];
      const traditional = at(`${suite}.trad.pem`);
      const tool = suite === 'sm2-sm3' ? ['ec'] : ['rsa', '-traditional'];
      run('openssl', ...tool, '-in', keyPath, '-out', traditional);
      expect(readFileSync(traditional, 'utf8')).toMatch(/BEGIN (SM2|RSA) PRIVATE KEY/);
      const encrypted = at(`${suite}.enc.pem`);
      run('openssl', 'pkcs8', '-topk8', '-in', keyPath, '-out', encrypted, '-passout', 'pass:渝A1');

      await signs({ key: keyPath, cert: certPath }, suite);
      await signs({ key: readFileSync(keyPath, 'utf8'), cert: certPem }, suite);
      await signs({ key: traditional, cert: certPath }, suite);
      await signs(
        { key: readFileSync(traditional, 'utf8').replaceAll('SM2 PRIVATE', 'EC PRIVATE'), cert: certPem },
        suite,
      );
      await signs({ key: encrypted, cert: certPath, passphrase: '渝A1' }, suite);
      expect(faultsOf(() => openKeyFile({ key: encrypted, cert: certPath, passphrase: 'wrong' }))).toEqual([
        'S30',
      ]);
      expect(faultsOf(() => openKeyFile({ key: encrypted, cert: certPath }))).toEqual(['S30']);
    },
  );

  test.each([
    ['modern', []],
    ['legacy', ['-legacy']],
  ])('RSA PKCS#12 in %s encryption brings its own certificate', async (name, options) => {
    const { keyPath, certPath } = signers['rsa-sha1'];
    const file = at(`${name}.p12`);
    const chain = at('chain.pem');
    writeFileSync(chain, readFileSync(newSigner('rsa-sha1', at(`ca-${name}`)).certPath));
    const input = ['-inkey', keyPath, '-in', certPath, '-certfile', chain];
    run('openssl', 'pkcs12', '-export', ...options, ...input, '-out', file, '-passout', 'pass:secret');
    await signs({ key: file, passphrase: 'secret' }, 'rsa-sha1');
    await signs({ key: readFileSync(file), passphrase: 'secret', cert: certPath }, 'rsa-sha1');
    expect(faultsOf(() => openKeyFile({ key: file, passphrase: 'wrong' }))).toEqual(['S30']);
  });

  test('a certificate in DER is read like one in PEM', async () => {
    const { keyPath, certPath } = signers['sm2-sm3'];
    run('openssl', 'x509', '-in', certPath, '-outform', 'DER', '-out', at('cert.der'));
    await signs({ key: keyPath, cert: at('cert.der') }, 'sm2-sm3');
  });
});

describe('a key that cannot sign is refused when it is opened', () => {
  test('key and certificate of two different pairs, within a suite and across', () => {
    const other = newSigner('sm2-sm3', at('other-sm2'));
    const otherRsa = newSigner('rsa-sha1', at('other-rsa'));
    const rsa = signers['rsa-sha1'];
    const sm2 = signers['sm2-sm3'];
    for (const [key, cert] of [
      [sm2.keyPath, other.certPath],
      [rsa.keyPath, otherRsa.certPath],
      [rsa.keyPath, sm2.certPath],
      [sm2.keyPath, rsa.certPath],
    ] as const) {
      expect(faultsOf(() => openKeyFile({ key, cert }))).toEqual(['S31']);
    }
  });

  test('SM2 in a PKCS#12, with the way out in the fault', () => {
    const { keyPath, certPath } = signers['sm2-sm3'];
    const file = at('sm2.p12');
    run(
      'openssl',
      'pkcs12',
      '-export',
      '-inkey',
      keyPath,
      '-in',
      certPath,
      '-out',
      file,
      '-passout',
      'pass:x',
    );
    expect(faultsOf(() => openKeyFile({ key: file, passphrase: 'x' }))).toEqual(['S36']);
  });

  test('a P-256 key, an RSA-512 certificate, an Ed25519 certificate', () => {
    run(
      'openssl',
      'genpkey',
      '-algorithm',
      'EC',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-out',
      at('p256.pem'),
    );
    expect(faultsOf(() => openKeyFile({ key: at('p256.pem'), cert: signers['sm2-sm3'].certPath }))).toEqual([
      'S32',
    ]);
    for (const algorithm of ['rsa:512', 'ed25519']) {
      const files = ['-keyout', at('weak.pem'), '-out', at('weak.crt')];
      run('openssl', 'req', '-x509', '-newkey', algorithm, '-nodes', '-subj', '/CN=weak', ...files);
      expect(faultsOf(() => openKeyFile({ key: at('weak.pem'), cert: at('weak.crt') }))).toEqual(['S15']);
    }
  });

  test('files that are missing, empty or something else; the fault never shows their content', () => {
    const { keyPath, certPath } = signers['rsa-sha1'];
    writeFileSync(at('noise'), 'top-secret-noise');
    expect(faultsOf(() => openKeyFile({ key: at('absent.pem'), cert: certPath }))).toEqual(['S37']);
    expect(faultsOf(() => openKeyFile({ key: keyPath }))).toEqual(['S37']);
    expect(faultsOf(() => openKeyFile({ key: keyPath, cert: keyPath }))).toEqual(['S15']);
    expect(() => openKeyFile({ key: at('noise'), cert: certPath })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('top-secret') }),
    );
    expect(faultsOf(() => openKeyFile({ key: at('noise'), cert: certPath }))).toEqual(['S30']);
  });
});

describe('a folder of keys', () => {
  const seller = '91500000MA7K3H2Q5A';
  const broker = '5002960A1B';
  let dir: string;
  let keys: KeyFolder;

  beforeEach(() => {
    dir = mkdtempSync(at('folder-'));
    newSigner('sm2-sm3', join(dir, seller), seller);
    newSigner('rsa-sha1', join(dir, broker), broker);
    keys = openKeyFolder(dir);
  });
  const entry = (code: string) => keys.describe().find((d) => d.enterpriseCode === code);

  test('finds the signer of each enterprise and nothing for any other name', async () => {
    for (const [code, suite] of [
      [seller, 'sm2-sm3'],
      [broker, 'rsa-sha1'],
    ] as const) {
      const signer = keys.find(code);
      if (!signer) throw new Error(`no signer of ${code}`);
      expect(signer.suite).toBe(suite);
      expect(verifyCanonical(await signMessage(unsignedMessage(), signer), signer)).toEqual({ ok: true });
    }
    for (const other of ['91500000MA7K9T4R8F', '', '..', `../${seller}`, '__proto__']) {
      expect(keys.find(other)).toBeUndefined();
    }
  });

  test('describes every enterprise without any key material', () => {
    expect(keys.describe().map((d) => d.enterpriseCode)).toEqual([broker, seller]);
    expect(entry(seller)).toMatchObject({
      suite: 'sm2-sm3',
      notAfter: '2027-11-20T00:00:00.000Z',
      test: true,
      usable: true,
      problems: [],
      warnings: [{ code: 'S20' }],
    });
    const secret = readFileSync(join(dir, seller, 'key.pem'), 'utf8').split('\n')[1] ?? '';
    expect(secret.length).toBeGreaterThan(60);
    expect(JSON.stringify(keys.describe())).not.toContain(secret);
    expect(Object.keys(keys.find(seller) ?? {}).sort()).toEqual(
      ['certificate', 'describes', 'keyName', 'sign', 'suite'].sort(),
    );
  });

  test('a key that other users can read is reported, and still works', () => {
    chmodSync(join(dir, seller, 'key.pem'), 0o640);
    keys.reload();
    expect(entry(seller)?.warnings.map((w) => w.code)).toEqual(['S33', 'S20']);
    expect(entry(seller)?.usable).toBe(true);
  });

  test('one bad enterprise is described with its fault and does not stop the others', () => {
    mkdirSync(join(dir, '91500000MA7K9T4R8F'));
    mkdirSync(join(dir, 'backup'));
    cpSync(join(dir, broker, 'cert.pem'), join(dir, seller, 'cert.pem'));
    keys.reload();
    expect(entry('91500000MA7K9T4R8F')?.problems.map((p) => p.code)).toEqual(['S37']);
    expect(entry('backup')?.problems.map((p) => p.code)).toEqual(['S38']);
    expect(entry(seller)).toMatchObject({ usable: false, problems: [{ code: 'S31' }] });
    expect(keys.find(seller)).toBeUndefined();
    expect(keys.find(broker)).toBeDefined();
  });

  test('a renewed key is used after reload, not before', () => {
    const before = keys.find(broker)?.keyName;
    const renewed = newSigner('sm2-sm3', at('renewed'), broker);
    cpSync(renewed.keyPath, join(dir, broker, 'key.pem'));
    cpSync(renewed.certPath, join(dir, broker, 'cert.pem'));
    expect(keys.find(broker)?.keyName).toBe(before);
    keys.reload();
    expect(keys.find(broker)?.keyName).toBe(renewed.keyName);
  });

  test('a PKCS#12 with its passphrase beside it is opened', () => {
    const { keyPath, certPath } = signers['rsa-sha1'];
    const home = join(dir, '91500000MA7K9T4R8F');
    mkdirSync(home);
    const file = join(home, 'key.p12');
    run(
      'openssl',
      'pkcs12',
      '-export',
      '-inkey',
      keyPath,
      '-in',
      certPath,
      '-out',
      file,
      '-passout',
      'pass:open sesame',
    );
    writeFileSync(join(home, 'key.pass'), 'open sesame\n', { mode: 0o600 });
    keys.reload();
    expect(keys.find('91500000MA7K9T4R8F')?.keyName).toBe(signers['rsa-sha1'].keyName);
  });
});
