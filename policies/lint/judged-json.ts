import type { Judged, JudgedObject } from '../evaluation/types';

/** Far deeper than any evaluator judges; what is nested deeper is cut off there, which its limit reports. */
const DEPTH = 128;

/** JSON from outside as an object that can be judged; undefined for what is no mapping. */
export function judgedObject(value: unknown): JudgedObject | undefined {
  return isMapping(value) ? members(value, 0) : undefined;
}

function judged(value: unknown, depth: number): Judged {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (depth >= DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => judged(item, depth + 1));
  return isMapping(value) ? members(value, depth) : null;
}

function members(value: Readonly<Record<string, unknown>>, depth: number): JudgedObject {
  // A null prototype, so that a key called __proto__ is a key.
  const object: Record<string, Judged> = Object.create(null);
  for (const [key, member] of Object.entries(value)) object[key] = judged(member, depth + 1);
  return object;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
