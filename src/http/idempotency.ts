import type { Request } from 'express';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';

/** The key a client sends so that a repeated request has one effect; undefined without one. Throws A04 (400) for one that is empty or longer than 255 characters. */
export function idempotencyKey(req: Request): string | undefined {
  const key = req.get('Idempotency-Key');
  if (key !== undefined && (key.length === 0 || key.length > 255))
    throw new FaultError(
      [makeFault('A04', 'Idempotency-Key', { reason: '1–255 个字符 / 1–255 characters' })],
      400,
    );
  return key;
}
