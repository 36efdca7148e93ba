import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decryptBlocks } from './rsaBlocks.js';

export interface EntPlatform {
  url: string;
  /** Its public key as such platforms print it: DER in hexadecimal. */
  publicKey: string;
  /** Where it hands messages on to, and where it brings receipts (with what it carries there). */
  connect(to: { sandbox: string; callback: string; headers?: Record<string, string> }): void;
  /** Bodies it brought and how they were answered. */
  readonly brought: { body: string; status: number }[];
  close(): Promise<void>;
}

/** A public service platform that speaks `receiveEntMessage`, written from its description, in front of a sandbox. */
export async function entPlatform(dxpId: string): Promise<EntPlatform> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const brought: EntPlatform['brought'] = [];
  const stop = new AbortController();
  let to: { sandbox: string; callback: string; headers?: Record<string, string> } | undefined;

  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const say = (status: number, body: object, headers = {}) =>
        void res
          .writeHead(status, { 'Content-Type': 'application/json', ...headers })
          .end(JSON.stringify(body));
      const asked = JSON.parse(Buffer.concat(parts).toString()) as Record<string, string>;
      if (
        req.url !== '/pub-cus-core/message/receiveEntMessage' ||
        asked.dxpId !== dxpId ||
        asked.signed !== '1'
      )
        return say(200, { status: 'fail', message: '参数错误' });
      const bytes = decryptBlocks(pair.privateKey, Buffer.from(asked.content ?? '', 'base64'));
      fetch(`${to?.sandbox}/messages`, {
        method: 'POST',
        headers: { 'X-Dxp-Id': dxpId },
        body: new Uint8Array(bytes),
      }).then(
        async (answer) => {
          if (answer.status < 300 || answer.status === 409) return say(200, { status: 'success' });
          const { reason, message } = (await answer.json()) as { reason: string; message: { en: string } };
          if (answer.status < 500) return say(200, { status: 'fail', message: `${reason}: ${message.en}` });
          return say(503, {}, { 'Retry-After': answer.headers.get('retry-after') ?? '1' });
        },
        // The sandbox cut the connection: so does the platform.
        () => req.socket.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const bring = async (): Promise<void> => {
    if (!to) return;
    const { sandbox, callback, headers } = to;
    const asked = await fetch(`${sandbox}/receipts?dxpId=${dxpId}&limit=20&waitMs=500`, {
      signal: stop.signal,
    });
    const { files } = (await asked.json()) as { files: { id: string; data: string }[] };
    for (const { id, data } of files) {
      const content = Buffer.from(data, 'base64').toString();
      const messageType = /CEB\d{3}Message/.exec(content)?.[0];
      const body = JSON.stringify({ messageType, content });
      const answer = await fetch(callback, {
        method: 'POST',
        headers: { ...headers },
        body,
        signal: stop.signal,
      });
      brought.push({ body, status: answer.status });
      const { status } = (await answer.json()) as { status: string };
      if (status !== 'success') continue;
      await fetch(`${sandbox}/receipts/ack`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ ids: [id] }),
      });
    }
  };
  const pump = (async () => {
    while (!stop.signal.aborted) {
      await bring().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('hex'),
    connect: (target) => (to = target),
    brought,
    close: async () => {
      stop.abort();
      await pump;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
