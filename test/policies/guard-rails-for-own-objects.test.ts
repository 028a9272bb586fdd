import { describe, expect, it } from 'vitest';
import type { JsonObject, KubernetesObject } from '../../kubernetes/types';
import { answerOf, eventually } from '../support/rejection';
import { KEYS, onGuardRails, podSpec, touched } from './support/guard-railed';

/** What the guard rails let participants do with objects of their own, and what not. */
const place = onGuardRails();

function volumeOf(claimName: string): JsonObject {
  return { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] };
}

const job = (metadata: JsonObject, spec = podSpec({ restartPolicy: 'Never' })): JsonObject => ({
  template: { metadata, spec },
});
const labelled = { labels: { 'testbed.io/component': 'database' } };

describe('objects of one’s own', () => {
  it('are made, changed and ended as ever, and their controllers go on', async () => {
    await place().mallory.create(place().deployment({ tier: 'web' }));
    const made = await eventually('a pod of the deployment', async () => {
      for await (const one of place().mallory.list('v1', 'Pod', {
        namespace: place().testbed.id,
        labelSelector: 'app=mine',
      }))
        return one;
      return undefined;
    });
    expect(made.metadata.labels).toMatchObject({ tier: 'web' });
    await place().mallory.mergePatch(place().reference('Deployment', 'mine', 'apps/v1'), touched);
    expect(await place().mallory.delete(place().reference('Deployment', 'mine', 'apps/v1'))).toBe('accepted');
  });

  it('may be labelled and annotated in other words', async () => {
    const words = { labels: { 'app.kubernetes.io/name': 'x' }, annotations: { 'example.com/note': 'y' } };
    expect(await answerOf(place().mallory.create(place().own('ConfigMap', {}, words), { dryRun: true }))).toBe(
      'accepted',
    );
  });

  const refusals: [string, () => KubernetesObject, string][] = [
    ['bear a label of ours', () => place().own('ConfigMap', {}, labelled), KEYS],
    [
      'bear an annotation of ours',
      () => place().own('ConfigMap', {}, { annotations: { 'testbed.io/urn': 'u' } }),
      KEYS,
    ],
    [
      'bear a label that Pod Security reads',
      () => place().own('ConfigMap', {}, { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } }),
      KEYS,
    ],
    ['make pods with a label of ours', () => place().deployment({ 'testbed.io/managed': 'true' }), KEYS],
    ['make jobs with a label of ours', () => place().own('Job', { spec: job(labelled) }, {}, 'batch/v1'), KEYS],
    [
      'make scheduled jobs with a label of ours',
      () =>
        place().own(
          'CronJob',
          { spec: { schedule: '0 3 * * *', jobTemplate: { metadata: labelled, spec: job({}) } } },
          {},
          'batch/v1',
        ),
      KEYS,
    ],
    [
      'make pods of scheduled jobs with a label of ours',
      () =>
        place().own(
          'CronJob',
          { spec: { schedule: '0 3 * * *', jobTemplate: { spec: job(labelled) } } },
          {},
          'batch/v1',
        ),
      KEYS,
    ],
    [
      'make claims with a label of ours',
      () =>
        place().own(
          'StatefulSet',
          {
            spec: {
              serviceName: 'mine',
              selector: { matchLabels: { app: 'mine' } },
              template: { metadata: { labels: { app: 'mine' } }, spec: podSpec() },
              volumeClaimTemplates: [
                {
                  metadata: { name: 'data', ...labelled },
                  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
                },
              ],
            },
          },
          {},
          'apps/v1',
        ),
      KEYS,
    ],
    [
      'make claims of one pod with a label of ours',
      () =>
        place().pod({
          volumes: [
            {
              name: 'scratch',
              ephemeral: {
                volumeClaimTemplate: {
                  metadata: labelled,
                  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
                },
              },
            },
          ],
        }),
      KEYS,
    ],
    [
      'wear the account of our workload',
      () => place().pod({ serviceAccountName: 'database' }),
      "service account 'default'",
    ],
    [
      'wear it through a template',
      () => place().deployment({}, podSpec({ serviceAccountName: 'database' })),
      "service account 'default'",
    ],
    ['mount the volume of our workload', () => place().pod(volumeOf('data-database-0')), 'neither mounted nor copied'],
    [
      'mount it through a template',
      () => place().deployment({}, podSpec(volumeOf('data-database-0'))),
      'neither mounted nor copied',
    ],
    [
      'copy the volume of our workload',
      () =>
        place().own('PersistentVolumeClaim', {
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1Gi' } },
            dataSource: { kind: 'PersistentVolumeClaim', name: 'data-database-0' },
          },
        }),
      'neither mounted nor copied',
    ],
    ['be a token without an end', () => place().tokenSecret(), 'kubernetes.io/service-account-token'],
    ['hold up the end', () => place().own('ConfigMap', {}, { finalizers: ['example.com/never'] }), 'finalizer'],
    [
      'give rights',
      () =>
        place().own(
          'RoleBinding',
          { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects: [] },
          {},
          'rbac.authorization.k8s.io/v1',
        ),
      'decided by the platform only',
    ],
    [
      'be a role',
      () => place().own('Role', { rules: [] }, {}, 'rbac.authorization.k8s.io/v1'),
      'decided by the platform only',
    ],
  ];

  it.each(refusals)('may not %s', async (_, object, words) => {
    expect(await answerOf(place().mallory.create(object(), { dryRun: true }))).toContain(words);
  });

  it('keep claims with the finalizer that the server sets, and volumes of their own', async () => {
    const claim = place().own('PersistentVolumeClaim', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    expect(await answerOf(place().mallory.create(claim, { dryRun: true }))).toBe('accepted');
    expect(await answerOf(place().mallory.create(place().pod(volumeOf('mine')), { dryRun: true }))).toBe('accepted');
  });

  it('open no shell in our pod and get no token of our account', async () => {
    const root = `/api/v1/namespaces/${place().testbed.id}`;
    for (const way of ['exec?command=sh', 'attach'])
      expect(await answerOf(place().mallory.raw('POST', `${root}/pods/database-0/${way}`))).toContain('no shell');
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const accounts = [
      `${root}/serviceaccounts/database`,
      `/api/v1/namespaces/${place().testbed.access}/serviceaccounts/default`,
    ];
    for (const account of accounts)
      expect(await answerOf(place().mallory.raw('POST', `${account}/token`, { body }))).toContain(
        'given out by the platform',
      );
  });
});
