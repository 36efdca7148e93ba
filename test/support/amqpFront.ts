import { connect } from 'amqplib';
import { fixtureDxpId } from './cebFixtures.js';

export interface AmqpFront {
  /** Queues of this front, made empty. */
  readonly messages: string;
  readonly receipts: string;
  /** Why the port refused a message, by guid. */
  readonly refused: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

let serial = 0;

/** What stands at the other end of a broker: hands messages to the sandbox one after the other, and its receipts to a queue. */
export async function amqpFront(broker: string, sandbox: string): Promise<AmqpFront> {
  const name = `front-${process.pid}-${++serial}`;
  const [messages, receipts] = [`${name}.messages`, `${name}.receipts`];
  const refused = new Map<string, string>();
  const stop = new AbortController();
  const connection = await connect(`${broker.replace('://', '://guest:guest@')}`);
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  for (const queue of [messages, receipts]) {
    await channel.assertQueue(queue, { durable: true });
    await channel.purgeQueue(queue);
  }
  await channel.prefetch(1);
  await channel.consume(messages, (message) => {
    if (!message) return;
    void hand(message.content, String(message.properties.messageId)).then((done) => {
      // A front that was closed meanwhile leaves the message with the broker.
      if (done && !stop.signal.aborted) channel.ack(message);
    });
  });
  const hand = async (bytes: Buffer, guid: string): Promise<boolean> => {
    while (!stop.signal.aborted) {
      const response = await fetch(`${sandbox}/messages`, {
        method: 'POST',
        headers: { 'X-Dxp-Id': fixtureDxpId, 'X-Cop-Msg-Id': guid },
        body: new Uint8Array(bytes),
      }).catch(() => undefined);
      if (response && (response.status < 300 || response.status === 409)) return true;
      if (response && response.status < 500) {
        refused.set(guid, await response.text());
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  };
  const pump = (async () => {
    while (!stop.signal.aborted) {
      try {
        const asked = await fetch(`${sandbox}/receipts?dxpId=${fixtureDxpId}&limit=100&waitMs=1000`, {
          signal: stop.signal,
        });
        const { files } = (await asked.json()) as {
          files: { id: string; fileName: string; data: string }[];
        };
        for (const { id, fileName, data } of files)
          channel.sendToQueue(receipts, Buffer.from(data, 'base64'), {
            persistent: true,
            messageId: id,
            type: fileName,
          });
        await channel.waitForConfirms();
        if (files.length > 0)
          await fetch(`${sandbox}/receipts/ack`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ ids: files.map((file) => file.id) }),
          });
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  })();
  return {
    messages,
    receipts,
    refused,
    close: async () => {
      stop.abort();
      await pump;
      await connection.close();
    },
  };
}
