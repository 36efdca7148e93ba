import { existsSync, mkdirSync } from 'node:fs';
import { createCustoms179 } from '../../adapters/transports/customs179.js';
import { createFolderTransport } from '../../adapters/transports/folder.js';
import { createHttpTransport } from '../../adapters/transports/http.js';
import { openKeyFolder, type KeyFolder } from '../../adapters/signers/key-folder.js';
import { systemClock } from '../base/clock.js';
import { readConfig, type Config } from '../base/config.js';
import { makeLog, type Log } from '../base/log.js';
import { wrapping } from '../dispatch/wrapped.js';
import type { Transport } from '../dispatch/transport.js';
import { Gateway, type GatewayOptions } from '../gateway.js';
import type { PaymentDataPort } from '../paymentData/upload.js';
import type { HeldKey } from '../signing/signer.js';

const SEND_TIMEOUT_MS = 60_000;

/** Puts a gateway together from its settings and the adapters they name: the one place where both meet. */
export async function openGateway(env: NodeJS.ProcessEnv = process.env): Promise<Gateway> {
  const config = readConfig(env);
  const log = makeLog(config.logLevel);
  const transport = await openTransport(config);
  return Gateway.open({
    config,
    clock: systemClock,
    log,
    signers: openSigners(config, log),
    transport,
    paymentDataPort: openPaymentData(config),
  });
}

/** The transport the settings name, wrapping what it sends when they say so; undefined without a port. */
export async function openTransport(config: Config): Promise<Transport | undefined> {
  const plain = await openPlainTransport(config);
  return plain && config.wrap ? wrapping(plain, config.wrap) : plain;
}

function openPaymentData(config: Config): PaymentDataPort | undefined {
  const { url, allowLiveHost } = config.customs179;
  return url === undefined
    ? undefined
    : createCustoms179({ baseUrl: url, allowLiveHost, timeoutMs: SEND_TIMEOUT_MS });
}

async function openPlainTransport(config: Config): Promise<Transport | undefined> {
  switch (config.transport.kind) {
    case 'none':
      return undefined;
    case 'http':
      return createHttpTransport({
        baseUrl: config.transport.url,
        dxpId: config.transfer.dxpId,
        timeoutMs: SEND_TIMEOUT_MS,
        allowLiveHost: config.transport.allowLiveHost,
      });
    case 'folder':
      return createFolderTransport({ dir: config.transport.dir, dxpId: config.transfer.dxpId });
  }
}

export function openKeys(config: Config): KeyFolder {
  if (!existsSync(config.keysDir)) mkdirSync(config.keysDir, { recursive: true, mode: 0o700 });
  return openKeyFolder(config.keysDir);
}

function openSigners(config: Config, log: Log): GatewayOptions['signers'] {
  const folder = openKeys(config);
  for (const entry of folder.describe())
    for (const fault of [...entry.problems, ...entry.warnings])
      log.warn({ enterprise: entry.enterpriseCode, code: fault.code }, fault.message.en);
  return {
    find: (code) => folder.find(code),
    reload: () => folder.reload(),
    close: () => folder.close(),
    held: () =>
      folder.describe().flatMap((k): HeldKey[] =>
        k.usable
          ? [
              {
                enterprise: k.enterpriseCode,
                suite: k.suite ?? '',
                keyName: k.serial ?? '',
                subject: k.subject ?? '',
                notBefore: k.notBefore ?? '',
                notAfter: k.notAfter ?? '',
                test: k.test ?? false,
              },
            ]
          : [],
      ),
  };
}
