import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordAt } from '../../../engine/provider/objects';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { adminClient, randomName, ServedProvider } from './support/served-provider';

const ANNOTATIONS = { 'pulumi.com/skipAwait': 'true' };

/** One object of each kind that testbeds are made of: what is created, a change to it, and the paths that the change shows. */
interface Case {
  readonly type: string;
  readonly inputs: JsonObject;
  readonly changed: JsonObject;
  readonly paths: Readonly<Record<string, string>>;
}

const namespace = randomName('pv');
const global = randomName('pv-global');
const group = `${randomName('g')}.example.test`;

const pod = (image: string): JsonObject => ({
  automountServiceAccountToken: false,
  containers: [
    {
      name: 'database',
      image,
      ports: [{ containerPort: 5432 }],
      resources: { requests: { cpu: '1000m', memory: '1024Mi' }, limits: { cpu: '1', memory: '2Gi' } },
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
      readinessProbe: { exec: { command: ['true'] } },
    },
  ],
});

function namespaced(name: string, fields: JsonObject): JsonObject {
  return { metadata: { name, namespace, labels: { app: name }, annotations: ANNOTATIONS }, ...fields };
}

function cases(): Readonly<Record<string, Case>> {
  return {
    ConfigMap: {
      type: 'kubernetes:core/v1:ConfigMap',
      inputs: namespaced('config', { data: { 'a.conf': 'x', b: 'y' } }),
      changed: namespaced('config', { data: { 'a.conf': 'z', c: 'w' } }),
      paths: { 'data["a.conf"]': 'UPDATE', 'data.b': 'DELETE', 'data.c': 'ADD' },
    },
    Secret: {
      type: 'kubernetes:core/v1:Secret',
      inputs: namespaced('secret', { type: 'Opaque', stringData: { password: 'canary-one' } }),
      changed: namespaced('secret', { type: 'Opaque', stringData: { password: 'canary-two' } }),
      paths: { 'data.password': 'UPDATE' },
    },
    Service: {
      type: 'kubernetes:core/v1:Service',
      inputs: namespaced('service', { spec: { selector: { app: 'x' }, ports: [{ port: 80 }] } }),
      changed: namespaced('service', { spec: { selector: { app: 'x' }, ports: [{ port: 81 }] } }),
      paths: { 'spec.ports[0].port': 'UPDATE' },
    },
    NetworkPolicy: {
      type: 'kubernetes:networking.k8s.io/v1:NetworkPolicy',
      inputs: namespaced('deny', { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } }),
      changed: namespaced('deny', {
        spec: {
          podSelector: {},
          policyTypes: ['Ingress', 'Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
        },
      }),
      paths: { 'spec.egress': 'ADD' },
    },
    ResourceQuota: {
      type: 'kubernetes:core/v1:ResourceQuota',
      inputs: namespaced('quota', {
        spec: { hard: { 'requests.cpu': '4000m', 'requests.memory': '8192Mi', pods: '30' } },
      }),
      changed: namespaced('quota', {
        spec: { hard: { 'requests.cpu': '5', 'requests.memory': '8192Mi', pods: '30' } },
      }),
      paths: { 'spec.hard["requests.cpu"]': 'UPDATE' },
    },
    LimitRange: {
      type: 'kubernetes:core/v1:LimitRange',
      inputs: namespaced('limits', { spec: { limits: [{ type: 'Container', max: { cpu: '2000m' } }] } }),
      changed: namespaced('limits', { spec: { limits: [{ type: 'Container', max: { cpu: '3' } }] } }),
      paths: { 'spec.limits[0].max.cpu': 'UPDATE' },
    },
    ServiceAccount: {
      type: 'kubernetes:core/v1:ServiceAccount',
      inputs: namespaced('account', { automountServiceAccountToken: false }),
      changed: namespaced('account', { automountServiceAccountToken: true }),
      paths: { automountServiceAccountToken: 'UPDATE' },
    },
    Role: {
      type: 'kubernetes:rbac.authorization.k8s.io/v1:Role',
      inputs: namespaced('role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
      changed: namespaced('role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] }),
      paths: { 'rules[0].verbs[1]': 'ADD' },
    },
    RoleBinding: {
      type: 'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding',
      inputs: namespaced('binding', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'role' },
        subjects: [{ kind: 'ServiceAccount', name: 'account', namespace }],
      }),
      changed: namespaced('binding', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'role' },
        subjects: [],
      }),
      paths: { 'subjects[0]': 'DELETE' },
    },
    StatefulSet: {
      type: 'kubernetes:apps/v1:StatefulSet',
      inputs: namespaced('database', {
        spec: {
          serviceName: 'database',
          replicas: 1,
          selector: { matchLabels: { app: 'database' } },
          template: { metadata: { labels: { app: 'database' } }, spec: pod('example.test/database:1') },
          volumeClaimTemplates: [
            {
              metadata: { name: 'data' },
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
            },
          ],
        },
      }),
      changed: namespaced('database', {
        spec: {
          serviceName: 'database',
          replicas: 1,
          selector: { matchLabels: { app: 'database' } },
          template: { metadata: { labels: { app: 'database' } }, spec: pod('example.test/database:2') },
          volumeClaimTemplates: [
            {
              metadata: { name: 'data' },
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
            },
          ],
        },
      }),
      paths: { 'spec.template.spec.containers[0].image': 'UPDATE' },
    },
    Namespace: {
      type: 'kubernetes:core/v1:Namespace',
      inputs: { metadata: { name: global, labels: { tier: 'one' } } },
      changed: { metadata: { name: global, labels: { tier: 'two' } } },
      paths: { 'metadata.labels.tier': 'UPDATE' },
    },
    ClusterRole: {
      type: 'kubernetes:rbac.authorization.k8s.io/v1:ClusterRole',
      inputs: { metadata: { name: global }, rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] },
      changed: { metadata: { name: global }, rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }] },
      paths: { 'rules[0].verbs[0]': 'UPDATE' },
    },
    ValidatingAdmissionPolicy: {
      type: 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy',
      inputs: policy('true'),
      changed: policy('1 == 1'),
      paths: { 'spec.validations[0].expression': 'UPDATE' },
    },
  };
}

function policy(expression: string): JsonObject {
  return {
    metadata: { name: global },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      validations: [{ expression }],
    },
  };
}

describe('the life of an object', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;

  beforeAll(async () => {
    client = adminClient();
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    provider = await ServedProvider.start(client);
  });
  afterAll(async () => {
    provider.stop();
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: global });
    await client.close();
  });

  it.each(Object.entries(cases()))(
    'of kind %s: created, unchanged, changed, ended',
    async (kind, { type, inputs, changed, paths }) => {
      const reference = (
        apiVersion: string,
        id: string,
      ): { apiVersion: string; kind: string; name: string; namespace?: string } => {
        const [first = '', second] = id.split('/');
        return second === undefined
          ? { apiVersion, kind, name: first }
          : { apiVersion, kind, namespace: first, name: second };
      };
      const created = await provider.create(type, 'one', inputs);
      const apiVersion = wordAt(created.inputs.value, 'apiVersion') ?? '';
      const live = await client.get(reference(apiVersion, created.id));
      expect(live?.metadata.uid).toBe(wordAt(created.state.value, 'metadata', 'uid'));
      expect(live?.metadata.annotations).toMatchObject({
        'testbed.io/stack': provider.stack,
        'testbed.io/urn': created.urn,
      });
      expect(created.state.value['__initialApiVersion']).toBe(apiVersion);
      expect(created.state.value['__fieldManager']).toBe('pulumi-kubernetes-testbed');
      expect(created.state.value['__inputs']).toEqual(created.inputs.value);
      expect(JSON.stringify(created.state.value)).not.toContain('managedFields');

      expect(await provider.diff(created, inputs)).toEqual({
        changes: 'NONE',
        paths: {},
        replaces: [],
        deleteBeforeReplace: false,
      });
      const read = await provider.read(created);
      expect(read?.inputs).toEqual(created.inputs);

      expect(await provider.diff(created, changed)).toMatchObject({ changes: 'SOME', paths, replaces: [] });
      const previewed = await provider.update(created, changed, { preview: true });
      expect(previewed.inputs).not.toEqual(created.inputs);
      const updated = await provider.update(created, changed);
      expect(await provider.diff(updated, changed)).toMatchObject({ changes: 'NONE' });
      expect((await client.get(reference(apiVersion, created.id)))?.metadata.uid).toBe(live?.metadata.uid);
      expect((await provider.read(updated))?.inputs).toEqual(updated.inputs);

      await provider.delete(updated);
      expect(await client.get(reference(apiVersion, created.id))).toBeUndefined();
      expect(await provider.read(updated)).toBeUndefined();
      await provider.delete(updated);
    },
  );

  it('of a custom resource, whose definition comes in the same run', async () => {
    const plural = 'widgets';
    const definition = await provider.create(
      'kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition',
      'definition',
      {
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural, singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: {
                    spec: {
                      type: 'object',
                      properties: { size: { type: 'integer', default: 3 }, colour: { type: 'string' } },
                    },
                  },
                },
              },
            },
          ],
        },
      },
    );
    const type = `kubernetes:${group}/v1:Widget`;
    const inputs = { metadata: { name: 'one', namespace }, spec: { colour: 'red' } };
    const widget = await provider.create(type, 'widget', inputs);
    expect(widget.id).toBe(`${namespace}/one`);
    expect(widget.state.value['spec']).toEqual({ colour: 'red', size: 3 });
    expect(await provider.diff(widget, inputs)).toMatchObject({ changes: 'NONE' });
    expect(await provider.diff(widget, { ...inputs, spec: { colour: 'blue' } })).toMatchObject({
      paths: { 'spec.colour': 'UPDATE' },
    });
    await provider.delete(widget);
    await provider.delete(definition);
    expect(await provider.read(definition)).toBeUndefined();
  });
});
