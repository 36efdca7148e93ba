import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from 'express';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { Room } from '../base/room.js';
import { busyFault } from '../apart/lane.js';

/** What a body may hold of memory while it comes; the rest of a larger one waits in a file. */
const HELD_BYTES = 1 << 20;
/** Memory for larger bodies that are worked on, all requests together. */
const ROOM_BYTES = 40 << 20;
/** How long one waits for it: whoever sent it still listens then, and so does a proxy in between. */
const ROOM_WAIT_MS = 45_000;

const tooLarge = (max: number): FaultError =>
  new FaultError([makeFault('A06', 'body', { limit: `${max / 1024 / 1024} MB` })], 413);

/**
 * Gives the exact bytes of a request body to `work`. However many large bodies come at once, and however slowly, the
 * memory they take is bounded: each waits in a file without a name until those before it are done. Throws A06 (413)
 * for more than `max` bytes, A29 (503) when others take the room for too long.
 */
export async function withBody<T>(
  req: Request,
  max: number,
  work: (bytes: Buffer) => Promise<T>,
): Promise<T> {
  if (Number(req.get('Content-Length') ?? 0) > max) throw tooLarge(max);
  const body = new Spool();
  try {
    // An early end must not destroy the request: the client is still to read the answer.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (body.size + chunk.length > max) throw tooLarge(max);
      await body.add(chunk);
    }
    if (body.size <= HELD_BYTES) return await work(await body.bytes());
    const release = await room.take(body.size, ROOM_WAIT_MS);
    if (!release) throw busyFault();
    try {
      return await work(await body.bytes());
    } finally {
      release();
    }
  } finally {
    await body.drop();
  }
}

/** Bytes that come in pieces: the first megabyte in memory, all of them in a file once there are more. */
class Spool {
  size = 0;
  private held: Buffer[] = [];
  private file: FileHandle | undefined;

  async add(chunk: Buffer): Promise<void> {
    this.size += chunk.length;
    this.held.push(chunk);
    if (this.size > HELD_BYTES) await this.flush();
  }

  async bytes(): Promise<Buffer> {
    if (!this.file) return Buffer.concat(this.held);
    const all = Buffer.allocUnsafe(this.size);
    for (let at = 0; at < this.size;) {
      const { bytesRead } = await this.file.read(all, at, this.size - at, at);
      if (bytesRead === 0) throw new Error('the body ended before its size');
      at += bytesRead;
    }
    return all;
  }

  async drop(): Promise<void> {
    await this.file?.close();
  }

  private async flush(): Promise<void> {
    if (!this.file) {
      const path = join(tmpdir(), `gateway-${randomUUID()}`);
      this.file = await open(path, 'wx+', 0o600);
      // Nobody else can open it, and nothing of it stays when the process ends.
      await unlink(path);
    }
    const bytes = Buffer.concat(this.held);
    this.held = [];
    await this.file.appendFile(bytes);
  }
}

const room = new Room(ROOM_BYTES);

/** How much of a refused body may still pass before the connection is cut. */
const MAX_UNREAD = 256 * 1024 * 1024;

/** Lets the rest of a body pass unread, so that a client that is still sending gets to read the answer. */
export function discardBody(req: Request): void {
  if (req.complete) return;
  let passed = 0;
  req.on('data', (chunk: Buffer) => {
    passed += chunk.length;
    if (passed > MAX_UNREAD) req.destroy();
  });
  req.resume();
}
