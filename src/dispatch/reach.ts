import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Transport } from './transport.js';

/**
 * Asks the counterpart for a sign of life; takes no receipt away from it. Throws FaultError P03 when there is none within
 * `withinMs`, also where a connection is accepted and nothing comes over it, and what the transport throws otherwise.
 */
export async function reach(transport: Transport, withinMs: number): Promise<void> {
  const soon = AbortSignal.timeout(withinMs);
  if (transport.probe) await transport.probe(soon);
  else await transport.receive(1, 0, soon);
  // A `receive` that was given up finds nothing, as one that was answered may.
  if (soon.aborted)
    throw new FaultError([makeFault('P03', '', { detail: '等待答复超时 / no answer in time' })], 502);
}
