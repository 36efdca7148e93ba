import { generateKeyPairSync } from 'node:crypto';
import {
  createServer as createHttpServer,
  request as httpRequest,
  type Server as HttpServer,
} from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createHttpTransport, type HttpTransportOptions } from '../../adapters/transports/http.js';
import { FaultError } from '../../src/base/fault.js';
import { reach } from '../../src/dispatch/reach.js';
import type { OutgoingMessage, SendOutcome } from '../../src/dispatch/transport.js';
import { makeCertificate, type Certificate } from '../support/certificates.js';
import { decryptBlocks } from '../support/rsaBlocks.js';
import { answer, scriptedServer, type Script, type ScriptedServer } from '../support/scriptedServer.js';

const never = new AbortController().signal;
const dxpId = 'DXPENT0000012345';
const xml = '<x>清单 & {guid} "引号" €</x>';
const message: OutgoingMessage = {
  guid: '0F1C2D3E-0000-4000-8000-0000000000C1',
  messageType: 'CEB603Message',
  dxpId,
  createdAt: new Date('2026-11-20T02:03:04Z'),
  flow: 'export',
  family: 'ceb',
  envelope: 'dxp',
  bytes: Buffer.from(xml),
};
const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
const credentials = {
  entCode: '13029609B5',
  appId: 'APP1',
  secret: 'T0p&secret={x}',
  publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('hex'),
};

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
const serve = async (script: Script): Promise<ScriptedServer> => {
  const server = await scriptedServer(script);
  opened.push(server);
  return server;
};
const open = (baseUrl: string, more: Partial<HttpTransportOptions> = {}) => {
  const transport = createHttpTransport({ baseUrl, dxpId, timeoutMs: 5000, credentials, ...more });
  opened.push(transport);
  return transport;
};
const send = (baseUrl: string, more: Partial<HttpTransportOptions> = {}): Promise<SendOutcome> =>
  open(baseUrl, more).send(message, never);

/** How each interface says yes and no, and how the exact bytes are taken out of its request; written from its description. */
const interfaces: { profile: string; yes: string; no?: string; bytesOf(body: Buffer): Buffer | string }[] = [
  { profile: 'sandbox', yes: '{"copMsgId":"one"}', bytesOf: (body) => body },
  {
    profile: 'cebcmsg',
    yes: 'OK',
    bytesOf: (body) => {
      const { Message } = JSON.parse(body.toString()) as {
        Message: { MessageHead: Record<string, string>; MessageBody: { data: string } };
      };
      expect(Message.MessageHead).toEqual({
        MessageType: 'CEB603Message.xml',
        SenderID: dxpId,
        ReceiverID: 'DXPEDCCEB0000003',
        SendTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
        Version: '1.0',
      });
      return Buffer.from(Message.MessageBody.data, 'base64');
    },
  },
  {
    profile: 'receive-ent-message',
    yes: '{"status":"success","message":"报文接收成功"}',
    no: '{"status":"fail","message":"企业未备案"}',
    bytesOf: (body) => {
      const { content, ...rest } = JSON.parse(body.toString()) as Record<string, string>;
      expect(rest).toEqual({ signed: '1', entCode: '13029609B5', dxpId, messageType: 'CEB603Message' });
      return decryptBlocks(pair.privateKey, Buffer.from(content ?? '', 'base64'));
    },
  },
  {
    profile: 'open-gateway',
    yes: '{"code":"0","message":"success"}',
    no: '{"code":"4001","message":"签名错误"}',
    bytesOf: (body) => {
      const form = Object.fromEntries(new URLSearchParams(body.toString()));
      expect(form).toMatchObject({ appId: 'APP1', bizCode: 'CEB60300', bizId: message.guid });
      return form.content ?? '';
    },
  },
];

describe.each(interfaces)('the wire of the interface $profile', ({ profile, yes, no, bytesOf }) => {
  const said = (script: Script['whole']) => serve({ whole: script! });

  test('the exact bytes go out once, in its own envelope, and its yes is a yes', async () => {
    const server = await said((socket) => socket.write(answer(200, yes)));
    expect(await send(server.url, { profile })).toEqual({ kind: 'accepted' });
    expect(server.seen.length).toBe(1);
    expect(bytesOf(server.seen[0]!.body).toString()).toBe(xml);
  });

  test.each<[string, Script, SendOutcome['kind'], string]>([
    ['before the request', { connected: (s) => s.destroy() }, 'unknown', ''],
    ['after its head', { head: (s) => s.destroy() }, 'unknown', ''],
    ['after its body', { whole: (s) => s.destroy() }, 'unknown', ''],
    ['in the head of the answer', { whole: (s) => s.end('HTTP/1.1 200 OK\r\nContent-Le') }, 'unknown', ''],
    [
      'in the body of the answer',
      { whole: (s) => s.end(`HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n${yes}`) },
      'unknown',
      '',
    ],
    [
      'after a chunk of the answer',
      {
        whole: (s) =>
          s.end(
            `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${Buffer.byteLength(yes).toString(16)}\r\n${yes}\r\n`,
          ),
      },
      'unknown',
      '',
    ],
    ['by silence before the body', { head: (s) => s.pause() }, 'unknown', 'ETIMEDOUT'],
    ['by silence after the body', {}, 'unknown', 'ETIMEDOUT'],
    [
      'by an answer that drips',
      {
        whole: (s) => {
          s.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n');
          const drip = setInterval(() => s.write(' '), 20);
          s.on('close', () => clearInterval(drip));
        },
      },
      'unknown',
      'ETIMEDOUT',
    ],
  ])('a connection cut %s leaves the outcome open', async (_where, script, kind, detail) => {
    const server = await serve(script);
    const outcome = await send(server.url, { profile, timeoutMs: detail === '' ? 5_000 : 250 });
    expect(outcome.kind).toBe(kind);
    if (detail !== '') expect(outcome).toMatchObject({ detail });
  });

  test('an answer that is none of this interface never counts as taken', async () => {
    const html = '<!doctype html><html><title>登录</title><form action="/login"></form></html>';
    const gbk = Buffer.from([0xb5, 0xc7, 0xc2, 0xbc, 0xd2, 0xb3]);
    const bodies: [string | Buffer, Record<string, string>][] = [
      [html, { 'Content-Type': 'text/html' }],
      [gbk, { 'Content-Type': 'text/plain; charset=GBK' }],
      ['', {}],
      ['{"ok":true}', {}],
      ['[]', {}],
      [yes.slice(0, -1), {}],
    ];
    const server = await said((socket) => socket.write(answer(200, ...bodies[server.seen.length - 1]!)));
    const transport = open(server.url, { profile });
    for (const [body] of bodies)
      expect({ body: body.toString(), ...(await transport.send(message, never)) }).toEqual({
        body: body.toString(),
        kind: 'unknown',
        detail: 'HTTP 200 · unexpected answer',
      });
  });

  test('no redirect is followed', async () => {
    const elsewhere = await said((socket) => socket.write(answer(200, yes)));
    const server = await said((socket) => socket.write(answer(307, '', { Location: elsewhere.url })));
    expect((await send(server.url, { profile })).kind).toBe('refused');
    expect(elsewhere.seen).toEqual([]);
  });

  test('"later" is obeyed with the time it names, and a no is a no in its own words', async () => {
    const server = await said((socket) =>
      socket.write(
        server.seen.length === 1 ? answer(503, '', { 'Retry-After': '7' }) : answer(200, no ?? ''),
      ),
    );
    const transport = open(server.url, { profile });
    expect(await transport.send(message, never)).toEqual({
      kind: 'retry',
      detail: 'HTTP 503',
      retryAfterMs: 7000,
    });
    if (no === undefined) return;
    const { message: words } = JSON.parse(no) as { message: string };
    expect(await transport.send(message, never)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining(words),
    });
  });

  test('a message larger than it takes is refused before it leaves', async () => {
    const server = await said((socket) => socket.write(answer(200, yes)));
    const huge = { ...message, bytes: Buffer.alloc(33 * 1024 * 1024, 0x20) };
    expect((await open(server.url, { profile }).send(huge, never)).kind).toBe('refused');
    expect(server.seen).toEqual([]);
  });
});

test('a connection over which nothing comes is let go before the other end may do so, a slow answer is waited for', async () => {
  let connections = 0;
  let ended = () => {};
  const left = new Promise<void>((resolve) => (ended = resolve));
  const server = await serve({
    connected: (socket) => {
      connections++;
      socket.once('end', ended);
    },
    whole: (socket) => void setTimeout(() => socket.write(answer(202, '{"copMsgId":"one"}')), 1_500),
  });
  const transport = open(server.url, { profile: 'sandbox' });
  expect(await transport.send(message, never)).toEqual({ kind: 'accepted' });
  await left;
  expect(await transport.send(message, never)).toEqual({ kind: 'accepted' });
  expect(connections).toBe(2);
});

test('a port that accepts connections and says nothing over them does not count as reached', async () => {
  const silent = await serve({});
  for (const { profile } of interfaces)
    await expect(reach(open(silent.url, { profile }), 50)).rejects.toMatchObject({
      faults: [{ code: 'P03' }],
    });
  const empty = await serve({ whole: (socket) => socket.write(answer(200, '{"files":[]}')) });
  await expect(reach(open(empty.url), 5000)).resolves.toBeUndefined();
});

describe('an answer', () => {
  test('that unpacks to a thousand times its size is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const server = await serve({
      whole: (socket) => socket.write(answer(200, bomb, { 'Content-Encoding': 'gzip' })),
    });
    const before = process.memoryUsage().rss;
    expect((await send(server.url, {})).kind).toBe('unknown');
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
  });

  test.each([
    ['says its length', (n: number) => `Content-Length: ${n}\r\n\r\n`],
    ['does not', () => '\r\n'],
  ])('of 50 MB is not read to its end, whether it %s', async (_what, head) => {
    const bytes = Buffer.alloc(50 * 1024 * 1024, ' ');
    const server = await serve({
      whole: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head(bytes.length)}`);
        socket.write(bytes);
      },
    });
    expect(await send(server.url)).toEqual({ kind: 'unknown', detail: 'EMSGSIZE' });
  });
});

describe('the signature of the open gateway', () => {
  test('is the hash over the fields as they are sent, with the key at the end', async () => {
    const { createHash } = await import('node:crypto');
    const server = await serve({ whole: (socket) => socket.write(answer(200, '{"code":0}')) });
    await send(server.url, { profile: 'open-gateway' });
    const form = Object.fromEntries(new URLSearchParams(server.seen[0]!.body.toString()));
    const { bizCode, bizId, content, timestamp, sign } = form;
    const said = `bizCode=${bizCode}&bizId=${bizId}&content=${content}&timestamp=${timestamp}&appKey=T0p&secret={x}`;
    expect(sign).toBe(createHash('sha1').update(said).digest('hex'));
    expect(Object.values(form).join()).not.toContain('T0p&secret');
  });
});

describe('TLS', () => {
  const certificates: Record<string, Certificate> = {};
  let authority: Certificate;
  let other: Certificate;
  beforeAll(() => {
    authority = makeCertificate('Authority');
    other = makeCertificate('Other authority');
    certificates.good = makeCertificate('127.0.0.1', { authority });
    certificates.named = makeCertificate('port.example.cn', { authority });
    certificates.expired = makeCertificate('127.0.0.1', { authority, days: -1 });
  });
  const serveTls = async (certificate: Certificate) => {
    const server = await scriptedServer(
      { whole: (socket) => socket.write(answer(200, '{"copMsgId":"one"}')) },
      (onSocket) => createTlsServer(certificate, onSocket),
    );
    opened.push(server);
    return server;
  };
  const over = async (certificate: Certificate, ca: string | undefined) => {
    const server = await serveTls(certificate);
    const outcome = await send(`https://127.0.0.1:${server.port}`, { ca });
    return { outcome, seen: server.seen.length };
  };

  test('the authority of the settings is believed', async () => {
    const { outcome, seen } = await over(certificates.good!, authority.cert);
    expect(outcome).toEqual({ kind: 'accepted' });
    expect(seen).toBe(1);
  });

  test.each([
    ['of another authority', 'good', 'other', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['of an authority nobody named', 'good', 'none', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['of another name', 'named', 'authority', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['that has expired', 'expired', 'authority', 'CERT_HAS_EXPIRED'],
  ])('a certificate %s gets nothing of a message', async (_what, certificate, believed, detail) => {
    const ca = { other: other.cert, authority: authority.cert, none: undefined }[believed];
    expect(await over(certificates[certificate]!, ca)).toEqual({
      outcome: { kind: 'retry', detail },
      seen: 0,
    });
  });

  test('a handshake that is cut has sent nothing', async () => {
    const server = await serve({ connected: (socket) => socket.destroy() });
    expect((await send(`https://127.0.0.1:${server.port}`)).kind).toBe('retry');
  });

  describe('and proxies', () => {
    const login = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    let proxy: HttpServer;
    let asked: string[];
    let proxyUrl: string;
    beforeAll(async () => {
      proxy = createHttpServer((req, res) => {
        asked.push(`${req.method} ${req.url} ${req.headers['proxy-authorization']}`);
        if (req.headers['proxy-authorization'] !== login) return void res.writeHead(407).end();
        const { 'proxy-authorization': _login, ...headers } = req.headers;
        const on = httpRequest(req.url ?? '', { method: req.method, headers }, (from) => {
          res.writeHead(from.statusCode ?? 0, from.headers);
          from.pipe(res);
        });
        req.pipe(on);
      });
      proxy.on('connect', (req, socket: Socket) => {
        asked.push(`CONNECT ${req.url} ${req.headers['proxy-authorization']}`);
        if (req.headers['proxy-authorization'] !== login)
          return void socket.end('HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n');
        const [host = '', port = ''] = (req.url ?? '').split(':');
        const on = connect(Number(port), host, () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.pipe(on).pipe(socket);
        });
        for (const one of [socket, on]) one.on('error', () => undefined);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      proxyUrl = `http://user:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    });
    afterAll(() => {
      proxy.closeAllConnections();
      proxy.close();
    });

    test('http goes through the proxy of the settings, with its login', async () => {
      asked = [];
      const server = await serve({ whole: (socket) => socket.write(answer(200, '{"copMsgId":"one"}')) });
      expect(await send(server.url, { proxy: proxyUrl })).toEqual({ kind: 'accepted' });
      expect(asked).toEqual([`POST ${server.url}/messages ${login}`]);
      expect(server.seen.map((r) => /proxy-authorization/i.test(r.head))).toEqual([false]);
    });

    test('https goes through it in a tunnel, and the certificate is still the counterpart’s', async () => {
      asked = [];
      const server = await serveTls(certificates.good!);
      const baseUrl = `https://127.0.0.1:${server.port}`;
      expect(await send(baseUrl, { proxy: proxyUrl, ca: authority.cert })).toEqual({ kind: 'accepted' });
      expect(asked).toEqual([`CONNECT 127.0.0.1:${server.port} ${login}`]);
      expect(await send(baseUrl, { proxy: proxyUrl, ca: other.cert })).toMatchObject({ kind: 'retry' });
      expect(server.seen.length).toBe(1);
    });

    test('a proxy that refuses is no answer of the counterpart, and its login is said nowhere', async () => {
      asked = [];
      const server = await serveTls(certificates.good!);
      const wrong = proxyUrl.replace('p%40ss', 'wrong');
      const transport = open(`https://127.0.0.1:${server.port}`, { proxy: wrong, ca: authority.cert });
      const outcome = await transport.send(message, never);
      const failed: unknown = await transport.receive(1, 0, never).catch((error: unknown) => error);
      expect(outcome).toEqual({ kind: 'retry', detail: 'EPROXY' });
      expect(failed).toBeInstanceOf(FaultError);
      const all = JSON.stringify([outcome, failed, transport.name, String((failed as Error).stack)]);
      expect(all).not.toMatch(/wrong|dXNlcjp3cm9uZw/);
      expect(server.seen).toEqual([]);
    });

    test('a proxy that is not there has sent nothing', async () => {
      const gone: Server = createServer();
      await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
      const { port } = gone.address() as AddressInfo;
      await new Promise((resolve) => gone.close(resolve));
      for (const scheme of ['http', 'https'])
        expect((await send(`${scheme}://127.0.0.1:9`, { proxy: `http://127.0.0.1:${port}` })).kind).toBe(
          'retry',
        );
    });
  });
});

test('a list of receipts too large for one answer is asked for in smaller parts, and its small files come', async () => {
  const file = (id: number) => ({ id: String(id), fileName: 'r.xml', data: '' });
  const server = await serve({
    whole: (socket, { head }) => {
      const limit = Number(/limit=(\d+)/.exec(head)?.[1]);
      // Claims a size that no answer may have; it is believed, and not waited for.
      if (limit > 1) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n${' '.repeat(100)}`);
      else socket.write(answer(200, JSON.stringify({ files: [file(1)] })));
    },
  });
  const files = await open(server.url, { timeoutMs: 20_000 }).receive(50, 0, never);
  expect(files.map((one) => one.id)).toEqual(['1']);
  expect(server.seen.map(({ head }) => /limit=(\d+)/.exec(head)?.[1])).toEqual(['50', '7', '1']);
});

describe('receipts that come as rows', () => {
  const asJava =
    '[{org_id=1, instm=1690556389000, re_order_guid=AOF0YM-1, returnstatus=-301014, ebpcode=4601630004, returntime2=20230728225949, ebccode=4601630004, trans_dxpid=DXPENT0000530815, returninfo=订单报文处理失败, 接收报文为旧报文数据;, returntime=1690556377000, orderno=T_C1}, {org_id=1, instm=1690556389001, re_order_guid=AOF0YM-2, returnstatus=120, ebpcode=4601630004, returntime2=20230728225950, ebccode=4601630004, returninfo=[Code:1800;Desc:逻辑校验通过], orderno=T_C2}]';

  test('each row is one file, comes again until it is acknowledged, and never after', async () => {
    const server = await serve({
      whole: (socket, { head }) => socket.write(answer(200, head.includes('/ceb312msg') ? asJava : '[]')),
    });
    const transport = open(server.url, { profile: 'cebcmsg' });
    const first = await transport.receive(10, 0, never);
    expect(first.map((file) => file.origin)).toEqual(['CEB312Message row', 'CEB312Message row']);
    expect(`[${first.map((file) => file.bytes.toString()).join(', ')}]`).toBe(asJava);
    expect(await transport.receive(1, 0, never)).toEqual(first.slice(0, 1));
    await transport.acknowledge([first[0]!.id]);
    expect(await transport.receive(10, 0, never)).toEqual(first.slice(1));
    await transport.acknowledge([first[1]!.id]);
    expect(await transport.receive(10, 0, never)).toEqual([]);
    const since = server.seen.map(
      ({ head }) => /dxpid=DXPENT0000012345&qryid=(\d{14})/.exec(head)?.[1] ?? '',
    );
    expect(since.every((time) => time !== '')).toBe(true);
    expect(since.at(-1)! > since[0]!).toBe(true);
  });

  test('an answer that is no list of rows is a fault, not an empty list', async () => {
    const server = await serve({ whole: (socket) => socket.write(answer(200, '<html>登录</html>')) });
    await expect(open(server.url, { profile: 'cebcmsg' }).receive(1, 0, never)).rejects.toMatchObject({
      faults: [{ code: 'P04' }],
    });
  });
});

describe('settings of an interface', () => {
  const codeOf = (more: Partial<HttpTransportOptions>): string | undefined => {
    try {
      open('http://127.0.0.1:1', more);
    } catch (error) {
      return error instanceof FaultError ? error.faults[0]?.code : String(error);
    }
    return undefined;
  };

  test('an interface nobody knows, one that lacks what it needs and a key that is none stop the start', () => {
    expect(codeOf({ profile: 'nowhere' })).toBe('P08');
    expect(codeOf({ profile: 'open-gateway', credentials: { appId: 'A' } })).toBe('P08');
    expect(codeOf({ profile: 'receive-ent-message', credentials: { ...credentials, publicKey: 'zz' } })).toBe(
      'P07',
    );
    expect(codeOf({ profile: 'receive-ent-message' })).toBeUndefined();
  });
});
