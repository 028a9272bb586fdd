import type { JsonValue } from '../kubernetes/types';

/** Pulumi's mark of a value that is not a plain one, and of those the secrets. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

export const MASK = '[secret]';

/** A copy in which every secret value, encrypted or not, is replaced by `[secret]`. */
export function maskSecrets(value: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mask(inner)]));
}

function mask(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(mask);
  if (typeof value !== 'object' || value === null) return value;
  return value[SIGNATURE] === SECRET ? MASK : maskSecrets(value);
}
