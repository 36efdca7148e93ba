import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.js';
import { Room } from '../../src/base/room.js';
import { FaultError } from '../../src/base/fault.js';
import { limitFaults } from '../../src/base/faultLimit.js';
import { withBody } from '../../src/http/body.js';
import { oneChunk, ReadingHere } from '../../src/reading/here.js';
import { Reading } from '../../src/reading/reading.js';
import { Readers } from '../../src/reading/readers.js';
import { loadRulebook } from '../../src/rulebook.js';
import { eventually } from '../support/gateway.js';

test('who waits too long for room goes without, and holds up nobody behind it', async () => {
  const room = new Room(10);
  const leave = await room.take(8);
  const large = room.take(9, 30);
  const small = room.take(2);
  expect(await large).toBeUndefined();
  const leaveSmall = await small;
  expect(leaveSmall).toBeDefined();
  leave?.();
  leaveSmall?.();
  expect(await room.take(10, 30)).toBeDefined();
});

test('of an order with forty thousand faults a hundred come over from its reader, with the number of the others', async () => {
  const readers = new Readers();
  const reading = new Reading({ memoryMb: 192, answerMs: 60_000 }, readers);
  const unknown = Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`unknownKey${i}`, 1]));
  const found = [];
  for await (const orders of reading.orders(oneChunk(Buffer.from(JSON.stringify(unknown))), {
    format: 'json',
  }))
    found.push(...orders.flatMap((order) => order.faults));
  readers.close();
  expect(found).toHaveLength(101);
  const left = Object.values(found[100]?.more ?? {}).reduce((sum, n) => sum + n, 0);
  expect(left).toBeGreaterThan(39_000);
  // What is found later is counted with them.
  const [again] = limitFaults([...found, ...found.slice(0, 5)]).slice(-1);
  expect(again?.message.en).toMatch(new RegExp(`^${left + 5} more`));
});

test('of large bodies that come at once one is worked on; the others wait in files, and small ones pass', async () => {
  let [most, atWork, arrived] = [0, 0, 0];
  let pass = () => undefined as void;
  const passed = new Promise<void>((resolve) => (pass = resolve));
  const app = express().post('/', async (req, res) => {
    req.on('end', () => arrived++);
    const size = await withBody(req, 64 << 20, async (bytes) => {
      most = Math.max(most, ++atWork);
      if (bytes.length > 1 << 20) await passed;
      atWork--;
      return bytes.length;
    });
    res.json(size);
  });
  const server = app.listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const send = async (size: number) =>
      (await (await fetch(url, { method: 'POST', body: Buffer.alloc(size) })).json()) as number;
    const large = [send(30 << 20), send(30 << 20), send(30 << 20)];
    await eventually(
      async () => arrived,
      (n) => n === 3,
    );
    // Long enough for the others to come in, if anything let them.
    for (let n = 1; n <= 30; n++) expect(await send(n)).toBe(n);
    pass();
    expect(await Promise.all(large)).toEqual([30 << 20, 30 << 20, 30 << 20]);
    expect(most).toBe(2);
  } finally {
    server.close();
  }
});

test('a request that waits too long for a reader is told when to come back, and nothing is started for it', async () => {
  const room = new Room(100);
  const leave = await room.take(100);
  const reading = new Reading({ memoryMb: 96, answerMs: 60_000, waitMs: 30 }, new Readers(), room);
  const refused = await reading.receipts(Buffer.from('<a/>'), '').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(FaultError);
  const { status, retryAfterSeconds, faults } = refused as FaultError;
  expect({ status, retryAfterSeconds, codes: faults.map((fault) => fault.code) }).toEqual({
    status: 503,
    retryAfterSeconds: 30,
    codes: ['A29'],
  });
  leave?.();
  reading.close();
});

test.each([
  ['reader', '../../src/reading/program.js'],
  ['printer', '../../src/prints/program.js'],
])(
  'a %s that a question keeps busy for ever ends with its gateway, even when that is killed',
  async (_, path) => {
    const program = fileURLToPath(new URL(path, import.meta.url));
    // The helper's own program, with a question nobody asks it: one that never ends.
    const endless = `process.on('message', () => { process.send('busy'); for (;;); })`;
    const gateway = spawn(process.execPath, [
      '--eval',
      `const execArgv = ['--import', 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(endless)})];
     const start = JSON.stringify({ gateway: process.pid });
     const helper = require('node:child_process').fork(${JSON.stringify(program)}, [start], { execArgv });
     helper.on('message', (said) => said === 'busy' ? console.log(helper.pid) : helper.send({ kind: 'endless' }));`,
    ]);
    const [said] = (await once(gateway.stdout, 'data')) as [Buffer];
    const helper = Number(said.toString());
    expect(isAlive(helper)).toBe(true);
    gateway.kill('SIGKILL');
    try {
      await eventually(
        () => Promise.resolve(isAlive(helper)),
        (alive) => !alive,
        30_000,
      );
    } finally {
      if (isAlive(helper)) process.kill(helper, 'SIGKILL');
    }
  },
);

/** Whether a process runs; one that nobody buried is dead. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a body read beside everything else', () => {
  const rulebook = loadRulebook(systemClock);
  const within = (budgetMs?: number) =>
    new ReadingHere(rulebook.readOptions, { ...rulebook, clock: systemClock }, budgetMs);
  const empties = (count: number) => Buffer.from(`[${'{},'.repeat(count)}{}]`);

  test('lets others work again and again while it is read', async () => {
    let turns = 0;
    let reading = true;
    const others = (async () => {
      for (; reading; turns++) await setImmediate();
    })();
    expect(await within(60_000).orders(empties(9_999), { format: 'json' })).toHaveLength(10_000);
    reading = false;
    await others;
    expect(turns).toBeGreaterThan(3);
  });

  test('that takes longer than real ones is left to a reader, and so are those after it for a while', async () => {
    const here = within(50);
    expect(await here.orders(empties(99_999), { format: 'json' })).toBeUndefined();
    expect(await here.orders(Buffer.from('[{}]'), { format: 'json' })).toBeUndefined();
    expect(await within().orders(Buffer.from('[{}]'), { format: 'json' })).toHaveLength(1);
  });

  test('with one order over 64 KB is left to a reader', async () => {
    const large = Buffer.from(`[{}, {"orderNo": "${'1'.repeat(70_000)}"}]`);
    expect(await within().orders(large, { format: 'json' })).toBeUndefined();
  });
});
