import { BlockList, isIP } from 'node:net';

/** Whether an address is one of these, or in one of these networks; an IPv4 address inside IPv6 counts as itself. */
export function addressFilter(entries: readonly string[]): (ip: string | undefined) => boolean {
  const allowed = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, Number(prefix), family);
  }
  return (ip) => {
    const plain = ip?.replace(/^::ffff:/, '') ?? '';
    const family = isIP(plain);
    return family !== 0 && allowed.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
}
