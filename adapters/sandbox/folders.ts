import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Logger } from 'pino';
import { writeDurably } from '../transports/files.js';
import { SettledFiles } from '../transports/settledFiles.js';
import type { Answer, Port } from './port.js';
import type { ReceiptFile } from './receipts.js';

export interface FolderOptions {
  dir: string;
  port: Port;
  log: Logger;
  /** Interval of the look that backs up the change notices of the file system, in milliseconds. */
  pollMs: number;
  /** How long a file must have been at rest before it is read; see SettledFiles. */
  settleMs: number;
}

/**
 * The watched folders of a file client: takes `send/*.xml`, drops receipts into `receive/`, moves what it took to
 * `done/` and what it refused to `refused/` with a `.reason` file. A file leaves `send/` only after the port has it,
 * so a restart finds it again.
 */
export class Folders {
  readonly #o: FolderOptions;
  readonly #send: SettledFiles;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;
  /** Receipts are written one after the other, so that their order is the order of delivery. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: FolderOptions) {
    this.#o = options;
    this.#send = new SettledFiles(this.#path('send'), options.settleMs);
  }

  async start(): Promise<void> {
    for (const name of ['send', 'receive', 'done', 'refused'])
      await mkdir(this.#path(name), { recursive: true });
    this.#watcher = watch(this.#path('send'), () => this.#look());
    this.#timer = setInterval(() => this.#look(), this.#o.pollMs);
    this.#look();
  }

  /** Writes a receipt into `receive/`; a failure is logged and tried again at the next look. */
  deliver(file: ReceiptFile): void {
    this.#writing = this.#writing.then(async () => {
      while (!this.#closed)
        try {
          await writeDurably(this.#path('receive', file.fileName), file.bytes);
          this.#o.port.acknowledged([file.id]);
          return;
        } catch (error) {
          this.#o.log.error(
            { event: 'receipt-write-failed', error: codeOf(error) },
            'cannot write a receipt',
          );
          await new Promise((resolve) => setTimeout(resolve, this.#o.pollMs));
        }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watcher?.close();
    clearInterval(this.#timer);
    await this.#running;
    await this.#writing;
  }

  #path(...parts: string[]): string {
    return join(this.#o.dir, ...parts);
  }

  /** One look at a time; a notice during a look causes another one after it. */
  #look(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#running ??= (async () => {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#takeAll().catch((error: unknown) => this.#failed(error));
      }
      this.#running = undefined;
    })();
  }

  async #takeAll(): Promise<void> {
    for (const { name } of await this.#send.list()) {
      if (this.#closed) return;
      await this.#takeOne(name).catch((error: unknown) => this.#failed(error));
    }
  }

  async #takeOne(name: string): Promise<void> {
    const bytes = await readFile(this.#path('send', name));
    // <message type>_<guid>.xml: the part after the underscore is the sender's name for the message.
    const copMsgId = parse(name).name.split('_').at(-1);
    await this.#file(name, this.#o.port.take({ bytes, origin: 'folder', copMsgId }));
  }

  /** One bad file must not hold up the others; it stays where it is and is tried again. */
  #failed(error: unknown): void {
    this.#o.log.error({ event: 'folder-failed', error: codeOf(error) }, 'cannot take from the send folder');
  }

  async #file(name: string, answer: Answer): Promise<void> {
    switch (answer.kind) {
      case 'busy':
      case 'cut':
        return;
      case 'accepted':
      case 'duplicate':
        return rename(this.#path('send', name), this.#path('done', name));
      case 'refused': {
        const { zh, en } = answer.refusal;
        await writeFile(
          this.#path('refused', `${name}.reason`),
          `${JSON.stringify({ reason: answer.id, message: { zh, en } })}\n`,
        );
        return rename(this.#path('send', name), this.#path('refused', name));
      }
    }
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';
