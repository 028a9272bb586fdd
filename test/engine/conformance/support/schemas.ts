import { z } from 'zod';
import type { JsonValue, KubernetesClient } from '../../../../kubernetes/types';

/** As much of a schema of the API server's OpenAPI as tells which values a field may have. */
export interface FieldSchema {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly enum?: readonly JsonValue[] | undefined;
  readonly $ref?: string | undefined;
  readonly allOf?: readonly FieldSchema[] | undefined;
  readonly properties?: Readonly<Record<string, FieldSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: FieldSchema | undefined;
  readonly additionalProperties?: boolean | FieldSchema | undefined;
}

const fieldSchema: z.ZodType<FieldSchema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    format: z.string().optional(),
    enum: z.array(z.json()).optional(),
    $ref: z.string().optional(),
    allOf: z.array(fieldSchema).optional(),
    properties: z.record(z.string(), fieldSchema).optional(),
    required: z.array(z.string()).optional(),
    items: fieldSchema.optional(),
    additionalProperties: z.union([z.boolean(), fieldSchema]).optional(),
  }),
);
const kindsOf = z.object({
  'x-kubernetes-group-version-kind': z
    .array(z.object({ group: z.string(), version: z.string(), kind: z.string() }))
    .optional(),
});
const document = z.object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) });

/** The schemas of one apiVersion, as the API server publishes them. */
export class ServerSchemas {
  readonly #client: KubernetesClient;
  readonly #documents = new Map<string, Promise<Readonly<Record<string, unknown>>>>();

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /** The schema of a kind, with each reference followed to `depth` levels of maps and lists. */
  async of(apiVersion: string, kind: string): Promise<{ readonly root: FieldSchema; readonly all: SchemaSource }> {
    const path = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
    const known = this.#documents.get(path) ?? this.#fetch(path);
    this.#documents.set(path, known);
    const schemas = await known;
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const found = Object.values(schemas).find((schema) =>
      (kindsOf.parse(schema)['x-kubernetes-group-version-kind'] ?? []).some(
        (of) => of.group === group && of.version === version && of.kind === kind,
      ),
    );
    if (found === undefined) throw new Error(`the server publishes no schema of ${apiVersion} ${kind}`);
    return { root: fieldSchema.parse(found), all: (name) => fieldSchema.parse(schemas[name]) };
  }

  async #fetch(path: string): Promise<Readonly<Record<string, unknown>>> {
    const { body } = await this.#client.raw('GET', `/openapi/v3/${path}`);
    return document.parse(body).components.schemas;
  }
}

/** A schema by its name. */
export type SchemaSource = (name: string) => FieldSchema;

/** What a schema says once its references are followed, and the last name on the way. */
export function resolved(schema: FieldSchema, all: SchemaSource): FieldSchema & { readonly name?: string } {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return { name, ...resolved(all(name), all) };
  }
  const [only] = schema.allOf ?? [];
  if (only === undefined) return schema;
  const { allOf: _, ...rest } = schema;
  return { ...resolved(only, all), ...rest };
}
