import type { Text } from '../errors';
import { FIELD_DOCS } from './field-docs';
import { specJsonSchema } from './json-schema';

/** One field of testbed.yaml, for generated documentation. */
export interface FieldReference {
  /** `network.egress[].cidr` */
  readonly path: string;
  readonly title: Text;
  /** `text`, `number`, `boolean`, `list`, `mapping`, as written in YAML. */
  readonly type: string;
  /** Whether its mapping is wrong without it. */
  readonly required: boolean;
  /** As JSON; undefined where there is none. */
  readonly default?: unknown;
  readonly description: Text;
  readonly accepted: Text;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  array: 'list',
  object: 'mapping',
};

/** Every field in the order of the documentation, from the same schema and table that judge a file. */
export function specReference(): FieldReference[] {
  const shapes = new Map(shapesOf(specJsonSchema(), '', true));
  return Object.entries(FIELD_DOCS).flatMap(([path, { title, description, accepted }]) => {
    const shape = shapes.get(path);
    return shape === undefined || path === '' ? [] : [{ path, title, ...shape, description, accepted }];
  });
}

interface Shape {
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
}

/** The paths of a JSON Schema and what it says of each. */
function shapesOf(schema: unknown, path: string, required: boolean): [string, Shape][] {
  const type = at(schema, 'type');
  const fallback = at(schema, 'default');
  const shape = {
    type: TYPES[String(type)] ?? 'text or number',
    required,
    ...(fallback === undefined ? {} : { default: fallback }),
  };
  const needed = at(schema, 'required');
  const properties = Object.entries(at(schema, 'properties') ?? {}).flatMap(([name, child]) =>
    shapesOf(child, path === '' ? name : `${path}.${name}`, Array.isArray(needed) && needed.includes(name)),
  );
  const items = at(schema, 'items');
  return [[path, shape], ...properties, ...(items === undefined ? [] : shapesOf(items, `${path}[]`, true))];
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
