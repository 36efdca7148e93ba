import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { runSandbox, type RunningSandbox } from '../../adapters/sandbox/server.js';
import { createFolderTransport } from '../../adapters/transports/folder.js';
import { createHttpTransport } from '../../adapters/transports/http.js';
import type { IncomingFile } from '../../src/dispatch/transport.js';
import { fixtureDxpId } from '../support/cebFixtures.js';
import { entPlatform } from '../support/entPlatform.js';
import { SandboxClient } from '../support/sandboxClient.js';
import { transportContract, type Harness } from './transport-contract.js';

const log = pino({ level: 'silent' });

async function openHarness(kind: 'http' | 'folder'): Promise<Harness> {
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const folder = kind === 'folder' ? dir : undefined;
  const options = { log, paceMs: 0, stateFile: join(dir, 'state'), folder, pollMs: 20, settleMs: 0 };
  let sandbox: RunningSandbox = await runSandbox(options);
  const { url } = sandbox;
  const transport =
    kind === 'http'
      ? createHttpTransport({ baseUrl: url, dxpId: fixtureDxpId, timeoutMs: 10_000 })
      : await createFolderTransport({ dir, dxpId: fixtureDxpId, settleMs: 0 });
  return {
    transport,
    sandbox: new SandboxClient(url, fixtureDxpId),
    stop: () => sandbox.close(),
    start: async () => {
      sandbox = await runSandbox({ ...options, port: Number(new URL(url).port) });
    },
    laterRefusal: async (message) => {
      const path = join(dir, 'refused', `${message.messageType}_${message.guid}.xml.reason`);
      for (let i = 0; i < 100; i++) {
        const reason = await readFile(path, 'utf8').catch(() => '');
        if (reason !== '') return reason;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return undefined;
    },
    close: async () => {
      await transport.close();
      await sandbox.close();
      await rm(dir, { recursive: true });
    },
  };
}

transportContract('http', () => openHarness('http'), {
  droppedBefore: ['unknown', 'accepted'],
  droppedAfter: ['unknown', 'accepted'],
  busy: ['retry', 'retry', 'accepted'],
  refused: 'refused',
  stopped: ['retry', 'unknown'],
  retryAfterMs: 1000,
});

/** The same port behind a platform that takes messages encrypted and brings receipts to an address of ours. */
async function openPlatformHarness(): Promise<Harness> {
  const platform = await entPlatform(fixtureDxpId);
  const credentials = { entCode: 'E1', publicKey: platform.publicKey };
  const transport = createHttpTransport({
    baseUrl: platform.url,
    dxpId: fixtureDxpId,
    timeoutMs: 10_000,
    profile: 'receive-ent-message',
    credentials,
  });
  const { pushed } = transport;
  if (!pushed) throw new Error('nothing is brought');
  // What the gateway does with its database: taken is what is kept, and the same bytes are kept once.
  const kept = new Map<string, IncomingFile>();
  const door = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const file = pushed.read(Buffer.concat(parts));
      const id = createHash('sha256')
        .update(file === 'forged' ? '' : file.bytes)
        .digest('hex');
      if (file !== 'forged' && !done.has(id)) kept.set(id, { ...file, id });
      res.end(JSON.stringify(pushed.taken));
    });
  });
  const done = new Set<string>();
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const harness = await openHarness('http');
  platform.connect({
    sandbox: harness.sandbox.url,
    callback: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
  });
  return {
    ...harness,
    transport: {
      ...transport,
      receive: async (limit, waitMs, signal) => {
        const until = Date.now() + waitMs;
        while (kept.size === 0 && Date.now() < until && !signal.aborted)
          await new Promise((resolve) => setTimeout(resolve, 20));
        return [...kept.values()].slice(0, limit);
      },
      acknowledge: (ids) => {
        for (const id of ids) if (kept.delete(id)) done.add(id);
        return Promise.resolve();
      },
    },
    close: async () => {
      await platform.close();
      await transport.close();
      door.closeAllConnections();
      door.close();
      await harness.close();
    },
  };
}

transportContract('http, receive-ent-message', openPlatformHarness, {
  droppedBefore: ['unknown', 'accepted'],
  droppedAfter: ['unknown', 'accepted'],
  busy: ['retry', 'retry', 'accepted'],
  refused: 'refused',
  stopped: ['unknown'],
  retryAfterMs: 1000,
  large: 'refused',
});

transportContract('folder', () => openHarness('folder'), {
  droppedBefore: ['accepted'],
  droppedAfter: ['accepted'],
  busy: ['accepted'],
  refused: 'accepted',
  stopped: ['accepted'],
  retryAfterMs: undefined,
});
