import { afterAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { runSandbox, type RunningSandbox } from '../../adapters/sandbox/server.js';
import { createFolderTransport } from '../../adapters/transports/folder.js';
import type { Credentials } from '../../adapters/transports/envelope.js';
import { createHttpTransport } from '../../adapters/transports/http.js';
import { loadProfiles } from '../../adapters/transports/profiles.js';
import type { IncomingFile, Pushed } from '../../src/dispatch/transport.js';
import { fixtureDxpId } from '../support/cebFixtures.js';
import { cebcmsgPlatform, entPlatform, openGatewayPlatform, type Platform } from '../support/platforms.js';
import { SandboxClient } from '../support/sandboxClient.js';
import { transportContract, type Harness, type Seen } from './transport-contract.js';

const log = pino({ level: 'silent' });

const opened: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of opened) await close();
});

/** A sandbox that can be stopped and started again where it was. */
async function startSandbox(folder?: string) {
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const options = { log, paceMs: 0, stateFile: join(dir, 'state'), folder, pollMs: 20, settleMs: 0 };
  let sandbox: RunningSandbox = await runSandbox(options);
  const { url } = sandbox;
  return {
    url,
    stop: () => sandbox.close(),
    start: async () => {
      sandbox = await runSandbox({ ...options, port: Number(new URL(url).port) });
    },
    close: async () => {
      await sandbox.close();
      await rm(dir, { recursive: true });
    },
  };
}

let shared: ReturnType<typeof startSandbox> | undefined;

/** The sandbox of all HTTP interfaces, with everything forgotten. */
async function sharedSandbox() {
  shared ??= startSandbox();
  const sandbox = await shared;
  if (opened.length === 0) opened.push(sandbox.close);
  await fetch(`${sandbox.url}/sandbox/reset`, { method: 'POST' });
  return { ...sandbox, close: () => Promise.resolve() };
}

async function openHarness(kind: 'http' | 'folder'): Promise<Harness> {
  const dir = await mkdtemp(join(tmpdir(), 'port-'));
  const sandbox = kind === 'http' ? await sharedSandbox() : await startSandbox(dir);
  const { url } = sandbox;
  const transport =
    kind === 'http'
      ? createHttpTransport({ baseUrl: url, dxpId: fixtureDxpId, timeoutMs: 10_000 })
      : await createFolderTransport({ dir, dxpId: fixtureDxpId, settleMs: 0 });
  return {
    transport,
    sandbox: new SandboxClient(url, fixtureDxpId),
    stop: sandbox.stop,
    start: sandbox.start,
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

/** Where a platform brings receipts, doing what the gateway does with its database: taken is what is kept, and bytes are kept once. */
async function openDoor(pushed: Pushed) {
  const kept = new Map<string, IncomingFile>();
  const done = new Set<string>();
  const door = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const file = pushed.read(Buffer.concat(parts));
      if (file === 'forged') return void res.writeHead(403).end(JSON.stringify(pushed.notTaken));
      const id = createHash('sha256').update(file.bytes).digest('hex');
      if (!done.has(id)) kept.set(id, { ...file, id });
      res.end(JSON.stringify(pushed.taken));
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    receive: async (limit: number) => [...kept.values()].slice(0, limit),
    acknowledge: (ids: readonly string[]) => {
      for (const id of ids) if (kept.delete(id)) done.add(id);
      return Promise.resolve();
    },
    close: () => {
      door.closeAllConnections();
      door.close();
    },
  };
}

/** The same port behind a platform with an interface of its own, which brings receipts or has them in a table. */
async function openPlatformHarness(profile: string): Promise<Harness> {
  const open = platforms[profile]!;
  const { platform, credentials } = await open();
  const transport = createHttpTransport({
    baseUrl: platform.url,
    dxpId: fixtureDxpId,
    timeoutMs: 10_000,
    profile,
    credentials,
  });
  const door = transport.pushed && (await openDoor(transport.pushed));
  const harness = await openHarness('http');
  platform.connect({ sandbox: harness.sandbox.url, ...(door && { callback: door.url }) });
  const look = door?.receive ?? ((limit: number, signal: AbortSignal) => transport.receive(limit, 0, signal));
  return {
    ...harness,
    transport: {
      ...transport,
      receive: async (limit, waitMs, signal) => {
        const until = Date.now() + waitMs;
        for (;;) {
          const found = signal.aborted ? [] : await look(limit, signal);
          if (found.length > 0 || Date.now() >= until || signal.aborted) return found;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      },
      ...(door && { acknowledge: door.acknowledge }),
    },
    ...(!door && { textOf: rowAsMessage }),
    close: async () => {
      await platform.close();
      await transport.close();
      door?.close();
      await harness.close();
    },
  };
}

/** A row of the table, as the receipt it was made of. */
const rowAsMessage = (bytes: Buffer): string => {
  const row = JSON.parse(bytes.toString()) as Record<string, string>;
  const names = { returnstatus: 'returnStatus', returntime2: 'returnTime', returninfo: 'returnInfo' };
  const fields = Object.entries({ ...names, orderno: 'orderNo' }).map(
    ([column, name]) => `<${name}>${row[column]}</${name}>`,
  );
  return `<CEB312Message><OrderReturn>${fields.join('')}</OrderReturn></CEB312Message>`;
};

const app = { appId: 'A1', secret: 'a-key-that-both-sides-know' };
const platforms: Record<string, () => Promise<{ platform: Platform; credentials: Credentials }>> = {
  'receive-ent-message': async () => {
    const platform = await entPlatform(fixtureDxpId);
    return { platform, credentials: { entCode: 'E1', publicKey: platform.publicKey } };
  },
  'open-gateway': async () => ({
    platform: await openGatewayPlatform(fixtureDxpId, app),
    credentials: app,
  }),
  cebcmsg: async () => ({ platform: await cebcmsgPlatform(fixtureDxpId), credentials: {} }),
};
const throughPlatform: Seen = {
  droppedBefore: ['unknown', 'accepted'],
  droppedAfter: ['unknown', 'accepted'],
  busy: ['retry', 'retry', 'accepted'],
  refused: 'refused',
  stopped: ['unknown'],
  retryAfterMs: 1000,
};
const differing: Record<string, Partial<Seen>> = {
  'receive-ent-message': { large: 'refused' },
  // Its answers have no words, and it knows receipts of 311 and 621 only, each as a row.
  cebcmsg: { refusal: 'HTTP 400', imports: true, rows: true },
};
for (const profile of Object.keys(platforms))
  transportContract(`http, ${profile}`, () => openPlatformHarness(profile), {
    ...throughPlatform,
    ...differing[profile],
  });

test('every profile of an HTTP interface goes through the contract', () => {
  expect([...loadProfiles().keys()].sort()).toEqual(['sandbox', ...Object.keys(platforms)].sort());
});

transportContract('folder', () => openHarness('folder'), {
  droppedBefore: ['accepted'],
  droppedAfter: ['accepted'],
  busy: ['accepted'],
  refused: 'accepted',
  stopped: ['accepted'],
  retryAfterMs: undefined,
});
