import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { readCertificate } from '../../src/signing/certificate.js';
import { verifyCanonical } from '../../src/signing/gate.js';
import { sm2PublicKey, verifierOf } from '../../src/signing/publicKey.js';
import { signMessage } from '../../src/signing/sign.js';
import { verifyMessage } from '../../src/signing/verify.js';
import {
  between,
  judgeSm2,
  judge,
  newSigner,
  scratch,
  signAnew,
  unsignedMessage,
  within,
  type TestSigner,
} from '../signing/fixtures.js';

const folder = scratch();
let rsa: TestSigner;
let sm2: TestSigner;
let attacker: TestSigner;
let good: string;

beforeAll(async () => {
  rsa = newSigner('rsa-sha1', join(folder.dir, 'rsa'));
  sm2 = newSigner('sm2-sm3', join(folder.dir, 'sm2'));
  attacker = newSigner('rsa-sha1', join(folder.dir, 'attacker'));
  good = (await signMessage(unsignedMessage(), rsa)).toString();
});
afterAll(() => folder.drop());

/** Faults of the verifier; the gate must refuse the same bytes as well. */
async function refusals(attack: string | Buffer, signer = rsa): Promise<string[]> {
  const bytes = Buffer.from(attack);
  const verdict = await verifyMessage(bytes, { certificate: signer.certPem, at: within });
  expect(verdict.ok).toBe(false);
  expect(verifyCanonical(bytes, signer).ok).toBe(false);
  return verdict.problems.map((p) => p.code);
}

/** Changes the good message and signs it with the right key, so that nothing but the trick is wrong. */
function trick(from: string | RegExp, to: string): Promise<Buffer> {
  const text = good.replace(from, to);
  expect(text).not.toBe(good);
  return signAnew(text, rsa, 'sha1');
}

const signatureOf = (text: string) =>
  `<ds:Signature${between(text, '<ds:Signature', '</ds:Signature>')}</ds:Signature>`;
const xmlns = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';

test('the message the attacks start from is good', async () => {
  expect(await verifyMessage(Buffer.from(good), { certificate: rsa.certPem, at: within })).toMatchObject({
    ok: true,
  });
  const again = await signAnew(good, rsa, 'sha1');
  expect(again.toString()).toBe(good);
});

describe('wrapping', () => {
  test('a signed message moved below a new root', async () => {
    const inner = good.replace(/^<\?xml[^>]+>/, '');
    const root = '<ceb:CEB303Message xmlns:ceb="http://www.chinaport.gov.cn/ceb">';
    expect(await refusals(`${root}<ceb:Order>forged</ceb:Order>${inner}</ceb:CEB303Message>`)).toEqual([
      'S06',
    ]);
  });

  test('the signature moved below another element of the same message', async () => {
    const signature = signatureOf(good);
    const moved = good.replace(signature, `<ceb:ExtendMessage>${signature}</ceb:ExtendMessage>`);
    expect(await refusals(moved)).toEqual(['S06']);
  });

  test('a second signature, beside the first, inside it, or under another prefix', async () => {
    const signature = signatureOf(good);
    const other = signature.replaceAll('ds:', 'x:').replace('xmlns:ds', 'xmlns:x');
    for (const attack of [
      good.replace(signature, signature + signature),
      good.replace(signature, other + signature),
      good.replace('</ds:Signature>', `<ds:Object>${signature}</ds:Object></ds:Signature>`),
    ]) {
      expect(await refusals(attack)).toEqual(['S05']);
    }
  });

  test('a second SignedInfo, which another reader might take for the signed one', async () => {
    const info = `<ds:SignedInfo>${between(good, '<ds:SignedInfo>', '</ds:SignedInfo>')}</ds:SignedInfo>`;
    expect(await refusals(good.replace(info, info + info))).toEqual(['S07']);
    expect(
      await refusals(good.replace('</ds:KeyInfo>', `<ds:Object>${info}</ds:Object></ds:KeyInfo>`)),
    ).toEqual(['S07']);
  });

  test.each([
    ['of the root', 'xmlns:ceb=', 'xmlns:a="b" xmlns:ceb='],
    ['of SignedInfo', '<ds:SignedInfo>', '<ds:SignedInfo xmlns:a="b">'],
  ])('a namespace %s that is no URI, so that nothing can be canonicalised', async (_where, from, to) => {
    expect(await refusals(good.replace(from, to))).toContain('S67');
  });

  test('an Object that carries content of its own', async () => {
    const attack = await trick(
      '</ds:Signature>',
      '<ds:Object><ceb:Order></ceb:Order></ds:Object></ds:Signature>',
    );
    expect(await refusals(attack)).toEqual(['S07']);
  });

  test('a signature element of another namespace is no signature', async () => {
    expect(await refusals(good.replace(xmlns, 'xmlns:ds="urn:not-a-signature"'))).toEqual(['S04']);
  });
});

describe('a Reference that does not cover the whole message', () => {
  test.each([
    ['URI of an element', /URI=""/, 'URI="#order"'],
    ['an XPointer', /URI=""/, 'URI="#xpointer(/)"'],
    ['a URL', /URI=""/, 'URI="http://127.0.0.1:9/x"'],
    ['no URI at all', / URI=""/, ''],
    ['two References', /(<ds:Reference .*<\/ds:Reference>)/, '$1$1'],
    ['no Reference', /<ds:Reference .*<\/ds:Reference>/, ''],
  ])('%s', async (_what, from, to) => {
    expect(await refusals(await trick(from, to))).toEqual(['S08']);
  });

  const xpath =
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(self::ceb:Order)</ds:XPath></ds:Transform>';
  const xslt =
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"></x:stylesheet></ds:Transform>';
  test.each([
    ['an XPath transform after the enveloped one', '</ds:Transforms>', `${xpath}</ds:Transforms>`],
    ['an XPath transform before it', '<ds:Transforms>', `<ds:Transforms>${xpath}`],
    ['an XSLT transform', '</ds:Transforms>', `${xslt}</ds:Transforms>`],
    ['XPath in place of the enveloped one', /<ds:Transform .*<\/ds:Transform>/, xpath],
    ['no transform', /<ds:Transform .*<\/ds:Transform>/, ''],
    ['the enveloped one twice', /(<ds:Transform .*<\/ds:Transform>)/, '$1$1'],
  ])('%s', async (_what, from, to) => {
    expect((await refusals(await trick(from, to)))[0]).toMatch(/^S0[79]$/);
  });
});

describe('algorithms', () => {
  test('HMAC with the public certificate as the secret', async () => {
    const text = good.replace('#rsa-sha1', '#hmac-sha1');
    const signer = { ...rsa, sign: async (b: Buffer) => createHmac('sha1', rsa.certPem).update(b).digest() };
    expect(await refusals(await signAnew(text, signer, 'sha1'))).toEqual(['S10']);
  });

  test('an HMACOutputLength inside the signature method', async () => {
    const length = '<ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>';
    expect(await refusals(await trick('</ds:SignatureMethod>', length))).toEqual(['S07']);
  });

  test.each([
    ['exclusive canonicalisation', 'REC-xml-c14n-20010315"', 'REC-xml-exc-c14n#"'],
    ['canonicalisation with comments', 'REC-xml-c14n-20010315"', 'REC-xml-c14n-20010315#WithComments"'],
    ['an MD5 digest', '2000/09/xmldsig#sha1', '2001/04/xmldsig-more#md5'],
    ['no digest algorithm', 'Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"', ''],
  ])('%s', async (_what, from, to) => {
    expect(await refusals(await trick(from, to))).toContain('S10');
  });

  test('an SM2 identifier over an RSA key', async () => {
    expect(await refusals(await trick('#rsa-sha1', '#sm2-sm3'))).toEqual(['S11']);
  });

  test('SM2 values of zero, of the order of the curve or above it, empty or too long', async () => {
    const order = 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123';
    const zero = '0'.repeat(64);
    const one = `${'0'.repeat(63)}1`;
    const most = 'f'.repeat(64);
    const outside = [zero, order, most].flatMap((half) =>
      [zero, one, order, most].map((other) => [half, other]),
    );
    const { verifies, verifiesOften } = sm2Verifier();
    for (const [a = '', b = ''] of outside) {
      for (const hex of [a + b, b + a]) {
        const value = Buffer.from(hex, 'hex');
        // Once as the gateway verifies what comes in, once with the table for what goes out.
        expect([hex, verifies(value), verifiesOften(value)]).toEqual([hex, false, false]);
      }
      const sign = async () => Buffer.from(a + b, 'hex');
      expect(await refusals(await signMessage(unsignedMessage(), { ...sm2, sign }), sm2)).toEqual(['S14']);
    }
    for (const hex of ['', '00', `${zero}${zero}00`, `${one}${one}00`, one])
      expect([hex, verifies(Buffer.from(hex, 'hex'))]).toEqual([hex, false]);
    // OpenSSL refuses the same, and takes what is in range and signed.
    const good = await sm2.sign(Buffer.from('message'));
    const opensslTakes = (value: Buffer) => judgeSm2(folder, sm2.certPath, 'message', value).ok;
    expect([verifies(good), opensslTakes(good)]).toEqual([true, true]);
    for (const hex of [one + zero, one + order, zero + one, order + one, one + most])
      expect([hex, opensslTakes(Buffer.from(hex, 'hex'))]).toEqual([hex, false]);
  });

  test('an SM2 key that is no point of the curve', () => {
    const { bytes } = sm2Verifier();
    const changed = (from: number, fill: Buffer) => {
      const copy = Buffer.from(bytes);
      fill.copy(copy, from);
      return copy;
    };
    const points = {
      'beside the curve': changed(64, Buffer.from([bytes[64]! ^ 1])),
      'all zeros': changed(1, Buffer.alloc(64)),
      'a coordinate above the field': changed(1, Buffer.alloc(32, 0xff)),
      'without its form': changed(0, Buffer.from([0])),
      'infinity, in 65 bytes': Buffer.alloc(65),
      infinity: Buffer.from([0]),
      compressed: Buffer.concat([Buffer.from([2 + (bytes[64]! & 1)]), bytes.subarray(1, 33)]),
      'cut off': bytes.subarray(0, 64),
    };
    expect(sm2PublicKey(bytes)).toBeDefined();
    for (const [what, point] of Object.entries(points)) {
      expect([what, sm2PublicKey(point)]).toEqual([what, undefined]);
      if (point.length !== bytes.length) continue;
      const der = Buffer.from(sm2.certificate, 'base64');
      point.copy(der, der.indexOf(bytes));
      expect(() => readCertificate(der)).toThrow();
      expect([
        what,
        judge('openssl', 'x509', '-inform', 'DER', '-in', folder.file('odd.der', der), '-noout', '-pubkey')
          .ok,
      ]).toEqual([what, false]);
    }
  });
});

/** The SM2 signer's key: its point, and both of its verifiers over the bytes of `message`. */
function sm2Verifier() {
  const key = readCertificate(sm2.certPem).publicKey;
  if (key.kind !== 'sm2') throw new Error('not an SM2 key');
  const [once, often] = [verifierOf(key), verifierOf(key, true)];
  const message = Buffer.from('message');
  return {
    bytes: Buffer.from(key.point, 'hex'),
    verifies: (value: Buffer) => once(message, value),
    verifiesOften: (value: Buffer) => often(message, value),
  };
}

describe('an attacker who brings a key', () => {
  test('signs everything anew with an own certificate', async () => {
    const forged = await signMessage(unsignedMessage(), attacker);
    expect(await refusals(forged)).toEqual(['S16', 'S14']);
    const alone = await verifyMessage(forged, { at: within });
    expect(alone.ok).toBe(true);
    expect(alone.notes.map((n) => n.code)).toContain('S19');
  });

  test('signs with the own key under the certificate of the victim', async () => {
    const forged = await signMessage(unsignedMessage(), {
      ...attacker,
      keyName: rsa.keyName,
      certificate: rsa.certificate,
    });
    expect(await refusals(forged)).toEqual(['S14']);
  });

  test('adds the own KeyValue beside the certificate of the victim', async () => {
    const jwk = new X509Certificate(attacker.certPem).publicKey.export({ format: 'jwk' });
    const base64 = (text = '') => Buffer.from(text, 'base64url').toString('base64');
    const keyValue =
      `<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${base64(jwk.n)}</ds:Modulus>` +
      `<ds:Exponent>${base64(jwk.e)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`;
    const forged = (await signMessage(unsignedMessage(), attacker))
      .toString()
      .replace(attacker.certificate, rsa.certificate)
      .replace(attacker.keyName, rsa.keyName)
      .replace('<ds:KeyInfo>', `<ds:KeyInfo>${keyValue}`);
    expect(await refusals(forged)).toEqual(['S14']);
  });

  test('puts what nobody signed beside the certificate', async () => {
    const foreign = '<order xmlns="http://www.chinaport.gov.cn/ceb">1</order>';
    for (const place of ['</ds:KeyInfo>', '</ds:X509Data>'])
      expect(await refusals(good.replace(place, `${foreign}${place}`))).toEqual(['S07']);
  });

  test('puts two certificates, hoping that each reader takes another', async () => {
    const own = `<ds:X509Certificate>${attacker.certificate}</ds:X509Certificate>`;
    const forged = good.replace('<ds:X509Data>', `<ds:X509Data>${own}`);
    expect(await refusals(forged)).toEqual(['S07']);
  });
});

describe('reading tricks', () => {
  test('comments and processing instructions inside the signature', async () => {
    const digest = between(good, '<ds:DigestValue>', '</');
    for (const [from, to] of [
      [digest, `AAAA<!--${digest}-->`],
      [digest, `<!---->${digest}`],
      ['<ds:Reference', '<?x y?><ds:Reference'],
      ['</ds:SignedInfo>', '<?x?></ds:SignedInfo>'],
      ['</ds:KeyName>', '<!-- --></ds:KeyName>'],
    ] as const) {
      expect(await refusals(good.replace(from, to))).toEqual(['S07']);
    }
  });

  test.each([
    ['an external entity', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>'],
    ['a default attribute', '<!DOCTYPE a [<!ATTLIST ceb:Order x CDATA "1">]>'],
    ['an expanding entity', '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'],
    ['a DTD elsewhere', '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'],
    ['behind comments and instructions', '<!-- <a> --><?x <b>?>\n<!DOCTYPE a>'],
  ])('a DOCTYPE with %s is refused before parsing', async (_what, doctype) => {
    expect(await refusals(good.replace('?><ceb', `?>${doctype}<ceb`))).toEqual(['S02']);
  });

  test('a DOCTYPE hidden in UTF-16, or an encoding that is not UTF-8', async () => {
    const hidden = good.replace('UTF-8', 'UTF-16').replace('?><ceb', '?><!DOCTYPE a><ceb');
    expect(await refusals(Buffer.from(`\ufeff${hidden}`, 'utf16le'))).toEqual(['S03']);
    const ascii = hidden.replace(/[^ -~]/g, '?');
    expect(await refusals(Buffer.from(ascii, 'utf16le'))).toEqual(['S03']);
    expect(await refusals(Buffer.from(hidden.replace('UTF-16', 'UTF-7')))).toEqual(['S03']);
    expect(await refusals(good.replace('UTF-8', 'GBK'))).toEqual(['S03']);
    expect(await refusals(good.replace('"1.0"', '"1.1"'))).toEqual(['S03']);
  });

  test('an entity nobody defined, and nesting beyond the parser’s limit', async () => {
    expect(await refusals(good.replace('19.90', '&price;'))).toEqual(['S01']);
    const deep = '<ceb:note>'.repeat(5000) + '</ceb:note>'.repeat(5000);
    expect(await refusals(good.replace('<ceb:note></ceb:note>', deep))).toEqual(['S01']);
  });

  test('Base64 with stray bits or characters, which other decoders read as the same value', async () => {
    const value = between(good, '<ds:SignatureValue>', '</');
    const last = value.charAt(value.length - 3);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const stray = alphabet.charAt(alphabet.indexOf(last) + 1);
    for (const other of [
      `${value.slice(0, -3)}${stray}==`,
      value.replace('==', ''),
      `${value}=`,
      `-${value}`,
    ]) {
      expect(Buffer.from(other, 'base64').length).toBeGreaterThan(0);
      expect(await refusals(good.replace(value, other))).toEqual(['S14']);
    }
  });
});
