import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { z } from 'zod';

const entrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('message'),
    at: z.iso.datetime(),
    origin: z.enum(['http', 'folder']),
    dxpId: z.string(),
    copMsgId: z.string(),
    /** The pace its receipts follow; files of earlier versions have none. */
    paceMs: z.int().nonnegative().optional(),
    bytes: z.base64(),
  }),
  z.strictObject({ kind: z.literal('acknowledged'), ids: z.array(z.string()) }),
]);
export type JournalEntry = z.output<typeof entrySchema>;

/**
 * The state file of a sandbox: one JSON line for every accepted message and every acknowledgement, on disk before the
 * sandbox answers. A restarted sandbox replays it; because receipts are derived from the message, replay yields the
 * same receipts. The file holds the messages themselves: treat it like them.
 */
export class Journal {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Opens or creates the file and returns what it holds. A last line cut short by a crash is removed; any other
   * unreadable line throws.
   */
  static open(path: string): { journal: Journal; entries: JournalEntry[] } {
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const complete = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
    const entries = complete
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map((line, i) => readEntry(line, `${path}, line ${i + 1}`));
    const fd = openSync(path, 'a', 0o600);
    if (complete.length < bytes.length) ftruncateSync(fd, complete.length);
    return { journal: new Journal(fd), entries };
  }

  append(entry: JournalEntry): void {
    writeSync(this.#fd, `${JSON.stringify(entry)}\n`);
    fdatasyncSync(this.#fd);
  }

  clear(): void {
    ftruncateSync(this.#fd, 0);
    fdatasyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function readEntry(line: string, place: string): JournalEntry {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new Error(`${place} is damaged: move the state file away to start without it`, { cause });
  }
}
