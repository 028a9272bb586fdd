import { celString } from './exempt-users';

/** CEL: whether the key `k` is under one of the prefixes. */
function isPlatformKey(prefixes: readonly string[]): string {
  return `(${prefixes.map((prefix) => `k.startsWith(${celString(prefix)})`).join(' || ')})`;
}

/** CEL: labels or annotations of `object`, before or after; an empty map where there are none. */
export function mapOf(object: 'object' | 'oldObject', map: 'labels' | 'annotations'): string {
  return `${object} != null && has(${object}.metadata) && has(${object}.metadata.${map}) ? ${object}.metadata.${map} : {}`;
}

/** CEL: the keys under the prefixes are the same with the same values before and after; on creation there are none. */
export function keysUnchanged(after: string, before: string, prefixes: readonly string[]): string {
  const ours = isPlatformKey(prefixes);
  return (
    `${after}.all(k, !${ours} || (k in ${before} && ${before}[k] == ${after}[k])) && ` +
    `${before}.all(k, !${ours} || k in ${after})`
  );
}

/** CEL: no metadata in the list carries a key under the prefixes. */
export function noneCarries(list: string, prefixes: readonly string[]): string {
  const ours = isPlatformKey(prefixes);
  return `${list}.all(m, (!has(m.labels) || m.labels.all(k, !${ours})) && (!has(m.annotations) || m.annotations.all(k, !${ours})))`;
}
