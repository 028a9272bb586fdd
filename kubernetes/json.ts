/** The answer of a server as JSON, or why it can't be taken as such. Never quotes the answer: it may hold secrets. */
export class UnsafeJson extends Error {
  override name = 'UnsafeJson';
}

const DEEPEST = 200;

/**
 * Parses JSON from a server that need not be trusted, at most 200 levels deep. A key `__proto__` stays where its value is a plain word, as
 * in a ConfigMap, which may have one: no copy by assignment makes a prototype of that. An object, a list or null under it, which would
 * become the prototype of such a copy, is left out. Throws UnsafeJson.
 */
export function parseJson(source: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    // The parser's own error quotes the source, so it is not kept.
    throw new UnsafeJson('it is not JSON');
  }
  makeSafe(value);
  return value;
}

function makeSafe(root: unknown): void {
  let level: object[] = typeof root === 'object' && root !== null ? [root] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw new UnsafeJson(`it is nested deeper than ${DEEPEST} levels`);
    const next: object[] = [];
    for (const container of level) {
      // The parser makes it an own property, so that reading it asks no prototype.
      if (Object.hasOwn(container, '__proto__') && typeof Reflect.get(container, '__proto__') === 'object')
        Reflect.deleteProperty(container, '__proto__');
      for (const child of Object.values(container) as unknown[])
        if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under a key; empty when there is none. */
export function fieldsAt(value: unknown, ...path: string[]): Fields {
  let here: unknown = value;
  for (const key of path) here = isFields(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return isFields(here) ? here : {};
}

/** The list of objects under a key; empty when there is none. What is not an object in it is left out. */
export function listAt(value: unknown, ...path: string[]): readonly Fields[] {
  const last = path.at(-1);
  const found = last === undefined ? value : fieldsAt(value, ...path.slice(0, -1))[last];
  return Array.isArray(found) ? found.filter(isFields) : [];
}

export function stringAt(value: unknown, key: string): string | undefined {
  const found = isFields(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, key: string): number | undefined {
  const found = isFields(value) ? value[key] : undefined;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

/** Only the strings of a list of strings. */
export function stringsAt(value: unknown, key: string): readonly string[] {
  const found = isFields(value) ? value[key] : undefined;
  return Array.isArray(found) ? found.filter((item): item is string => typeof item === 'string') : [];
}
