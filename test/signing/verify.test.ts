import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { ParseOption, XmlDocument } from 'libxml2-wasm';
import { SignedXml } from 'xml-crypto';
import { signMessage } from '../../src/signing/sign.js';
import { verifyMessage, type SignatureVerdict } from '../../src/signing/verify.js';
import {
  judge,
  newSigner,
  prettyPrinted,
  run,
  scratch,
  signAnew,
  unsignedMessage,
  within,
  type TestSigner,
} from './fixtures.js';

const folder = scratch();
let rsa: TestSigner;
let sm2: TestSigner;

beforeAll(() => {
  rsa = newSigner('rsa-sha1', join(folder.dir, 'rsa'));
  sm2 = newSigner('sm2-sm3', join(folder.dir, 'sm2'));
});
afterAll(() => folder.drop());

const by = (signer: TestSigner) => ({ certificate: signer.certPem, at: within });
const codes = (verdict: SignatureVerdict): string[] => verdict.problems.map((p) => p.code);

describe('a good message', () => {
  test('of our own is accepted with every part named', async () => {
    const verdict = await verifyMessage(await signMessage(unsignedMessage(), sm2), by(sm2));
    expect(verdict).toMatchObject({
      signed: true,
      ok: true,
      suite: 'sm2-sm3',
      profile: 'official-202205',
      keyName: sm2.keyName,
      certificate: {
        subject: 'C=CN, O=TEST ONLY 仅供测试, OU=测试证书 不得用于申报, CN=91500000MA7K3H2Q5A',
        serial: sm2.keyName,
        notBefore: '2026-11-20T00:00:00.000Z',
        notAfter: '2027-11-20T00:00:00.000Z',
        test: true,
      },
      digest: { ok: true },
      signature: { ok: true },
      certificateMatches: true,
      problems: [],
    });
    expect(verdict.notes.map((n) => n.code)).toEqual(['S20']);
  });

  test('without an expected certificate is accepted as self-asserted only', async () => {
    const verdict = await verifyMessage(await signMessage(unsignedMessage(), rsa), { at: within });
    expect(verdict.ok).toBe(true);
    expect(verdict).not.toHaveProperty('certificateMatches');
    expect(verdict.notes.map((n) => n.code)).toContain('S19');
  });

  test.each(['rsa-sha1', 'sm2-sm3'] as const)(
    'pretty-printed by another tool before it signed (%s)',
    async (suite) => {
      const signer = suite === 'rsa-sha1' ? rsa : sm2;
      const pretty = prettyPrinted(folder.file('ours.xml', await signMessage(unsignedMessage(3), signer)));
      const signed = await signAnew(pretty, signer, suite === 'rsa-sha1' ? 'sha1' : 'sm3');
      expect(signed.toString()).toContain('\n    <ds:SignedInfo>\n');
      expect(await verifyMessage(signed, by(signer))).toMatchObject({ ok: true, problems: [] });
      if (suite === 'rsa-sha1') {
        const pub = folder.file('pub.pem', run('openssl', 'x509', '-in', rsa.certPath, '-pubkey', '-noout'));
        const file = folder.file('pretty.xml', signed);
        expect(
          judge('xmlsec1', '--verify', '--enabled-key-data', 'key-name,rsa', '--pubkey-pem', pub, file).ok,
        ).toBe(true);
      }
    },
  );

  test('with other prefixes, a default namespace, and Base64 broken into lines', async () => {
    const ours = (await signMessage(unsignedMessage(), sm2)).toString();
    const foreign = ours
      .replaceAll('ds:', '')
      .replace('<Signature xmlns:ds=', '<Signature xmlns=')
      .replaceAll('ceb:', 'c:')
      .replace('xmlns:ceb', 'xmlns:c')
      .replace(/(X509Certificate>)([^<]+)/, (_, tag: string, base64: string) => {
        return `${tag}\r\n${(base64.match(/.{1,64}/g) ?? []).join('\r\n')}\r\n`;
      });
    expect(foreign).not.toContain('xmlns:ds');
    expect(await verifyMessage(await signAnew(foreign, sm2, 'sm3'), by(sm2))).toMatchObject({ ok: true });
  });

  test('with the signature before or after ExtendMessage', async () => {
    const extend = '<ceb:ExtendMessage><ceb:name>x</ceb:name></ceb:ExtendMessage>';
    const before = await signMessage(unsignedMessage(1, extend), rsa);
    const { head, tail, ...rest } = unsignedMessage();
    const after = await signMessage({ ...rest, head: head + extend, tail }, rsa);
    for (const bytes of [before, after]) expect((await verifyMessage(bytes, by(rsa))).ok).toBe(true);
  });

  test('signed by xml-crypto', async () => {
    const signing = new SignedXml({
      privateKey: run('openssl', 'pkey', '-in', rsa.keyPath),
      publicCert: rsa.certPem,
      signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
      canonicalizationAlgorithm: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
    });
    signing.addReference({
      xpath: '/*',
      isEmptyUri: true,
      digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1',
      transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature'],
    });
    const { head, tail } = unsignedMessage();
    signing.computeSignature(`<?xml version="1.0"?>\n${head.replaceAll('><', '>\n<')}${tail}\n`);
    const verdict = await verifyMessage(Buffer.from(signing.getSignedXml()), by(rsa));
    expect(verdict).toMatchObject({ ok: true, suite: 'rsa-sha1' });
    expect(verdict).not.toHaveProperty('keyName');
  });
});

describe('a person sees which part differs', () => {
  test('the content was changed: both digests are shown, the signature itself still holds', async () => {
    const text = (await signMessage(unsignedMessage(), rsa)).toString();
    const verdict = await verifyMessage(Buffer.from(text.replace('19.90', '19.91')), by(rsa));
    expect(codes(verdict)).toEqual(['S12']);
    expect(verdict.signature).toEqual({ ok: true });
    expect(verdict.digest?.ok).toBe(false);
    expect(verdict.digest?.actual).not.toBe(verdict.digest?.expected);
  });

  test('white space was added after signing: the digest says so', async () => {
    const text = (await signMessage(unsignedMessage(), rsa)).toString();
    const verdict = await verifyMessage(
      Buffer.from(text.replace('<ds:Signature', '\n<ds:Signature')),
      by(rsa),
    );
    expect(codes(verdict)).toEqual(['S12']);
  });

  test('the SignedInfo was changed: RSA can tell that this key signed something else', async () => {
    const signed = await signMessage(unsignedMessage(), rsa, undefined);
    const signer = { ...rsa, sign: (b: Buffer) => rsa.sign(Buffer.concat([b, Buffer.from('\n')])) };
    expect(codes(await verifyMessage(signed, by(rsa)))).toEqual([]);
    expect(codes(await verifyMessage(await signMessage(unsignedMessage(), signer), by(rsa)))).toEqual([
      'S13',
    ]);
  });

  test('another key signed', async () => {
    const other = newSigner('rsa-sha1', join(folder.dir, 'other-rsa'));
    const mixed = { ...other, keyName: rsa.keyName, certificate: rsa.certificate };
    expect(codes(await verifyMessage(await signMessage(unsignedMessage(), mixed), by(rsa)))).toEqual(['S14']);
    const whole = await verifyMessage(await signMessage(unsignedMessage(), other), by(rsa));
    expect(codes(whole)).toEqual(['S16', 'S14']);
    expect(whole.certificateMatches).toBe(false);
  });

  test('the certificate had expired, or was not valid yet', async () => {
    const bytes = await signMessage(unsignedMessage(), sm2);
    for (const at of ['2027-11-20T00:00:01Z', '2026-11-19T23:59:59Z']) {
      const verdict = await verifyMessage(bytes, { certificate: sm2.certPem, at: new Date(at) });
      expect(codes(verdict)).toEqual(['S17']);
      expect(verdict.signature).toEqual({ ok: true });
    }
  });

  test('the key name is of another card, the certificate is missing or unreadable', async () => {
    const text = (await signMessage(unsignedMessage(), sm2)).toString();
    const change = (from: RegExp, to: string) => verifyMessage(Buffer.from(text.replace(from, to)), by(sm2));
    expect(codes(await change(/<ds:KeyName>[^<]+/, '<ds:KeyName>01691f7f'))).toEqual(['S18']);
    expect(codes(await change(/<ds:X509Data>.*<\/ds:X509Data>/, ''))).toEqual(['S15']);
    expect(codes(await change(/<ds:X509Certificate>[^<]+/, '<ds:X509Certificate>AAAA'))).toEqual(['S15']);
  });

  test('the message is not signed, not XML, or empty', async () => {
    const { head, tail } = unsignedMessage();
    const verdictOf = (text: string) => verifyMessage(Buffer.from(text));
    expect(await verdictOf(head + tail)).toMatchObject({
      signed: false,
      ok: false,
      problems: [{ code: 'S04' }],
    });
    expect(codes(await verdictOf(head))).toEqual(['S01']);
    expect(codes(await verdictOf('')).concat(codes(await verdictOf('not xml')))).toEqual(['S01', 'S01']);
  });

  test('all problems are named at once', async () => {
    const text = (await signMessage(unsignedMessage(), sm2)).toString();
    const broken = text.replace('19.90', '1.00').replace(/<ds:KeyName>[^<]+/, '<ds:KeyName>00');
    const verdict = await verifyMessage(Buffer.from(broken), {
      certificate: rsa.certPem,
      at: new Date('2030-01-01'),
    });
    expect(codes(verdict)).toEqual(['S16', 'S18', 'S17', 'S12', 'S11']);
  });

  test('an expected certificate that cannot be read is an error of the caller, not a verdict', async () => {
    const bytes = await signMessage(unsignedMessage(), rsa);
    await expect(verifyMessage(bytes, { certificate: 'nonsense' })).rejects.toMatchObject({
      faults: [{ code: 'S15' }],
    });
  });
});

test('one changed byte fails, at every position, unless libxml2 sees the very same document', async () => {
  const signed = await signMessage(unsignedMessage(), rsa);
  const canonical = (bytes: Buffer): string => {
    const document = XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NONET });
    const text = document.canonicalizeToString();
    document.dispose();
    return text;
  };
  const original = canonical(signed);
  const harmless: number[] = [];
  let seed = 7;
  for (let at = 0; at < signed.length; at++) {
    seed = (seed * 48271) % 2147483647;
    const copy = Buffer.from(signed);
    copy[at] = (copy[at] ?? 0) ^ (1 + (seed % 255));
    if (!(await verifyMessage(copy, by(rsa))).ok) continue;
    expect(canonical(copy)).toBe(original);
    harmless.push(at);
  }
  expect(harmless.length).toBeLessThan(signed.length / 100);
});
