import { isIPv6 } from 'node:net';

/** Characters kept of what a proxy says and what is no address. */
const LONGEST = 64;

/**
 * Whose address it is, for counting what one sender does: an IPv4 address itself, of IPv6 the first 56 bits. One home or office
 * holds that many addresses and could give itself a new one for every try.
 */
export function networkOf(address = ''): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address.slice(0, LONGEST);
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const written =
    tail === undefined ? groups(head) : [...groups(head), ...Array<string>(8).fill('0'), ...groups(tail)];
  const [a, b, c, d] = written.slice(0, 4).map((group) => parseInt(group, 16));
  return [a, b, c, (d ?? 0) >> 8].map((group) => (group ?? 0).toString(16)).join(':');
}
