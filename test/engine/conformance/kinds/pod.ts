import type { JsonObject } from '../../../../kubernetes/types';

/** No node has this, so that no pod of these tests ever runs, however quick the nodes are. */
const NOWHERE = { 'example.test/no-such-node': 'true' };

/** A pod with one of most things that can stand in it. */
export const POD_SPEC: JsonObject = {
  nodeSelector: NOWHERE,
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 5,
  securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } },
  tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
  containers: [
    {
      name: 'main',
      image: 'example.test/main:1',
      args: ['--quiet'],
      env: [
        { name: 'Z', value: 'last' },
        { name: 'A', value: 'first' },
        { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'secret', key: 'password', optional: true } } },
      ],
      ports: [
        { containerPort: 8080, name: 'http' },
        { containerPort: 9090, name: 'metrics', protocol: 'TCP' },
      ],
      resources: { requests: { cpu: '1000m', memory: '1024Mi' }, limits: { cpu: '1', memory: '2Gi' } },
      volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
      readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
    },
  ],
  volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '512Mi' } }],
};

export const APP_LABELS = { app: 'conformance' };

export const POD_TEMPLATE: JsonObject = { metadata: { labels: APP_LABELS }, spec: POD_SPEC };

/** The same for what runs to an end. */
export const JOB_TEMPLATE: JsonObject = {
  metadata: { labels: APP_LABELS },
  spec: { ...POD_SPEC, restartPolicy: 'Never' },
};
