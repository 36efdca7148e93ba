import type { Request } from 'express';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';

/** The exact bytes of a request body; throws A06 (413) once it grows beyond `max` bytes. */
export async function readBody(req: Request, max: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  // An early end must not destroy the request: the client is still to read the answer.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > max)
      throw new FaultError([makeFault('A06', 'body', { limit: `${max / 1024 / 1024} MB` })], 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** How much of a refused body may still pass before the connection is cut. */
const MAX_UNREAD = 64 * 1024 * 1024;

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
