import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignerPool } from '../../adapters/signers/pool.js';
import type { CertifiedSigner } from '../../adapters/signers/key-file.js';
import { newSigner, scratch } from '../signing/fixtures.js';

describe('several keys of one enterprise', () => {
  const folder = scratch();
  let keys: CertifiedSigner[];
  beforeAll(() => {
    keys = [1, 2, 3].map((n) => newSigner('sm2-sm3', `${folder.dir}/${n}`));
  });
  afterAll(() => folder.drop());

  /** A card that can be pulled out. */
  function card(key: CertifiedSigner) {
    const state = { broken: false, asked: 0 };
    const signer: CertifiedSigner = {
      ...key,
      sign: async () => {
        state.asked++;
        await new Promise((resolve) => setImmediate(resolve));
        if (state.broken) throw new Error('no card');
        return Buffer.alloc(64);
      },
    };
    return { state, signer };
  }
  const sign = (pool: SignerPool) => {
    const chosen = pool.choose();
    if (!chosen) throw new Error('no key');
    return chosen.sign(Buffer.from('x'));
  };

  test('share the messages fairly', async () => {
    const pool = new SignerPool(keys);
    for (let i = 0; i < 30; i++) await sign(pool);
    expect(pool.describe().map((m) => m.made)).toEqual([10, 10, 10]);
  });

  test('and sign side by side: three keys have three signatures under way, one has one', async () => {
    const busiest = async (n: number) => {
      let underWay = 0;
      let most = 0;
      const counted = (key: CertifiedSigner): CertifiedSigner => ({
        ...key,
        sign: async () => {
          most = Math.max(most, ++underWay);
          await new Promise((resolve) => setImmediate(resolve));
          underWay--;
          return Buffer.alloc(64);
        },
      });
      const pool = new SignerPool(keys.slice(0, n).map((key) => serial(counted(key))));
      await Promise.all(Array.from({ length: 12 }, () => sign(pool)));
      return most;
    };
    expect([await busiest(1), await busiest(2), await busiest(3)]).toEqual([1, 2, 3]);
  });

  test('is busy while each of them that works makes a signature', async () => {
    const cards = keys.map((key) => card(key));
    const pool = new SignerPool(cards.map((c) => c.signer));
    cards[0]!.state.broken = true;
    await expect(sign(pool)).rejects.toThrow('no card');
    expect(pool.isBusy()).toBe(false);
    const first = sign(pool);
    expect(pool.isBusy()).toBe(false);
    const second = sign(pool);
    expect(pool.isBusy()).toBe(true);
    await Promise.all([first, second]);
    expect(pool.isBusy()).toBe(false);
  });

  test('a message names the certificate of the key that signs it', () => {
    const pool = new SignerPool(keys);
    const names = [0, 1, 2].map(() => {
      const chosen = pool.choose();
      void chosen?.sign(Buffer.from('x'));
      return chosen?.keyName;
    });
    expect(new Set(names)).toEqual(new Set(keys.map((k) => k.keyName)));
  });

  test('a key that fails leaves the pool, is probed by one message, and returns when it works again', async () => {
    let now = 0;
    const cards = keys.map((key) => card(key));
    const pool = new SignerPool(
      cards.map((c) => c.signer),
      { now: () => now, pauseMs: 1000 },
    );
    const [first] = cards;
    if (!first) throw new Error('no card');
    first.state.broken = true;
    await expect(sign(pool)).rejects.toThrow('no card');
    for (let i = 0; i < 10; i++) await sign(pool);
    expect(first.state.asked).toBe(1);

    // The probe fails: the pause is twice as long.
    now = 1001;
    await expect(Promise.all([sign(pool), sign(pool), sign(pool)])).rejects.toThrow('no card');
    expect(first.state.asked).toBe(2);
    now = 2500;
    for (let i = 0; i < 6; i++) await sign(pool);
    expect(first.state.asked).toBe(2);

    first.state.broken = false;
    now = 3002;
    for (let i = 0; i < 6; i++) await sign(pool);
    expect(first.state.asked).toBeGreaterThan(2);
    expect(pool.describe()[0]?.out).toBe(false);
  });

  test('when every key is out the one that returns first is asked, so that the failure is seen', async () => {
    const only = card(keys[0] as CertifiedSigner);
    only.state.broken = true;
    const pool = new SignerPool([only.signer]);
    await expect(sign(pool)).rejects.toThrow('no card');
    await expect(sign(pool)).rejects.toThrow('no card');
    expect(only.state.asked).toBe(2);
  });

  test('a key that may not be used is never chosen', () => {
    const pool = new SignerPool(keys);
    expect(pool.choose((signer) => signer.keyName === 'none')).toBeUndefined();
    expect(pool.choose((signer) => signer.keyName === keys[2]?.keyName)?.keyName).toBe(keys[2]?.keyName);
  });
});

/** One thing at a time, like a card. */
function serial(signer: CertifiedSigner): CertifiedSigner {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    ...signer,
    sign: (data) => {
      const mine = turn.then(() => signer.sign(data));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}
