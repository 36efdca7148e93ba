import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { Client } from '../support/client.js';
import { enrol } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { helpersOf } from '../support/helperProcesses.js';

let it: TestGateway;
let seller: Client;
let officer: Client;

beforeAll(async () => {
  it = await startTestGateway({ workers: false });
  seller = [...it.sellers.values()][0]!.client;
  officer = (await enrol(it.operator, { code: null, name: '示例商务委', role: 'officer' })).client;
});
afterAll(() => it.close());

const MEGABYTE = 1024 * 1024;
// They took from two minutes to for ever; a loaded machine may still be slow.
const PROMPT = 15_000;

/** Sends JSON and takes the measure of the answer. */
async function ask(client: Client, path: string, body: unknown) {
  const from = performance.now();
  const answer = await client.raw('POST', path, typeof body === 'string' ? body : JSON.stringify(body), {
    'Content-Type': 'application/json',
  });
  const text = await answer.text();
  return { status: answer.status, text, size: text.length, ms: performance.now() - from };
}

const codes = (text: string): string[] =>
  [...new Set([...text.matchAll(/"code":"([A-Z]\d+)"/g)].map((m) => m[1] ?? ''))].sort();

describe('the answer about many faults stays in proportion to the request', () => {
  test.each([99, 101, 3_000, 20_000])('advice for an order of %i empty lines', async (n) => {
    const { status, size, ms, text } = await ask(officer, '/v1/advise', {
      order: { lines: Array(n).fill({}) },
    });
    expect({ n, status }).toEqual({ n, status: n > 1000 ? 413 : 200 });
    expect(size).toBeLessThan(MEGABYTE);
    expect(ms).toBeLessThan(PROMPT);
    expect(codes(text)).toEqual(
      n > 1000 ? ['A21'] : n > 100 ? ['F14'] : expect.arrayContaining(['A20', 'F01']),
    );
  });

  test.each([
    ['of 101 lines', { lines: Array(101).fill({}) }, ['F14']],
    ['of 300,000 lines', { lines: Array(300_000).fill({}) }, ['I38']],
    [
      'of 40,000 unknown keys',
      Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`unknownKey${i}`, 1])),
      ['A20', 'I14'],
    ],
    ['with a price of a million zeros', { lines: [{ price: `1.${'0'.repeat(900_000)}1` }] }, ['I26']],
  ])('an order %s', async (_, order, found) => {
    const { status, size, ms, text } = await ask(seller, '/v1/orders', order);
    expect(status).toBe(200);
    expect(size).toBeLessThan(MEGABYTE);
    expect(ms).toBeLessThan(PROMPT);
    expect(codes(text)).toEqual(expect.arrayContaining(found));
  });

  test('a thousand orders that have everything wrong: each hears of it, all of them in less than a megabyte', async () => {
    const { status, size, text } = await ask(seller, '/v1/orders', Array(1000).fill({ lines: [{}, {}] }));
    expect(status).toBe(200);
    expect(size).toBeLessThan(MEGABYTE);
    const { orders } = JSON.parse(text) as { orders: { faults: unknown[] }[] };
    expect(orders).toHaveLength(1000);
    expect(orders.every((order) => order.faults.length > 0)).toBe(true);
  });
});

describe('a body whose form is too large is refused before it is looked at', () => {
  test.each([
    ['nested a hundred thousand deep', `{"order":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['nested in objects', `${'{"order":'.repeat(1_000)}1${'}'.repeat(1_000)}`],
    ['with a list of twenty thousand', JSON.stringify({ order: { lines: Array(20_000).fill({ a: 1 }) } })],
  ])('%s', async (_, body) => {
    const { status, size, text } = await ask(officer, '/v1/advise', body);
    expect({ status, codes: codes(text) }).toEqual({ status: 413, codes: ['A21'] });
    expect(size).toBeLessThan(10_000);
  });
  test('nine hundred unknown keys are named in a few words', async () => {
    const order = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`unknownKey${i}`, 1]));
    const { status, size } = await ask(officer, '/v1/advise', { order });
    expect(status).toBe(400);
    expect(size).toBeLessThan(10_000);
  });
});

describe('a file that is printed', () => {
  const printed = () => officer.raw('GET', '/v1/figures.pdf?from=2026-01&to=2026-11');

  test('while its printer is killed, is refused in words, and the next one is made', async () => {
    const asked = printed();
    const [printer] = await eventually(
      async () => helpersOf('prints'),
      (found) => found.length > 0,
    );
    process.kill(printer!, 'SIGKILL');
    const answer = await asked;
    expect({ status: answer.status, wait: answer.headers.get('retry-after') }).toEqual({
      status: 503,
      wait: '5',
    });
    expect(await answer.json()).toMatchObject({
      faults: [{ code: 'Y07', message: { zh: '生成该文件的进程中途被结束，文件没有生成' } }],
    });
    expect((await printed()).headers.get('content-type')).toBe('application/pdf');
  });

  test('holds nobody: what this process does for it at a stretch is far from what laying it out takes', async () => {
    let longest = 0;
    let live = 0;
    let printing = true;
    const others = (async () => {
      for (let spent = process.cpuUsage(); printing; spent = process.cpuUsage()) {
        await setImmediate();
        const { user, system } = process.cpuUsage(spent);
        longest = Math.max(longest, (user + system) / 1_000);
      }
    })();
    const watched = (async () => {
      for (; printing; live++) expect((await officer.raw('GET', '/health/live')).status).toBe(200);
    })();
    expect((await printed()).status).toBe(200);
    printing = false;
    await Promise.all([others, watched]);
    expect(live).toBeGreaterThan(1);
    expect(longest).toBeLessThan(100);
  });
});

test.each([
  [
    'an order of a hundred lines of long texts',
    'p.json',
    JSON.stringify([{ note: 'n'.repeat(500_000), lines: Array(100).fill({ itemName: '长'.repeat(1_000) }) }]),
  ],
  [
    'a table of five hundred long headers and cells',
    'p.csv',
    `${Array.from({ length: 500 }, (_, i) => `列${i}${'长'.repeat(1_000)}`).join(',')}\n${`${Array(500).fill('长'.repeat(1_000)).join(',')}\n`.repeat(8)}`,
  ],
])('a preview of %s shows the beginning of its texts', async (_what, name, file) => {
  const answer = await seller.raw('POST', `/v1/imports/preview?fileName=${name}`, Buffer.from(file));
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(Buffer.byteLength(text)).toBeLessThan(MEGABYTE);
  expect(text).toContain('…');
});
