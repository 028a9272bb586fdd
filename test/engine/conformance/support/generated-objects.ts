import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../../kubernetes/types';
import { BUILT_IN, customKinds, type KindCase } from '../kinds';
import { APP_LABELS, POD_SPEC } from '../kinds/pod';

/** One object without name and namespace. */
export interface Generated {
  readonly kind: Pick<KindCase, 'apiVersion' | 'kind' | 'scope'>;
  readonly metadata: JsonObject;
  readonly fields: JsonObject;
}

const map = <T>(keys: fc.Arbitrary<string>, values: fc.Arbitrary<T>, maxKeys = 4): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(keys, values, { maxKeys, noNullPrototype: true });

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
/** Keys that mean something to a careless program. */
const TRAPS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '4dabf18193072939515e22adb298388x'] as const;
const dataKey = fc.oneof(word, fc.constantFrom('a.conf', '.a', '-', '_', ...TRAPS));
const labelKey = fc.oneof(word, fc.constantFrom('example.test/a', 'A.b_c-d', 'constructor', 'toString'));
const labelValue = fc.oneof(word, fc.constantFrom('', '1', 'true', 'A.b_c-d', 'x'.repeat(63)));
/** Whatever JSON can carry and the server stores; lone surrogates would not survive UTF-8. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '1',
    'null',
    '{"a":1}',
    '한국어 "따옴표" \\',
    '🙂',
    '\u0000',
    'x'.repeat(20_000),
    '04da6b54-80e4-46f7',
  ),
);
const base64 = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64'));
/** The same few amounts in many spellings, with which requests stay below limits. */
const smallCpu = fc.constantFrom('0', '1m', '0.1', '100m', '.5', '500m', '1e-1', '0.25');
const largeCpu = fc.constantFrom('1', '1000m', '1.0', '1.5', '1500m', '2', '1e0', '1E1', '+3', '1k');
const smallMemory = fc.constantFrom('0', '1Mi', '1048576', '1024Ki', '1e6', '0.5Gi', '512Mi', '1M');
const largeMemory = fc.constantFrom('1Gi', '1024Mi', '1073741824', '1.5Gi', '1536Mi', '2G', '1e9', '1E10', '1T');
const optional = <T extends JsonValue>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });

/** A map of those fields that have a value; some are left out. */
const fields = (record: Record<string, fc.Arbitrary<JsonValue | undefined>>): fc.Arbitrary<JsonObject> =>
  fc.record(record).map((all) => {
    const some: JsonObject = {};
    for (const [key, value] of Object.entries(all)) if (value !== undefined) some[key] = value;
    return some;
  });

const named = (values: fc.Arbitrary<JsonObject>, maxLength = 3): fc.Arbitrary<JsonObject[]> =>
  fc
    .array(values, { maxLength })
    .chain((items) =>
      fc
        .shuffledSubarray(['z', 'a', 'm', 'b'], { minLength: items.length, maxLength: items.length })
        .map((names) => items.map((item, index) => ({ name: names[index] ?? 'x', ...item }))),
    );

/** Without those whose port and protocol came before: by these the server tells them apart, and takes no two alike. */
const apart = (ports: fc.Arbitrary<JsonObject[]>, field: string): fc.Arbitrary<JsonObject[]> =>
  ports.map((items) => {
    const keys = items.map((item) => JSON.stringify([item[field], item['protocol'] ?? 'TCP']));
    return items.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
  });

const env = named(
  fc.oneof(
    fields({ value: optional(anyText.filter((said) => !said.includes('\0') && said.length < 100)) }),
    fc.constant({ valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }),
    fc.constant({ valueFrom: { configMapKeyRef: { name: 'c', key: 'k', optional: true } } }),
  ),
);
const ports = apart(
  named(
    fields({ containerPort: fc.integer({ min: 1, max: 65_535 }), protocol: optional(fc.constantFrom('TCP', 'UDP')) }),
  ),
  'containerPort',
);
const container = fields({
  // With a tag: without one the server fills in a pull policy, and leaves it when the image changes.
  image: fc.constantFrom('example.test/a:1', 'example.test/b:2'),
  env: optional(env),
  ports: optional(ports),
  args: optional(fc.array(fc.constantFrom('', '-x', '$(A)', '한'), { maxLength: 3 })),
  command: optional(fc.constant([])),
  resources: optional(
    fields({
      requests: optional(fields({ cpu: optional(smallCpu), memory: optional(smallMemory) })),
      limits: optional(fields({ cpu: optional(largeCpu), memory: optional(largeMemory) })),
    }),
  ),
  securityContext: optional(fc.constantFrom<JsonObject[]>({}, { runAsUser: 0 }, { capabilities: { drop: ['ALL'] } })),
  volumeMounts: optional(fc.constant([])),
});
const podSpec = fields({
  nodeSelector: fc.constant(POD_SPEC['nodeSelector']),
  containers: fc.tuple(container, container).map(([one, two]) => [
    { ...one, name: 'one' },
    { ...two, name: 'another' },
  ]),
  tolerations: optional(fc.constantFrom<JsonValue[]>([], [{ operator: 'Exists' }])),
  volumes: optional(
    fc.constantFrom<JsonValue[]>([], [{ name: 'v', emptyDir: {} }], [{ name: 'v', emptyDir: { sizeLimit: '0.5Gi' } }]),
  ),
  terminationGracePeriodSeconds: optional(fc.constantFrom(0, 1, 30)),
  securityContext: optional(fc.constantFrom<JsonObject[]>({}, { runAsNonRoot: false }, { fsGroup: 0 })),
  automountServiceAccountToken: optional(fc.boolean()),
});
const template = podSpec.map((spec) => ({ metadata: { labels: APP_LABELS }, spec }));
const servicePort = fields({
  port: fc.integer({ min: 1, max: 65_535 }),
  protocol: optional(fc.constantFrom('TCP', 'UDP', 'SCTP')),
  targetPort: optional(fc.oneof(fc.integer({ min: 1, max: 65_535 }), word)),
  appProtocol: optional(word),
});
const policyPeers = fc.array(
  fc.constantFrom<JsonObject[]>(
    { podSelector: {} },
    { namespaceSelector: {}, podSelector: { matchLabels: {} } },
    { ipBlock: { cidr: '10.0.0.0/8', except: [] } },
    { ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.1/32'] } },
  ),
  { maxLength: 2 },
);
const policyPorts = fc.array(
  fields({
    port: optional(fc.constantFrom<JsonValue[]>(53, 'http')),
    protocol: optional(fc.constantFrom('TCP', 'UDP')),
  }),
  { maxLength: 2 },
);
/** What a custom resource may hold where its schema keeps everything; null stands for absent in a map, but not in a list. */
const anything: fc.Arbitrary<JsonObject> = fc
  .dictionary(
    fc.oneof(word, fc.constantFrom(...TRAPS, '', 'a.b', 'a"b', 'a[0]', '~/')),
    fc
      .jsonValue({ maxDepth: 2, noUnicodeString: false })
      .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
    { maxKeys: 4, noNullPrototype: true },
  )
  .map((value) => value);

const NAMESPACED = 'namespace' as const;
const of = (
  apiVersion: string,
  kind: string,
  generated: fc.Arbitrary<JsonObject>,
): fc.Arbitrary<{ readonly kind: Generated['kind']; readonly fields: JsonObject }> =>
  generated.map((some) => ({ kind: { apiVersion, kind, scope: NAMESPACED }, fields: some }));

function particular(group: string): fc.Arbitrary<{ readonly kind: Generated['kind']; readonly fields: JsonObject }>[] {
  return [
    of(
      'v1',
      'ConfigMap',
      fc.tuple(map(dataKey, anyText), optional(map(dataKey, base64))).map(([data, binaryData]) => ({
        data,
        ...(binaryData === undefined ? {} : { binaryData: without(binaryData, Object.keys(data)) }),
      })),
    ),
    of('v1', 'Secret', fields({ data: optional(map(dataKey, base64)), stringData: optional(map(dataKey, anyText)) })),
    of(
      'v1',
      'Service',
      fields({
        spec: fields({
          ports: apart(named(servicePort), 'port').map((items) => (items.length === 0 ? [{ port: 80 }] : items)),
          selector: optional(map(labelKey, labelValue)),
          sessionAffinity: optional(fc.constantFrom('None', 'ClientIP')),
          type: optional(fc.constantFrom('ClusterIP')),
          clusterIP: optional(fc.constantFrom('None', '')),
          publishNotReadyAddresses: optional(fc.boolean()),
          externalIPs: optional(fc.constantFrom<JsonValue[]>([], ['192.0.2.9'])),
          loadBalancerSourceRanges: optional(fc.constant([])),
        }),
      }),
    ),
    of(
      'apps/v1',
      'Deployment',
      template.map((pod) => ({ spec: { replicas: 0, selector: { matchLabels: APP_LABELS }, template: pod } })),
    ),
    of(
      'apps/v1',
      'StatefulSet',
      fc.tuple(template, optional(fc.constant([]))).map(([pod, claims]) => ({
        spec: {
          replicas: 0,
          serviceName: '',
          selector: { matchLabels: APP_LABELS, matchExpressions: [] },
          template: pod,
          ...(claims === undefined ? {} : { volumeClaimTemplates: claims }),
        },
      })),
    ),
    of(
      'batch/v1',
      'CronJob',
      podSpec.map((spec) => ({
        spec: {
          schedule: '0 0 1 1 *',
          suspend: true,
          startingDeadlineSeconds: 0,
          jobTemplate: { spec: { template: { spec: { ...spec, restartPolicy: 'Never' } } } },
        },
      })),
    ),
    of(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      fields({
        spec: fields({
          podSelector: fc.constantFrom<JsonObject[]>(
            {},
            { matchLabels: {} },
            { matchLabels: { a: '' }, matchExpressions: [] },
          ),
          policyTypes: optional(fc.constantFrom(['Ingress'], ['Egress', 'Ingress'])),
          ingress: optional(
            fc.array(fields({ from: optional(policyPeers), ports: optional(policyPorts) }), { maxLength: 2 }),
          ),
          egress: optional(
            fc.array(fields({ to: optional(policyPeers), ports: optional(policyPorts) }), { maxLength: 2 }),
          ),
        }),
      }),
    ),
    of(
      'v1',
      'LimitRange',
      fc.tuple(smallMemory, largeMemory).map(([min, max]) => ({
        spec: { limits: [{ type: 'PersistentVolumeClaim', min: { storage: min }, max: { storage: max } }] },
      })),
    ),
    of(
      'v1',
      'ResourceQuota',
      map(
        fc.constantFrom('count/widgets.example.test', 'count/things.example.test'),
        fc.constantFrom('0', '010', '1k', '1e3', '5'),
      ).map((hard) => ({ spec: { hard } })),
    ),
    of(
      'rbac.authorization.k8s.io/v1',
      'Role',
      fields({
        rules: optional(
          fc.array(
            fields({
              apiGroups: fc.constantFrom([''], ['', 'apps']),
              resources: fc.constantFrom(['pods'], ['services', 'pods/log']),
              verbs: fc.constantFrom(['get'], ['watch', 'list', 'get'], ['*']),
              resourceNames: optional(fc.constantFrom<string[][]>([], ['b', 'a'])),
            }),
            { maxLength: 2 },
          ),
        ),
      }),
    ),
    of(
      'coordination.k8s.io/v1',
      'Lease',
      fields({
        spec: fields({
          holderIdentity: optional(fc.constantFrom('', 'a')),
          leaseTransitions: optional(fc.constantFrom(0, 2 ** 31 - 1)),
          renewTime: optional(fc.constantFrom('2026-01-02T03:04:05.100000Z', '2026-01-02T12:04:05.000000+09:00')),
        }),
      }),
    ),
    of(
      'v1',
      'ServiceAccount',
      fields({
        automountServiceAccountToken: optional(fc.boolean()),
        imagePullSecrets: optional(fc.constantFrom<JsonValue[]>([], [{ name: 'b' }, { name: 'a' }])),
        secrets: optional(fc.constant([])),
      }),
    ),
    of(
      `${group}/v1`,
      'Widget',
      fields({
        spec: fields({
          colour: anyText.filter((said) => said.length < 1000),
          size: optional(fc.constantFrom(0, -1, 3, 2 ** 53 - 1)),
          weight: optional(fc.constantFrom(0, 0.1, 1, 1e21, -0.5, 1e-7)),
          memory: optional(fc.oneof<fc.Arbitrary<JsonValue>[]>(largeMemory, fc.constantFrom(0, 5))),
          labels: optional(
            map(
              fc.oneof(word, fc.constantFrom(...TRAPS)),
              anyText.filter((said) => said.length < 1000),
            ),
          ),
          limits: optional(fields({ cpu: optional(largeCpu), burst: optional(fc.boolean()) })),
          tags: optional(fc.uniqueArray(word, { maxLength: 3 })),
          parts: optional(named(fields({ count: optional(fc.constantFrom(0, 1, 2)) }))),
          anything: optional(anything),
        }),
      }),
    ),
  ];
}

function without(from: JsonObject | Record<string, string>, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));
}

/** Objects of the table's kinds with legal values that invite mistakes; custom resources are of the group's definitions. */
export function generatedObjects(group: string): fc.Arbitrary<Generated> {
  const place = { namespace: 'default', name: 'generated' };
  const tabled = [...BUILT_IN, ...customKinds(group)]
    .filter(({ scope, name }) => scope === NAMESPACED && name === undefined)
    // What names its own namespace can't move to another.
    .filter((kind) => !JSON.stringify(kind.fields(place)).includes('"namespace"'));
  const metadata = fields({
    labels: optional(map(labelKey, labelValue)),
    annotations: optional(map(labelKey, anyText)),
    finalizers: optional(fc.constant([])),
  });
  return fc
    .tuple(
      fc.oneof(
        { weight: 2, arbitrary: fc.oneof(...particular(group)) },
        { weight: 1, arbitrary: fc.constantFrom(...tabled).map((kind) => ({ kind, fields: kind.fields(place) })) },
      ),
      metadata,
    )
    .map(([{ kind, fields: some }, about]) => ({ kind, fields: some, metadata: about }));
}
