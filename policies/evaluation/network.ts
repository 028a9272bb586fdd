import { Opaque, type Value } from './values';

/** An IP address without zone; IPv4 within IPv6 is not taken, as in the API server. */
export class Address extends Opaque {
  readonly type = 'ip';
  readonly family: 4 | 6;
  readonly bits: bigint;

  constructor(family: 4 | 6, bits: bigint) {
    super();
    this.family = family;
    this.bits = bits;
  }

  static from(source: string): Address | undefined {
    if (source.length > 64) return undefined;
    const four = bitsOfFour(source);
    if (four !== undefined) return new Address(4, four);
    const six = bitsOfSix(source);
    return six === undefined || six >> 32n === 0xffffn ? undefined : new Address(6, six);
  }

  equals(other: Value): boolean | undefined {
    return other instanceof Address ? other.family === this.family && other.bits === this.bits : undefined;
  }

  /** In canonical form. */
  get text(): string {
    return this.family === 4 ? textOfFour(this.bits) : textOfSix(this.bits);
  }
}

/** A range of addresses; `address` may have bits beyond the prefix. */
export class Network extends Opaque {
  readonly type = 'cidr';
  readonly address: Address;
  readonly length: number;

  constructor(address: Address, length: number) {
    super();
    this.address = address;
    this.length = length;
  }

  static from(source: string): Network | undefined {
    const found = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(source);
    const address = Address.from(found?.[1] ?? '');
    const length = Number(found?.[2]);
    return found === null || address === undefined || length > widthOf(address)
      ? undefined
      : new Network(address, length);
  }

  equals(other: Value): boolean | undefined {
    if (!(other instanceof Network)) return undefined;
    return other.length === this.length && other.address.equals(this.address);
  }

  get text(): string {
    return `${this.address.text}/${this.length}`;
  }

  masked(): Network {
    const rest = BigInt(widthOf(this.address) - this.length);
    return new Network(new Address(this.address.family, (this.address.bits >> rest) << rest), this.length);
  }

  contains(address: Address): boolean {
    const rest = BigInt(widthOf(this.address) - this.length);
    return address.family === this.address.family && address.bits >> rest === this.address.bits >> rest;
  }

  /** Whether every address of `other` is in here. */
  containsNetwork(other: Network): boolean {
    return this.length <= other.length && this.contains(other.address);
  }
}

const widthOf = ({ family }: Address): number => (family === 4 ? 32 : 128);

function bitsOfFour(source: string): bigint | undefined {
  const found = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(source);
  if (found === null) return undefined;
  let bits = 0n;
  for (const part of found.slice(1)) {
    if (Number(part) > 255) return undefined;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

function bitsOfSix(source: string): bigint | undefined {
  const [head = '', tail, ...more] = source.split('::');
  if (!source.includes(':') || more.length > 0) return undefined;
  const first = wordsOf(head, tail === undefined);
  const last = tail === undefined ? [] : wordsOf(tail, true);
  if (first === undefined || last === undefined) return undefined;
  const missing = 8 - first.length - last.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...first, ...Array<bigint>(missing).fill(0n), ...last].reduce((bits, word) => (bits << 16n) | word, 0n);
}

/** Groups of up to four hex digits; the very last may be an IPv4 address, which stands for two. */
function wordsOf(source: string, atEnd: boolean): bigint[] | undefined {
  if (source === '') return [];
  const words: bigint[] = [];
  const groups = source.split(':');
  for (const [index, group] of groups.entries()) {
    const four = atEnd && index === groups.length - 1 ? bitsOfFour(group) : undefined;
    if (four !== undefined) words.push(four >> 16n, four & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) words.push(BigInt(`0x${group}`));
    else return undefined;
  }
  return words;
}

function textOfFour(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
}

/** The longest run of two or more zero groups becomes `::`, the first of equals. */
function textOfSix(bits: bigint): string {
  const words = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((bits >> shift) & 0xffffn).toString(16));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return words.join(':');
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`;
}
