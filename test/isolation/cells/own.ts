import { creates, legalPod, object, type Cell } from './cell';

/** What a developer is here for: each must be possible, or the denials above prove nothing. */
export function ownCells(namespace: string): Cell[] {
  const labels = { matchLabels: { app: 'x' } };
  const template = { metadata: { labels: { app: 'x' } }, spec: legalPod() };
  const job = { template: { metadata: {}, spec: legalPod({ restartPolicy: 'Never' }) } };
  const list = (root: string, plural: string): Cell => ({
    title: `list ${plural}`,
    attempt: (c) => c.raw('GET', `${root}/namespaces/${namespace}/${plural}`),
  });
  return [
    creates('create a Pod', object('v1', 'Pod', namespace, 'mine', { spec: legalPod() })),
    creates(
      'create a Deployment',
      object('apps/v1', 'Deployment', namespace, 'mine', { spec: { selector: labels, template } }),
    ),
    creates(
      'create a StatefulSet',
      object('apps/v1', 'StatefulSet', namespace, 'mine', {
        spec: { selector: labels, serviceName: 'mine', template },
      }),
    ),
    creates('create a Job', object('batch/v1', 'Job', namespace, 'mine', { spec: job })),
    creates(
      'create a CronJob',
      object('batch/v1', 'CronJob', namespace, 'mine', { spec: { schedule: '0 3 * * *', jobTemplate: { spec: job } } }),
    ),
    creates(
      'create a Service',
      object('v1', 'Service', namespace, 'mine', { spec: { selector: { app: 'x' }, ports: [{ port: 80 }] } }),
    ),
    creates('create a ConfigMap', object('v1', 'ConfigMap', namespace, 'mine', { data: { a: 'b' } })),
    creates('create a Secret', object('v1', 'Secret', namespace, 'mine', { stringData: { a: 'b' } })),
    creates(
      'create a claim',
      object('v1', 'PersistentVolumeClaim', namespace, 'mine', {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      }),
    ),
    {
      title: 'make, change and end a ConfigMap for real',
      attempt: async (c) => {
        await c.create(object('v1', 'ConfigMap', namespace, 'real', { data: { a: 'b' } }));
        await c.apply(object('v1', 'ConfigMap', namespace, 'real', { data: { a: 'c' } }), {
          force: true,
          fieldManager: 'developer',
        });
        await c.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'real' });
      },
    },
    {
      title: "read the database's credentials by name",
      attempt: (c) => c.raw('GET', `/api/v1/namespaces/${namespace}/secrets/database-app`),
    },
    list('/api/v1', 'pods'),
    list('/api/v1', 'events'),
    list('/apis/apps/v1', 'replicasets'),
    list('/api/v1', 'resourcequotas'),
    list('/apis/networking.k8s.io/v1', 'networkpolicies'),
  ];
}
