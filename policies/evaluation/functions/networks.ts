import type { Meter } from '../meter';
import { Address, Network } from '../network';
import { Failure, type Value } from '../values';
import type { Natives } from './native';

const NO_ADDRESS = new Failure('IP address parse error during conversion from string');
const NO_NETWORK = new Failure('network address parse error during conversion from string');

const address =
  (read: (address: Address) => Value) =>
  (_meter: Meter, value: Value): Value | undefined =>
    value instanceof Address ? read(value) : undefined;

const network =
  (read: (network: Network) => Value) =>
  (_meter: Meter, value: Value): Value | undefined =>
    value instanceof Network ? read(value) : undefined;

/** Whether the first `length` bits of an address are those of `bits`. */
function begins({ family, bits }: Address, of: 4 | 6, start: bigint, length: number): boolean {
  return family === of && bits >> BigInt((of === 4 ? 32 : 128) - length) === start;
}

const isUnspecified = ({ bits }: Address): boolean => bits === 0n;
const isLoopback = (ip: Address): boolean => begins(ip, 4, 127n, 8) || (ip.family === 6 && ip.bits === 1n);
const isMulticast = (ip: Address): boolean => begins(ip, 4, 0xen, 4) || begins(ip, 6, 0xffn, 8);
const isLinkLocalUnicast = (ip: Address): boolean => begins(ip, 4, 0xa9fen, 16) || begins(ip, 6, 0x3fan, 10);
/** ff02::/16 and its kin whatever the flags, as Go's netip has it. */
const isLinkLocalMulticast = (ip: Address): boolean =>
  begins(ip, 4, 0xe00000n, 24) || (begins(ip, 6, 0xffn, 8) && ((ip.bits >> 112n) & 0xfn) === 2n);
const isGlobalUnicast = (ip: Address): boolean =>
  !isUnspecified(ip) && !isLoopback(ip) && !isMulticast(ip) && !isLinkLocalUnicast(ip) && !isBroadcast(ip);
const isBroadcast = ({ family, bits }: Address): boolean => family === 4 && bits === 0xffffffffn;

function containsIP(_meter: Meter, value: Value, ip: Value): Value | undefined {
  const other = typeof ip === 'string' ? (Address.from(ip) ?? NO_ADDRESS) : ip;
  if (!(value instanceof Network)) return undefined;
  if (other instanceof Failure) return other;
  return other instanceof Address ? value.contains(other) : undefined;
}

function containsCIDR(_meter: Meter, value: Value, range: Value): Value | undefined {
  const other = typeof range === 'string' ? (Network.from(range) ?? NO_NETWORK) : range;
  if (!(value instanceof Network)) return undefined;
  if (other instanceof Failure) return other;
  return other instanceof Network ? value.containsNetwork(other) : undefined;
}

export const NETWORK_GLOBALS: Natives = {
  'ip/1': (_meter, value) => (typeof value === 'string' ? (Address.from(value) ?? NO_ADDRESS) : undefined),
  'isIP/1': (_meter, value) => (typeof value === 'string' ? Address.from(value) !== undefined : undefined),
  'cidr/1': (_meter, value) => (typeof value === 'string' ? (Network.from(value) ?? NO_NETWORK) : undefined),
  'isCIDR/1': (_meter, value) => (typeof value === 'string' ? Network.from(value) !== undefined : undefined),
  'ip.isCanonical/1': (_meter, value) => {
    if (typeof value !== 'string') return undefined;
    const parsed = Address.from(value);
    return parsed === undefined ? NO_ADDRESS : parsed.text === value;
  },
};

export const NETWORK_METHODS: Natives = {
  'family/1': address(({ family }) => family),
  'isUnspecified/1': address(isUnspecified),
  'isLoopback/1': address(isLoopback),
  'isLinkLocalMulticast/1': address(isLinkLocalMulticast),
  'isLinkLocalUnicast/1': address(isLinkLocalUnicast),
  'isGlobalUnicast/1': address(isGlobalUnicast),
  'ip/1': network((range) => range.address),
  'masked/1': network((range) => range.masked()),
  'prefixLength/1': network(({ length }) => length),
  'containsIP/2': containsIP,
  'containsCIDR/2': containsCIDR,
};
