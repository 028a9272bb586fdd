import { isFields } from '../../../kubernetes/json';
import type { JsonObject, JsonValue } from '../../../kubernetes/types';

/** A place within an object that holds something. */
export interface JsonPlace {
  readonly holder: JsonObject | JsonValue[];
  readonly key: string | number;
  readonly value: JsonValue;
  /** The same for all places that the same can stand at: `pod.spec.containers[].securityContext`. */
  readonly path: string;
  /** The path of the holder. */
  readonly above: string;
}

/** Everything within an object but what it is and what it is called. */
export function jsonPlaces(object: JsonObject): readonly JsonPlace[] {
  const found: JsonPlace[] = [];
  const visit = (holder: JsonObject | JsonValue[], path: readonly string[]): void => {
    for (const [key, value] of Array.isArray(holder) ? holder.entries() : Object.entries(holder)) {
      const here = typeof key === 'number' ? [...path.slice(0, -1), `${path.at(-1) ?? ''}[]`] : [...path, key];
      if (!IDENTITY.has(here.join('.')))
        found.push({ holder, key, value, path: placeName(object, here), above: placeName(object, path) });
      if (Array.isArray(value) || isJsonObject(value)) visit(value, here);
    }
  };
  visit(object, []);
  return found;
}

const IDENTITY: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'metadata.name',
  'metadata.namespace',
]);

/** Where a kind keeps what pods are made from. */
const TEMPLATES: Readonly<Record<string, string>> = {
  Pod: '',
  PodTemplate: 'template',
  CronJob: 'spec.jobTemplate.spec.template',
  ...Object.fromEntries(
    ['ReplicationController', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job'].map((kind) => [
      kind,
      'spec.template',
    ]),
  ),
};

/** All pods are alike wherever they are written down, all containers, and the metadata of all objects. */
export function placeName(object: JsonObject, path: readonly string[]): string {
  const kind = typeof object['kind'] === 'string' ? object['kind'] : '';
  const whole = path.map((key) => key.replace(/^(init|ephemeral)Containers\b/, 'containers')).join('.');
  const template = TEMPLATES[kind];
  if (/^metadata\b/.test(whole)) return whole;
  if (template === undefined || !`${whole}.`.startsWith(template === '' ? '' : `${template}.`))
    return `${kind}.${whole}`;
  const inside = template === '' ? whole : whole.slice(template.length + 1);
  return /^metadata\b/.test(inside) ? inside : `pod.${inside}`;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isFields(value);
}
