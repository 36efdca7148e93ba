import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { counterpart, type AddressRule, type Resolve } from '../../adapters/transports/address.js';
import { createCustoms179 } from '../../adapters/transports/customs179.js';
import { createHttpTransport } from '../../adapters/transports/http.js';
import { FaultError } from '../../src/base/fault.js';
import { readConfig } from '../../src/base/config.js';

const live: AddressRule = { allowLiveHost: true };
const codeOf = (build: () => unknown): string | undefined => {
  try {
    build();
  } catch (error) {
    return error instanceof FaultError ? error.faults[0]?.code : String(error);
  }
  return undefined;
};

let asked = 0;
let port: number;
let server: Server;
beforeAll(async () => {
  server = createServer((_req, res) => {
    asked++;
    res.end('{"code":"10000","message":""}');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('an address in the settings', () => {
  test.each([
    ['private', ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1']],
    [
      'of a cloud’s metadata',
      ['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518'],
    ],
    ['of no host', ['0.0.0.0', '0', '224.0.0.1', '255.255.255.255', '240.0.0.1']],
    ['of this machine inside IPv6', ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]']],
    [
      'private in IPv6',
      ['[fe80::1]', '[fc00::1]', '[fd12:3456::1]', '[::]', '[ff02::1]', '[::ffff:10.0.0.1]'],
    ],
    [
      'that carries IPv4 in IPv6',
      ['[64:ff9b::a9fe:a9fe]', '[2002:a00:1::]', '[2001:0:a00:1::]', '[::10.0.0.1]'],
    ],
  ])('%s is refused though live hosts are allowed', (_what, hosts) => {
    for (const host of hosts)
      expect({ host, code: codeOf(() => counterpart(`http://${host}/`, live)) }).toEqual({
        host,
        code: 'P05',
      });
  });

  test('however it is written, this machine is this machine and needs no permission', () => {
    for (const host of [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '①②⑦.0.0.1',
      '[::1]',
      'localhost',
    ])
      expect({ host, code: codeOf(() => counterpart(`http://${host}:8701`, {})) }).toEqual({ host });
  });

  test('of a network that the settings name is allowed, its neighbours are not', () => {
    const { privateNetworks } = readConfig({
      GATEWAY_PRIVATE_NETWORKS: '10.20.0.0/16, fd00:1::/32,192.168.3.4',
    });
    const rule = { ...live, privateNetworks };
    for (const host of ['10.20.3.4', '[fd00:1::9]', '192.168.3.4', '[::ffff:10.20.3.4]'])
      expect({ host, code: codeOf(() => counterpart(`https://${host}`, rule)) }).toEqual({ host });
    for (const host of ['10.21.3.4', '[fd00:2::9]', '192.168.3.5', '169.254.169.254'])
      expect({ host, code: codeOf(() => counterpart(`https://${host}`, rule)) }).toEqual({
        host,
        code: 'P05',
      });
    expect(codeOf(() => counterpart('https://10.20.3.4', { privateNetworks }))).toBe('P01');
    expect(codeOf(() => readConfig({ GATEWAY_PRIVATE_NETWORKS: '10.20.0.0/33' }))).toBe('C01');
  });

  test('is looked at by every part that connects over HTTP', () => {
    const settings = { ...live, baseUrl: 'http://169.254.169.254/latest', timeoutMs: 1000, dxpId: 'D1' };
    expect(codeOf(() => createHttpTransport(settings))).toBe('P05');
    expect(codeOf(() => createCustoms179(settings))).toBe('P05');
  });
});

describe('a name', () => {
  const to =
    (...addresses: string[]): Resolve =>
    () =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  /** What a request to that name ends with: its status, or why no connection was made. */
  const reached = (host: string, rule: AddressRule, resolve: Resolve) =>
    new Promise<string>((done) => {
      const { url, lookup } = counterpart(`http://${host}:${port}`, rule, { resolve });
      get(url, { lookup }, (res) => {
        res.resume();
        res.on('end', () => done(String(res.statusCode)));
      }).on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    });

  test('that leads to this machine, a private network or metadata leads nowhere', async () => {
    const before = asked;
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', 'fe80::1', '::ffff:127.0.0.1'])
      expect(await reached('port.example.cn', live, to(address))).toBe('EADDRNOTALLOWED');
    expect(await reached('port.example.cn', live, to('93.184.215.14', '127.0.0.1'))).toBe('EADDRNOTALLOWED');
    expect(await reached('port.example.cn', live, to())).toBe('ENOTFOUND');
    expect(asked).toBe(before);
  });

  test('is asked again for each connection: what was allowed before and leads elsewhere now is refused', async () => {
    const rule = { ...live, privateNetworks: ['127.0.0.1'] };
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const turning: Resolve = () => to(...(answers.shift() ?? []))('');
    const { url, lookup } = counterpart(`http://port.example.cn:${port}`, rule, { resolve: turning });
    const once = () =>
      new Promise<string>((done) => {
        get(url, { lookup, agent: false }, (res) => {
          res.resume();
          res.on('end', () => done(String(res.statusCode)));
        }).on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
      });
    expect([await once(), await once()]).toEqual(['200', 'EADDRNOTALLOWED']);
  });

  test('localhost that leads to another machine leads nowhere', async () => {
    expect(await reached('localhost', {}, to('93.184.215.14'))).toBe('EADDRNOTALLOWED');
    expect(await reached('localhost', {}, to('127.0.0.1'))).toBe('200');
  });

  test('that this machine has in its network carries no message', async () => {
    const before = asked;
    const transport = createHttpTransport({
      baseUrl: `http://${hostname()}:${port}`,
      dxpId: 'D1',
      timeoutMs: 2000,
      ...live,
    });
    const message = {
      guid: 'g',
      messageType: 'CEB303Message',
      dxpId: 'D1',
      createdAt: new Date(0),
      flow: 'export',
      family: 'ceb',
      envelope: 'none',
      bytes: Buffer.from('<a/>'),
    } as const;
    const outcome = await transport.send(message, new AbortController().signal);
    // Where nothing knows that name, it leads nowhere as well.
    expect(outcome).toMatchObject({ kind: 'retry' });
    expect(['EADDRNOTALLOWED', 'ENOTFOUND', 'EAI_AGAIN']).toContain((outcome as { detail: string }).detail);
    expect(asked).toBe(before);
    await transport.close();
  });
});
