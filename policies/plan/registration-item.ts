import { SecretText, UNKNOWN, type Judged, type JudgedObject } from '../evaluation/types';
import type { Item } from '../judge/types';
import type { Planned } from './planned';

/** The type by which rules match the registration of every resource, whatever its own type. */
const REGISTRATION = 'pulumi:registration:Resource';

/** More inputs than any resource of ours has; a resource beyond it is not judged as written. */
const MAX_INPUTS = 2000;

/**
 * A resource as its program registered it, for rules about programs: `type`, `name`, `explicitProvider`, and of each input that is known its
 * `path` (`data.password`) and whether it is held as a `secret`. Never a value.
 */
export function registrationItem(planned: Planned, properties: JudgedObject): Item {
  const inputs: { readonly path: string; readonly secret: boolean }[] = [];
  collect(properties, [], inputs);
  return {
    token: REGISTRATION,
    urn: planned.urn,
    name: planned.name,
    object: {
      type: planned.type,
      name: planned.name,
      explicitProvider: planned.provider !== '',
      // Too many to look at is not known, which no rule takes for passed.
      inputs: inputs.length > MAX_INPUTS ? UNKNOWN : inputs,
    },
  };
}

function collect(value: Judged, path: readonly string[], inputs: { path: string; secret: boolean }[]): void {
  if (value === null || value === UNKNOWN || inputs.length > MAX_INPUTS) return;
  if (value instanceof SecretText) inputs.push({ path: path.join('.'), secret: true });
  else if (Array.isArray(value)) value.forEach((item: Judged, at) => collect(item, [...path, String(at)], inputs));
  else if (typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) collect(inner, [...path, key], inputs);
  else inputs.push({ path: path.join('.'), secret: false });
}
