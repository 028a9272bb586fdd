import { LimitExceeded } from './meter';
import { SecretText, UNKNOWN, type EvaluationLimits, type Judged, type JudgedObject } from './types';
import { double, int, Secret, Unknown, type Value } from './values';

/** JSON that needs no change: no member is null, no number is beyond 2^53. */
type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** Steps of a path, put together only where a value is unknown. */
interface Place {
  readonly above: Place | undefined;
  readonly step: string | number;
}

/**
 * A judged object as evaluation takes it: members that are null or undefined are absent, as the API server has them. An object that needs no change
 * is taken as it is; of others a copy is made. Throws LimitExceeded for what is too large, too deep or no JSON.
 */
export class Preparation {
  readonly #limits: Pick<EvaluationLimits, 'depth' | 'values'>;
  #values = 0;

  constructor(limits: Pick<EvaluationLimits, 'depth' | 'values'>) {
    this.#limits = limits;
  }

  /** `name` is the first step of the paths that are reported. */
  prepare(value: Judged, name: string): Value {
    return this.#plain(value, 0) ? value : this.#copy(value, { above: undefined, step: name });
  }

  #plain(value: Judged, depth: number): value is Plain {
    if (typeof value === 'number')
      return Number.isSafeInteger(value) || (!Number.isInteger(value) && Number.isFinite(value));
    if (typeof value !== 'object') {
      if (typeof value === 'string' || typeof value === 'boolean' || value === UNKNOWN || value === undefined)
        return value !== UNKNOWN && value !== undefined;
      throw new LimitExceeded(`a ${typeof value} is no JSON`);
    }
    if (value === null) return true;
    if (value instanceof SecretText) return false;
    if (depth >= this.#limits.depth) throw new LimitExceeded(`nested deeper than ${this.#limits.depth}`);
    return isList(value) ? this.#plainList(value, depth) : this.#plainMap(value, depth);
  }

  #count(values: number): void {
    if ((this.#values += values) > this.#limits.values)
      throw new LimitExceeded(`more than ${this.#limits.values} values`);
  }

  #plainList(list: readonly Judged[], depth: number): boolean {
    this.#count(list.length);
    let plain = true;
    // All items are looked at: the limits hold for all of them.
    for (let index = 0; index < list.length; index++) if (!this.#plain(list[index] ?? null, depth + 1)) plain = false;
    return plain;
  }

  #plainMap(map: JudgedObject, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(map);
    if (prototype !== Object.prototype && prototype !== null)
      throw new LimitExceeded('an instance of a class is no JSON');
    const keys = Object.keys(map);
    this.#count(keys.length);
    let plain = true;
    for (const key of keys) {
      const value = map[key];
      if (value === null || value === undefined || !this.#plain(value, depth + 1)) plain = false;
    }
    return plain;
  }

  /** Limits were looked at before. */
  #copy(value: Judged, place: Place): Value {
    if (value === UNKNOWN) return new Unknown([pathOf(place)]);
    if (value instanceof SecretText) return new Secret(value.reveal());
    if (typeof value === 'number') return largeNumber(value);
    if (typeof value !== 'object' || value === null) return value;
    if (isList(value)) return value.map((item, index) => this.#copy(item ?? null, { above: place, step: index }));
    // Members are defined one by one, so that a key `__proto__` stays a key.
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== null && member !== undefined)
        .map(([key, member]) => [key, this.#copy(member, { above: place, step: key })]),
    );
  }
}

function isList(value: readonly Judged[] | JudgedObject): value is readonly Judged[] {
  return Array.isArray(value);
}

/** A whole number beyond 2^53 is an int as far as 64 bits hold it, a double above; JSON has neither NaN nor infinity, but a program may. */
function largeNumber(value: number): Value {
  if (Number.isSafeInteger(value)) return value;
  if (!Number.isInteger(value)) return double(value);
  const whole = int(BigInt(value));
  return typeof whole === 'object' ? double(value) : whole;
}

/** `object.spec.containers[0].image`; keys that are no identifiers in brackets. */
function pathOf({ above, step }: Place): string {
  if (above === undefined) return String(step);
  if (typeof step === 'number') return `${pathOf(above)}[${step}]`;
  return /^[A-Za-z_]\w*$/.test(step) ? `${pathOf(above)}.${step}` : `${pathOf(above)}['${step}']`;
}
