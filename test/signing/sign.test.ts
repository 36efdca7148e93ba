import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ParseOption, XmlDocument } from 'libxml2-wasm';
import { SignedXml } from 'xml-crypto';
import { verifyCanonical } from '../../src/signing/gate.js';
import { loadSigningProfiles, signingProfiles } from '../../src/signing/profiles.js';
import { insertSignature, prepareMessage, signMessage } from '../../src/signing/sign.js';
import { verifyMessage } from '../../src/signing/verify.js';
import {
  between,
  judgeSm2,
  judge,
  newSigner,
  run,
  scratch,
  unsignedMessage,
  within,
  type TestSigner,
} from './fixtures.js';

const folder = scratch();
let rsa: TestSigner;
let sm2: TestSigner;
let rsaPub: string;

beforeAll(() => {
  rsa = newSigner('rsa-sha1', join(folder.dir, 'rsa'));
  sm2 = newSigner('sm2-sm3', join(folder.dir, 'sm2'));
  rsaPub = folder.file('rsa.pub', run('openssl', 'x509', '-in', rsa.certPath, '-pubkey', '-noout'));
});
afterAll(() => folder.drop());

const xmlsec = (file: string, pub = rsaPub) =>
  judge('xmlsec1', '--verify', '--enabled-key-data', 'key-name,rsa', '--pubkey-pem', pub, file);

/** SignedInfo canonicalised in its context by libxml2, and the message without its signature. */
function canonicalParts(bytes: Buffer): { signedInfo: string; body: string } {
  const doc = XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NONET });
  const ds = { ds: 'http://www.w3.org/2000/09/xmldsig#' };
  const signedInfo = doc.get('//ds:SignedInfo', ds)?.canonicalizeToString() ?? '';
  doc.get('//ds:Signature', ds)?.remove();
  const body = doc.canonicalizeToString();
  doc.dispose();
  return { signedInfo, body };
}

describe('RSA, judged by xmlsec1 and xml-crypto', () => {
  test.each([1, 100])('xmlsec1 accepts a message of %i documents', async (documents) => {
    const file = folder.file(`rsa${documents}.xml`, await signMessage(unsignedMessage(documents), rsa));
    expect(xmlsec(file).words).toContain('SignedInfo References (ok/all): 1/1');
    expect(xmlsec(file).ok).toBe(true);
  });

  test('xmlsec1 refuses the same message after one digit of a price changed, and under another key', async () => {
    const bytes = await signMessage(unsignedMessage(), rsa);
    const file = folder.file('good.xml', bytes);
    const bad = folder.file('bad.xml', bytes.toString().replace('19.90', '19.91'));
    const other = newSigner('rsa-sha1', join(folder.dir, 'other'));
    const otherPub = folder.file(
      'other.pub',
      run('openssl', 'x509', '-in', other.certPath, '-pubkey', '-noout'),
    );
    expect(xmlsec(file).ok).toBe(true);
    expect(xmlsec(bad).ok).toBe(false);
    expect(xmlsec(file, otherPub).ok).toBe(false);
  });

  test('xmlsec1 accepts a message whose signature stands before ExtendMessage', async () => {
    const tail = '<ceb:ExtendMessage><ceb:name>note</ceb:name></ceb:ExtendMessage>';
    const bytes = await signMessage(unsignedMessage(1, tail), rsa);
    expect(bytes.toString()).toMatch(
      /<\/ds:Signature><ceb:ExtendMessage>.*<\/ceb:ExtendMessage><\/ceb:CEB303Message>$/,
    );
    expect(xmlsec(folder.file('extend.xml', bytes)).ok).toBe(true);
    expect(verifyCanonical(bytes, rsa)).toEqual({ ok: true });
  });

  test('xml-crypto accepts our signature', async () => {
    const xml = (await signMessage(unsignedMessage(), rsa)).toString();
    const checker = new SignedXml({ publicCert: rsa.certPem, getCertFromKeyInfo: () => null });
    checker.loadSignature(`<ds:Signature${between(xml, '<ds:Signature', '</ds:Signature>')}</ds:Signature>`);
    expect(checker.checkSignature(xml)).toBe(true);
  });
});

describe('SM2, judged by openssl and libxml2', () => {
  const opensslVerifies = (signedInfo: string, raw: Buffer, distid: string) =>
    judgeSm2(folder, sm2.certPath, signedInfo, raw, distid).ok;

  test.each([1, 100])('openssl agrees with digest and signature of %i documents', async (documents) => {
    const bytes = await signMessage(unsignedMessage(documents), sm2);
    const xml = bytes.toString();
    const { signedInfo, body } = canonicalParts(bytes);

    const digest = run('openssl', 'dgst', '-sm3', '-r', folder.file('body.xml', body)).split(' ')[0] ?? '';
    expect(between(xml, '<ds:DigestValue>', '</')).toBe(Buffer.from(digest, 'hex').toString('base64'));

    const raw = Buffer.from(between(xml, '<ds:SignatureValue>', '</'), 'base64');
    expect(raw).toHaveLength(64);
    expect(opensslVerifies(signedInfo, raw, '1234567812345678')).toBe(true);
    expect(opensslVerifies(signedInfo, raw, '8765432187654321')).toBe(false);
    expect(opensslVerifies(`${signedInfo}\n`, raw, '1234567812345678')).toBe(false);
  });

  test('the canonical SignedInfo we sign is the one libxml2 computes, with the inherited namespaces', async () => {
    const unsigned = unsignedMessage();
    const { signedInfo } = prepareMessage(unsigned, sm2);
    expect(signedInfo.toString()).toBe(canonicalParts(await signMessage(unsigned, sm2)).signedInfo);
    expect(signedInfo.toString()).toMatch(
      /^<ds:SignedInfo xmlns:ceb="[^"]+" xmlns:ds="[^"]+" xmlns:xsi="[^"]+"><ds:CanonicalizationMethod/,
    );
  });
});

describe('the bytes of the file', () => {
  test('xmllint finds the whole file in canonical form already', async () => {
    for (const signer of [rsa, sm2]) {
      const bytes = await signMessage(unsignedMessage(), signer);
      const canonical = run('xmllint', '--c14n', folder.file('whole.xml', bytes));
      expect(`<?xml version="1.0" encoding="UTF-8"?>${canonical}`).toBe(bytes.toString());
    }
  });

  test('KeyInfo names the card number and carries the certificate', async () => {
    const xml = (await signMessage(unsignedMessage(), sm2)).toString();
    const serial = run('openssl', 'x509', '-in', sm2.certPath, '-serial', '-noout')
      .trim()
      .slice('serial='.length);
    expect(between(xml, '<ds:KeyName>', '</')).toBe(serial.toLowerCase());
    expect(between(xml, '<ds:X509Certificate>', '</')).toBe(sm2.certPem.replace(/-----[A-Z ]+-----|\n/g, ''));
  });

  test('a slow signer can be served from outside: SignedInfo now, signature value later', async () => {
    const unsigned = unsignedMessage();
    const prepared = prepareMessage(unsigned, rsa);
    const value = await rsa.sign(prepared.signedInfo);
    expect(insertSignature(prepared, rsa, value)).toEqual(await signMessage(unsigned, rsa));
  });

  test('a root that carries an xml: attribute or the prefix ds is refused before anything is signed', async () => {
    const { head, ...rest } = unsignedMessage();
    for (const extra of ['xml:lang="zh"', 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"']) {
      const changed = { ...rest, head: head.replace(' guid="0C', ` ${extra} guid="0C`) };
      await expect(signMessage(changed, rsa)).rejects.toThrow('the root may not');
    }
  });
});

describe('profiles', () => {
  test('the official profile is the default and names the identifiers of the 202205 specification', async () => {
    const xml = (await signMessage(unsignedMessage(), sm2)).toString();
    expect(xml).toContain('Algorithm="http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3"');
    expect(xml).toContain('Algorithm="http://www.chinaport.gov.cn/2022/04/xmldsig#sm3"');
    const old = (await signMessage(unsignedMessage(), rsa)).toString();
    expect(old).toContain('Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"');
    expect(old).toContain('Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"');
  });

  test('the w3.org form signs SM2 over a SHA-1 digest, and every verifier accepts it', async () => {
    const legacy = signingProfiles().named('legacy-sm2-w3');
    const bytes = await signMessage(unsignedMessage(), sm2, legacy);
    const xml = bytes.toString();
    expect(xml).toContain('Algorithm="http://www.w3.org/2000/09/xmldsig#sm2-sm3"');
    const sha1 = run(
      'openssl',
      'dgst',
      '-sha1',
      '-r',
      folder.file('b.xml', canonicalParts(bytes).body),
    ).split(' ')[0];
    expect(between(xml, '<ds:DigestValue>', '</')).toBe(Buffer.from(sha1 ?? '', 'hex').toString('base64'));
    expect(verifyCanonical(bytes, sm2)).toEqual({ ok: true });
    expect(await verifyMessage(bytes, { certificate: sm2.certificate, at: within })).toMatchObject({
      ok: true,
      suite: 'sm2-sm3',
      profile: 'legacy-sm2-w3',
    });
  });

  test('a profile file whose default is missing, or with one identifier of two meanings, stops the start', () => {
    const file = (change: (text: string) => string) =>
      folder.file(
        'profiles.json',
        change(readFileSync(join('mappings', 'signing', 'profiles.json'), 'utf8')),
      );
    expect(() =>
      loadSigningProfiles(file((t) => t.replace('"default": "official', '"default": "x'))),
    ).toThrow('not one of');
    const twoMeanings = (t: string) => t.replaceAll('2000/09/xmldsig#sm2-sm3', '2000/09/xmldsig#rsa-sha1');
    expect(() => loadSigningProfiles(file(twoMeanings))).toThrow('ambiguous');
  });
});
