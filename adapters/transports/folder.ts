import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { watch } from 'node:fs';
import { basename, join } from 'node:path';
import { systemClock, time14, type Clock } from '../../src/base/clock.js';
import type { IncomingFile, OutgoingMessage, SendOutcome, Transport } from '../../src/dispatch/transport.js';
import { syncFolder, writeDurably } from './files.js';
import { pause } from './pause.js';
import { SettledFiles, type SettledFile } from './settledFiles.js';

export interface FolderTransportOptions {
  /** The folder a file client watches; `send` and `receive` are made inside it. */
  dir: string;
  dxpId: string;
  /** How long a receipt file must be at rest before it is read, in milliseconds. */
  settleMs?: number;
  clock?: Clock;
}

/** Change notices get lost on network shares; this look backs them up. */
const lookMs = 500;

/**
 * Exchanges files with a customs client: `send/<message type>_<guid>.xml` out, `receive/*.xml` in, acknowledged files
 * to `receive/taken/<yyyy-MM-dd>/` (Asia/Shanghai). The client gives no answer to a file, so the outcome of a send is
 * known as soon as the file stands; `receive` and `acknowledge` throw what the file system throws.
 */
export async function createFolderTransport(options: FolderTransportOptions): Promise<Transport> {
  const { dir, ...rest } = options;
  return createExchange({
    ...rest,
    name: `folder ${dir}`,
    send: join(dir, 'send'),
    receive: join(dir, 'receive'),
    fileOf: ({ messageType, guid, bytes }) => Promise.resolve({ name: `${messageType}_${guid}.xml`, bytes }),
  });
}

/** Two folders through which files are exchanged with a client. */
export interface ExchangeOptions extends Pick<FolderTransportOptions, 'settleMs' | 'clock'> {
  name: string;
  send: string;
  receive: string;
  /** A file is told from another of the same bytes by its name and moment: answers that do not say all in words. */
  tellsArrivals?: boolean;
  /** What lies in the folder for a message. The same message makes the same file. */
  fileOf(message: OutgoingMessage): Promise<{ name: string; bytes: Buffer }>;
}

/** Exchanges files with whoever watches two folders, which are made when there are none. */
export async function createExchange(options: ExchangeOptions): Promise<Transport> {
  const { send, receive } = options;
  await mkdir(send, { recursive: true });
  await mkdir(receive, { recursive: true });
  const incoming = new SettledFiles(receive, options.settleMs ?? 200);
  const clock = options.clock ?? systemClock;

  async function read({ name, mtimeMs }: SettledFile): Promise<IncomingFile> {
    const file = { id: name, origin: name, bytes: await readFile(join(receive, name)) };
    return options.tellsArrivals ? { ...file, arrival: `${name} ${mtimeMs}` } : file;
  }

  /** Up to `limit` of the files; one that cannot be read stays where it is and holds up none but itself. */
  async function readable(settled: readonly SettledFile[], limit: number): Promise<IncomingFile[]> {
    const files: IncomingFile[] = [];
    let failure: unknown;
    for (const one of settled) {
      if (files.length === limit) break;
      try {
        files.push(await read(one));
      } catch (error) {
        // Gone: another process took it.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') failure = error;
      }
    }
    if (files.length === 0 && failure !== undefined) throw failure;
    return files;
  }

  return {
    name: options.name,

    async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
      if (signal.aborted) return { kind: 'retry', detail: 'aborted' };
      const { name, bytes } = await options.fileOf(message);
      const path = join(send, name);
      try {
        const there = await readIfThere(path);
        if (there?.equals(bytes)) return { kind: 'accepted', detail: 'the file stands already' };
        if (there) return { kind: 'refused', detail: 'another file of this name stands in the folder' };
        await writeDurably(path, bytes);
        return { kind: 'accepted' };
      } catch (error) {
        const detail = (error as NodeJS.ErrnoException).code ?? String(error);
        // Nothing is visible before the rename; after it the client may have taken the file already.
        return { kind: (await exists(path)) ? 'unknown' : 'retry', detail };
      }
    },

    async receive(limit: number, waitMs: number, signal: AbortSignal): Promise<IncomingFile[]> {
      const until = performance.now() + waitMs;
      for (;;) {
        const files = await readable(await incoming.list(), limit);
        if (files.length > 0) return files;
        const left = until - performance.now();
        if (left <= 0 || signal.aborted) return [];
        await changeOrTimeout(receive, Math.min(left, lookMs, options.settleMs ?? 200), signal);
      }
    },

    async acknowledge(ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return;
      const day = time14(clock.now()).replace(/^(\d{4})(\d{2})(\d{2}).*/, '$1-$2-$3');
      const taken = join(receive, 'taken', day);
      await mkdir(taken, { recursive: true });
      for (const id of ids) {
        const from = join(receive, basename(id));
        await rename(from, await freeName(taken, basename(id))).catch((error: unknown) => {
          // A name that is gone was acknowledged before, or by another process.
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        });
      }
      await syncFolder(taken);
      await syncFolder(receive);
    },

    close(): Promise<void> {
      return Promise.resolve();
    },
  };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A client may use a name again on the same day: the earlier file is kept. */
async function freeName(dir: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(dir, n === 1 ? name : `${n}_${name}`);
    if (!(await exists(path))) return path;
  }
}

/** Resolves when something changes in the folder, when `ms` have passed or when `signal` aborts. */
const changeOrTimeout = (dir: string, ms: number, signal: AbortSignal): Promise<void> =>
  pause(ms, signal, (wake) => {
    const watcher = watch(dir, wake);
    watcher.on('error', () => undefined);
    return () => watcher.close();
  });
