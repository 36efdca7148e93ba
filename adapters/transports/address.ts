import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { liveOwnerOf } from './liveHosts.js';

/** What the settings allow of addresses outside this machine. */
export interface AddressRule {
  /** Must be true for any host that is not this machine. */
  allowLiveHost?: boolean | undefined;
  /** Networks (`10.20.0.0/16`) and addresses that are not of the Internet, in which a counterpart may stand nevertheless. */
  privateNetworks?: readonly string[] | undefined;
}

/** A counterpart that may be connected to. */
export interface Counterpart {
  url: URL;
  /**
   * Resolves its name and fails with `EADDRNOTALLOWED` when one of the answers is an address that the settings do not
   * allow. Give it to every agent, socket or client that connects there: it is asked at each new connection, so that a
   * name which leads elsewhere later (rebinding) leads nowhere.
   */
  lookup: LookupFunction;
}

/** What a name resolves to; the system's own resolver unless a test brings another. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/**
 * The one place that decides where the gateway may connect to. Without `allowLiveHost` that is this machine alone, whatever
 * its name resolves to; with it, hosts of the public Internet, and those in `privateNetworks`. Everything else (link-local
 * addresses with the metadata of a cloud, private and shared networks, this machine under a foreign name, IPv4 inside
 * IPv6) is refused: as it is written, in decimal, octal or hexadecimal, and as names resolve.
 *
 * ```
 * const { url, lookup } = counterpart(options.baseUrl, options);
 * new https.Agent({ keepAlive: true, lookup });     // http(s), axios
 * net.connect({ host, port, lookup });              // sockets, AMQP (`lookup` in the socket options)
 * ```
 *
 * Throws FaultError P02 for one that is no plain address of `protocols`, P01 for another machine without permission, P06 when
 * that is known to be a live environment, P05 for an address that is never allowed.
 */
export function counterpart(
  address: string,
  rule: AddressRule,
  {
    protocols = ['http:', 'https:'],
    resolve = resolveBySystem,
  }: { protocols?: readonly string[]; resolve?: Resolve } = {},
): Counterpart {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !protocols.includes(url.protocol) || url.username || url.password || url.hostname === '')
    throw new FaultError([makeFault('P02', 'baseUrl')], 500);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const here = isThisMachine(host);
  const owner = liveOwnerOf(host);
  if (owner && rule.allowLiveHost !== true)
    throw new FaultError(
      [makeFault('P06', 'baseUrl', { host: url.hostname, ownerZh: owner.zh, ownerEn: owner.en })],
      500,
    );
  if (!here && rule.allowLiveHost !== true)
    throw new FaultError([makeFault('P01', 'baseUrl', { host: url.hostname })], 500);
  const wanted = networks(rule.privateNetworks ?? []);
  const allowed = (ip: string) => (here ? has(loopback, ip) : isPublic(ip) || has(wanted, ip));
  if (isIP(host) !== 0 && !allowed(host))
    throw new FaultError([makeFault('P05', 'baseUrl', { host: url.hostname })], 500);
  return { url, lookup: guarded(resolve, allowed) };
}

/** By its name or address alone: what that resolves to is looked at when a connection is made. */
const isThisMachine = (host: string) =>
  host === 'localhost' || (isIP(host) !== 0 && has(loopback, host) && !isMapped(host));

function guarded(resolve: Resolve, allowed: (ip: string) => boolean): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (found) => {
        const family = options.family === 4 || options.family === 6 ? options.family : undefined;
        const fitting = found.filter((answer) => family === undefined || answer.family === family);
        const [first] = fitting;
        if (found.some((answer) => !allowed(answer.address)))
          callback(failure('EADDRNOTALLOWED', `${host} leads to an address that is not allowed`), '', 0);
        else if (!first) callback(failure('ENOTFOUND', `${host} has no address`), '', 0);
        else if (options.all) callback(null, fitting);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

const failure = (code: string, message: string): NodeJS.ErrnoException =>
  Object.assign(new Error(message), { code });

const resolveBySystem: Resolve = (host) =>
  new Promise((resolve, reject) =>
    systemLookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found))),
  );

function networks(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [network = '', bits] = entry.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  }
  return list;
}

/** BlockList itself compares an IPv4 address inside IPv6 (`::ffff:10.0.0.1`) with networks of IPv4. */
const has = (list: BlockList, ip: string) => list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
const isMapped = (ip: string) => has(mapped, ip) && isIPv6(ip);

const mapped = networks(['::ffff:0:0/96']);
const loopback = networks(['127.0.0.0/8', '::1']);
/** What the IANA registries of special-purpose addresses name, and what is no unicast address. */
const special4 = networks([
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/4', '240.0.0.0/4',
]); // prettier-ignore
/** Unicast addresses of the Internet, and those of them that carry an IPv4 address or are set apart. */
const unicast6 = networks(['2000::/3']);
const special6 = networks(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

const isPublic = (ip: string) => (isIPv6(ip) ? has(unicast6, ip) && !has(special6, ip) : !has(special4, ip));
