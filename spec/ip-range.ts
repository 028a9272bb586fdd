import { isIPv4, isIPv6 } from 'node:net';

/** A block of addresses: `base` is the first one, as a number of 32 or 128 bits. */
export interface IpRange {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Reads `address/prefix`; keeps host bits, accepts any spelling of the address; undefined when it is none. */
export function parseRange(cidr: string): IpRange | undefined {
  const [address = '', length, ...more] = cidr.split('/');
  if (length === undefined || more.length > 0 || !/^(?:0|[1-9][0-9]{0,2})$/.test(length)) return undefined;
  const family = isIPv4(address) ? 4 : isIPv6(address) && !address.includes('%') ? 6 : undefined;
  const prefix = Number(length);
  if (family === undefined || prefix > BITS[family]) return undefined;
  return { family, base: family === 4 ? ipv4Number(address) : ipv6Number(address), prefix };
}

function ipv4Number(address: string): bigint {
  return address.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function ipv6Number(address: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const tail = ipv4Number(dotted?.[2] ?? '0.0.0.0');
  const plain = dotted ? `${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}` : address;
  const [left = '', right] = plain.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

/** The range with its host bits cleared. */
export function networkOf(range: IpRange): IpRange {
  const host = BigInt(BITS[range.family] - range.prefix);
  return { ...range, base: (range.base >> host) << host };
}

/** The one spelling of a range: dotted decimal, or RFC 5952 for IPv6. */
export function formatRange(range: IpRange): string {
  return `${range.family === 4 ? formatIpv4(range.base) : formatIpv6(range.base)}/${range.prefix}`;
}

function formatIpv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
}

function formatIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const longest = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > longest.length) Object.assign(longest, { start, length });
  }
  if (longest.start < 0) return groups.join(':');
  return `${groups.slice(0, longest.start).join(':')}::${groups.slice(longest.start + longest.length).join(':')}`;
}

/** Whether two ranges have an address in common. */
export function overlaps(a: IpRange, b: IpRange): boolean {
  if (a.family !== b.family) return false;
  const shift = BigInt(BITS[a.family] - Math.min(a.prefix, b.prefix));
  return a.base >> shift === b.base >> shift;
}
