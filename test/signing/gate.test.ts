import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { GateError, passGate, verifyCanonical, type GateVerdict } from '../../src/signing/gate.js';
import { signingProfiles } from '../../src/signing/profiles.js';
import { signMessage, type UnsignedMessage } from '../../src/signing/sign.js';
import { newSigner, scratch, unsignedMessage, within, type TestSigner } from './fixtures.js';

const folder = scratch();
let rsa: TestSigner;
let sm2: TestSigner;
let other: TestSigner;

beforeAll(() => {
  rsa = newSigner('rsa-sha1', join(folder.dir, 'rsa'));
  sm2 = newSigner('sm2-sm3', join(folder.dir, 'sm2'));
  other = newSigner('sm2-sm3', join(folder.dir, 'other'));
});
afterAll(() => folder.drop());

/** `ok`, or the part and code of the refusal. */
const outcome = (verdict: GateVerdict): string =>
  verdict.ok ? 'ok' : `${verdict.part} ${verdict.fault.code}`;

/** Signs a message whose head was changed first: correctly signed, but perhaps not canonical. */
async function signedAfter(change: (head: string) => string, signer = rsa): Promise<Buffer> {
  const unsigned: UnsignedMessage = unsignedMessage();
  const head = change(unsigned.head);
  expect(head).not.toBe(unsigned.head);
  return signMessage({ ...unsigned, head }, signer);
}

/** Changes the finished file. */
async function changed(from: string | RegExp, to: string, signer = rsa): Promise<Buffer> {
  const text = (await signMessage(unsignedMessage(), signer)).toString();
  const after = text.replace(from, to);
  expect(after).not.toBe(text);
  return Buffer.from(after);
}

test('what we sign passes the gate, one document or a hundred, either suite', async () => {
  for (const signer of [rsa, sm2]) {
    for (const documents of [1, 100]) {
      const bytes = await signMessage(unsignedMessage(documents), signer);
      expect(verifyCanonical(bytes, { certificate: signer.certificate, at: within })).toEqual({ ok: true });
    }
  }
});

describe('which part failed', () => {
  test('changed content is a digest failure', async () => {
    expect(outcome(verifyCanonical(await changed('19.90', '19.91'), rsa))).toBe('digest S12');
  });

  test('changed content with a recomputed digest is a signature failure', async () => {
    const honest = await signMessage(unsignedMessage(), rsa);
    const { head, ...rest } = unsignedMessage();
    const forged = await signMessage({ ...rest, head: head.replace('19.90', '1.90') }, rsa);
    const value = /<ds:SignatureValue>[^<]+/;
    const mixed = forged.toString().replace(value, value.exec(honest.toString())?.[0] ?? '');
    expect(outcome(verifyCanonical(Buffer.from(mixed), rsa))).toBe('signature S14');
  });

  test('a message of another key is a certificate failure, even if it is in order by itself', async () => {
    const bytes = await signMessage(unsignedMessage(), other);
    expect(outcome(verifyCanonical(bytes, other))).toBe('ok');
    expect(outcome(verifyCanonical(bytes, sm2))).toBe('certificate S16');
  });

  test('the right certificate over the signature of another key is a signature failure', async () => {
    const bytes = await signMessage(unsignedMessage(), {
      ...other,
      keyName: sm2.keyName,
      certificate: sm2.certificate,
    });
    expect(outcome(verifyCanonical(bytes, sm2))).toBe('signature S14');
  });

  test('a key name that is not the serial of the certificate is a certificate failure', async () => {
    const bytes = await signMessage(unsignedMessage(), { ...sm2, keyName: 'abc123' });
    expect(outcome(verifyCanonical(bytes, sm2))).toBe('certificate S18');
  });

  test('a certificate that has expired at the time of sending is a certificate failure', async () => {
    const bytes = await signMessage(unsignedMessage(), sm2);
    const at = new Date('2027-11-20T00:00:01Z');
    expect(outcome(verifyCanonical(bytes, { certificate: sm2.certificate, at }))).toBe('certificate S17');
  });

  test('the identifiers must be those of the profile of the channel', async () => {
    const profile = signingProfiles().named('legacy-sm2-w3');
    const bytes = await signMessage(unsignedMessage(), sm2);
    expect(outcome(verifyCanonical(bytes, { certificate: sm2.certificate, profile }))).toBe('structure S28');
  });

  test('an RSA identifier over an SM2 certificate is refused', async () => {
    const bytes = await signMessage(unsignedMessage(), { ...sm2, suite: 'rsa-sha1' });
    expect(outcome(verifyCanonical(bytes, sm2))).toBe('structure S11');
  });

  test('a SM2 value outside 1 … n−1, of the wrong length or not strict Base64 is a signature failure', async () => {
    const n = Buffer.from('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123', 'hex');
    const zero = Buffer.alloc(32);
    const one = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);
    for (const value of [[zero, one], [one, zero], [n, one], [one, n], [one], [one, one, one]]) {
      const sign = async () => Buffer.concat(value);
      const bytes = await signMessage(unsignedMessage(), { ...sm2, sign });
      expect(outcome(verifyCanonical(bytes, sm2))).toBe('signature S14');
    }
    const loose = await changed(/(<ds:SignatureValue>[^=<]+)==/, '$1=', sm2);
    expect(outcome(verifyCanonical(loose, sm2))).toBe('signature S14');
  });

  test('passGate throws a GateError that names the part and keeps the fault', async () => {
    const bad = await changed('19.90', '19.91');
    let thrown: unknown;
    try {
      passGate(bad, rsa);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GateError);
    expect(thrown).toMatchObject({ part: 'digest', faults: [{ code: 'S12' }], status: 500 });
    expect(() => passGate(Buffer.from(''), rsa)).toThrow(GateError);
  });
});

describe('correctly signed bytes that are not canonical do not leave', () => {
  const note = '<ceb:note></ceb:note>';
  const price = '19.90';
  test.each<[what: string, code: string, from: string, to: string]>([
    ['a self-closing tag', 'S23', note, '<ceb:note/>'],
    ['a space before >', 'S23', note, '<ceb:note ></ceb:note>'],
    ['a space in an end tag', 'S23', note, '<ceb:note></ceb:note >'],
    ['tags that do not match', 'S23', note, '<ceb:note></ceb:nota>'],
    ['an end tag too many', 'S23', note, `${note}</ceb:note>`],
    ['an element never closed', 'S23', note, `${note}<ceb:note>`],
    ['a comment', 'S22', note, `<!-- checked -->${note}`],
    ['a processing instruction', 'S22', note, `<?print now?>${note}`],
    ['a CDATA section', 'S22', note, '<ceb:note><![CDATA[x]]></ceb:note>'],
    ['a raw > in text', 'S24', price, '19.90>'],
    ['a quoted entity in text', 'S24', price, '19.90&quot;'],
    ['a decimal character reference', 'S24', price, '19.9&#48;'],
    ['a lower-case character reference', 'S24', price, '19.90&#xd;'],
    ['an entity of its own', 'S24', price, '&price;'],
    ['a bare ampersand', 'S24', price, 'a & b'],
    ['a carriage return', 'S24', price, '19.90\r'],
    ['a control character', 'S24', price, '19.90\u0001'],
    ['U+FFFF', 'S24', price, '19.90\uffff'],
    ['a namespace declared below the root', 'S25', note, '<ceb:note xmlns:x="urn:x"></ceb:note>'],
    [
      'a namespace declared again',
      'S25',
      note,
      '<ceb:note xmlns:ceb="http://www.chinaport.gov.cn/ceb"></ceb:note>',
    ],
    ['a prefix nobody declared', 'S25', note, '<abc:note></abc:note>'],
    ['an xml: attribute', 'S25', note, '<ceb:note xml:lang="zh"></ceb:note>'],
    ['attributes out of order', 'S23', note, '<ceb:note b="1" a="2"></ceb:note>'],
    ['an attribute that comes twice', 'S23', note, '<ceb:note a="1" a="2"></ceb:note>'],
    ['single quotes', 'S23', note, "<ceb:note a='1'></ceb:note>"],
    ['two spaces before an attribute', 'S23', note, '<ceb:note  a="1"></ceb:note>'],
    ['a line feed in an attribute', 'S24', note, '<ceb:note a="1\n2"></ceb:note>'],
    ['a needless entity in an attribute', 'S24', note, '<ceb:note a="&gt;"></ceb:note>'],
    ['a name that is not ASCII', 'S23', note, '<ceb:备注></ceb:备注>'],
    ['a signature element elsewhere', 'S26', note, '<ds:Signature></ds:Signature>'],
    ['any ds: element outside the signature', 'S26', note, '<ds:Object></ds:Object>'],
  ])('%s (%s)', async (_what, code, from, to) => {
    expect(outcome(verifyCanonical(await signedAfter((head) => head.replace(from, to)), rsa))).toBe(
      `structure ${code}`,
    );
  });

  test('root namespaces out of order, empty, or bound to the signature namespace', async () => {
    const xsi = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
    const variants: [string, string][] = [
      [`${xsi} guid`, `${xsi} xmlns:a="urn:a" guid`],
      [`${xsi} guid`, `${xsi} xmlns:z="" guid`],
      [`${xsi} guid`, `${xsi} xmlns:z="http://www.w3.org/2000/09/xmldsig#" guid`],
      [' guid=', ' version="0" guid='],
    ];
    for (const [from, to] of variants) {
      const bytes = await signedAfter((head) => head.replace(from, to));
      expect(outcome(verifyCanonical(bytes, rsa))).toMatch(/^structure S2[35]$/);
    }
  });

  test('nesting deeper than 64 is refused rather than followed', async () => {
    const deep = '<ceb:note>'.repeat(80) + '</ceb:note>'.repeat(80);
    expect(outcome(verifyCanonical(await signedAfter((h) => h.replace(note, deep)), rsa))).toBe(
      'structure S23',
    );
  });

  test.each<[string, string, string | RegExp, string]>([
    ['another XML declaration', 'S21', 'encoding="UTF-8"', "encoding='UTF-8'"],
    ['no declaration', 'S21', /^<\?xml[^>]+>/, ''],
    ['a byte order mark', 'S21', /^/, '\ufeff'],
    ['a line feed after the declaration', 'S23', '?><ceb', '?>\n<ceb'],
    ['a DOCTYPE', 'S22', '?><ceb', '?><!DOCTYPE a><ceb'],
    ['a line feed at the end', 'S23', /$/, '\n'],
    ['a second root', 'S23', /$/, '<a></a>'],
    ['no signature', 'S26', /<ds:Signature.*<\/ds:Signature>/, ''],
    ['two signatures', 'S26', /(<ds:Signature.*<\/ds:Signature>)/, '$1$1'],
    [
      'a signature below another element',
      'S26',
      /(<ds:Signature.*<\/ds:Signature>)/,
      '<ceb:note>$1</ceb:note>',
    ],
    ['white space inside the signature', 'S27', '</ds:SignedInfo>', '</ds:SignedInfo>\n'],
    ['a Reference to a part', 'S27', 'URI=""', 'URI="#a"'],
    [
      'a second transform',
      'S27',
      '</ds:Transforms>',
      '<ds:Transform Algorithm="x"></ds:Transform></ds:Transforms>',
    ],
    ['an Object in the signature', 'S27', '</ds:Signature>', '<ds:Object></ds:Object></ds:Signature>'],
    ['an identifier no profile knows', 'S10', '#rsa-sha1', '#hmac-sha1'],
  ])('%s (%s)', async (_what, code, from, to) => {
    expect(outcome(verifyCanonical(await changed(from, to), rsa))).toBe(`structure ${code}`);
  });

  test('bytes that are not UTF-8 are refused', async () => {
    const bytes = await signMessage(unsignedMessage(), rsa);
    bytes[bytes.indexOf('重')] = 0xff;
    expect(outcome(verifyCanonical(bytes, rsa))).toBe('structure S21');
  });
});

test('one changed byte anywhere is refused: every position', async () => {
  const signed = await signMessage(unsignedMessage(), rsa);
  let seed = 1;
  for (let at = 0; at < signed.length; at++) {
    seed = (seed * 48271) % 2147483647;
    const copy = Buffer.from(signed);
    copy[at] = (copy[at] ?? 0) ^ (1 + (seed % 255));
    if (verifyCanonical(copy, rsa).ok) throw new Error(`byte ${at} changed and the gate let it pass`);
  }
});

test('bytes inserted, removed, cut off or swapped are refused', async () => {
  for (const signer of [rsa, sm2]) {
    const signed = await signMessage(unsignedMessage(), signer);
    const at = fc.nat(signed.length - 1);
    const damage = fc.oneof(
      fc.tuple(at, fc.integer({ min: 0, max: 255 })).map(([i, b]) => {
        return Buffer.concat([signed.subarray(0, i), Buffer.from([b]), signed.subarray(i)]);
      }),
      at.map((i) => Buffer.concat([signed.subarray(0, i), signed.subarray(i + 1)])),
      at.map((i) => signed.subarray(0, i)),
      fc.tuple(at, at).map(([i, j]) => {
        const copy = Buffer.from(signed);
        copy[i] = signed[j] ?? 0;
        copy[j] = signed[i] ?? 0;
        return copy;
      }),
    );
    fc.assert(
      fc.property(
        damage.filter((bytes) => !bytes.equals(signed)),
        (bytes) => !verifyCanonical(bytes, signer).ok,
      ),
      { numRuns: 400 },
    );
  }
});
