import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { Assembly, framesOf, PLAIN_LIMIT, readFrame, textCrc } from '../../adapters/signers/ukey-frames.js';
import { CardService } from '../../adapters/signers/ukey-service.js';
import { openKeyFolder } from '../../adapters/signers/key-folder.js';
import { openUKey, readCard, registerCard } from '../../adapters/signers/ukey.js';
import { startCard, type CardOptions, type EmulatedCard } from '../support/emulatedCard.js';
import { FaultError } from '../../src/base/fault.js';
import { verifyCanonical } from '../../src/signing/gate.js';
import { prepareMessage, signMessage } from '../../src/signing/sign.js';
import type { Suite } from '../../src/signing/signer.js';
import {
  between,
  judgeSm2,
  judge,
  newSigner,
  run,
  scratch,
  unsignedMessage,
  type TestSigner,
} from '../signing/fixtures.js';

const PIN = '4711-secret-pin';

describe('a u-key behind its local service', () => {
  const folder = scratch();
  const keys = new Map<Suite, TestSigner>();
  const open: (EmulatedCard | CardService)[] = [];

  beforeAll(() => {
    for (const suite of ['sm2-sm3', 'rsa-sha1'] as const)
      keys.set(suite, newSigner(suite, `${folder.dir}/${suite}`));
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  afterAll(() => folder.drop());

  async function plugIn(suite: Suite = 'sm2-sm3', options: Partial<CardOptions> = {}, timeoutMs = 5_000) {
    const key = keys.get(suite);
    if (!key) throw new Error('no key');
    const card = await startCard({
      sign: (data) => key.sign(data),
      certNo: key.keyName,
      certificate: key.certificate,
      pin: PIN,
      ...options,
    });
    const service = new CardService({ url: card.url, timeoutMs });
    open.push(service, card);
    const signer = openUKey({ service, pin: PIN, certificate: key.describes });
    return { key, card, service, signer };
  }
  const codesOf = async (failing: Promise<unknown>): Promise<string[]> => {
    const error: unknown = await failing.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof FaultError)) throw new Error('a FaultError was expected');
    return error.faults.map((fault) => fault.code);
  };

  test.each(['sm2-sm3', 'rsa-sha1'] as const)(
    'a %s card signs a message that independent judges accept',
    async (suite) => {
      const { key, signer } = await plugIn(suite);
      const publicKey = folder.file(
        `${suite}.pub`,
        run('openssl', 'x509', '-in', key.certPath, '-pubkey', '-noout'),
      );
      const { signedInfo } = prepareMessage(unsignedMessage(), signer);
      const bytes = await signMessage(unsignedMessage(), signer);
      const message = folder.file(`${suite}.xml`, bytes);
      if (suite === 'rsa-sha1') {
        const words = ['--verify', '--enabled-key-data', 'key-name,rsa', '--pubkey-pem', publicKey, message];
        expect(judge('xmlsec1', ...words)).toMatchObject({ ok: true });
        return;
      }
      const value = between(bytes.toString(), '<ds:SignatureValue>', '</ds:SignatureValue>');
      expect(judgeSm2(folder, key.certPath, signedInfo, Buffer.from(value, 'base64'))).toMatchObject({
        ok: true,
      });
    },
  );

  test('the certificate of the card in the reader is read without a PIN', async () => {
    const { key, card, service } = await plugIn();
    expect((await readCard(service)).serial).toBe(key.keyName);
    expect(card.wrongPins).toBe(0);
  });

  test('the card does one thing at a time however many messages wait', async () => {
    const { card, signer } = await plugIn('sm2-sm3', { signMs: 5 });
    expect(signer.untried?.()).toBe(true);
    await Promise.all(Array.from({ length: 20 }, (_, n) => signer.sign(Buffer.from(`<n>${n}</n>`))));
    expect(card.signed).toBe(20);
    expect(card.collisions).toBe(0);
    expect(signer.untried?.()).toBe(false);
  });

  test('a reply that is only the result is understood', async () => {
    const { signer } = await plugIn('sm2-sm3', { bare: true });
    expect(await signer.sign(Buffer.from('<a></a>'))).toHaveLength(64);
  });

  test('long texts travel in blocks in both directions', async () => {
    const { card, service } = await plugIn('sm2-sm3', { longReplies: true });
    const long = '单'.repeat(PLAIN_LIMIT * 2 + 17);
    const [signature] = await service.call('cus-sec_SpcSignDataAsPEM', { inData: long, passwd: PIN });
    expect(Buffer.from(String(signature), 'base64')).toHaveLength(64);
    expect(card.signed).toBe(1);
  });

  test('a missing card and a missing reader are said as such and tried again without harm', async () => {
    const { card, signer } = await plugIn();
    card.trouble = 'no-card';
    expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S60']);
    card.trouble = 'no-reader';
    expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S61']);
    card.trouble = 'none';
    expect(await signer.sign(Buffer.from('<a></a>'))).toHaveLength(64);
    expect(card.wrongPins).toBe(0);
  });

  test('a connection that breaks ends the signature under way, and the next one connects anew', async () => {
    const { card, signer } = await plugIn();
    card.trouble = 'drop';
    expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S62']);
    card.trouble = 'none';
    expect(await signer.sign(Buffer.from('<a></a>'))).toHaveLength(64);
  });

  test('a service that falls silent is given up after its time', async () => {
    const { card, signer } = await plugIn('sm2-sm3', {}, 150);
    card.trouble = 'silent';
    expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S62']);
    card.trouble = 'none';
    expect(await signer.sign(Buffer.from('<a></a>'))).toHaveLength(64);
  });

  test('an answer that names another request is never taken for ours, and is said as such when no other comes', async () => {
    const { card, signer } = await plugIn('sm2-sm3', {}, 150);
    card.trouble = 'stray-answer';
    expect(await signer.sign(Buffer.from('<a></a>'))).toHaveLength(64);
    card.trouble = 'only-stray-answers';
    expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S68']);
  });

  test('a service that is not running is said as such', async () => {
    const { card, key } = await plugIn();
    await card.close();
    const service = new CardService({ url: card.url, timeoutMs: 2_000 });
    open.push(service);
    const signer = openUKey({ service, pin: PIN, certificate: key.describes });
    expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S62']);
  });

  test('a wrong PIN is sent once and never again, so that the card does not lock itself', async () => {
    const { key, card, service } = await plugIn();
    const signer = openUKey({ service, pin: '0000', certificate: key.describes });
    expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S63']);
    for (let i = 0; i < 5; i++) expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S64']);
    expect(card.wrongPins).toBe(1);
    expect(card.locked).toBe(false);
    expect(signer.untried?.()).toBe(true);
  });

  test('no error says the PIN', async () => {
    const { key, service } = await plugIn();
    const signer = openUKey({ service, pin: '13579-wrong', certificate: key.describes });
    const error: unknown = await signer.sign(Buffer.from('<a></a>')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FaultError);
    expect(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack ?? ''}`).not.toContain(
      '13579-wrong',
    );
  });

  test('another card in the reader is noticed before its signature is used', async () => {
    const other = keys.get('rsa-sha1');
    const { signer } = await plugIn('sm2-sm3', { certNo: other?.keyName ?? '' });
    expect(await codesOf(signer.sign(Buffer.from('<a></a>')))).toEqual(['S65']);
  });

  test('a registered card and a key file of one enterprise share its messages', async () => {
    const { key, card, service } = await plugIn();
    const code = '91500000MA7K3H2Q5A';
    const dir = `${folder.dir}/keys`;
    await registerCard(service, card.url, `${dir}/${code}/card`);
    writeFileSync(`${dir}/${code}/card/key.pass`, `${PIN}\n`, { mode: 0o600 });
    const file = newSigner('rsa-sha1', `${dir}/${code}/file`);
    const found = openKeyFolder(dir);
    expect(found.describe()).toMatchObject([
      { enterpriseCode: code, name: 'card', serial: key.keyName, usable: true, problems: [] },
      { enterpriseCode: code, name: 'file', serial: file.keyName, usable: true, problems: [] },
    ]);
    const names: string[] = [];
    for (let i = 0; i < 4; i++) {
      const signer = found.find(code);
      if (!signer) throw new Error('no signer');
      const bytes = await signMessage(unsignedMessage(), signer);
      expect(verifyCanonical(bytes, signer)).toEqual({ ok: true });
      names.push(signer.keyName);
    }
    expect(names.sort()).toEqual([key.keyName, key.keyName, file.keyName, file.keyName].sort());
    expect(JSON.stringify(found.describe())).not.toContain(PIN);
    await found.close();
  });

  test('a card without its PIN or with unreadable settings is described and stops no other key', async () => {
    const { card, service } = await plugIn();
    const dir = `${folder.dir}/broken`;
    for (const name of ['a', 'b']) await registerCard(service, card.url, `${dir}/91500000MA7K3H2Q5A/${name}`);
    writeFileSync(`${dir}/91500000MA7K3H2Q5A/b/ukey.json`, '{"url":"http://elsewhere"}');
    writeFileSync(`${dir}/91500000MA7K3H2Q5A/b/key.pass`, PIN, { mode: 0o600 });
    newSigner('sm2-sm3', `${dir}/91500000MA7K3H2Q5A/c`);
    const found = openKeyFolder(dir);
    expect(found.describe().map((d) => d.problems.map((p) => p.code))).toEqual([['S37'], ['S66'], []]);
    expect(found.find('91500000MA7K3H2Q5A')).toBeDefined();
    await found.close();
  });
});

describe('blocks of the u-key service', () => {
  test('the CRC is the one of Modbus: 4B37 for 123456789', () => {
    expect(textCrc('123456789').toString(16)).toBe('4b37');
  });

  test('any text comes out of its blocks as it went in, and a changed block is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400_000 }), fc.nat(), (length, at) => {
        const text = Array.from({ length: 97 }, (_, i) =>
          String.fromCharCode(32 + ((i * 7 + length) % 90)),
        ).join('');
        const whole = text.repeat(Math.ceil(length / 97)).slice(0, length);
        const frames = framesOf(whole, '5f3b1c2a-7d1e-4c55-9b0a-0f6d2c9e1a11');
        if (length <= PLAIN_LIMIT) return expect(frames).toEqual([whole]);
        const assembly = new Assembly();
        let last: string | undefined;
        for (const one of frames) {
          const frame = readFrame(one);
          if (!frame) throw new Error('not a frame');
          last = assembly.take(frame);
        }
        expect(last).toBe(whole);
        const victim = frames[at % frames.length] ?? '';
        const place = 128 + (at % (victim.length - 128));
        const changed =
          victim.slice(0, place) + (victim[place] === '~' ? '!' : '~') + victim.slice(place + 1);
        expect(() => readFrame(changed)).toThrow(RangeError);
      }),
      { numRuns: 30 },
    );
  });
});
