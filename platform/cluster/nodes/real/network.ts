import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { TestbedError, text } from '../../../../errors';
import type { RealNodeRecord } from '../../record/cluster-record';
import { digestOf } from './cgroups';

export type NodeNetwork = RealNodeRecord['network'];

/** Set aside for tests between two devices, so it is on nobody's route but for the same use: 198.18.0.0/15. */
const FIRST = 0xc6_12_00_00;
const BLOCKS = 2 ** 15;
const BLOCK = 4;
export const PREFIX_LENGTH = 30;
const ATTEMPTS = 200;

/** The host's end of the link: at most 15 bytes, and no other cluster's. */
export function hostDevice(token: string): string {
  return `tb${digestOf(token).slice(0, 6)}`;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** The kernel writes addresses of its table as the machine's own integers. */
function fromTable(hex: string): number {
  const value = Number.parseInt(hex, 16);
  return (
    ((value & 255) * 2 ** 24 + ((value >>> 8) & 255) * 2 ** 16 + ((value >>> 16) & 255) * 2 ** 8 + (value >>> 24)) >>> 0
  );
}

/** What the host has routes to, but for the default route, and its own addresses. What the device of ours has does not count. */
function taken(ownDevice: string): Range[] {
  const [, ...rows] = readFileSync('/proc/net/route', 'utf8').split('\n');
  const routes = rows.flatMap((row): Range[] => {
    const [device, destination, , , , , , mask] = row.split('\t');
    if (device === undefined || destination === undefined || mask === undefined || device === ownDevice) return [];
    const [first, bits] = [fromTable(destination), fromTable(mask)];
    return bits === 0 ? [] : [{ first, last: first + (2 ** 32 - 1 - bits) }];
  });
  const addresses = Object.entries(networkInterfaces()).flatMap(([device, all]) =>
    device === ownDevice
      ? []
      : (all ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => numberOf(address)),
  );
  return [...routes, ...addresses.map((address) => ({ first: address, last: address }))];
}

function isFree(block: number, ranges: readonly Range[]): boolean {
  return ranges.every(({ first, last }) => block + BLOCK - 1 < first || block > last);
}

/** The remembered link where it is still free on this host, else one that is. Throws ClusterUnsuitable when there is none. */
export function chooseNetwork(token: string, remembered: NodeNetwork | undefined): NodeNetwork {
  const ranges = taken(hostDevice(token));
  if (remembered !== undefined && isFree(numberOf(remembered.hostAddress) - 1, ranges)) return remembered;
  const start = Number.parseInt(digestOf(token).slice(0, 8), 16);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const block = FIRST + ((start + attempt * 7919) % BLOCKS) * BLOCK;
    if (isFree(block, ranges)) return { hostAddress: addressOf(block + 1), nodeAddress: addressOf(block + 2) };
  }
  throw new TestbedError(
    'ClusterUnsuitable',
    text(
      'a real node needs four addresses of 198.18.0.0/15 to which this host has no route yet, and there are none',
      '실제 노드에는 이 호스트에 아직 경로가 없는 198.18.0.0/15 대역의 주소 네 개가 필요하지만 남은 것이 없습니다',
    ),
    {
      hint: text(
        'look at the routes: ip route; or go on with simulated nodes: testbed cluster up --nodes simulated',
        '경로를 확인하세요: ip route. 또는 모의 노드를 쓰세요: testbed cluster up --nodes simulated',
      ),
    },
  );
}
