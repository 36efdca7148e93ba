import type { Request } from 'express';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';

/** The exact bytes of a request body; throws A06 (413) once it grows beyond `max` bytes. */
export async function readBody(req: Request, max: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > max)
      throw new FaultError([makeFault('A06', 'body', { limit: `${max / 1024 / 1024} MB` })], 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
