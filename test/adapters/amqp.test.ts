import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { pino } from 'pino';
import { runSandbox, type RunningSandbox } from '../../adapters/sandbox/server.js';
import { createAmqpTransport, type AmqpTransportOptions } from '../../adapters/transports/amqp.js';
import { FaultError } from '../../src/base/fault.js';
import type { OutgoingMessage, Transport } from '../../src/dispatch/transport.js';
import { amqpFront } from '../support/amqpFront.js';
import { relayTo, startBroker, type Broker } from '../support/broker.js';
import { makeCertificate } from '../support/certificates.js';
import { fixtureDxpId, fixtureGuid } from '../support/cebFixtures.js';
import { SandboxClient } from '../support/sandboxClient.js';
import { transportContract, type Harness } from './transport-contract.js';

const never = new AbortController().signal;
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
}, 90_000);
afterAll(() => broker.close());

const open = (more: Partial<AmqpTransportOptions> = {}): Transport =>
  createAmqpTransport({
    url: broker.url,
    exchange: '',
    routingKey: 'messages',
    receipts: 'receipts',
    timeoutMs: 5000,
    ...more,
  });

async function openHarness(): Promise<Harness> {
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const options = { log: pino({ level: 'silent' }), paceMs: 0, stateFile: join(dir, 'state') };
  let sandbox: RunningSandbox = await runSandbox(options);
  const { url } = sandbox;
  const front = await amqpFront(broker.url, url);
  const transport = open({ routingKey: front.messages, receipts: front.receipts });
  return {
    transport,
    sandbox: new SandboxClient(url, fixtureDxpId),
    stop: () => sandbox.close(),
    start: async () => {
      sandbox = await runSandbox({ ...options, port: Number(new URL(url).port) });
    },
    laterRefusal: async ({ guid }) => {
      for (let i = 0; i < 100 && !front.refused.has(guid); i++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      return front.refused.get(guid);
    },
    close: async () => {
      await transport.close();
      await front.close();
      await sandbox.close();
      await rm(dir, { recursive: true });
    },
  };
}

// A broker takes what it is given; what the port says of it comes as a receipt.
transportContract('amqp', openHarness, {
  droppedBefore: ['accepted'],
  droppedAfter: ['accepted'],
  busy: ['accepted'],
  refused: 'accepted',
  stopped: ['accepted'],
  retryAfterMs: undefined,
});

describe('a broker', () => {
  let connection: ChannelModel;
  let channel: ConfirmChannel;
  const opened: { close(): Promise<void> }[] = [];
  const use = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  beforeEach(async () => {
    connection = await connect(broker.url.replace('://', '://guest:guest@'));
    channel = await connection.createConfirmChannel();
    for (const queue of ['messages', 'receipts']) {
      await channel.assertQueue(queue);
      await channel.purgeQueue(queue);
    }
  });
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
    await connection.close();
  });

  const message = (bytes = Buffer.from('<x>清单</x>')): OutgoingMessage => ({
    guid: fixtureGuid(),
    messageType: 'CEB603Message',
    dxpId: fixtureDxpId,
    createdAt: new Date('2026-11-20T02:03:04Z'),
    flow: 'export',
    family: 'ceb',
    envelope: 'dxp',
    bytes,
  });
  const lying = async () => {
    const found = [];
    for (;;) {
      const one = await channel.get('messages', { noAck: true });
      if (!one) return found;
      found.push(one);
    }
  };
  const bring = async (...texts: (string | Buffer)[]) => {
    for (const text of texts)
      channel.sendToQueue('receipts', Buffer.from(text), { messageId: 'r', type: 'CEB604Message' });
    await channel.waitForConfirms();
  };

  test('gets the exact bytes once, kept over a restart, with what names them', async () => {
    const sent = message();
    expect(await use(open()).send(sent, never)).toEqual({ kind: 'accepted' });
    const found = await lying();
    expect(found.map((one) => one.content.toString())).toEqual(['<x>清单</x>']);
    expect(found[0]?.properties).toMatchObject({
      messageId: sent.guid,
      type: 'CEB603Message',
      appId: fixtureDxpId,
      deliveryMode: 2,
    });
  });

  test('that has no queue for a message gives it back: it was not taken', async () => {
    const transport = use(open({ routingKey: 'nowhere.{messageType}' }));
    expect(await transport.send(message(), never)).toEqual({ kind: 'retry', detail: 'NO_ROUTE' });
    await channel.assertQueue('nowhere.CEB603Message');
    expect(await transport.send(message(), never)).toEqual({ kind: 'accepted' });
    await channel.deleteQueue('nowhere.CEB603Message');
  });

  test('whose queue is full says so: nobody knows whether some part of it has the message', async () => {
    await channel.assertQueue('full', { maxLength: 1, arguments: { 'x-overflow': 'reject-publish' } });
    const transport = use(open({ routingKey: 'full' }));
    expect((await transport.send(message(), never)).kind).toBe('accepted');
    expect((await transport.send(message(), never)).kind).toBe('unknown');
    await channel.deleteQueue('full');
  });

  test('without the exchange or the queue of receipts is no port yet', async () => {
    for (const more of [{ exchange: 'nobody' }, { receipts: 'nobody' }]) {
      const transport = use(open(more));
      expect(await transport.send(message(), never)).toEqual({ kind: 'retry', detail: 'AMQP 404' });
      await expect(transport.probe?.(never)).rejects.toBeInstanceOf(FaultError);
    }
  });

  test('that does not know us gets nothing, and the password is said nowhere', async () => {
    const transport = use(open({ user: 'someone', password: 'swordfish' }));
    const outcome = await transport.send(message(), never);
    const failed: unknown = await transport.receive(1, 500, never).catch((error: unknown) => error);
    expect(outcome.kind).toBe('retry');
    const said = JSON.stringify([outcome, failed, transport.name, failed instanceof Error && failed.stack]);
    expect(said).not.toContain('swordfish');
    expect(await lying()).toEqual([]);
  });

  test('over TLS is believed by the authority of the settings alone, under its own name, and not after its time', async () => {
    const authority = makeCertificate('Authority');
    const good = makeCertificate('127.0.0.1', { authority });
    const cases = [
      { certificate: good, ca: authority.cert, detail: undefined },
      { certificate: good, ca: makeCertificate('Other').cert, detail: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      { certificate: good, ca: undefined, detail: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      {
        certificate: makeCertificate('mq.example.cn', { authority }),
        ca: authority.cert,
        detail: 'ERR_TLS_CERT_ALTNAME_INVALID',
      },
      {
        certificate: makeCertificate('127.0.0.1', { authority, days: -1 }),
        ca: authority.cert,
        detail: 'CERT_HAS_EXPIRED',
      },
    ];
    for (const { certificate, ca, detail } of cases) {
      const relay = use(await relayTo(broker, certificate));
      const outcome = await use(open({ url: relay.url, ca })).send(message(), never);
      expect(outcome).toEqual(detail ? { kind: 'retry', detail } : { kind: 'accepted' });
      expect(relay.sent.length > 0).toBe(detail === undefined);
    }
  });

  test('cut off before it confirms may have the message; the same bytes go again over a new connection', async () => {
    const relay = use(await relayTo(broker));
    const transport = use(open({ url: relay.url }));
    expect((await transport.send(message(), never)).kind).toBe('accepted');
    await lying();
    relay.mute();
    const sent = message();
    const waiting = transport.send(sent, never);
    for (let i = 0; i < 200 && (await channel.checkQueue('messages')).messageCount === 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    relay.cut();
    expect((await waiting).kind).toBe('unknown');
    for (let i = 0; i < 100 && (await transport.send(sent, never)).kind !== 'accepted'; i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const found = await lying();
    expect(found.length).toBe(2);
    expect(new Set(found.map((one) => `${one.properties.messageId} ${one.content}`)).size).toBe(1);
  });

  test('that never confirms leaves the outcome open in time', async () => {
    const relay = use(await relayTo(broker));
    const transport = use(open({ url: relay.url, timeoutMs: 1500 }));
    expect((await transport.send(message(), never)).kind).toBe('accepted');
    relay.mute();
    expect(await transport.send(message(), never)).toEqual({ kind: 'unknown', detail: 'ETIMEDOUT' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    expect(await transport.send(message(), abort.signal)).toEqual({ kind: 'unknown', detail: 'aborted' });
    relay.cut();
  });

  test('that is not there has received nothing, and is asked with growing pauses', async () => {
    const relay = await relayTo(broker);
    await relay.close();
    const transport = use(open({ url: relay.url }));
    expect(await transport.send(message(), never)).toEqual({ kind: 'retry', detail: 'ECONNREFUSED' });
    expect(await transport.send(message(), never)).toEqual({ kind: 'retry', detail: 'EPAUSED' });
    const started = performance.now();
    let refused = 0;
    while (performance.now() - started < 600) await transport.receive(1, 1000, never).catch(() => refused++);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(6);
  });

  test('hands out receipts in their order, and keeps those that are not acknowledged when a connection is lost', async () => {
    const relay = use(await relayTo(broker));
    const transport = use(open({ url: relay.url }));
    await bring('<r>1</r>', '<r>2</r>', '<r>3</r>', '<r>4</r>');
    const texts = (files: readonly { bytes: Buffer }[]) =>
      files.map((file) => file.bytes.toString()).join('');
    /** So many files, none of them under an id of before. */
    const all = async (count: number, before: readonly { id: string }[] = []) => {
      const known = new Set(before.map((file) => file.id));
      for (;;) {
        const files = await transport.receive(10, 1000, never).catch(() => []);
        if (files.length >= count && !files.some((file) => known.has(file.id))) return files;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const first = await all(4);
    expect(texts(first)).toBe('<r>1</r><r>2</r><r>3</r><r>4</r>');
    expect(first[0]?.origin).toBe('CEB604Message r');
    await transport.acknowledge(first.slice(0, 1).map((file) => file.id));
    // Acknowledged for the broker only once it read so.
    for (let i = 0; i < 100 && texts(await transport.receive(10, 0, never)).includes('1'); i++);
    await new Promise((resolve) => setTimeout(resolve, 50));
    relay.cut();
    const again = await all(3, first);
    expect(texts(again)).toBe('<r>2</r><r>3</r><r>4</r>');
    // Ids of the lost connection mean nothing any more: they acknowledge no other receipt.
    await transport.acknowledge(first.map((file) => file.id));
    expect(texts(await transport.receive(10, 0, never))).toBe('<r>2</r><r>3</r><r>4</r>');
  });

  test('with two readers gives what one of them leaves to the other, the same bytes', async () => {
    const one = open();
    const other = use(open());
    await bring('<r>same</r>');
    const held = await one.receive(10, 5000, never);
    expect(await other.receive(10, 100, never)).toEqual([]);
    await one.close();
    const again = await other.receive(10, 5000, never);
    expect(again.map((file) => file.bytes)).toEqual(held.map((file) => file.bytes));
    await other.acknowledge(again.map((file) => file.id));
    expect((await channel.checkQueue('receipts')).messageCount).toBe(0);
  });

  test('whose queue of receipts is gone is a fault, not an empty list', async () => {
    const transport = use(open());
    expect(await transport.receive(1, 0, never)).toEqual([]);
    await channel.deleteQueue('receipts');
    const failed = async () => {
      for (let i = 0; i < 50; i++) {
        const error: unknown = await transport.receive(1, 200, never).catch((reason: unknown) => reason);
        if (error instanceof FaultError) return error.faults[0];
      }
      return undefined;
    };
    expect(await failed()).toMatchObject({
      code: 'P03',
      message: { zh: expect.stringContaining('AMQP 404') },
    });
  });

  test('takes no message that is larger than a port takes', async () => {
    const huge = message(Buffer.alloc(33 * 1024 * 1024, 0x20));
    expect((await use(open()).send(huge, never)).kind).toBe('refused');
    expect(await lying()).toEqual([]);
  });
});

describe('the address of a broker', () => {
  const codeOf = (url: string, more: Partial<AmqpTransportOptions> = {}): string | undefined => {
    try {
      open({ url, ...more });
    } catch (error) {
      return error instanceof FaultError ? error.faults[0]?.code : String(error);
    }
    return undefined;
  };

  test('follows the rule of all counterparts: no other machine, no live host, no credentials in it', () => {
    expect(codeOf('amqp://broker.example.cn')).toBe('P01');
    expect(codeOf('amqps://mq.singlewindow.cn')).toBe('P06');
    expect(codeOf('amqp://10.1.2.3', { allowLiveHost: true })).toBe('P05');
    expect(codeOf('amqp://me:secret@127.0.0.1')).toBe('P02');
    expect(codeOf('http://127.0.0.1')).toBe('P02');
    expect(codeOf('amqps://broker.example.cn', { allowLiveHost: true })).toBeUndefined();
  });
});
