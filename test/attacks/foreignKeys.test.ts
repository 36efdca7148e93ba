import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/base/root.js';
import { newSigner, run, scratch, type TestSigner } from '../signing/fixtures.js';

const folder = scratch();
const at = (name: string) => join(folder.dir, name);
let signer: TestSigner;
let good: string;

beforeAll(() => {
  signer = newSigner('sm2-sm3', at('sm2'));
  run('openssl', 'ec', '-in', signer.keyPath, '-out', at('sec1.pem'));
  good = readFileSync(at('sec1.pem'), 'utf8');
});
afterAll(() => folder.drop());

const PROGRAM = `
const { openKeyFile } = await import(process.argv[1]);
try { openKeyFile({ key: process.argv[2], cert: process.argv[3] }); console.log('opened'); }
catch (error) { console.log((error.faults ?? [{ code: String(error.stack) }])[0].code); }
`;
/** What a process of its own says when it opens a key, and how it ended. */
const opened = (key: string) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    const keyFile = join(projectRoot, process.env.GATEWAY_DIST ?? 'dist', 'adapters/signers/key-file.js');
    writeFileSync(at('odd.pem'), key);
    execFile(
      process.execPath,
      ['--input-type=module', '-e', PROGRAM, keyFile, at('odd.pem'), signer.certPath],
      (error, stdout) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout.trim() }),
    );
  });
const pem = (der: Buffer, name = 'EC PRIVATE KEY') =>
  `-----BEGIN ${name}-----\n${der.toString('base64')}\n-----END ${name}-----\n`;
const der = () => Buffer.from(good.replace(/-----[^-]+-----|\s/g, ''), 'base64');

test('an SM2 key exported as SEC1, whole or broken, opens or is refused with a fault; the process never ends by it', async () => {
  const bytes = der();
  const scalarAt = bytes.indexOf(Buffer.from([0x04, 0x20])) + 2;
  const zero = Buffer.from(bytes).fill(0, scalarAt, scalarAt + 32);
  const over = Buffer.from(bytes).fill(0xff, scalarAt, scalarAt + 32);
  const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  expect(await opened(good)).toEqual({ code: 0, said: 'opened' });
  expect(await opened(pem(bytes))).toEqual({ code: 0, said: 'opened' });
  const broken = {
    'a private key of zero': pem(zero),
    'a private key over the order of the curve': pem(over),
    'cut off in the middle': pem(bytes.subarray(0, bytes.length / 2)),
    'the key alone, without its curve': pem(
      Buffer.concat([Buffer.from([0x30, 0x25, 2, 1, 1, 4, 0x20]), bytes.subarray(scalarAt, scalarAt + 32)]),
    ),
    'another curve': other.export({ type: 'sec1', format: 'pem' }).toString(),
    'under the name of PKCS#8': pem(bytes, 'PRIVATE KEY'),
    'under the name of RSA': pem(bytes, 'RSA PRIVATE KEY'),
    'no key at all': pem(Buffer.alloc(200, 0x30)),
  };
  for (const [what, key] of Object.entries(broken)) {
    const { code, said } = await opened(key);
    expect({ what, code, fault: /^(opened|S\d+)$/.test(said) ? 'told' : said }).toEqual({
      what,
      code: 0,
      fault: 'told',
    });
    if (/zero|order|cut|another|no key/.test(what))
      expect({ what, said }).not.toEqual({ what, said: 'opened' });
  }
}, 60_000);
