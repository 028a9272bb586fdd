import { isIP } from 'node:net';
import { text, type Text } from '../errors';
import type { Complaint } from './complaint';
import { formatRange, networkOf, overlaps, parseRange, type IpRange } from './ip-range';
import { quoted } from './visible';

/**
 * Where no egress exception leads. Most are of no use outside one machine or one link; the metadata services hand out a node's own
 * credentials; the last group spells IPv4 addresses in IPv6, which would get around the others.
 */
const CLOSED: readonly { readonly cidr: string; readonly what: Text }[] = [
  { cidr: '0.0.0.0/8', what: text('this host', '자기 호스트') },
  { cidr: '127.0.0.0/8', what: text('loopback', '루프백') },
  { cidr: '169.254.0.0/16', what: text('link-local, metadata services', '링크 로컬, 메타데이터 서비스') },
  { cidr: '100.100.100.200/32', what: text('a metadata service', '메타데이터 서비스') },
  { cidr: '168.63.129.16/32', what: text('a metadata service', '메타데이터 서비스') },
  { cidr: '224.0.0.0/4', what: text('multicast', '멀티캐스트') },
  { cidr: '240.0.0.0/4', what: text('reserved and broadcast', '예약 및 브로드캐스트') },
  { cidr: '::/96', what: text('loopback and unspecified', '루프백 및 미지정') },
  { cidr: 'fe80::/10', what: text('link-local', '링크 로컬') },
  { cidr: 'fec0::/10', what: text('site-local', '사이트 로컬') },
  { cidr: 'ff00::/8', what: text('multicast', '멀티캐스트') },
  { cidr: 'fd00:ec2::254/128', what: text('a metadata service', '메타데이터 서비스') },
  { cidr: '::ffff:0:0/96', what: text('IPv4 written as IPv6', 'IPv6로 적은 IPv4') },
  { cidr: '64:ff9b::/96', what: text('IPv4 written as IPv6', 'IPv6로 적은 IPv4') },
  { cidr: '64:ff9b:1::/48', what: text('IPv4 written as IPv6', 'IPv6로 적은 IPv4') },
  { cidr: '2001::/32', what: text('IPv4 written as IPv6', 'IPv6로 적은 IPv4') },
  { cidr: '2002::/16', what: text('IPv4 written as IPv6', 'IPv6로 적은 IPv4') },
];

/** What is wrong with an address range of an egress exception: form, canonical spelling, too wide, or closed. */
export function cidrComplaint(value: string): Complaint {
  const range = value.length > 64 ? undefined : parseRange(value);
  if (range === undefined) return formComplaint(value);
  const network = networkOf(range);
  const canonical = formatRange(network);
  if (range.prefix === 0)
    return text(
      `${quoted(value)} is every address there is: name the ranges that the testbed needs`,
      `${quoted(value)}: 모든 주소를 뜻합니다. 필요한 대역만 쓰십시오`,
    );
  if (canonical !== value) {
    const why =
      range.base === network.base
        ? text('is not in canonical form', '표준 표기가 아닙니다')
        : text('has bits set after its prefix', '접두사 길이 뒤에 값이 있습니다');
    return text(
      `${quoted(value)} ${why.en}: write ${canonical}`,
      `${quoted(value)}: ${why.ko}. 바른 표기: ${canonical}`,
    );
  }
  return closedComplaint(value, network);
}

function formComplaint(value: string): Complaint {
  const family = isIP(value);
  if (family !== 0 && !value.includes('%')) {
    const length = family === 4 ? 32 : 128;
    return text(
      `${quoted(value)} is an address without a prefix: write ${value}/${length} for this one address`,
      `${quoted(value)}: 접두사 길이가 없습니다. 이 주소 하나만 열려면: ${value}/${length}`,
    );
  }
  return text(
    `${quoted(value)} is not an address range: write it like 192.0.2.0/24 or 2001:db8::/32`,
    `${quoted(value)}: 주소 대역이 아닙니다. 192.0.2.0/24나 2001:db8::/32처럼 쓰십시오`,
  );
}

function closedComplaint(value: string, network: IpRange): Complaint {
  const closed = CLOSED.find(({ cidr }) => {
    const range = parseRange(cidr);
    return range !== undefined && overlaps(range, network);
  });
  if (closed === undefined) return undefined;
  return text(
    `${quoted(value)} reaches ${closed.cidr} (${closed.what.en}), which stays closed: name a range outside it`,
    `${quoted(value)}: 열 수 없는 대역과 겹칩니다: ${closed.cidr}(${closed.what.ko}). 겹치지 않는 대역을 쓰십시오`,
  );
}
