import { formatPath, type Path } from '../../../../engine/provider/paths';
import type { JsonObject, JsonValue } from '../../../../kubernetes/types';
import type { Edit } from '../kinds';
import { resolved, type FieldSchema, type SchemaSource } from './schemas';

/** Levels of maps and lists that are made where the object has nothing yet. */
const DEEPEST_NEW = 3;
/** Below these stand the fields of a pod or of a schema again: the Pod and the Job go through them, the others only through the first level. */
const TEMPLATES = /(?:^|\.)(?:template\.spec|openAPIV3Schema)$/;

/**
 * Changes of one field each, from the schema: each field that is there gets other values and goes, each that is not there comes. Most are
 * legal, some are not: the server tells which.
 */
export function oneFieldChanges(
  object: JsonObject,
  root: FieldSchema,
  all: SchemaSource,
  options: { readonly wholeTemplates: boolean },
): Edit[] {
  const edits: Edit[] = [];
  const say = (path: Path, to: JsonValue | undefined): void => {
    edits.push([formatPath(path), to]);
  };

  const visit = (schema: FieldSchema, current: JsonValue | undefined, path: Path): void => {
    const here = resolved(schema, all);
    if (path.length > 0 && current !== undefined) say(path, undefined);
    if (current === undefined) {
      for (const value of newValues(here, path, all, DEEPEST_NEW)) say(path, value);
      return;
    }
    const shallow = !options.wholeTemplates && TEMPLATES.test(path.join('.'));
    if (here.properties !== undefined && isMap(current)) {
      for (const [key, below] of Object.entries(here.properties)) {
        if (path.length === 0 && ['apiVersion', 'kind', 'metadata', 'status'].includes(key)) continue;
        if (shallow && typeof current[key] === 'object') continue;
        visit(below, current[key], [...path, key]);
      }
      return;
    }
    if (typeof here.additionalProperties === 'object' && isMap(current)) {
      const below = here.additionalProperties;
      for (const [key, value] of Object.entries(current).slice(0, 2)) visit(below, value, [...path, key]);
      for (const value of newValues(resolved(below, all), [...path, 'key'], all, DEEPEST_NEW))
        say([...path, 'example.test/added'], value);
      return;
    }
    if (Array.isArray(current)) {
      if (here.items === undefined) return;
      current.slice(0, 2).forEach((item, index) => {
        if (here.items !== undefined) visit(here.items, item, [...path, index]);
      });
      for (const value of newValues(resolved(here.items, all), [...path, current.length], all, DEEPEST_NEW))
        say([...path, current.length], value);
      return;
    }
    for (const value of otherValues(here, current, path)) say(path, value);
  };
  visit(root, object, []);
  return edits;
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Other values than the one that is there. */
function otherValues(schema: FieldSchema & { readonly name?: string }, current: JsonValue, path: Path): JsonValue[] {
  return leaves(schema, path)
    .concat(typeof current === 'number' ? [current + 1] : [])
    .concat(typeof current === 'string' && schema.enum === undefined ? [`${current}x`, `other-${current}`] : [])
    .filter((value) => value !== current);
}

/** Small values of a field that is not there. */
function newValues(
  schema: FieldSchema & { readonly name?: string },
  path: Path,
  all: SchemaSource,
  depth: number,
): JsonValue[] {
  const direct = leaves(schema, path);
  if (direct.length > 0) return direct;
  if (depth === 0) return [];
  if (schema.items !== undefined)
    return newValues(resolved(schema.items, all), [...path, 0], all, depth - 1)
      .slice(0, 2)
      .map((item) => [item]);
  if (schema.properties !== undefined) {
    const required: JsonObject = {};
    for (const key of schema.required ?? []) {
      const below = schema.properties[key];
      if (below === undefined) continue;
      const [value] = newValues(resolved(below, all), [...path, key], all, depth - 1);
      if (value !== undefined) required[key] = value;
    }
    const variants = Object.entries(schema.properties)
      .filter(([key]) => !(key in required))
      .flatMap(([key, below]) =>
        newValues(resolved(below, all), [...path, key], all, depth - 1)
          .slice(0, 1)
          .map((value) => ({ ...required, [key]: value })),
      );
    return [required, ...variants].slice(0, 6);
  }
  if (typeof schema.additionalProperties === 'object')
    return newValues(resolved(schema.additionalProperties, all), [...path, 'key'], all, depth - 1)
      .slice(0, 1)
      .map((value) => ({ 'example.test/added': value }));
  return schema.type === 'object' ? [{ added: 'x' }] : [];
}

/** Values by the name of the field, where a word is not good enough. */
const BY_NAME: Readonly<Record<string, readonly JsonValue[]>> = {
  clusterIP: ['None'],
  clusterIPs: ['None'],
  externalName: ['a.example.test'],
  ip: ['192.0.2.77'],
  hostIP: ['192.0.2.77'],
  host: ['d.example.test'],
  schedule: ['7 7 7 7 *'],
  timeZone: ['Asia/Seoul'],
  path: ['/other'],
  mountPath: ['/mnt/other'],
  url: ['https://127.0.0.1:2/other'],
  operator: ['Exists', 'In'],
  key: ['example.test/key'],
  cidr: ['192.0.2.0/24'],
  addresses: ['192.0.2.78'],
  expression: ['1 == 1'],
  topologyKey: ['zone'],
  volumeHandle: ['other'],
  provisioner: ['other.example.test'],
  driver: ['other.example.test'],
  driverName: ['other.example.test'],
  apiGroup: ['rbac.authorization.k8s.io', 'example.test'],
  kind: ['User', 'ClusterRole', 'Other'],
  scope: ['Namespaced', 'Cluster'],
  plural: ['others'],
};

function leaves(schema: FieldSchema & { readonly name?: string }, path: Path): JsonValue[] {
  const name = String(path.findLast((step) => typeof step === 'string') ?? '');
  const known = BY_NAME[name];
  if (schema.enum !== undefined) return [...schema.enum];
  if (schema.name?.endsWith('.Quantity') === true) return ['3', '3Gi', '10m'];
  if (schema.name?.endsWith('.IntOrString') === true) return [5, '25%', 'other'];
  if (schema.type === 'boolean') return [true, false];
  if (schema.type === 'integer' || schema.type === 'number') return [1, 7, 100, 4000];
  if (schema.type !== 'string') return [];
  if (known !== undefined) return [...known];
  if (schema.format === 'date-time') return ['2026-02-03T04:05:06Z', '2026-02-03T04:05:06.000000Z'];
  if (schema.format === 'byte') return ['b3RoZXI='];
  return ['other', 'Always', 'example.test/other'];
}
