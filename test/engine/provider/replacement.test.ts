import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween, quantity } from '../../../engine/provider/changes';
import { diffInputs } from '../../../engine/provider/diff';
import { formatPath, parsePath } from '../../../engine/provider/paths';
import { needsReplacement } from '../../../engine/provider/replacement';
import type { JsonObject } from '../../../kubernetes/types';

describe('a change', () => {
  it.each<[string, string, string, boolean]>([
    ['', 'ConfigMap', 'metadata.name', true],
    ['', 'ConfigMap', 'metadata.namespace', true],
    ['', 'ConfigMap', 'metadata.labels.a', false],
    ['', 'ConfigMap', 'data.a', false],
    ['', 'Secret', 'data.a', false],
    ['', 'Secret', 'type', true],
    ['apps', 'Deployment', 'spec.selector.matchLabels.app', true],
    ['apps', 'Deployment', 'spec.replicas', false],
    ['apps', 'DaemonSet', 'spec.selector', true],
    ['apps', 'StatefulSet', 'spec.serviceName', true],
    ['apps', 'StatefulSet', 'spec.podManagementPolicy', true],
    ['apps', 'StatefulSet', 'spec.volumeClaimTemplates[0].spec.resources.requests.storage', true],
    ['apps', 'StatefulSet', 'spec.template.spec.containers[0].image', false],
    ['batch', 'Job', 'spec.template.spec.containers[0].image', true],
    ['batch', 'Job', 'spec.parallelism', false],
    ['', 'Pod', 'spec.containers[0].image', false],
    ['', 'Pod', 'spec.containers[0].command[0]', true],
    ['', 'Pod', 'spec.tolerations[0].key', true],
    ['', 'PersistentVolume', 'spec.flexVolume', true],
    ['', 'PersistentVolume', 'spec.capacity.storage', false],
    ['', 'ReplicationController', 'spec.selector.app', false],
    ['batch', 'Job', 'spec.podFailurePolicy', true],
    ['resource.k8s.io', 'ResourceClaim', 'spec.devices', true],
    ['storage.k8s.io', 'CSIDriver', 'spec.attachRequired', true],
    ['', 'PersistentVolumeClaim', 'spec.storageClassName', true],
    ['', 'PersistentVolumeClaim', 'spec.resources.requests.storage', false],
    ['', 'Service', 'spec.clusterIP', true],
    ['', 'Service', 'spec.ports[0].port', false],
    ['', 'ResourceQuota', 'spec.scopes[0]', true],
    ['', 'ResourceQuota', 'spec.hard.pods', false],
    ['rbac.authorization.k8s.io', 'RoleBinding', 'roleRef.name', true],
    ['rbac.authorization.k8s.io', 'RoleBinding', 'subjects[0].name', false],
    ['rbac.authorization.k8s.io', 'ClusterRoleBinding', 'roleRef.name', true],
    ['storage.k8s.io', 'StorageClass', 'provisioner', true],
    ['storage.k8s.io', 'StorageClass', 'allowVolumeExpansion', false],
    ['example.test', 'Secret', 'type', false],
  ])('of %s/%s at %s makes a new object: %s', (group, kind, path, expected) => {
    expect(needsReplacement(group, kind, parsePath(path), {})).toBe(expected);
  });

  it('of the data of an object that is frozen makes a new one', () => {
    expect(needsReplacement('', 'ConfigMap', ['data', 'a'], { immutable: true })).toBe(true);
    expect(needsReplacement('', 'Secret', ['data', 'a'], { immutable: false })).toBe(false);
  });

  it('of the size of a claim makes a new one only as long as it has no volume', () => {
    const size = parsePath('spec.resources.requests.storage');
    expect(needsReplacement('', 'PersistentVolumeClaim', size, { status: { phase: 'Pending' } })).toBe(true);
    expect(needsReplacement('', 'PersistentVolumeClaim', size, { status: { phase: 'Bound' } })).toBe(false);
  });

  const urn = 'urn:pulumi:tb::testbed::kubernetes:core/v1:Service::a';
  const question = (before: JsonObject, after: JsonObject): Parameters<typeof diffInputs>[0] => ({
    urn,
    state: { value: before, secrets: [] },
    oldInputs: { value: before, secrets: [] },
    news: { value: after, secrets: [] },
    ignoreChanges: [],
  });
  const service = (clusterIP: string, name = 'a', annotations: JsonObject = {}): JsonObject => ({
    metadata: { name, annotations },
    spec: { clusterIP },
  });

  it('that makes a new object of the same name ends the old one first', () => {
    expect(diffInputs(question(service('None'), service('10.0.0.1')))).toMatchObject({ deleteBeforeReplace: true });
    expect(diffInputs(question(service('None'), service('None', 'b')))).toMatchObject({ deleteBeforeReplace: false });
    const autonamed = { 'pulumi.com/autonamed': 'true' };
    expect(diffInputs(question(service('None', 'a', autonamed), service('10.0.0.1', 'a', autonamed)))).toMatchObject({
      deleteBeforeReplace: false,
    });
  });

  it('from a value to the same in another notation is none where the server keeps it as it was', () => {
    const limits = (cpu: string): JsonObject => ({ metadata: { name: 'a' }, spec: { limits: { cpu } } });
    expect(changesBetween(limits('1000m'), limits('1'))).toEqual([]);
    expect(changesBetween(limits('1000m'), limits('2'))).toEqual([{ path: ['spec', 'limits', 'cpu'], kind: 'update' }]);
    expect(changesBetween({ data: { size: '1000m' } }, { data: { size: '1' } })).toHaveLength(1);
  });
});

describe('quantities', () => {
  it.each([
    ['1', '1000m'],
    ['1Gi', '1024Mi'],
    ['1G', '1000M'],
    ['0.5', '500m'],
    ['1.5Gi', '1536Mi'],
    ['030', '30'],
  ])('%s equals %s', (one, other) => expect(quantity(one)).toBe(quantity(other)));

  it.each(['', 'abc', '1 Gi', '1KiB', '--1'])('%j is none', (word) => expect(quantity(word)).toBeUndefined());

  it('keep their order whatever the unit', () => {
    const units: readonly [string, number][] = [
      ['', 1],
      ['m', 1e-3],
      ['k', 1e3],
      ['Ki', 1024],
      ['Mi', 1024 ** 2],
    ];
    const amount = fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(...units));
    fc.assert(
      fc.property(amount, amount, ([a, [unitA, scaleA]], [b, [unitB, scaleB]]) => {
        const [first = 0n, second = 0n] = [quantity(`${a}${unitA}`), quantity(`${b}${unitB}`)];
        const expected = Math.sign(Math.round(a * scaleA * 1000) - Math.round(b * scaleB * 1000));
        expect(first < second ? -1 : first > second ? 1 : 0).toBe(expected);
      }),
    );
  });
});

describe('paths', () => {
  it('read as they were written', () => {
    const step = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '*'),
      fc.nat({ max: 99 }),
    );
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((key) => key !== '*'),
        fc.array(step, { maxLength: 5 }),
        (first, rest) => {
          expect(parsePath(formatPath([first, ...rest]))).toEqual([first, ...rest]);
        },
      ),
    );
  });
});
