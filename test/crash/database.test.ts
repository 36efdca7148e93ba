import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand, type Command } from '../support/commands.js';
import { eventually } from '../support/gateway.js';
import { postmasterOf } from '../support/postmaster.js';

const dir = mkdtempSync(join(tmpdir(), 'gateway-embedded-'));
const env = { GATEWAY_PORT: '0', GATEWAY_DATA_DIR: dir, GATEWAY_LOG_LEVEL: 'error' };
let running: { command: Command; url: string }[];

const serve = async () => {
  const command = startCommand(['serve', '--no-workers'], env);
  const url = await eventually(
    async () => /http:\/\/127\.0\.0\.1:\d+/.exec(command.stderr())?.[0] ?? '',
    (found) => found !== '' || command.child.exitCode !== null,
    90_000,
  );
  return { command, url };
};
const ready = (url: string) =>
  fetch(`${url}/health/ready`)
    .then((r) => r.status)
    .catch(() => 0);
const isReady = (url: string) =>
  eventually(
    () => ready(url),
    (status) => status === 200,
    60_000,
  );

const postmaster = () => postmasterOf(dir);

beforeAll(async () => {
  running = await Promise.all([serve(), serve()]);
}, 120_000);
afterAll(async () => {
  for (const { command } of running) await command.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('two first starts at once in one folder both work', async () => {
  for (const { url } of running) expect(await isReady(url)).toBe(200);
  expect(readdirSync(dir)).toContain('postgres');
}, 90_000);

test('a database that was killed is started again, and both go on', async () => {
  const before = postmaster();
  process.kill(before, 'SIGKILL');
  await eventually(
    async () => postmaster(),
    (pid) => pid > 0 && pid !== before,
    60_000,
  );
  for (const { url } of running) expect(await isReady(url)).toBe(200);
}, 90_000);

test('one killed again while it starts is started again, and nobody who asks meanwhile meets a failure of the gateway', async () => {
  const [{ url }] = running as [(typeof running)[0]];
  const answers: { status: number; retryAfter: string | null }[] = [];
  const ask = async () => {
    const answer = await fetch(`${url}/v1/me`, { headers: { Authorization: 'Bearer gwk_nobody' } });
    await answer.arrayBuffer();
    answers.push({ status: answer.status, retryAfter: answer.headers.get('retry-after') });
  };
  let before = postmaster();
  for (let kills = 0; kills < 2; kills++) {
    process.kill(before, 'SIGKILL');
    await ask();
    before = await eventually(
      async () => postmaster(),
      (pid) => pid > 0 && pid !== before,
      60_000,
    );
  }
  const from = performance.now();
  for (const { url: each } of running) expect(await isReady(each)).toBe(200);
  // A start that a kill ended is not waited for: that would take a minute.
  expect(performance.now() - from).toBeLessThan(40_000);
  // Either the connection still answered that nobody has this key, or it is said that the database is away.
  for (const { status, retryAfter } of answers)
    expect(status === 401 ? null : [status, retryAfter]).toEqual(status === 401 ? null : [503, '10']);
}, 150_000);

test('the second goes on when the first ends', async () => {
  const [first, second] = running as [(typeof running)[0], (typeof running)[0]];
  await first.command.stop();
  expect(await isReady(second.url)).toBe(200);
}, 90_000);
