import type { JsonObject } from '../../../../kubernetes/types';
import type { KindCase } from './kind-case';

const WIDGET_SPEC: JsonObject = {
  type: 'object',
  required: ['colour'],
  properties: {
    colour: { type: 'string' },
    size: { type: 'integer', default: 3 },
    weight: { type: 'number' },
    memory: { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true },
    frozen: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'frozen stays' }] },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    // A map in a map with a default below: the server fills it in only where the program has the parent.
    limits: {
      type: 'object',
      properties: { cpu: { type: 'string' }, burst: { type: 'boolean', default: true } },
    },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    parts: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, count: { type: 'integer', default: 1 } },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const STATUS: JsonObject = {
  type: 'object',
  properties: {
    observedGeneration: { type: 'integer' },
    conditions: {
      type: 'array',
      items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
};

function definition(group: string, plural: string, kind: string, scope: string, spec: JsonObject): JsonObject {
  return {
    spec: {
      group,
      scope,
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: STATUS } } },
          subresources: { status: {} },
        },
      ],
    },
  };
}

/** The two definitions that the custom kinds need, themselves cases of their kind. */
export function definitions(group: string): readonly KindCase[] {
  const common = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    scope: 'cluster',
  } as const;
  return [
    {
      ...common,
      name: () => `widgets.${group}`,
      fields: () => definition(group, 'widgets', 'Widget', 'Namespaced', WIDGET_SPEC),
      change: ['spec.names.shortNames', ['wi']],
      add: ['spec.names.categories', ['all']],
      list: [
        'spec.versions[0].additionalPrinterColumns',
        [{ name: 'Colour', type: 'string', jsonPath: '.spec.colour' }],
      ],
      replace: [['spec.scope', 'Cluster']],
    },
    {
      ...common,
      name: () => `zones.${group}`,
      fields: () =>
        definition(group, 'zones', 'Zone', 'Cluster', {
          type: 'object',
          properties: {
            title: { type: 'string', default: 'none' },
            hosts: { type: 'array', items: { type: 'string' } },
          },
        }),
      add: ['spec.names.categories', ['all']],
      replace: [['spec.scope', 'Namespaced']],
    },
  ];
}

/** Custom resources of these definitions. */
export function customKinds(group: string): readonly KindCase[] {
  return [
    {
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      scope: 'namespace',
      fields: () => ({
        spec: {
          colour: 'red',
          weight: 1,
          memory: '1000m',
          labels: { a: '1', b: '2' },
          limits: { cpu: '1' },
          tags: ['z', 'a'],
          parts: [{ name: 'b' }, { name: 'a', count: 2 }],
          anything: { deep: { list: [1, 'two', { three: null }] }, empty: {} },
        },
      }),
      change: ['spec.colour', 'blue'],
      add: ['spec.size', 5],
      drop: ['spec.labels.a', undefined],
      list: ['spec.parts[0].count', 4],
      replace: [],
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'Zone',
      scope: 'cluster',
      fields: () => ({ spec: { title: 'one', hosts: ['a', 'b'] } }),
      change: ['spec.title', 'two'],
      drop: ['spec.title', undefined],
      list: ['spec.hosts[1]', undefined],
      replace: [],
    },
  ];
}
