import type { ReaderFolders } from './questions.js';
import { Reader } from './reader.js';

/** How long an idle reader is kept for the next job. */
const IDLE_MS = 20_000;
/** Idle readers that are kept, of all sizes together. */
const IDLE_MOST = 2;

/** The readers of a gateway: its lanes borrow one for each job, and a few idle ones wait for the next job of their size. */
export class Readers {
  private idle: { reader: Reader; end: NodeJS.Timeout }[] = [];

  constructor(private readonly folders: ReaderFolders = {}) {}

  /** An idle reader of that memory, or a new one. */
  take(memoryMb: number): Reader {
    const found = this.idle.find(({ reader }) => reader.memoryMb === memoryMb && reader.usable);
    if (!found) return new Reader(memoryMb, this.folders);
    this.forget(found.reader);
    return found.reader;
  }

  /** Takes a reader back for the next job; one that a file left large ends. */
  keep(reader: Reader): void {
    if (reader.swollen || !reader.usable) {
      reader.close();
      return;
    }
    const end = setTimeout(() => {
      this.forget(reader);
      reader.close();
    }, IDLE_MS).unref();
    this.idle.push({ reader, end });
    const [oldest] = this.idle;
    if (oldest && this.idle.length > IDLE_MOST) {
      this.forget(oldest.reader);
      oldest.reader.close();
    }
  }

  /** Ends the idle ones. */
  close(): void {
    for (const { reader } of [...this.idle]) {
      this.forget(reader);
      reader.close();
    }
  }

  private forget(reader: Reader): void {
    for (const entry of this.idle) if (entry.reader === reader) clearTimeout(entry.end);
    this.idle = this.idle.filter((entry) => entry.reader !== reader);
  }
}
