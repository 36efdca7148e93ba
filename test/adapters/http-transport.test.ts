import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { createHttpTransport } from '../../adapters/transports/http.js';
import { FaultError } from '../../src/base/fault.js';
import type { SendOutcome } from '../../src/dispatch/transport.js';

const baseUrl = 'http://127.0.0.1:18701';
const dxpId = 'DXPENT0000012345';
const never = new AbortController().signal;
const message = {
  guid: '0F1C2D3E-0000-4000-8000-0000000000A1',
  messageType: 'CEB303Message',
  dxpId,
  createdAt: new Date('2026-11-20T02:03:04Z'),
  flow: 'export' as const,
  family: 'ceb',
  envelope: 'dxp' as const,
  bytes: Buffer.from('<x/>'),
};
const open = (url = baseUrl, timeoutMs = 2000) => createHttpTransport({ baseUrl: url, dxpId, timeoutMs });
const send = (): Promise<SendOutcome> => open().send(message, never);

describe('what an HTTP answer means for a message', () => {
  beforeAll(() => {
    nock.disableNetConnect();
    nock.enableNetConnect(/127\.0\.0\.1/);
  });
  afterEach(() => nock.cleanAll());
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  test('the exact bytes, the sender and the message name go out', async () => {
    const scope = nock(baseUrl)
      .post('/messages', '<x/>')
      .matchHeader('X-Dxp-Id', dxpId)
      .matchHeader('X-Cop-Msg-Id', message.guid)
      .reply(202, { copMsgId: message.guid });
    expect(await send()).toEqual({ kind: 'accepted' });
    scope.done();
  });

  test.each<[number, SendOutcome['kind']]>([
    [200, 'unknown'],
    [202, 'unknown'],
    [204, 'unknown'],
    [302, 'refused'],
    [400, 'refused'],
    [401, 'retry'],
    [404, 'retry'],
    [409, 'retry'],
    [413, 'refused'],
    [422, 'refused'],
    [429, 'retry'],
    [500, 'unknown'],
    [501, 'retry'],
    [502, 'unknown'],
    [503, 'retry'],
    [504, 'unknown'],
    [599, 'unknown'],
  ])('HTTP %i without a word of the interface is %s', async (status, kind) => {
    nock(baseUrl).post('/messages').reply(status, '');
    expect((await send()).kind).toBe(kind);
  });

  test.each([
    [202, { copMsgId: message.guid }],
    [200, { copMsgId: message.guid }],
    [409, { reason: 'duplicate', copMsgId: message.guid }],
  ])('HTTP %i with what the interface says then is accepted', async (status, body) => {
    nock(baseUrl).post('/messages').reply(status, body);
    expect((await send()).kind).toBe('accepted');
  });

  test('a redirect is not followed, wherever it points', async () => {
    const elsewhere = nock('http://127.0.0.1:18702').post('/messages').reply(202);
    nock(baseUrl).post('/messages').reply(307, '', { Location: 'http://127.0.0.1:18702/messages' });
    expect((await send()).kind).toBe('refused');
    expect(elsewhere.isDone()).toBe(false);
  });

  test('a redirect is not followed when receipts are fetched either', async () => {
    const elsewhere = nock('http://127.0.0.1:18702').get('/receipts').query(true).reply(200, { files: [] });
    const location = 'http://127.0.0.1:18702/receipts';
    nock(baseUrl).get('/receipts').query(true).reply(302, '', { Location: location });
    await expect(open().receive(10, 0, never)).rejects.toMatchObject({ faults: [{ code: 'P03' }] });
    expect(elsewhere.isDone()).toBe(false);
  });

  test('a refusal carries the words of the counterpart in both languages', async () => {
    nock(baseUrl)
      .post('/messages')
      .reply(422, { reason: 'guid-taken', message: { zh: '已被使用', en: 'taken' } });
    expect(await send()).toEqual({ kind: 'refused', detail: 'HTTP 422 · guid-taken · 已被使用 · taken' });
  });

  test('an answer with malformed JSON takes nothing: accepted it may be, so nobody knows', async () => {
    nock(baseUrl).post('/messages').reply(202, '{"copMsgId":');
    expect(await send()).toEqual({ kind: 'unknown', detail: 'HTTP 202 · unexpected answer' });
    nock(baseUrl).post('/messages').reply(422, '<html>');
    expect(await send()).toEqual({ kind: 'refused', detail: 'HTTP 422' });
  });

  test('Retry-After is understood in seconds and as a date', async () => {
    nock(baseUrl).post('/messages').reply(429, '', { 'Retry-After': '7' });
    expect(await send()).toMatchObject({ kind: 'retry', retryAfterMs: 7000 });
    const date = new Date(Date.now() + 30_000).toUTCString();
    nock(baseUrl).post('/messages').reply(429, '', { 'Retry-After': date });
    const outcome = await send();
    const wait = outcome.kind === 'retry' ? (outcome.retryAfterMs ?? 0) : 0;
    expect(wait).toBeGreaterThan(25_000);
    expect(wait).toBeLessThanOrEqual(30_000);
    nock(baseUrl).post('/messages').reply(503, '', { 'Retry-After': 'soon' });
    expect(await send()).toEqual({ kind: 'retry', detail: 'HTTP 503' });
  });

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
    '%s: nothing was sent, so try again',
    async (code) => {
      nock(baseUrl)
        .post('/messages')
        .replyWithError(Object.assign(new Error(code), { code }));
      expect(await send()).toEqual({ kind: 'retry', detail: code });
    },
  );

  test('a list of receipts that cannot be read is a fault, not an empty list', async () => {
    nock(baseUrl).get('/receipts').query(true).reply(200, '{"files":[{"id":');
    await expect(open().receive(10, 0, never)).rejects.toMatchObject({ faults: [{ code: 'P04' }] });
  });

  test('a receipt whose data are no Base64 is kept as the text that came, and its neighbours come too', async () => {
    nock(baseUrl)
      .get('/receipts')
      .query(true)
      .reply(200, {
        files: [
          { id: 'a', fileName: 'a.xml', data: '%%' },
          { id: 'b', fileName: 'b.xml', data: Buffer.from('<b/>').toString('base64') },
        ],
      });
    expect(await open().receive(10, 0, never)).toEqual([
      { id: 'a', origin: 'a.xml', bytes: Buffer.from('%%') },
      { id: 'b', origin: 'b.xml', bytes: Buffer.from('<b/>') },
    ]);
  });

  test('a counterpart that is down when receipts are fetched is a fault, not an empty list', async () => {
    nock(baseUrl).get('/receipts').query(true).reply(503, '');
    await expect(open().receive(10, 0, never)).rejects.toMatchObject({ faults: [{ code: 'P03' }] });
    nock(baseUrl).post('/receipts/ack').reply(500, '');
    await expect(open().acknowledge(['a'])).rejects.toMatchObject({ faults: [{ code: 'P03' }] });
  });

  test('an id the port refuses keeps none of the others from being acknowledged, and is said once', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `id${n}`);
    const bad = new Set(['id7', 'id31']);
    const taken = new Set<string>();
    let calls = 0;
    nock(baseUrl)
      .post('/receipts/ack')
      .times(200)
      .reply(function (_path, body) {
        calls++;
        const told = (body as { ids: string[] }).ids;
        if (told.some((id) => bad.has(id))) return [422, ''];
        for (const id of told) taken.add(id);
        return [200, '{}'];
      });
    const transport = open();
    const failed = await transport.acknowledge(ids).catch((error: unknown) => error);
    expect((failed as FaultError).faults[0]?.message.en).toContain('HTTP 422 id7 id31');
    expect([...taken].sort()).toEqual(ids.filter((id) => !bad.has(id)).sort());
    expect(calls).toBeLessThan(30);
    // They come again with others: two calls, and nobody is told the same twice.
    calls = 0;
    await transport.acknowledge(['id7', 'id31', 'new']);
    expect([calls, taken.has('new')]).toEqual([2, true]);
    bad.clear();
    await transport.acknowledge(['id7', 'id31']);
    expect(taken.has('id31')).toBe(true);
    nock.cleanAll();
  });

  test('a port that takes nothing at all is not asked for every id', async () => {
    let calls = 0;
    nock(baseUrl)
      .post('/receipts/ack')
      .times(200)
      .reply(() => [++calls > 100 ? 200 : 500, '']);
    const ids = Array.from({ length: 50 }, (_, n) => `id${n}`);
    await expect(open().acknowledge(ids)).rejects.toMatchObject({ faults: [{ code: 'P03' }] });
    expect(calls).toBeLessThan(12);
    nock.cleanAll();
  });

  test('a message larger than any port takes is refused before it leaves', async () => {
    const huge = { ...message, bytes: Buffer.alloc(33 * 1024 * 1024, 0x20) };
    expect((await open().send(huge, never)).kind).toBe('refused');
  });
});

describe('where a transport may connect', () => {
  const codeOf = (build: () => unknown): string | undefined => {
    try {
      build();
    } catch (error) {
      return error instanceof FaultError ? error.faults[0]?.code : String(error);
    }
    return undefined;
  };

  test('another machine needs explicit permission', () => {
    const options = { baseUrl: 'https://singlewindow.example.cn', dxpId, timeoutMs: 1000 };
    expect(codeOf(() => createHttpTransport(options))).toBe('P01');
    expect(codeOf(() => createHttpTransport({ ...options, allowLiveHost: true }))).toBeUndefined();
  });

  test.each(['www.singlewindow.cn', 'singlewindow.cn', 'swapp.singlewindow.cn.', '36.101.208.230'])(
    '%s is known as a live environment and says whose it is',
    (host) => {
      const options = { baseUrl: `https://${host}`, dxpId, timeoutMs: 1000 };
      expect(codeOf(() => createHttpTransport(options))).toBe('P06');
      expect(codeOf(() => createHttpTransport({ ...options, allowLiveHost: true }))).toBeUndefined();
    },
  );

  test.each(['http://127.0.0.1:1', 'http://127.8.0.1', 'http://[::1]:80', 'http://localhost'])(
    '%s is this machine',
    (url) => expect(codeOf(() => open(url))).toBeUndefined(),
  );

  test.each(['http://127.0.0.1.example.cn', 'http://localhost.example.cn', 'http://0x7f.1.example'])(
    '%s only looks like this machine',
    (url) => expect(codeOf(() => open(url))).toBe('P01'),
  );

  test.each(['', 'ftp://127.0.0.1', 'http://user:secret@127.0.0.1', '127.0.0.1'])(
    '%p is no usable address',
    (url) => expect(codeOf(() => open(url))).toBe('P02'),
  );

  test('the proxy settings of the environment are ignored', async () => {
    const before = process.env.http_proxy;
    process.env.http_proxy = 'http://127.0.0.1:1';
    try {
      const port = await new Promise<number>((resolve) => {
        const direct = createServer((socket) =>
          socket.once('data', () =>
            socket.end('HTTP/1.1 202 Accepted\r\nContent-Length: 18\r\n\r\n{"copMsgId":"one"}'),
          ),
        ).listen(0, '127.0.0.1', () => resolve((direct.address() as AddressInfo).port));
        direct.unref();
      });
      expect((await open(`http://127.0.0.1:${port}`).send(message, never)).kind).toBe('accepted');
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
  });
});
