import { chargeText, type Meter } from '../meter';
import { Failure, isInt, isList, Secret, type Value } from '../values';
import type { Natives } from './native';

const SURROGATE = /[\ud800-\udfff]/;
const WHITE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const TRIMMED = new RegExp(`^${WHITE}|${WHITE}$`, 'g');

const OUT_OF_RANGE = new Failure('index out of range');

/** Offsets are in code points, as CEL counts. */
function points(text: string): string | readonly string[] {
  return SURROGATE.test(text) ? Array.from(text) : text;
}

/** Code points of a text. */
export function lengthOf(text: string): number {
  return points(text).length;
}

function part(text: string, start: number, end?: number): string {
  const all = points(text);
  return typeof all === 'string' ? all.slice(start, end) : all.slice(start, end).join('');
}

type Search = (meter: Meter, text: Value, sought: Value, from?: Value) => Value | undefined;

/** An offset beyond the end finds nothing; one before the start is an error; an empty text is found wherever it is sought. */
const search =
  (backwards: boolean): Search =>
  (meter, text, sought, from) => {
    if (typeof text !== 'string' || typeof sought !== 'string' || (from !== undefined && !isInt(from)))
      return undefined;
    chargeText(meter, text.length * (1 + (sought.length >>> 4)));
    const length = lengthOf(text);
    if (sought === '') return from ?? (backwards ? length : 0);
    const start = from === undefined ? (backwards ? length : 0) : Number(from);
    if (start < 0) return OUT_OF_RANGE;
    if (start >= length && from !== undefined) return -1;
    const units = part(text, 0, start).length;
    const at = backwards ? text.lastIndexOf(sought, units) : text.indexOf(sought, units);
    return at < 0 ? at : lengthOf(text.slice(0, at));
  };

type Test = (text: string, sought: string) => boolean;

const test =
  (holds: Test) =>
  (meter: Meter, text: Value, sought: Value): Value | undefined => {
    if (typeof text !== 'string' || typeof sought !== 'string') return undefined;
    chargeText(meter, text.length);
    return holds(text, sought);
  };

const changed =
  (change: (text: string) => string) =>
  (meter: Meter, text: Value): Value | undefined => {
    if (typeof text !== 'string') return undefined;
    chargeText(meter, text.length);
    return change(text);
  };

function split(meter: Meter, text: Value, separator: Value, limit: Value = -1): Value | undefined {
  if (typeof text !== 'string' || typeof separator !== 'string' || !isInt(limit)) return undefined;
  meter.charge(separator.length === 1 && text.length < 64 ? 1 : text.length);
  const pieces = separator === '' ? Array.from(text) : text.split(separator);
  const most = Number(limit);
  if (most < 0 || pieces.length <= most) return pieces;
  if (most === 0) return [];
  return [...pieces.slice(0, most - 1), pieces.slice(most - 1).join(separator)];
}

function replace(meter: Meter, text: Value, sought: Value, by: Value, limit: Value = -1): Value | undefined {
  if (typeof text !== 'string' || typeof sought !== 'string' || typeof by !== 'string' || !isInt(limit))
    return undefined;
  chargeText(meter, text.length);
  const most = Number(limit) < 0 ? Infinity : Number(limit);
  if (sought === '') return betweenAll(meter, text, by, most);
  let count = 0;
  for (let at = text.indexOf(sought); at !== -1 && count < most; at = text.indexOf(sought, at + sought.length)) count++;
  chargeText(meter, text.length + count * by.length);
  let result = '';
  let from = 0;
  for (; count > 0; count--) {
    const at = text.indexOf(sought, from);
    result += text.slice(from, at) + by;
    from = at + sought.length;
  }
  return result + text.slice(from);
}

/** An empty text stands before each code point and at the end. */
function betweenAll(meter: Meter, text: string, by: string, most: number): string {
  const all = Array.from(text);
  const count = Math.min(most, all.length + 1);
  meter.charge(all.length);
  chargeText(meter, count * by.length);
  const tail = count > all.length ? by : '';
  return all.map((point, index) => (index < count ? by + point : point)).join('') + tail;
}

/** Texts with secrets among them show all but those. */
function join(meter: Meter, list: Value, separator: Value = ''): Value | undefined {
  if (!isList(list) || typeof separator !== 'string') return undefined;
  meter.charge(list.length);
  const values: string[] = [];
  const shown: string[] = [];
  let length = 0;
  for (const item of list) {
    const text = item instanceof Secret ? item.value : item;
    if (typeof text !== 'string') return undefined;
    values.push(text);
    shown.push(item instanceof Secret ? item.shown : text);
    length += text.length + separator.length;
  }
  chargeText(meter, length);
  const whole = values.join(separator);
  const told = shown.join(separator);
  return list.some((item) => item instanceof Secret) ? new Secret(whole, told) : whole;
}

function substring(meter: Meter, text: Value, start: Value, end?: Value): Value | undefined {
  if (typeof text !== 'string' || !isInt(start) || (end !== undefined && !isInt(end))) return undefined;
  chargeText(meter, text.length);
  const length = lengthOf(text);
  const first = Number(start);
  const last = end === undefined ? length : Number(end);
  if (first < 0 || last > length || first > last) return OUT_OF_RANGE;
  return part(text, first, last);
}

function charAt(meter: Meter, text: Value, index: Value): Value | undefined {
  if (typeof text !== 'string' || !isInt(index)) return undefined;
  chargeText(meter, text.length);
  const at = Number(index);
  return at < 0 || at > lengthOf(text) ? OUT_OF_RANGE : part(text, at, at + 1);
}

const indexOf = search(false);
const lastIndexOf = search(true);

export const TEXT_METHODS: Natives = {
  'startsWith/2': test((text, sought) => text.startsWith(sought)),
  'endsWith/2': test((text, sought) => text.endsWith(sought)),
  'contains/2': test((text, sought) => text.includes(sought)),
  'lowerAscii/1': changed((text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  'upperAscii/1': changed((text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
  'trim/1': changed((text) => text.replace(TRIMMED, '')),
  'charAt/2': charAt,
  'indexOf/2': indexOf,
  'indexOf/3': indexOf,
  'lastIndexOf/2': lastIndexOf,
  'lastIndexOf/3': lastIndexOf,
  'substring/2': substring,
  'substring/3': substring,
  'split/2': split,
  'split/3': split,
  'replace/3': replace,
  'replace/4': replace,
  'join/1': join,
  'join/2': join,
};
