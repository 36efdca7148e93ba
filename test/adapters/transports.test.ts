import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { runSandbox, type RunningSandbox } from '../../adapters/sandbox/server.js';
import { createFolderTransport } from '../../adapters/transports/folder.js';
import { createHttpTransport } from '../../adapters/transports/http.js';
import { fixtureDxpId } from '../support/cebFixtures.js';
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

transportContract('folder', () => openHarness('folder'), {
  droppedBefore: ['accepted'],
  droppedAfter: ['accepted'],
  busy: ['accepted'],
  refused: 'accepted',
  stopped: ['accepted'],
  retryAfterMs: undefined,
});
