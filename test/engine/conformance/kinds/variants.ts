import type { KindCase } from './kind-case';
import { APP_LABELS, JOB_TEMPLATE, POD_TEMPLATE } from './pod';

const NAMESPACE = { scope: 'namespace', replace: [] } as const;

/** Objects of kinds that have a case already, in a state in which other fields may change. */
export const VARIANTS: readonly KindCase[] = [
  {
    ...NAMESPACE,
    apiVersion: 'v1',
    kind: 'ConfigMap',
    variant: 'immutable',
    fields: () => ({ immutable: true, data: { a: 'x', b: 'y' } }),
    replace: [
      ['data.a', 'z'],
      ['data.b', undefined],
      ['data.c', 'new'],
      ['binaryData', { raw: 'AAEC' }],
      ['immutable', false],
      ['immutable', undefined],
    ],
  },
  {
    ...NAMESPACE,
    apiVersion: 'v1',
    kind: 'Secret',
    variant: 'immutable',
    fields: () => ({ immutable: true, stringData: { password: 'one', user: 'me' } }),
    replace: [
      ['stringData.password', 'two'],
      ['stringData.user', undefined],
      ['immutable', undefined],
    ],
  },
  {
    ...NAMESPACE,
    apiVersion: 'v1',
    kind: 'Secret',
    variant: 'in clear',
    fields: () => ({ stringData: { password: 'one', user: 'me' } }),
    list: ['stringData.password', 'two'],
    drop: ['stringData.user', undefined],
    add: ['stringData["example.test-key.x"]', 'three'.repeat(100)],
  },
  {
    ...NAMESPACE,
    apiVersion: 'v1',
    kind: 'Service',
    variant: 'headless',
    fields: () => ({ spec: { clusterIP: 'None', selector: { app: 'a' }, ports: [{ port: 80 }] } }),
    change: ['spec.ports[0].port', 81],
    add: ['spec.publishNotReadyAddresses', true],
    drop: ['spec.ports', undefined],
    // Accepted in place, but without effect.
    replace: [
      ['spec.clusterIP', ''],
      ['spec.clusterIP', undefined],
    ],
  },
  {
    ...NAMESPACE,
    apiVersion: 'v1',
    kind: 'Service',
    variant: 'node port',
    fields: () => ({ spec: { type: 'NodePort', selector: { app: 'a' }, ports: [{ port: 80 }] } }),
    change: ['spec.selector.app', 'b'],
    add: ['spec.externalTrafficPolicy', 'Local'],
    drop: ['spec.selector.app', undefined],
  },
  {
    ...NAMESPACE,
    apiVersion: 'v1',
    kind: 'Service',
    variant: 'external name',
    fields: () => ({ spec: { type: 'ExternalName', externalName: 'a.example.test' } }),
    change: ['spec.externalName', 'b.example.test'],
  },
  {
    ...NAMESPACE,
    apiVersion: 'batch/v1',
    kind: 'Job',
    variant: 'started',
    fields: () => ({ spec: { parallelism: 0, backoffLimit: 3, template: JOB_TEMPLATE } }),
    change: ['spec.backoffLimit', 4],
    add: ['spec.activeDeadlineSeconds', 4000],
    drop: ['spec.backoffLimit', undefined],
    replace: [['spec.template.spec.containers[0].image', 'example.test/main:2']],
  },
  {
    ...NAMESPACE,
    apiVersion: 'batch/v1',
    kind: 'Job',
    variant: 'indexed',
    fields: () => ({
      spec: { suspend: true, completionMode: 'Indexed', completions: 2, parallelism: 2, template: JOB_TEMPLATE },
    }),
    change: ['spec.parallelism', 1],
    replace: [['spec.completions', 3]],
  },
  // The server filled in `rollingUpdate`, and refuses to keep it beside the other type.
  ...(
    [
      ['Deployment', 'strategy', 'Recreate'],
      ['StatefulSet', 'updateStrategy', 'OnDelete'],
      ['DaemonSet', 'updateStrategy', 'OnDelete'],
    ] as const
  ).map(([kind, strategy, type]) => ({
    ...NAMESPACE,
    apiVersion: 'apps/v1',
    kind,
    variant: `to ${type}`,
    fields: () => ({
      spec: {
        ...(kind === 'DaemonSet' ? {} : { replicas: 0 }),
        ...(kind === 'StatefulSet' ? { serviceName: 'conformance' } : {}),
        selector: { matchLabels: APP_LABELS },
        template: POD_TEMPLATE,
      },
    }),
    add: [`spec.${strategy}.type`, type] as const,
  })),
];
