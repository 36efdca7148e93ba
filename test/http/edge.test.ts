import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';
import { problemSchema } from '../../src/http/problem.js';
import { allRoutes } from '../../src/http/routes.js';
import { Client } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { ordersOfOneSeller, type Import, type IntakeResult, type Problem } from '../support/journey.js';
import { orderFile } from '../support/orderFile.js';

const orders = ordersOfOneSeller(30, { seed: 101, batch: 'H' });
let it: TestGateway;
let seller: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders, env: { GATEWAY_TRANSPORT: 'none' } });
  seller = [...it.sellers.values()][0]!.client;
});
afterAll(() => it.close());

const json = { 'Content-Type': 'application/json' };
const UNKNOWN = '01990000-0000-7000-8000-000000000001';

/** Insists on the one error shape: problem+json, stable codes, a path, both languages, a remedy, a source. */
async function problemOf(response: Response, status: number): Promise<Problem> {
  const text = await response.text();
  expect({ status: response.status, text: response.status === status ? '' : text.slice(0, 500) }).toEqual({
    status,
    text: '',
  });
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(JSON.parse(text));
  expect(problem.status).toBe(status);
  expect(problem.faults.length).toBeGreaterThan(0);
  for (const fault of problem.faults) {
    expect(fault.code).toMatch(/^[A-Z]\d{2,3}$/);
    expect(typeof fault.path).toBe('string');
    for (const text of [fault.message.zh, fault.message.en, fault.fix.zh, fault.fix.en, fault.source])
      expect(text.length).toBeGreaterThan(1);
    expect(fault.message.zh).toMatch(/[\u4e00-\u9fff]/);
    // A placeholder that nothing filled.
    expect(JSON.stringify(fault)).not.toMatch(/\{[a-z]\w*\}/i);
  }
  return problem;
}
const codesOf = (problem: Problem) => problem.faults.map((f) => f.code);

describe('POST /v1/orders', () => {
  const post = (body: string | Buffer, headers: Record<string, string> = json) =>
    seller.raw('POST', '/v1/orders', body, headers);

  test('an empty body is refused', async () => {
    expect(codesOf(await problemOf(await post(''), 422))).toEqual(['I03']);
  });

  test('JSON that breaks off is refused with the place, nothing of it is taken silently', async () => {
    const [first, second] = orders.splice(0, 2);
    const text = JSON.stringify([first, second]);
    const response = await post(text.slice(0, text.length - 40));
    if (response.status === 200) {
      const result = (await response.json()) as IntakeResult;
      expect(result.orders.map((o) => o.outcome)).toEqual(['accepted', 'faulty']);
      expect(result.orders[1]!.faults.map((f) => f.code)).toContain('I12');
    } else await problemOf(response, 422);
  });

  test('a body that is neither JSON nor NDJSON by its type is refused with 415', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', ''])
      expect(codesOf(await problemOf(await post('{}', { 'Content-Type': type }), 415))).toEqual(['A14']);
  });

  test('a body of 21 MB is refused with 413 and the limit, and the client gets to read that', async () => {
    const problem = await problemOf(await post(Buffer.alloc(21 * 1024 * 1024, 0x20)), 413);
    expect(codesOf(problem)).toEqual(['A06']);
    expect(problem.faults[0]!.message.zh).toContain('20 MB');
  });

  test('more than a thousand orders are refused with 413 and pointed to a file import', async () => {
    const problem = await problemOf(
      await post(JSON.stringify(Array.from({ length: 1001 }, () => ({})))),
      413,
    );
    expect(problem.faults[0]!.fix.zh).toContain('文件导入');
  });

  test.each([
    ['a number', '5'],
    ['a text', '"order"'],
    ['null', 'null'],
    ['prose', 'this is not json'],
    [
      'XML with a DOCTYPE',
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
    ['deep nesting', '['.repeat(50_000)],
    ['a NUL', '\u0000'],
    ['bytes that are no text', '\u00ff\u00fe\u0000\u0001'],
  ])('%s instead of orders: faults, never a failure of the gateway', async (_, body) => {
    const response = await post(body);
    expect(response.status).toBeLessThan(500);
    if (response.status !== 200) await problemOf(response, response.status);
    else {
      const result = (await response.json()) as IntakeResult;
      expect(result.accepted).toBe(0);
      for (const order of result.orders) expect(order.faults.length).toBeGreaterThan(0);
    }
  });

  test.each([
    ['NUL', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
    ['a control character', 'a\u0007b'],
    ['5,000 characters', 'x'.repeat(5000)],
    ['formula', '=HYPERLINK("http://evil.example")'],
  ])(
    '%s in any text of an order: faults or an order, with and without a key, never a failure',
    async (_, poison) => {
      const base = orders.pop()!;
      const leaves: [string, unknown][] = [];
      const walk = (node: unknown, path: string[]) => {
        if (typeof node === 'object' && node !== null)
          for (const [k, v] of Object.entries(node)) walk(v, [...path, k]);
        else if (typeof node === 'string') leaves.push([path.join('.'), node]);
      };
      walk(base, []);
      expect(leaves.length).toBeGreaterThan(40);
      const poisoned = leaves.map(([path], i) => {
        const order = structuredClone(base) as unknown as Record<string, unknown>;
        order.orderNo = `POISON${String(i).padStart(4, '0')}`;
        const keys = path.split('.');
        const last = keys.pop()!;
        const holder = keys.reduce((node, key) => node[key] as Record<string, unknown>, order);
        holder[last] = poison;
        return order;
      });
      for (const [i, key] of [undefined, `poison-${poison.length}-${poison.charCodeAt(1)}`].entries()) {
        const body = JSON.stringify(poisoned.map((o) => ({ ...o, note: poison, [`x${i}\u0000`]: poison })));
        const response = await post(body, { ...json, ...(key ? { 'Idempotency-Key': key } : {}) });
        expect(response.status).toBe(200);
      }
      // One at a time as well: an accepted one is stored.
      for (const order of poisoned.slice(0, 12)) expect((await post(JSON.stringify(order))).status).toBe(200);
    },
  );
});

describe('POST /v1/imports', () => {
  const upload = (name: string, body: Buffer, type = 'application/octet-stream') =>
    seller.raw('POST', `/v1/imports?fileName=${encodeURIComponent(name)}`, body, { 'Content-Type': type });

  test.each([
    ['an empty file', 'orders.csv', Buffer.alloc(0), 'I03'],
    ['an old .xls', 'orders.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'I01'],
    ['a PDF', 'orders.pdf', Buffer.from('%PDF-1.7\n'), 'I01'],
    ['a picture', 'orders.png', Buffer.from('89504e470d0a1a0a', 'hex'), 'I01'],
    ['a ZIP', 'orders.zip', Buffer.from('504b03041400000008', 'hex'), 'I01'],
    ['a GZIP', 'orders.json.gz', Buffer.from('1f8b0800', 'hex'), 'I01'],
    ['XML with a DOCTYPE', 'orders.xml', Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), 'I01'],
    ['UTF-16 without a mark', 'orders.csv', Buffer.from('订单编号,a\r\n1,2\r\n'.repeat(9), 'utf16le'), 'I35'],
  ])('%s is refused with 415 and what it is', async (_, name, body, code) => {
    expect(codesOf(await problemOf(await upload(name, body), 415))).toEqual([code]);
  });

  test('a file without a name is refused', async () => {
    expect(codesOf(await problemOf(await seller.raw('POST', '/v1/imports', 'x'), 400))).toEqual(['A04']);
    await problemOf(await upload('a\u0000b.csv', Buffer.from('x')), 400);
  });

  test('a CSV as Excel on a Chinese Windows writes it (GBK) is read as it was meant', async () => {
    const mine = orders.splice(0, 2);
    const utf8 = (await orderFile('orders.csv', mine)).toString('utf8').replace(/^\ufeff/, '');
    const response = await upload('订单.csv', gbk(utf8), 'text/csv');
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as Import;
    const done = await eventually(
      () => seller.get<Import>(`/v1/imports/${id}`),
      (i) => i.state !== 'running',
    );
    expect(done).toMatchObject({ state: 'done', orders: 2, accepted: 2, faulty: 0, fileName: '订单.csv' });
    const found = await seller.get<{ items: { id: string }[] }>(`/v1/declarations?q=${mine[0]!.orderNo!}`);
    const declaration = await seller.get<{ order: { lines: { gname: string }[] } }>(
      `/v1/declarations/${found.items[0]!.id}`,
    );
    expect(declaration.order.lines[0]!.gname).toBe(mine[0]!.lines[0]!.gname);
  });

  test('an upload that breaks off leaves nothing behind', async () => {
    const { rows: before } = await it.gateway.store.query('select id from imports order by id');
    const { hostname, port } = new URL(it.server.url);
    const key = await it.operator.post<{ secret: string }>('/v1/api-keys', {
      tenantId: [...it.sellers.values()][0]!.tenantId,
      name: '断线',
    });
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      `POST /v1/imports?fileName=broken.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key.secret}\r\nContent-Length: 1000000\r\n\r\n[${' '.repeat(200_000)}`,
    );
    await eventually(
      () => it.gateway.store.query(`select 1 from imports where file_name = 'broken.json'`),
      (found) => found.rows.length === 1,
    );
    socket.destroy();
    await eventually(
      () => it.gateway.store.query('select id from imports order by id'),
      (now) => JSON.stringify(now.rows) === JSON.stringify(before),
    );
  });
});

describe('what comes in the address', () => {
  test.each([
    '/v1/declarations?cursor=garbage',
    '/v1/declarations?cursor=%00',
    '/v1/declarations?limit=0',
    '/v1/declarations?limit=201',
    '/v1/declarations?limit=many',
    '/v1/declarations?delivery=flying',
    '/v1/declarations?verdict=maybe',
    '/v1/declarations?attention=perhaps',
    '/v1/declarations?from=yesterday',
    '/v1/declarations?from=2026-02-30',
    '/v1/declarations?month=2026-13',
    '/v1/declarations?q=a%00b',
    '/v1/declarations?seller=%00',
    '/v1/declarations/counts?verdict=maybe',
    '/v1/declarations/not-a-uuid',
    '/v1/messages/1/xml',
    '/v1/receipts/%00/xml',
    '/v1/imports?cursor=garbage',
    '/v1/imports/x',
    `/v1/imports/${UNKNOWN}/verdicts?outcome=perfect`,
    `/v1/imports/${UNKNOWN}/verdicts?cursor=garbage`,
    `/v1/imports/${UNKNOWN}/verdicts?cursor=99999999999`,
    '/v1/tray?open=ajar',
    '/v1/tray?cursor=garbage',
    '/v1/totals',
    '/v1/totals?from=2026-1&to=2026-12',
    '/v1/totals?from=2026-13&to=2026-14',
    '/v1/templates/..%2f..%2fpackage.json',
    '/v1/templates/9610.exe',
    '/v1/declarations/%E0%A4%A',
  ])('%s is refused with 400', async (path) => {
    expect(
      codesOf(await problemOf(await it.operator.raw('GET', path), 400)).every((code) => code === 'A04'),
    ).toBe(true);
  });

  test.each([
    `/v1/declarations/${UNKNOWN}`,
    `/v1/messages/${UNKNOWN}/xml`,
    `/v1/receipts/${UNKNOWN}/xml`,
    `/v1/imports/${UNKNOWN}`,
    `/v1/imports/${UNKNOWN}/errors-file`,
    '/v1/templates/9999.csv',
    '/v1/nothing-here',
  ])('%s is not found', async (path) => {
    expect(codesOf(await problemOf(await it.operator.raw('GET', path), 404))).toEqual(['A03']);
  });

  test('a page that does not exist is a problem for a program, whatever the console shows to a browser', async () => {
    const response = await it.operator.raw('GET', '/nothing-here', undefined, { Accept: 'application/json' });
    expect(codesOf(await problemOf(response, 404))).toEqual(['A03']);
  });

  test('unknown parameters do no harm, repeated ones are refused or ignored, never a failure', async () => {
    expect((await seller.raw('GET', '/v1/declarations?colour=red')).status).toBe(200);
    for (const path of [
      '/v1/declarations?q=a&q=b',
      '/v1/declarations?q[a]=b',
      '/v1/totals?from=2026-01&from=2026-02&to=2026-03',
    ])
      expect((await seller.raw('GET', path)).status).toBeLessThan(500);
  });

  test('a search for %, _ or \\ is for these characters', async () => {
    for (const q of ['%25', '_', '%5C']) {
      const page = await seller.get<{ items: unknown[] }>(`/v1/declarations?q=${q}`);
      expect(page.items).toEqual([]);
    }
  });
});

describe('JSON bodies', () => {
  test.each([
    ['nothing', '', 400],
    ['JSON that breaks off', '{"code":', 400],
    ['an array', '[]', 400],
    ['an unknown field', '{"code":null,"name":"甲","role":"seller","admin":true}', 400],
    ['a NUL', '{"code":null,"name":"\\u0000","role":"seller"}', 400],
    ['an unknown role', '{"code":null,"name":"甲","role":"emperor"}', 400],
    ['3 MB', JSON.stringify({ code: null, name: 'x'.repeat(3_000_000), role: 'seller' }), 413],
  ])('%s is refused', async (_, body, status) => {
    await problemOf(await it.operator.raw('POST', '/v1/enterprises', body, json), status);
  });

  test('another content type is refused', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/json; charset=latin1',
    ])
      await problemOf(await it.operator.raw('POST', '/v1/enterprises', '{}', { 'Content-Type': type }), 415);
  });

  test('all faults of a body come at once, each with its path', async () => {
    const problem = await problemOf(
      await it.operator.raw('POST', '/v1/enterprises', '{"role":"emperor"}', json),
      400,
    );
    expect(problem.faults.map((f) => f.path).sort()).toEqual(['body.code', 'body.name', 'body.role']);
  });

  test('ids that name nothing are not found, ids that are none are refused, never a failure', async () => {
    for (const id of [UNKNOWN, 'x', '', "' or 1=1 --"])
      for (const [path, body] of [
        ['/v1/users', { tenantId: id, name: '甲', email: 'x@example.com' }],
        ['/v1/api-keys', { tenantId: id, name: '甲' }],
        ['/v1/mandates', { sellerTenantId: id, brokerTenantId: id, validFrom: '2026-01-01' }],
      ] as const) {
        const response = await it.operator.raw('POST', path, JSON.stringify(body), json);
        expect([400, 404, 422]).toContain(response.status);
        await problemOf(response, response.status);
      }
  });
});

test('every route answers a stranger, an unknown id and an empty body in the one error shape', async () => {
  const anonymous = new Client(it.server.url);
  for (const route of allRoutes(it.gateway)) {
    const path = route.path.replace('{file}', '9610.csv').replace(/\{\w+\}/, UNKNOWN);
    if (route.right !== 'public') await problemOf(await anonymous.raw(route.method.toUpperCase(), path), 401);
    if (
      route.media === 'text/event-stream' ||
      route.path === '/v1/session' ||
      route.path.startsWith('/v1/port/')
    )
      continue;
    const response = await it.operator.raw(
      route.method.toUpperCase(),
      path,
      route.method === 'post' ? '' : undefined,
      json,
    );
    expect({ route: route.path, failed: response.status >= 500 }).toEqual({
      route: route.path,
      failed: false,
    });
    if (response.status >= 400) await problemOf(response, response.status);
  }
});

test('every answer carries the headers that keep a browser safe', async () => {
  for (const path of ['/v1/me', '/docs', '/openapi.json', '/health/live']) {
    const { headers } = await it.operator.raw('GET', path);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  }
});

/** Text as GBK, by turning the decoder of the platform around. */
function gbk(text: string): Buffer {
  const decoder = new TextDecoder('gbk');
  const bytesOf = new Map<string, number[]>();
  for (let high = 0x81; high <= 0xfe; high++)
    for (let low = 0x40; low <= 0xfe; low++) {
      const char = decoder.decode(Uint8Array.of(high, low));
      if (char.length === 1 && char !== '\ufffd' && !bytesOf.has(char)) bytesOf.set(char, [high, low]);
    }
  return Buffer.from(
    [...text].flatMap((char) => {
      if (char < '\u0080') return [char.charCodeAt(0)];
      const bytes = bytesOf.get(char);
      if (!bytes) throw new Error(`${char} is not in GBK`);
      return bytes;
    }),
  );
}

test('a connection kept for many requests holds nothing of those that are over', async () => {
  const { port, hostname } = new URL(it.server.url);
  const taken: Socket[] = [];
  const take = (message: unknown) => taken.push((message as { socket: Socket }).socket);
  subscribe('net.server.socket', take);
  const socket = connect(Number(port), hostname);
  const answered = new Promise<string>((resolve) => {
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.split('HTTP/1.1 ').length > 20) resolve(said);
    });
  });
  for (let i = 0; i < 20; i++)
    socket.write(
      `POST /v1/session HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    );
  await answered;
  unsubscribe('net.server.socket', take);
  const ours = taken.find((s) => s.remotePort === socket.localPort);
  expect(ours?.listenerCount('close')).toBeLessThan(5);
  socket.destroy();
});
