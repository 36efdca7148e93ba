import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { createAmqpTransport } from '../../adapters/transports/amqp.js';
import { relayTo, startBroker, type Broker } from '../support/broker.js';
import { fixtureDxpId, fixtureGuid } from '../support/cebFixtures.js';

const never = new AbortController().signal;
const ROUNDS = 5;
const MESSAGES = 400;
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
}, 90_000);
afterAll(() => broker.close());

test('a broker killed while messages are under way loses none that it confirmed, and none is said to be taken that is not', async () => {
  const relay = await relayTo(broker);
  const transport = createAmqpTransport({
    url: relay.url,
    exchange: '',
    routingKey: 'messages',
    receipts: 'receipts',
    timeoutMs: 10_000,
  });
  const login = broker.url.replace('://', '://guest:guest@');
  const prepared = await connect(login);
  const channel = await prepared.createChannel();
  for (const queue of ['messages', 'receipts']) await channel.assertQueue(queue, { durable: true });
  await prepared.close();

  const all = Array.from({ length: MESSAGES }, () => fixtureGuid());
  const taken = new Set<string>();
  let unknown = 0;
  const sendAll = async (guids: readonly string[]) => {
    for (const guid of guids)
      while (!taken.has(guid)) {
        const outcome = await transport.send(
          {
            guid,
            messageType: 'CEB603Message',
            dxpId: fixtureDxpId,
            createdAt: new Date(),
            flow: 'export',
            family: 'ceb',
            envelope: 'dxp',
            bytes: Buffer.from(`<x>${guid}</x>`),
          },
          never,
        );
        if (outcome.kind === 'accepted') taken.add(guid);
        else {
          if (outcome.kind === 'unknown') unknown++;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
  };
  const lanes = Array.from({ length: 8 }, (_, lane) => sendAll(all.filter((_guid, i) => i % 8 === lane)));
  for (let round = 1; round <= ROUNDS; round++) {
    const before = taken.size;
    while (taken.size < Math.min(before + 40, MESSAGES - 8))
      await new Promise((resolve) => setTimeout(resolve, 1));
    // Nothing it says comes through any more: what is under way now is published and not confirmed.
    relay.mute();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await broker.kill();
    relay.cut();
    await broker.start();
  }
  await Promise.all(lanes);
  await transport.close();

  const reading = await connect(login);
  const reader = await reading.createChannel();
  const counts = new Map<string, number>();
  for (;;) {
    const message = await reader.get('messages', { noAck: true });
    if (!message) break;
    const guid = String(message.properties.messageId);
    expect(message.content.toString()).toBe(`<x>${guid}</x>`);
    counts.set(guid, (counts.get(guid) ?? 0) + 1);
  }
  await reading.close();
  await relay.close();
  expect([...counts.keys()].sort()).toEqual([...all].sort());
  expect(unknown).toBeGreaterThan(0);
  const again = [...counts.values()].reduce((sum, n) => sum + n - 1, 0);
  expect(again).toBeLessThanOrEqual(unknown);
});
