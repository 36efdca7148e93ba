import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XmlDocument } from 'libxml2-wasm';
import { openKeyFile, type CertifiedSigner } from '../../adapters/signers/key-file.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import type { UnsignedMessage } from '../../src/signing/sign.js';
import type { Suite } from '../../src/signing/signer.js';

/** The day the test certificates begin, and one within their validity. */
export const issued = new Date('2026-11-20T00:00:00Z');
export const within = new Date('2026-12-01T00:00:00Z');

/** A folder under the system's temporary folder, removed by `drop()`. */
export function scratch(): {
  dir: string;
  file(name: string, content: string | Buffer): string;
  drop(): void;
} {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-signing-'));
  return {
    dir,
    file: (name, content) => {
      const path = join(dir, name);
      writeFileSync(path, content);
      return path;
    },
    drop: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export interface TestSigner extends CertifiedSigner {
  keyPath: string;
  certPath: string;
  certPem: string;
}

/** A new key with its self-signed test certificate in `dir`, opened as a signer. */
export function newSigner(suite: Suite, dir: string, subject = '91500000MA7K3H2Q5A'): TestSigner {
  const { keyPath, certPath } = makeTestKeys({ suite, subject, out: dir, now: issued });
  const signer = openKeyFile({ key: keyPath, cert: certPath });
  return { ...signer, keyPath, certPath, certPem: readFileSync(certPath, 'utf8') };
}

const order = (n: number): string =>
  '<ceb:Order><ceb:OrderHead>' +
  '<ceb:guid>5F3B1C2A-7D1E-4C55-9B0A-0F6D2C9E1A11</ceb:guid><ceb:appType>1</ceb:appType>' +
  '<ceb:appTime>20261120093000</ceb:appTime><ceb:appStatus>2</ceb:appStatus>' +
  `<ceb:orderNo>YZ2026112000${n}</ceb:orderNo><ceb:ebpName>重庆渝舟跨境电商有限公司</ceb:ebpName>` +
  '<ceb:ebcName>重庆两江织品 &amp; 家居有限公司</ceb:ebcName><ceb:note></ceb:note>' +
  '</ceb:OrderHead><ceb:OrderList><ceb:gnum>1</ceb:gnum><ceb:itemName>棉布围裙 A&gt;B "大号"</ceb:itemName>' +
  '<ceb:qty>2</ceb:qty><ceb:totalPrice>19.90</ceb:totalPrice></ceb:OrderList></ceb:Order>';

/** A hand-written message as the writer hands it over: canonical, the signature's place between head and tail. */
export function unsignedMessage(documents = 1, tail = ''): UnsignedMessage {
  const guid = '0C7F5C0E-93A4-4B0F-8C66-2D1F6B7A9E01';
  const root = 'ceb:CEB303Message';
  return {
    messageType: 'CEB303Message',
    guid,
    head:
      `<${root} xmlns:ceb="http://www.chinaport.gov.cn/ceb" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" guid="${guid}" version="1.0">` +
      Array.from({ length: documents }, (_, i) => order(i + 1)).join('') +
      '<ceb:BaseTransfer><ceb:copCode>91500000MA7K3H2Q5A</ceb:copCode><ceb:dxpMode>DXP</ceb:dxpMode></ceb:BaseTransfer>',
    tail: `${tail}</${root}>`,
  };
}

/** Runs a judge and returns its standard output; throws with its words when it refuses. */
export const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** What openssl says of an SM2 signature (r‖s) over these bytes, by the public key of a certificate. */
export function judgeSm2(
  folder: ReturnType<typeof scratch>,
  certPath: string,
  signed: string | Buffer,
  signature: Buffer,
  distid = '1234567812345678',
): { ok: boolean; words: string } {
  const publicKey = folder.file('sm2.pub', run('openssl', 'x509', '-in', certPath, '-pubkey', '-noout'));
  const files = [
    '-in',
    folder.file('sm2.signed', signed),
    '-sigfile',
    folder.file('sm2.sig', derSignature(signature)),
  ];
  const key = ['-pubin', '-inkey', publicKey, '-rawin', '-digest', 'sm3', '-pkeyopt', `distid:${distid}`];
  return judge('openssl', 'pkeyutl', '-verify', ...key, ...files);
}

/** Runs a judge that may refuse; `ok` is its exit code 0. */
export function judge(command: string, ...args: string[]): { ok: boolean; words: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw error;
  return { ok: status === 0, words: stdout + stderr };
}

/** DER ECDSA-Sig-Value from raw r‖s, the form openssl reads. */
export function derSignature(raw: Buffer): Buffer {
  const integer = (half: Buffer): Buffer => {
    let from = 0;
    while (from < half.length - 1 && half[from] === 0) from++;
    const short = half.subarray(from);
    const bytes = (short[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), short]) : short;
    return Buffer.concat([Buffer.from([2, bytes.length]), bytes]);
  };
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** The text between two marks, each of which must occur. */
export function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`no ${start} … ${end}`);
  return text.slice(from + start.length, to);
}

const ds = { ds: 'http://www.w3.org/2000/09/xmldsig#' };

/**
 * Signs a text that already holds a ds:Signature, the way another program would: digest and SignedInfo are canonicalised
 * by libxml2, whatever their form. Used to make messages in which only one thing is wrong.
 */
export async function signAnew(text: string, signer: CertifiedSigner, hash: 'sha1' | 'sm3'): Promise<Buffer> {
  const withoutSignature = XmlDocument.fromString(text);
  withoutSignature.get('//ds:Signature', ds)?.remove();
  const digest = createHash(hash).update(withoutSignature.canonicalizeToString()).digest('base64');
  withoutSignature.dispose();
  const digested = text.replace(/(DigestValue>)[^<]*/, `$1${digest}`);
  const document = XmlDocument.fromString(digested);
  const signedInfo = document.get('//ds:SignedInfo', ds)?.canonicalizeToString() ?? '';
  document.dispose();
  const value = await signer.sign(Buffer.from(signedInfo));
  return Buffer.from(digested.replace(/(SignatureValue>)[^<]*/, `$1${value.toString('base64')}`));
}

/** Two-space indentation by xmllint, as an editor or another program would leave it. */
export const prettyPrinted = (path: string): string => run('xmllint', '--format', path);
