import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { createAmqpTransport } from '../../adapters/transports/amqp.js';
import { createHttpTransport } from '../../adapters/transports/http.js';
import type { Transport } from '../../src/dispatch/transport.js';
import { fetchReceipts } from '../../src/receipts/inbox.js';
import { startBroker, type Broker } from '../support/broker.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, scriptedServer } from '../support/scriptedServer.js';

const MB = 1024 * 1024;
const never = new AbortController().signal;
let it: TestGateway;
let broker: Broker;
beforeAll(async () => {
  it = await startTestGateway({ env: { GATEWAY_TRANSPORT: 'none' } });
  broker = await startBroker();
}, 120_000);
afterAll(async () => {
  await it.close();
  await broker.close();
});

/** A hundred megabytes between two small files, which are receipts of nothing that is known. */
const files = (mark: string) => [
  Buffer.from(`<first>${mark}</first>`),
  Buffer.alloc(100 * MB, mark),
  Buffer.from(`<last>${mark}</last>`),
];

async function taken(transport: Transport, mark: string): Promise<void> {
  const wanted = files(mark).map((bytes) => bytes.length);
  const stored = async () => {
    const { rows } = await it.gateway.store.query<{ size: number; state: string }>(
      `select octet_length(bytes) as size, state from raw_receipts
        where substr(bytes, 1, 20) in (select substr(b, 1, 20) from unnest($1::bytea[]) b) order by id`,
      [files(mark).map((bytes) => bytes.subarray(0, 20))],
    );
    return rows;
  };
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  for (let i = 0; i < 20 && (await stored()).length < 3; i++)
    await fetchReceipts(it.gateway.store, transport, 50, 2_000, never).catch(() => undefined);
  const done = await eventually(stored, (rows) => rows.every((row) => row.state !== 'stored'), 120_000);
  clearInterval(watch);
  process.stdout.write(`${mark}: ${Math.round((most - before) / MB)} MB more at its highest\n`);
  expect(done.map((row) => row.size).sort()).toEqual([...wanted].sort());
  expect(done.map((row) => row.state)).toEqual(['unreadable', 'unreadable', 'unreadable']);
  // The test itself holds the file and, over HTTP, the list with it twice: some 370 MB of these.
  expect(most - before).toBeLessThan(1200 * MB);
}

test('a receipt of a hundred megabytes over HTTP is kept and set aside, its neighbours are read', async () => {
  const list = {
    files: files('h').map((bytes, id) => ({ id: `h${id}`, fileName: 'r', data: bytes.toString('base64') })),
  };
  const body = Buffer.from(JSON.stringify(list));
  const server = await scriptedServer({ whole: (socket) => socket.write(answer(200, body)) });
  const transport = createHttpTransport({ baseUrl: server.url, dxpId: 'D1', timeoutMs: 60_000 });
  await taken(transport, 'h');
  await transport.close();
  await server.close();
});

test('and over a broker', async () => {
  const connection = await connect(broker.url.replace('://', '://guest:guest@'));
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('receipts');
  for (const bytes of files('a')) channel.sendToQueue('receipts', bytes, { type: 'r' });
  await channel.waitForConfirms();
  const transport = createAmqpTransport({
    url: broker.url,
    exchange: '',
    routingKey: 'messages',
    receipts: 'receipts',
    timeoutMs: 60_000,
  });
  await taken(transport, 'a');
  await eventually(
    async () => (await channel.checkQueue('receipts')).messageCount,
    (left) => left === 0,
  );
  await transport.close();
  await connection.close();
});
