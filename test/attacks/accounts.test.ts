import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, enrol } from '../support/client.js';
import type { Access } from '../../src/enterprises/access.js';
import { setUserActive } from '../../src/enterprises/accounts.js';
import type { Request, Response as ExpressResponse } from 'express';
import type { FaultError } from '../../src/base/fault.js';
import { SignInGuard } from '../../src/http/session/guard.js';
import { startServer } from '../../src/server.js';
import { addAccounts } from '../../src/commands/accounts.js';
import { runHere, settingsOf, startCommand } from '../support/commands.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, ordersOfOneSeller } from '../support/journey.js';

const orders = ordersOfOneSeller(3, { seed: 91, batch: 'AC' });
let it: TestGateway;
/** Streams that are tried while the other tests run: they take several beats of five seconds. */
let under: Map<string, Promise<void>>;
const json = { 'Content-Type': 'application/json' };

beforeAll(async () => {
  it = await startTestGateway({
    orders,
    workers: false,
    env: { GATEWAY_TRUST_PROXY: '1', GATEWAY_BODY_SECONDS: '1' },
  });
  under = new Map(Object.entries(streams).map(([name, tried]) => [name, tried()]));
  // Told by the test of its name.
  for (const promise of under.values()) promise.catch(() => undefined);
});
afterAll(() => it.close());

/** Sends as if from that network address, which the trusted proxy in front reports. */
const from = (address: string, cookie = '') =>
  new Client(it.server.url, { 'X-Forwarded-For': address, ...(cookie ? { Cookie: cookie } : {}) });
const signIn = (client: Client, email: string, password: string) =>
  client.raw('POST', '/v1/session', JSON.stringify({ email, password }), json);
const cookies = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ');
/** With which a command opens the database of this gateway. */
const settings = () => ({
  ...settingsOf(it.gateway.config, it.sandbox.url),
  GATEWAY_LOG_LEVEL: 'error',
});
const newUser = async (email: string, password: string) => {
  const { tenant } = await it.operator.get<{ tenant: { id: string } }>('/v1/me');
  const user = await it.operator.post<{ id: string; activation: string }>('/v1/users', {
    tenantId: tenant.id,
    name: '李四',
    email,
  });
  const token = new URL(user.activation).searchParams.get('token');
  const answer = await from('203.0.113.200').raw(
    'POST',
    '/v1/activate',
    JSON.stringify({ token, password }),
    json,
  );
  expect(answer.status).toBe(200);
  return user.id;
};

describe('guessing', () => {
  test('ten wrong tries of a stranger do not lock the owner out, from another place or a known browser', async () => {
    const first = await signIn(from('198.51.100.1'), it.email, it.password);
    expect(first.status).toBe(200);
    const device = cookies(first);
    const stranger = from('198.51.100.66');
    for (let i = 0; i < 10; i++) expect((await signIn(stranger, it.email, `wrong ${i}`)).status).toBe(401);
    expect((await signIn(stranger, it.email, it.password)).status).toBe(429);
    expect((await signIn(from('198.51.100.2'), it.email, it.password)).status).toBe(200);
    expect((await signIn(from('198.51.100.66', device), it.email, it.password)).status).toBe(200);
  });
  describe('from many addresses', () => {
    /** What tries come to that the guard lets through to a password, which is wrong each time: nothing is hashed here. */
    const tries = async (all: readonly { network: string; email: string; cookie?: string }[]) => {
      const guard = new SignInGuard(it.gateway.store, it.gateway.signals, false);
      const wrong = new Error('wrong');
      const came = new Map<string, number>();
      for (const { network, email, cookie = '' } of all) {
        const req = { ip: network, headers: { cookie } } as unknown as Request;
        const error: unknown = await guard
          .guarded(req, {} as ExpressResponse, email, () => Promise.reject(wrong))
          .catch((e: unknown) => e);
        const what = error === wrong ? 'tried' : (error as FaultError).faults[0]!.code;
        came.set(what, (came.get(what) ?? 0) + 1);
      }
      return Object.fromEntries(came);
    };
    const many = <T>(count: number, make: (n: number) => T) =>
      Array.from({ length: count }, (_, n) => make(n));

    test('one password sprayed over many accounts is held back by the network, whichever of its addresses is used', async () => {
      const spray = (network: (n: number) => string) =>
        tries(many(60, (n) => ({ network: network(n), email: `u${n}@example.com` })));
      const held = { tried: 50, A11: 10 };
      expect(await spray(() => '198.51.100.77')).toEqual(held);
      expect(await spray((n) => `${n % 2 ? '::ffff:' : ''}198.51.100.78`)).toEqual(held);
      expect(await spray((n) => `2001:db8:0:${(0x5500 + n).toString(16)}::${n}`)).toEqual(held);
      // Others share nothing with it.
      expect(await spray((n) => `2001:db8:${n}::1`)).toEqual({ tried: 60 });
      expect(await spray((n) => `198.51.100.${n}`)).toEqual({ tried: 60 });
    });

    test('one account guessed at from many networks is held back as well; its owner signs in where known', async () => {
      const device = cookies(await signIn(from('198.51.100.3'), it.email, it.password));
      const guesses = many(120, (n) => ({ network: `203.0.113.${n}`, email: it.email.toUpperCase() }));
      expect(await tries(guesses)).toEqual({ tried: 100, A11: 20 });
      const owner = { network: '203.0.113.250', email: it.email, cookie: device };
      expect(await tries([...guesses, owner])).toEqual({ tried: 101, A11: 20 });
    });
  });
  test('an address of two megabytes is refused unread, eighteen hundred of them cost no memory', async () => {
    const body = JSON.stringify({ email: `${'a'.repeat(2 ** 21)}@example.com`, password: 'x' });
    for (let i = 0; i < 20; i++)
      expect((await from(`198.51.101.${i}`).raw('POST', '/v1/session', body, json)).status).toBe(413);
    expect((await signIn(from('198.51.101.99'), `${'a'.repeat(300)}@example.com`, 'x')).status).toBe(400);
  });
  test('a wrong activation token is refused before anything is hashed, and throttled', async () => {
    const statuses: number[] = [];
    const start = performance.now();
    for (let i = 0; i < 25; i++)
      statuses.push(
        (
          await from('198.51.100.88').raw(
            'POST',
            '/v1/activate',
            JSON.stringify({ token: `gwa_${randomUUID()}`, password: 'a good long password' }),
            json,
          )
        ).status,
      );
    expect(statuses).toEqual([
      ...Array.from({ length: 20 }, () => 410),
      ...Array.from({ length: 5 }, () => 429),
    ]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('accounts', () => {
  test.each([
    'short',
    'password123',
    'PASSWORD123!',
    'aaaaaaaaaaaa',
    'woaini5201314',
    'operator@example.com',
    'My-OPERATOR-2026',
  ])('the password %s is not taken', async (next) => {
    const answer = await it.operator.raw(
      'POST',
      '/v1/me/password',
      JSON.stringify({ current: it.password, next }),
      json,
    );
    expect({ status: answer.status, body: await answer.text() }).toMatchObject({
      status: 422,
      body: expect.stringContaining('A22'),
    });
  });

  test('a user is disabled, enabled, reset and signed out; the old sessions end and the log names who did it', async () => {
    const id = await newUser('li@example.com', 'first long password');
    const session = async (password: string) => {
      const answer = await signIn(from('203.0.113.201'), 'li@example.com', password);
      return new Client(it.server.url, { Cookie: cookies(answer) });
    };
    const status = async (client: Client) => (await client.raw('GET', '/v1/me')).status;
    let li = await session('first long password');
    expect(await status(li)).toBe(200);
    await it.operator.post(`/v1/users/${id}/disable`);
    expect(await status(li)).toBe(401);
    expect((await signIn(from('203.0.113.202'), 'li@example.com', 'first long password')).status).toBe(401);
    await it.operator.post(`/v1/users/${id}/enable`);
    li = await session('first long password');
    expect(await status(li)).toBe(200);
    await it.operator.call('DELETE', `/v1/users/${id}/sessions`);
    expect(await status(li)).toBe(401);
    const { activation } = await it.operator.post<{ activation: string }>(`/v1/users/${id}/reset`);
    expect((await signIn(from('203.0.113.203'), 'li@example.com', 'first long password')).status).toBe(401);
    const token = new URL(activation).searchParams.get('token');
    const again = await from('203.0.113.204').raw(
      'POST',
      '/v1/activate',
      JSON.stringify({ token, password: 'second long password' }),
      json,
    );
    expect(again.status).toBe(200);
    const log =
      await it.operator.get<{ subject: string; action: string; actor: string }[]>('/v1/account-log');
    expect(log.filter((e) => e.subject === 'li@example.com').map((e) => [e.action, e.actor])).toEqual([
      ['reset', '运营员'],
      ['sessions-ended', '运营员'],
      ['enabled', '运营员'],
      ['disabled', '运营员'],
      ['added', '运营员'],
    ]);
  });

  test('a user is disabled and enabled from the command line, when nobody can sign in', async () => {
    await newUser('qian@example.com', 'first long password');
    const command = (...args: string[]) => runHere(addAccounts, ['users', ...args], settings());
    const status = async (network: string) =>
      (await signIn(from(network), 'qian@example.com', 'first long password')).status;
    expect(await status('203.0.113.211')).toBe(200);
    const disabling = startCommand(['users', 'disable', 'Qian@example.com'], settings());
    expect(await disabling.ended).toBe(0);
    expect(await status('203.0.113.212')).toBe(401);
    expect((await command('enable', 'qian@example.com')).code).toBe(0);
    expect(await status('203.0.113.213')).toBe(200);
    expect((await command('disable', 'nobody@example.com')).code).toBe(1);
    expect((await command('list')).out).toContain('qian@example.com');
  });

  test('a password is voided and sessions are ended from the command line', async () => {
    const password = 'first long password';
    await newUser('sun@example.com', password);
    const command = async (...args: string[]) => {
      const { code, out } = await runHere(addAccounts, ['users', ...args], settings());
      expect(code).toBe(0);
      return JSON.parse(out) as { email: string; done: string; activation?: string };
    };
    const session = async (network: string) => {
      const answer = await signIn(from(network), 'sun@example.com', password);
      expect(answer.status).toBe(200);
      return from(network, cookies(answer));
    };
    const status = async (client: Client) => (await client.raw('GET', '/v1/me')).status;

    const before = await session('203.0.113.221');
    expect(await status(before)).toBe(200);
    expect(await command('sign-out', 'sun@example.com')).toMatchObject({ done: 'sign-out' });
    expect(await status(before)).toBe(401);

    const again = await session('203.0.113.222');
    const { activation } = await command('reset', 'SUN@example.com');
    expect(await status(again)).toBe(401);
    expect((await signIn(from('203.0.113.223'), 'sun@example.com', password)).status).toBe(401);
    const token = new URL(activation!).searchParams.get('token');
    const activate = (newPassword: string) =>
      from('203.0.113.224').raw(
        'POST',
        '/v1/activate',
        JSON.stringify({ token, password: newPassword }),
        json,
      );
    expect((await activate('second long password')).status).toBe(200);
    expect((await signIn(from('203.0.113.225'), 'sun@example.com', 'second long password')).status).toBe(200);
    expect((await activate('third long password')).ok).toBe(false);
  });

  test('a key is rotated from the command line, when nobody can sign in', async () => {
    const { enterprise } = await enrol(it.operator, { code: null, name: '命令行商务委', role: 'officer' });
    const key = await it.operator.post<{ secret: string; prefix: string }>('/v1/api-keys', {
      tenantId: enterprise.tenantId,
      name: '命令行更换',
    });
    const run = (...args: string[]) => runHere(addAccounts, ['api-keys', ...args], settings());
    expect((await run('list')).out).toContain(key.prefix);
    expect(await run('rotate', key.prefix, '--hours', '169')).toMatchObject({ code: 1, out: '' });
    const { code, out } = await run('rotate', key.prefix);
    expect(code).toBe(0);
    const { secret } = JSON.parse(out) as { secret: string };
    const statusOf = async (known: string) => (await it.operator.withKey(known).raw('GET', '/v1/me')).status;
    expect([await statusOf(key.secret), await statusOf(secret)]).toEqual([401, 200]);
    expect((await run('rotate', key.prefix)).code).toBe(1);
  }, 60_000);

  test('two users of the operator who disable each other at once: one of them stays', async () => {
    const ids = [
      await newUser('one@example.com', 'a first long phrase'),
      await newUser('other@example.com', 'a second long phrase'),
    ];
    await it.gateway.store.query('update users set active = id = any($1)', [ids]);
    const access = { actor: 'test' } as Access;
    const ended = await Promise.allSettled(
      ids.map((id) => setUserActive(it.gateway.store, access, id, false)),
    );
    await it.gateway.store.query('update users set active = true');
    expect(ended.map((e) => e.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('the last user of the operator cannot be disabled', async () => {
    const users = await it.operator.get<{ id: string; email: string }[]>('/v1/users');
    await it.gateway.store.query(`update users set active = false where email <> $1`, [it.email]);
    const answer = await it.operator.raw(
      'POST',
      `/v1/users/${users.find((u) => u.email === it.email)!.id}/disable`,
    );
    expect(answer.status).toBe(409);
  });
});

/** The events of a stream until `enough` holds or it ends. */
async function events(client: Client, enough: (text: string) => boolean, ms: number) {
  const answer = await client.raw('GET', '/v1/changes');
  const reader = answer.body!.getReader();
  let text = '';
  const late = new Promise<{ done: true; value: undefined }>((resolve) =>
    setTimeout(() => resolve({ done: true, value: undefined }), ms),
  );
  for (;;) {
    const { done, value } = await Promise.race([reader.read(), late]);
    if (done || enough(text)) break;
    text += Buffer.from(value!).toString();
  }
  await reader.cancel();
  return text;
}

/** What streams do, each tried from the beginning of this file on. */
const streams: Record<string, () => Promise<void>> = {
  'end when the key is revoked': async () => {
    const { enterprise } = await enrol(it.operator, { code: null, name: '示例商务委', role: 'officer' });
    const key = await it.operator.post<{ id: string; secret: string }>('/v1/api-keys', {
      tenantId: enterprise.tenantId,
      name: '将被吊销',
    });
    const answer = await it.operator.withKey(key.secret).raw('GET', '/v1/changes');
    const reader = answer.body!.getReader();
    await it.operator.call('DELETE', `/v1/api-keys/${key.id}`);
    for (;;) if ((await reader.read()).done) break;
  },

  'of a rotated key end with it; the new key opens at once, the old one no more, and it is rotated once':
    async () => {
      const { enterprise } = await enrol(it.operator, {
        code: null,
        name: '更换密钥商务委',
        role: 'officer',
      });
      const key = await it.operator.post<{ id: string; secret: string }>('/v1/api-keys', {
        tenantId: enterprise.tenantId,
        name: '将被更换',
      });
      const old = it.operator.withKey(key.secret);
      const reader = (await old.raw('GET', '/v1/changes')).body!.getReader();
      const rotate = () => it.operator.raw('POST', `/v1/api-keys/${key.id}/rotate`, '{"hours":0}', json);
      const answers = await Promise.all([rotate(), rotate(), rotate()]);
      expect(answers.map((a) => a.status).sort()).toEqual([201, 404, 404]);
      const won = answers.find((a) => a.status === 201)!;
      const { secret } = (await won.json()) as { secret: string };
      expect((await old.raw('GET', '/v1/me')).status).toBe(401);
      expect((await it.operator.withKey(secret).raw('GET', '/v1/me')).status).toBe(200);
      for (;;) if ((await reader.read()).done) break;
      const { rows } = await it.gateway.store.query<{ subject: string }>(
        `select subject from account_log where tenant_id = $1 and action = 'key-rotated'`,
        [enterprise.tenantId],
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]!.subject).not.toContain(secret);
    },

  'of a broker fall silent about a seller whose mandate was revoked': async () => {
    const [seller] = [...it.sellers.values()];
    const { enterprise, client } = await enrol(it.operator, {
      code: null,
      name: '先有后无委托报关行',
      role: 'broker',
    });
    const mandate = await it.operator.post<{ id: string }>('/v1/mandates', {
      sellerTenantId: seller!.tenantId,
      brokerTenantId: enterprise.tenantId,
      validFrom: '2020-01-01',
      validTo: null,
    });
    const reader = (await client.raw('GET', '/v1/changes')).body!.getReader();
    let text = '';
    const until = async (heard: () => boolean) => {
      while (!heard()) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended: ${text}`);
        text += Buffer.from(value).toString();
      }
    };
    const beats = () => text.split('event: beat').length - 1;
    const tell = () =>
      it.gateway.store.query(`select pg_notify('gateway_tenants', $1)`, [`declarations ${seller!.tenantId}`]);
    await until(() => text.includes(': open'));
    await tell();
    await until(() => text.includes('changed'));
    await it.operator.call('DELETE', `/v1/mandates/${mandate.id}`);
    const before = beats();
    await until(() => beats() > before + 1);
    text = '';
    await tell();
    await until(() => beats() > 0);
    expect(text).not.toContain('changed');
    await reader.cancel();
  },

  'tell a seller of its own declarations and nothing of those of others': async () => {
    const owner = [...it.sellers.values()][0]!;
    const other = (await enrol(it.operator, { code: '91500000MA5U0ABC99', name: '另一电商', role: 'seller' }))
      .client;
    const changed = (text: string) => text.includes('changed');
    const heard = events(owner.client, changed, 20_000);
    const overheard = events(other, changed, 4_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await handIn(owner.client, orders);
    expect(await heard).toContain('{"kind":"declarations"}');
    expect(await overheard).not.toContain('changed');
  },
};

describe('event streams', () => {
  test.each(Object.keys(streams))('%s', (name) => under.get(name), 60_000);
});

describe('the edge', () => {
  test('no answer of the API may be kept by anybody', async () => {
    for (const path of ['/v1/me', '/v1/declarations', '/v1/nothing-here']) {
      const answer = await it.operator.raw('GET', path);
      expect({ path, cache: answer.headers.get('cache-control') }).toEqual({ path, cache: 'no-store' });
    }
  });

  test('a body that is sent by half ends', async () => {
    const { hostname, port } = new URL(it.server.url);
    const start = performance.now();
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          'POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"em',
        ),
      );
      socket.on('close', () => resolve());
      socket.on('error', () => undefined);
      socket.resume();
    });
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  test.each(['from=0000-01-01', 'to=0000-01-01', 'from=0000-01-01&to=9999-12-31'])(
    'no day breaks a route: %s',
    async (query) => {
      for (const path of ['declarations', 'filings', 'totals', 'notices', 'counting-records', 'refusals']) {
        const { status } = await it.operator.raw('GET', `/v1/${path}?${query}`);
        expect({ path, query, server: status >= 500 }).toEqual({ path, query, server: false });
      }
    },
  );

  test.each([{ reason: [{ a: 'b' }] }, { list: 'x' }, { reason: [] }, { copNo: [{}], list: [{ a: null }] }])(
    'no shape of a filing field breaks a route: %j',
    async (data) => {
      const owner = [...it.sellers.values()][0]!;
      for (const messageType of ['CEB605Message', 'CEB607Message', 'CEB625Message', 'CEB509Message'])
        for (const [path, body] of [
          ['/v1/filings', { messageType, data }],
          ['/v1/filings/draft', { messageType, from: { input: data } }],
        ] as const) {
          const answer = await owner.client.raw('POST', path, JSON.stringify(body), json);
          expect({ path, messageType, status: answer.status, broken: answer.status >= 500 }).toMatchObject({
            broken: false,
          });
        }
    },
  );
});

test('connections over which nothing was asked, as browsers open ahead of need, do not hold up the end', async () => {
  const server = await startServer(it.gateway);
  const { hostname, port } = new URL(server.url);
  const sockets = await Promise.all(
    [1, 2].map(async () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    }),
  );
  // The server has heard of both once it answers on a third.
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  const ended = Promise.all(sockets.map((socket) => once(socket, 'close')));
  const from = performance.now();
  await server.close();
  await ended;
  // What is asked for and not yet answered gets ten seconds.
  expect(performance.now() - from).toBeLessThan(8_000);
});
