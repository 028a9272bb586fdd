import { afterAll, beforeAll, expect, it } from 'vitest';
import { isTestbedError } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { fieldsAt } from '../../kubernetes/json';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { down } from '../../operations/down';
import { upSpec } from '../../operations/up';
import { testSurroundings } from '../support/cluster';
import { legalPodSpec } from '../support/foreign-pod';
import { eventually } from '../support/rejection';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

/** On simulated nodes, whose pods stop at once; a pod on a node that nobody runs is one that does not stop. What a kubelet does is shown in test/real-node. */
let site: TestSite;
let admin: KubernetesClient;
beforeAll(() => {
  site = openTestSite();
  admin = createClient(testSurroundings().connection);
});
afterAll(async () => {
  await admin.close();
  await site.close();
});

const labels = { app: 'mine' };
const template = (rest: JsonObject = {}): JsonObject => ({ metadata: { labels }, spec: legalPodSpec(rest) });
const named = (
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  spec: JsonObject,
): KubernetesObject => ({ apiVersion, kind, metadata: { name, namespace }, spec });

async function upNamed(name: string): Promise<string> {
  const made = await upSpec(
    specOf({ name, database: { engine: 'postgresql', version: '15' } }),
    site.target,
    site.surroundings,
  );
  return made.testbed.id;
}

async function countOf(kind: string, namespace: string): Promise<number> {
  let count = 0;
  for await (const _ of admin.list('v1', kind, { namespace, metadataOnly: true })) count += 1;
  return count;
}

/** One that only this test takes away. */
async function stuckPod(namespace: string): Promise<KubernetesObject> {
  const pod = named('v1', 'Pod', namespace, 'deaf', {
    ...legalPodSpec({ terminationGracePeriodSeconds: 3600 }),
    nodeName: 'nowhere',
  });
  return admin.create(pod);
}

it('ends access, the workloads of both sides, pods and claims before the namespace, and cuts a long grace short', async () => {
  const id = await upNamed('busy');
  const participant = await site.participant('busy');
  await participant.create(
    named('apps/v1', 'Deployment', id, 'mine', {
      replicas: 2,
      selector: { matchLabels: labels },
      template: template(),
    }),
  );
  await participant.create(
    named('batch/v1', 'CronJob', id, 'mine', {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }) } },
    }),
  );
  await participant.create(
    named('batch/v1', 'Job', id, 'mine', { suspend: true, template: template({ restartPolicy: 'Never' }) }),
  );
  await participant.create(
    named('v1', 'PersistentVolumeClaim', id, 'mine', {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    }),
  );
  await eventually('all pods', async () => ((await countOf('Pod', id)) === 3 ? true : undefined));
  const deaf = await stuckPod(id);

  let isWaiting = false;
  const onWaiting = (): void => {
    isWaiting = true;
  };
  const ended = down({ name: 'busy', onWaiting, ...site.target }, site.surroundings);
  const left = await eventually('only the deaf pod', async () => {
    const pod = await admin.get({ apiVersion: 'v1', kind: 'Pod', name: 'deaf', namespace: id });
    return pod?.metadata.deletionTimestamp !== undefined && (await countOf('Pod', id)) === 1 ? pod : undefined;
  });
  expect(fieldsAt(left, 'metadata')['deletionGracePeriodSeconds']).toBe(10);
  // Another may begin its end meanwhile.
  expect(isWaiting).toBe(true);
  const namespace = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: id });
  expect(namespace?.metadata.deletionTimestamp).toBeUndefined();
  for (const [apiVersion, kind] of [
    ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'StatefulSet'],
    ['batch/v1', 'CronJob'],
    ['batch/v1', 'Job'],
  ] as const)
    for await (const object of admin.list(apiVersion, kind, { namespace: id })) expect(object).toBeUndefined();
  // Data is taken away only when nothing can write any more; the database's went with its pod.
  expect(await countOf('PersistentVolumeClaim', id)).toBe(1);

  await admin.delete(
    { apiVersion: 'v1', kind: 'Pod', name: 'deaf', namespace: id },
    { gracePeriodSeconds: 0, uid: deaf.metadata.uid ?? '' },
  );
  expect((await ended).emptiness.objectsFound).toBe(0);
}, 120_000);

it('leaves a pod that stays to the end of its namespace, which says what holds it; the name is not taken up half-ended', async () => {
  const id = await upNamed('half');
  await stuckPod(id);
  const interruption = new AbortController();
  const ended = down({ name: 'half', ...site.target }, { ...site.surroundings, signal: interruption.signal }).then(
    () => 'done',
    (error: unknown) => (isTestbedError(error) ? error.code : error),
  );
  await eventually('the end of the pod', async () => {
    const pod = await admin.get({ apiVersion: 'v1', kind: 'Pod', name: 'deaf', namespace: id });
    return pod?.metadata.deletionTimestamp;
  });
  interruption.abort(new Error('the test interrupts'));
  expect(await ended).toBe('Interrupted');
  await expect(upNamed('half')).rejects.toSatisfy(
    (error) =>
      isTestbedError(error, 'NotEmpty') &&
      error.text.en === `the end of 'half' (${id}) was begun and is not finished` &&
      error.hint?.en === 'finish it, then run the same command again: testbed down half',
  );
  await admin.delete({ apiVersion: 'v1', kind: 'Pod', name: 'deaf', namespace: id }, { gracePeriodSeconds: 0 });
  await site.end('half');
  expect(await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: id })).toBeUndefined();
}, 120_000);
