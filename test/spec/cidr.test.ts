import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cidrComplaint } from '../../spec/cidr';
import { formatRange, networkOf, overlaps, parseRange, type IpRange } from '../../spec/ip-range';

const ipv4 = fc.record({
  family: fc.constant(4 as const),
  base: fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }),
  prefix: fc.integer({ min: 1, max: 32 }),
});
const ipv6 = fc.record({
  family: fc.constant(6 as const),
  base: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  prefix: fc.integer({ min: 1, max: 128 }),
});
/** Sparse IPv6 addresses, where the runs of zeros are. */
const sparse = fc
  .tuple(
    fc.array(fc.constantFrom<bigint[]>(0n, 0n, 1n, 0xabcdn), { minLength: 8, maxLength: 8 }),
    fc.integer({ min: 1, max: 128 }),
  )
  .map(([groups, prefix]): IpRange => ({
    family: 6,
    base: groups.reduce((sum, group) => sum * 65536n + group, 0n),
    prefix,
  }));
const range = fc.oneof<fc.Arbitrary<IpRange>[]>(ipv4, ipv6, sparse).map(networkOf);

describe('address ranges', () => {
  test('are read back as they were written', () => {
    fc.assert(
      fc.property(range, (given) => {
        expect(parseRange(formatRange(given))).toEqual(given);
      }),
    );
  });

  test('are written as the platform writes IPv6 addresses', () => {
    fc.assert(
      fc.property(fc.oneof(ipv6, sparse), (given) => {
        const [address = ''] = formatRange(given).split('/');
        // The URL parser prints RFC 5952, and never IPv4 in it.
        expect(`[${address}]`).toBe(new URL(`http://[${address}]/`).hostname);
      }),
    );
  });

  test('overlap when the platform finds an end of one in the other', () => {
    const within = (outer: IpRange, inner: IpRange) => {
      if (outer.family !== inner.family) return false;
      const family = outer.family === 4 ? 'ipv4' : 'ipv6';
      const address = (given: IpRange) => formatRange(given).split('/')[0] ?? '';
      const list = new BlockList();
      list.addSubnet(address(outer), outer.prefix, family);
      return list.check(address(inner), family);
    };
    const near = fc
      .tuple(ipv4, fc.integer({ min: 1, max: 32 }), fc.bigInt({ min: 0n, max: 63n }))
      .map(([a, prefix, shift]) => {
        const b: IpRange = {
          ...a,
          prefix,
          base: a.base ^ ((shift << BigInt(Math.max(0, 32 - prefix - 3))) % 2n ** 32n),
        };
        return [networkOf(a), networkOf({ ...b, base: b.base & (2n ** 32n - 1n) })] as const;
      });
    fc.assert(
      fc.property(fc.oneof(near, fc.tuple(range, range)), ([a, b]) => {
        expect(overlaps(a, b)).toBe(within(a, b) || within(b, a));
        expect(overlaps(b, a)).toBe(overlaps(a, b));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '1.2.3.4',
    '1.2.3/24',
    '01.2.3.4/32',
    '1.2.3.4/033',
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/',
    '/8',
    '1.2.3.4/8/8',
    '::1%eth0/128',
    '::/129',
    ':::/8',
    '1.2.3.4.5/8',
    '0x7f.0.0.1/8',
    '127.1/8',
    ' 10.0.0.0/8',
    '10.0.0.0/8 ',
    '１０.0.0.0/8',
  ])('%j is none', (cidr) => {
    expect(parseRange(cidr)).toBeUndefined();
    expect(cidrComplaint(cidr)).toBeDefined();
  });
});

describe('egress ranges', () => {
  test.each([
    '10.0.0.0/8',
    '192.168.0.0/16',
    '172.16.0.0/12',
    '203.0.113.7/32',
    '2001:db8::/32',
    'fd12:3456::/32',
    '2606:4700::1/128',
    '128.0.0.0/4',
  ])('%s may be opened', (cidr) => {
    expect(cidrComplaint(cidr)).toBeUndefined();
  });

  test.each([
    '0.0.0.0/0',
    '::/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '0.0.0.0/32',
    '::/1',
    '8000::/1',
    '127.0.0.1/32',
    '127.0.0.0/8',
    '64.0.0.0/2',
    '::1/128',
    '::/128',
    '169.254.169.254/32',
    '169.254.0.0/16',
    '169.254.1.0/24',
    '160.0.0.0/4',
    'fe80::/10',
    'fe80::1/128',
    'fd00:ec2::254/128',
    'fd00::/8',
    '100.100.100.200/32',
    '168.63.129.16/32',
    '100.64.0.0/10',
    '224.0.0.1/32',
    '239.255.255.255/32',
    '255.255.255.255/32',
    '240.0.0.0/4',
    'ff02::1/128',
    'ff00::/8',
    '::ffff:169.254.169.254/128',
    '::ffff:a9fe:a9fe/128',
    '64:ff9b::a9fe:a9fe/128',
    '2002:a9fe:a9fe::/48',
    '::127.0.0.1/128',
    '10.0.0.1/8',
    '2001:db8::1/32',
    '2001:0db8::/32',
    '2001:DB8::/32',
    '2001:db8:0:0:0:0:0:0/32',
  ])('%s may not', (cidr) => {
    expect(cidrComplaint(cidr)).toBeDefined();
  });

  test('mends a spelling into one that is accepted or stays closed for a reason', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6, sparse), (given) => {
        const mended = /write (\S+)$/.exec(cidrComplaint(formatRange(given))?.en ?? '')?.[1];
        const again = mended === undefined ? undefined : cidrComplaint(mended)?.en;
        expect(again ?? 'stays closed').toMatch(/stays closed/);
      }),
    );
  });
});
