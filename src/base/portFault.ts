import { FaultError } from './fault.js';
import { makeFault } from './faults.js';

/** C07: the address cannot be listened on. */
export const portFault = (host: string, port: number, error: NodeJS.ErrnoException): FaultError =>
  new FaultError([
    makeFault('C07', 'GATEWAY_PORT', { host, port: String(port), reason: error.code ?? error.message }),
  ]);
