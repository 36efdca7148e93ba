import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';

/**
 * The address of a counterpart. Throws FaultError P02 for one that is no plain http(s) address, P01 for another machine
 * when the settings do not allow live hosts.
 */
export function allowedUrl(address: string, allowLiveHost: boolean | undefined): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password)
    throw new FaultError([makeFault('P02', 'baseUrl')], 500);
  const local =
    url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
  if (!local && allowLiveHost !== true)
    throw new FaultError([makeFault('P01', 'baseUrl', { host: url.hostname })], 500);
  return url;
}
