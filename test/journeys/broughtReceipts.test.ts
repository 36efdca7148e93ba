import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTransport } from '../../src/commands/open.js';
import { readConfig } from '../../src/base/config.js';
import { FaultError } from '../../src/base/fault.js';
import { entPlatform } from '../support/platforms.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, ordersOfOneSeller, sandboxState, verdictsOf } from '../support/journey.js';

const TOKEN = 'a-token-of-this-test-0123456789-abcdef';
const orders = ordersOfOneSeller(1, { seed: 31, batch: 'BR' });
let dir: string;
let env: Record<string, string>;
let platform: Awaited<ReturnType<typeof entPlatform>>;
let it: TestGateway;
let address: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'brought-'));
  platform = await entPlatform('DXPENT0000000001');
  const file = (name: string, content: string) => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  env = {
    GATEWAY_PORT_URL: platform.url,
    GATEWAY_PORT_PROFILE: 'receive-ent-message',
    GATEWAY_PORT_PUBLIC_KEY_FILE: file('key', platform.publicKey),
    GATEWAY_PORT_CALLBACK_TOKEN_FILE: file('token', `${TOKEN}\n`),
  };
  it = await startTestGateway({ orders, env });
  address = `${it.server.url}/port/receipts`;
}, 90_000);
afterAll(async () => {
  await platform?.close();
  await it?.close();
  rmSync(dir, { recursive: true });
});

const kept = async (): Promise<{ files: number; times: number }> => {
  const { rows } = await it.gateway.store.query<{ files: number; times: number }>(
    'select count(*)::int as files, coalesce(sum(times), 0)::int as times from raw_receipts',
  );
  return rows[0]!;
};
const bring = (body: string | Buffer, headers: Record<string, string> = {}, path = '') =>
  fetch(`${address}${path}`, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) });
const bearer = { Authorization: `Bearer ${TOKEN}` };

describe('a platform that takes messages encrypted and brings receipts itself', () => {
  test('an order is declared, and cleared by what the platform brings', async () => {
    platform.connect({ sandbox: it.sandbox.url, callback: `${address}/${TOKEN}` });
    const client = [...it.sellers.values()][0]!.client;
    const [id] = await handIn(client, orders);
    const d = await declarationWhere(client, id!, (x) => x.verdict === 'cleared');
    expect(verdictsOf(d)).toEqual(['accepted', 'accepted', 'reviewed', 'cleared']);
    expect((await sandboxState(it.sandbox.url)).refused).toEqual({});
    expect(platform.brought.every(({ status }) => status === 200)).toBe(true);
    expect((await kept()).files).toBeGreaterThan(0);
  });

  test('the same receipt brought again is taken and kept once, by two at once as well', async () => {
    const before = await kept();
    const { body } = platform.brought[0]!;
    const answers = await Promise.all([bring(body, bearer), bring(body, bearer), bring(body, bearer)]);
    for (const answer of answers)
      expect({ status: answer.status, body: await answer.json() }).toEqual({
        status: 200,
        body: { status: 'success', message: '报文接收成功' },
      });
    expect(await kept()).toEqual({ files: before.files, times: before.times + 3 });
  });

  test('who has no token finds nothing and leaves nothing', async () => {
    const before = await kept();
    const { body } = platform.brought[0]!;
    for (const answer of [
      await bring(body),
      await bring(body, {}, '/wrong'),
      await bring(body, {}, `/${TOKEN}x`),
      await bring(body, { Authorization: `Bearer ${TOKEN.toUpperCase()}` }),
      await bring(Buffer.alloc(30 * 1024 * 1024), { Authorization: 'Bearer no' }).catch(() => undefined),
    ])
      expect(answer?.status ?? 404).toBe(404);
    expect(await kept()).toEqual(before);
  });

  test('what is too large, or empty, is not taken and the platform is told so', async () => {
    const before = await kept();
    const large = await bring(Buffer.alloc(21 * 1024 * 1024, 0x20), bearer);
    expect({ status: large.status, body: await large.json() }).toMatchObject({
      status: 413,
      body: { status: 'fail' },
    });
    expect((await bring('', bearer)).status).toBe(403);
    expect(await kept()).toEqual(before);
  });

  test('what cannot be taken apart is kept as it came, for a person to look at', async () => {
    const odd = ['{"messageType":"CEB604Message"', '<html>登录</html>', '{"content":{"a":1}}'];
    for (const body of odd) expect((await bring(body, bearer)).status).toBe(200);
    const { rows } = await it.gateway.store.query<{ text: string }>(
      `select convert_from(bytes, 'UTF8') as text from raw_receipts where origin = '' order by id`,
    );
    expect(rows.map((row) => row.text)).toEqual(odd);
  });

  test('a receipt that cannot be stored is answered with "come again"', async () => {
    const { store } = it.gateway;
    const broken = Object.assign(Object.create(store) as typeof store, {
      transaction: () => Promise.reject(new Error('disk full')),
    });
    Object.assign(it.gateway, { store: broken });
    const answer = await bring('{"content":"<late/>"}', bearer);
    Object.assign(it.gateway, { store });
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 503,
      body: { status: 'fail' },
    });
    expect((await bring('{"content":"<late/>"}', bearer)).status).toBe(200);
  });

  test('without a token of its own, or with a short one, it does not start', async () => {
    const codes = async (change: Record<string, string>): Promise<string[]> => {
      const settings = {
        ...env,
        GATEWAY_TRANSPORT: 'http',
        GATEWAY_DXP_ID: 'D1',
        GATEWAY_COP_CODE: 'C1',
        GATEWAY_COP_NAME: 'N1',
        ...change,
      };
      try {
        await (await openTransport(readConfig(settings)))?.close();
        return [];
      } catch (error) {
        return error instanceof FaultError ? error.faults.map((fault) => fault.code) : [String(error)];
      }
    };
    expect(await codes({})).toEqual([]);
    expect(await codes({ GATEWAY_PORT_CALLBACK_TOKEN_FILE: '' })).toEqual(['C02']);
    writeFileSync(join(dir, 'short'), 'short');
    expect(await codes({ GATEWAY_PORT_CALLBACK_TOKEN_FILE: join(dir, 'short') })).toEqual(['C01']);
    expect(await codes({ GATEWAY_PORT_PUBLIC_KEY_FILE: join(dir, 'nowhere') })).toEqual(['C01']);
    expect(await codes({ GATEWAY_PORT_PUBLIC_KEY_FILE: join(dir, 'short') })).toEqual(['P07']);
  });
});
