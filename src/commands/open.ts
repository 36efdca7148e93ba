import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { createFolderTransport } from '../../adapters/transports/folder.js';
import { createImportClient } from '../../adapters/transports/importClient.js';
import { openKeyFolder, type KeyFolder } from '../../adapters/signers/key-folder.js';
import { systemClock } from '../base/clock.js';
import { readConfig, type Config } from '../base/config.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { makeLog, type Log } from '../base/log.js';
import { portFault } from '../base/portFault.js';
import { wrapping } from '../dispatch/wrapped.js';
import type { Transport } from '../dispatch/transport.js';
import { Gateway, type GatewayOptions } from '../gateway.js';
import type { PaymentDataPort } from '../paymentData/upload.js';
import { runs } from '../store/embedded.js';
import { claimPeriod } from '../store/repeats.js';
import { databaseName } from '../store/migrate.js';
import type { HeldKey } from '../signing/signer.js';

const SEND_TIMEOUT_MS = 60_000;

/**
 * Puts a gateway together from its settings and the adapters they name: the one place where both meet. Adapters are
 * loaded when they are named, because their libraries take longer to load than the gateway. Throws FaultError with what
 * stands in the way (settings, mappings, keys, database), and then leaves nothing running.
 */
export async function openGateway(env: NodeJS.ProcessEnv = process.env): Promise<Gateway> {
  const config = readConfig(env);
  if (config.databaseUrl) await reach(config.databaseUrl);
  const log = makeLog(config.logLevel);
  const transport = await openTransport(config);
  try {
    return await Gateway.open({
      config,
      clock: systemClock,
      log,
      signers: openSigners(config, log),
      transport,
      paymentDataPort: await openPaymentData(config),
      openSignals: redisOf(config, log),
    });
  } catch (error) {
    await transport?.close();
    throw error instanceof FaultError
      ? error
      : new FaultError([makeFault('C08', '', { reason: firstLine(error) })]);
  }
}

/**
 * The same for commands that only read: none of them makes a database. Throws C09 where nothing was set up; says on stderr
 * when it has to start the database of a gateway that does not run.
 */
export async function openForReading(env: NodeJS.ProcessEnv = process.env): Promise<Gateway> {
  const config = readConfig(env);
  if (!config.databaseUrl) {
    const dir = join(config.dataDir, 'postgres');
    if (!existsSync(dir))
      throw new FaultError([makeFault('C09', 'GATEWAY_DATA_DIR', { dir: config.dataDir })]);
    if (!runs(dir))
      process.stderr.write(
        '网关未运行，暂时启动其数据库 / the gateway does not run: its database is started for this\n',
      );
  }
  return openGateway({ ...env, GATEWAY_LOG_LEVEL: env.GATEWAY_LOG_LEVEL ?? 'error' });
}

const REACH_MS = 5_000;

/** Throws C03 when the database does not answer. */
async function reach(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: REACH_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new FaultError([makeFault('C03', 'DATABASE_URL', { reason: firstLine(error) })]);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The first line of what went wrong; of several attempts the last. */
function firstLine(error: unknown): string {
  const one: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  const text =
    one instanceof z.ZodError ? z.prettifyError(one) : one instanceof Error ? one.message : String(one);
  return text.replace(/\s*\n\s*/g, '; ').slice(0, 300);
}

/** Throws C07 when the address of the settings cannot be listened on. */
export async function demandFreePort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portFault(host, port, error)));
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

/** The transport the settings name, wrapping what it sends when they say so; undefined without a port. */
export async function openTransport(config: Config): Promise<Transport | undefined> {
  const plain = await openPlainTransport(config);
  if (plain?.pushed && config.callback.token === undefined) {
    const name = 'GATEWAY_PORT_CALLBACK_TOKEN_FILE';
    await plain.close();
    throw new FaultError([makeFault('C02', name, { name, because: profileSetting(config) })]);
  }
  const main = plain && config.wrap ? wrapping(plain, config.wrap) : plain;
  if (!config.client) return main;
  const { dir, folders } = config.client;
  return createImportClient(folders ? { dir, folders } : { dir }, main);
}

/** How the signals of Redis are opened; undefined where the database carries them. */
function redisOf({ redisUrl: url }: Config, log: Log): GatewayOptions['openSignals'] {
  return url === undefined
    ? undefined
    : async (own, store) => {
        const { RedisSignals } = await import('../../adapters/redis/signals.js');
        return RedisSignals.open({
          url,
          prefix: `gateway:${await databaseName(store)}`,
          own,
          claimPeriod: (name, everyMs) => claimPeriod(store, name, everyMs),
          log,
        });
      };
}

const profileSetting = ({ transport }: Config): string =>
  transport.kind === 'http' ? `GATEWAY_PORT_PROFILE=${transport.profile}` : '';

async function openPaymentData(config: Config): Promise<PaymentDataPort | undefined> {
  const { privateNetworks } = config;
  const { url, allowLiveHost } = config.customs179;
  if (url === undefined) return undefined;
  const { createCustoms179 } = await import('../../adapters/transports/customs179.js');
  return createCustoms179({ baseUrl: url, allowLiveHost, privateNetworks, timeoutMs: SEND_TIMEOUT_MS });
}

async function openPlainTransport(config: Config): Promise<Transport | undefined> {
  switch (config.transport.kind) {
    case 'none':
      return undefined;
    case 'http': {
      const { createHttpTransport } = await import('../../adapters/transports/http.js');
      return createHttpTransport({
        ...config.transport,
        baseUrl: config.transport.url,
        dxpId: config.transfer.dxpId,
        timeoutMs: SEND_TIMEOUT_MS,
        privateNetworks: config.privateNetworks,
      });
    }
    case 'amqp': {
      const { createAmqpTransport } = await import('../../adapters/transports/amqp.js');
      return createAmqpTransport({
        ...config.transport,
        timeoutMs: SEND_TIMEOUT_MS,
        privateNetworks: config.privateNetworks,
      });
    }
    case 'folder':
      return createFolderTransport({ dir: config.transport.dir, dxpId: config.transfer.dxpId });
  }
}

/** The keys in the folder of the settings, which is made (mode 0700) when there is none. Throws as `openKeyFolder`. */
export function openKeys(config: Config): KeyFolder {
  if (!existsSync(config.keysDir)) mkdirSync(config.keysDir, { recursive: true, mode: 0o700 });
  return openKeyFolder(config.keysDir, config.keysPassphrase);
}

function openSigners(config: Config, log: Log): GatewayOptions['signers'] {
  const folder = openKeys(config);
  for (const entry of folder.describe())
    for (const fault of [...entry.problems, ...entry.warnings])
      log.warn({ enterprise: entry.enterpriseCode, code: fault.code }, fault.message.en);
  return {
    find: (code, except) => folder.find(code, except),
    busy: () => folder.busy(),
    cards: () => folder.cards(),
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

/** Opens the gateway for one piece of work and closes it again. */
export async function withGateway(work: (gateway: Gateway) => Promise<void>): Promise<void> {
  const gateway = await openGateway();
  try {
    await work(gateway);
  } finally {
    await gateway.close();
  }
}
