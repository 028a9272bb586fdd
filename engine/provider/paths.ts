import type { JsonValue } from '../../kubernetes/types';

/** Where a value stands in an object: keys of maps and indexes of lists. */
export type Path = readonly (string | number)[];

/** `spec.ports[0].name`, `metadata.annotations["a.b/c"]`: the engine's way to write a path. */
export function formatPath(path: Path): string {
  let written = '';
  for (const step of path) {
    if (typeof step === 'number') written += `[${step}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(step)) written += written === '' ? step : `.${step}`;
    else written += `["${step.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"]`;
  }
  return written;
}

/** The reverse of formatPath; reads also `[*]` (as the key `*`), which the engine allows in ignoreChanges. */
export function parsePath(written: string): Path {
  const steps: (string | number)[] = [];
  for (const found of written.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*)\]|([^.[\]]+)/g)) {
    const [, quoted, index, star, plain] = found;
    if (quoted !== undefined) steps.push(quoted.replaceAll(/\\(.)/g, '$1'));
    else if (index !== undefined) steps.push(Number(index));
    else steps.push(star ?? plain ?? '');
  }
  return steps;
}

/** Whether `path` is `prefix` or stands below it; a `*` in the prefix stands for any one step. */
export function isWithin(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === '*' || step === path[index]);
}

/** The value at a path; undefined when there is none. Own keys only. */
export function valueAt(root: JsonValue | undefined, path: Path): JsonValue | undefined {
  let here = root;
  for (const step of path) {
    if (here === undefined || here === null || typeof here !== 'object') return undefined;
    if (Array.isArray(here)) here = typeof step === 'number' ? here[step] : undefined;
    else here = Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}
