import { SecretText, UNKNOWN, type Judged, type JudgedObject } from '../evaluation/types';
import type { Item } from '../judge/types';
import type { Planned } from './planned-items';

/** The type by which rules match every resource of a program, whatever its own. */
export const ANY_RESOURCE = 'pulumi:pulumi:Resource';

/** More inputs than any resource of ours has; a resource beyond it is judged as if it hid nothing more. */
const MAX_PATHS = 2000;

/**
 * A resource as its program wrote it, for rules about programs: `type`, `name`, `provider` (`explicit` or `default`) and the paths of its inputs
 * (`data.password`) by how they are held, `plain` or `secret`. Values that are not known yet are in neither list.
 */
export function resourceItem(planned: Planned, properties: JudgedObject): Item {
  const plain: string[] = [];
  const secret: string[] = [];
  collect(properties, [], plain, secret);
  return {
    token: ANY_RESOURCE,
    urn: planned.urn,
    name: planned.name,
    object: {
      type: planned.type,
      name: planned.name,
      provider: planned.provider === '' ? 'default' : 'explicit',
      plain,
      secret,
    },
  };
}

function collect(value: Judged, path: readonly string[], plain: string[], secret: string[]): void {
  if (value === null || value === UNKNOWN || plain.length + secret.length >= MAX_PATHS) return;
  if (value instanceof SecretText) secret.push(path.join('.'));
  else if (Array.isArray(value)) value.forEach((item, at) => collect(item, [...path, String(at)], plain, secret));
  else if (typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) collect(inner, [...path, key], plain, secret);
  else plain.push(path.join('.'));
}
