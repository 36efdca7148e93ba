import { join } from 'node:path';
import { zipOf } from './zip.js';
import type { Clock } from '../../src/base/clock.js';
import type { IncomingFile, Transport } from '../../src/dispatch/transport.js';
import { createExchange } from './folder.js';
import { pause } from './pause.js';

/** Where the import client (单一窗口导入客户端) looks for files of a family and lays its answers, below its ImpPath. */
export interface ClientFolder {
  out: string;
  in: string;
}

/** The names of a client as it is installed; another installation has its own (`GATEWAY_CLIENT_FOLDERS`). */
export const clientFolders: Readonly<Record<string, ClientFolder>> = {
  dec: { out: 'Deccus001/OutBox', in: 'Deccus001/InBox' },
  ciq: { out: 'Tecciq/OutBox', in: 'Tecciq/InBox' },
  coo: { out: 'CooImp/OutBox', in: 'CooImp/InBox' },
  coofile: { out: 'CooFile/OutBox', in: 'CooFile/InBox' },
};

export interface ImportClientOptions {
  /** ImpPath of the client. */
  dir: string;
  /** Where an installation has other folders; what is not named here has its usual ones. */
  folders?: Readonly<Record<string, ClientFolder>>;
  settleMs?: number;
  clock?: Clock;
}

const MARK = 'client:';

/**
 * Puts messages of some families through the folders of the import client, all others through `main`. A file is written
 * under another name and renamed, so that the client never sees half of one; what has attachments goes as a zip. Its answers
 * (`Successed_…`, `Failed_…`, `Receipt_…`) are read once they are at rest and moved to `taken/<day>` only after they are stored.
 */
export async function createImportClient(
  { dir, folders, ...rest }: ImportClientOptions,
  main: Transport | undefined,
): Promise<Transport> {
  const exchanges = new Map<string, Transport>();
  for (const [family, { out, in: inbox }] of Object.entries({ ...clientFolders, ...folders }))
    exchanges.set(
      family,
      await createExchange({
        ...rest,
        name: `import client ${family}`,
        send: join(dir, out),
        receive: join(dir, inbox),
        // `Failed_…` names what it answers by its file name alone, and FileRet no moment.
        tellsArrivals: true,
        fileOf: async ({ messageType, guid, bytes, attachments = [] }) => {
          const name = `${messageType}_${guid}`;
          if (attachments.length === 0) return { name: `${name}.xml`, bytes };
          return {
            name: `${name}.zip`,
            bytes: await zipOf([{ name: `${name}.xml`, bytes }, ...attachments]),
          };
        },
      }),
    );
  const never = new AbortController().signal;
  /** What lies in the first folder that has something; why one of them cannot be read holds up neither the others nor `main`. */
  const own = async (limit: number): Promise<{ files: IncomingFile[]; failure?: unknown }> => {
    let failure: unknown;
    for (const [family, exchange] of exchanges)
      try {
        const files = await exchange.receive(limit, 0, never);
        if (files.length > 0)
          return { files: files.map((file) => ({ ...file, id: `${MARK}${family}/${file.id}` })) };
      } catch (error) {
        failure = error;
      }
    return { files: [], failure };
  };

  return {
    name: [main?.name, `import client ${dir}`].filter((name) => name !== undefined).join(', '),
    ...(main?.pushed && { pushed: main.pushed }),
    ...(main?.probe && { probe: (signal: AbortSignal) => main.probe?.(signal) ?? Promise.resolve() }),
    async send(message, signal) {
      const exchange = exchanges.get(message.family) ?? main;
      if (!exchange)
        return { kind: 'retry', detail: `no counterpart for ${message.family}`, retryAfterMs: 60_000 };
      return exchange.send(message, signal);
    },
    async receive(limit, waitMs, signal) {
      const until = performance.now() + waitMs;
      for (;;) {
        const { files, failure } = await own(limit);
        if (files.length > 0) return files;
        const left = until - performance.now();
        if (left <= 0 || signal.aborted) {
          const others = main ? await main.receive(limit, 0, signal) : [];
          if (others.length === 0 && failure !== undefined) throw failure;
          return others;
        }
        const wait = Math.min(left, LOOK_MS);
        if (!main) await pause(wait, signal);
        const other = (await main?.receive(limit, wait, signal)) ?? [];
        if (other.length > 0) return other;
      }
    },
    async acknowledge(ids) {
      const others = ids.filter((id) => !id.startsWith(MARK));
      if (others.length > 0) await main?.acknowledge(others);
      for (const [family, exchange] of exchanges) {
        const mark = `${MARK}${family}/`;
        const mine = ids.filter((id) => id.startsWith(mark)).map((id) => id.slice(mark.length));
        if (mine.length > 0) await exchange.acknowledge(mine);
      }
    },
    async close() {
      await Promise.all([...exchanges.values()].map((exchange) => exchange.close()));
      await main?.close();
    },
  };
}

/** How long the other counterpart is waited for before the folders are looked at again. */
const LOOK_MS = 1_000;
