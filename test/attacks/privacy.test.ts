import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '../support/client.js';
import { settingsOf, startCommand, type Command } from '../support/commands.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, marked, ordersOfOneSeller } from '../support/journey.js';
import { orderFile } from '../support/orderFile.js';

const NAME = '郝独特联系人';
const TELEPHONE = '13900007788';
const orders = ordersOfOneSeller(4, { seed: 95, batch: 'Y' }).map((o) => ({
  ...o,
  seller: { ...o.seller, telephone: TELEPHONE },
  note: `联系 ${NAME}`,
}));
let it: TestGateway;
let serve: Command;

beforeAll(async () => {
  it = await startTestGateway({ orders, workers: false });
});
afterAll(async () => {
  await serve?.stop();
  await it.close();
});

test('a whole journey at the most talkative log level names no person, telephone, company, password or key', async () => {
  serve = startCommand(['serve'], {
    ...settingsOf(it.gateway.config, it.sandbox.url),
    GATEWAY_PORT: '0',
    GATEWAY_LOG_LEVEL: 'debug',
  });
  const url = await eventually(
    async () => /running: (http:\S+)/.exec(serve.stderr())?.[1],
    (found) => found !== undefined,
  );
  const console_ = new Client(url!);
  const json = { 'Content-Type': 'application/json' };
  const signIn = (password: string) =>
    console_.raw('POST', '/v1/session', JSON.stringify({ email: it.email, password }), json);
  expect((await signIn(it.password)).status).toBe(200);
  expect((await signIn('a wrong password')).status).toBe(401);

  const { tenantId } = [...it.sellers.values()][0]!;
  const key = await it.operator.post<{ secret: string }>('/v1/api-keys', { tenantId, name: '日志检查' });
  const seller = new Client(url!).withKey(key.secret);
  const [id] = await handIn(seller, [
    orders[0]!,
    marked(orders[1]!, '-SBGARBAGE'),
    marked(orders[2]!, '-SBDROPAFTER'),
  ]);
  await declarationWhere(seller, id!, (d) => d.verdict === 'cleared');
  // Faulty input of every kind: it comes back to the sender and must not reach the log.
  await seller.raw('POST', '/v1/orders', `{"seller":{"telephone":"${TELEPHONE}"},"note":"${NAME}"`, json);
  await seller.post('/v1/orders', [{ ...orders[3]!, goodsValue: NAME }]);
  await seller.upload(
    '/v1/imports?fileName=orders.csv',
    await orderFile('orders.csv', [{ ...orders[3]!, currency: TELEPHONE }]),
  );
  await seller.raw('GET', `/v1/declarations?q=${encodeURIComponent(NAME)}`);
  await seller.raw('POST', '/v1/session', `{"email":"${TELEPHONE}","password":`, json);
  await eventually(
    () => seller.get<{ items: { state: string }[] }>('/v1/imports'),
    (page) => page.items[0]?.state === 'done',
  );
  await serve.stop();

  const log = serve.stderr();
  expect(log).toContain('"outcome":"accepted"');
  for (const secret of [
    NAME,
    TELEPHONE,
    it.email,
    it.password,
    'a wrong password',
    key.secret,
    orders[0]!.seller.name!,
    orders[0]!.platform.name!,
    orders[0]!.payment.name!,
    orders[0]!.lines[0]!.gname!,
  ])
    expect({ secret, logged: log.includes(secret) }).toEqual({ secret, logged: false });
});

test('what may name a person or open something is hidden in a log line, however deep it stands, in lists and in errors', () => {
  const program = `
    const { makeLog } = await import(process.argv[1]);
    const person = { Name: 'MARK', telephone: 'MARK', idNumber: 'MARK', orderNo: 'A1' };
    const error = Object.assign(new Error('refused'), { config: { headers: { Authorization: 'MARK', cookie: 'MARK' } } });
    const round = { code: 'B2' };
    round.again = round;
    makeLog('info').info({ person, list: [{ a: { b: { c: { email: 'MARK' } } } }], err: error, round }, 'said');`;
  const { stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      program,
      join(dirname(fileURLToPath(import.meta.url)), '../../src/base/log.js'),
    ],
    { encoding: 'utf8' },
  );
  const line = JSON.parse(stderr) as Record<string, unknown>;
  expect(stderr).not.toContain('MARK');
  expect(stderr.match(/\[hidden\]/g)).toHaveLength(6);
  expect(line).toMatchObject({
    msg: 'said',
    person: { orderNo: 'A1' },
    round: { code: 'B2' },
    err: { message: 'refused' },
  });
});
