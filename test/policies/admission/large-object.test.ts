import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../kubernetes/types';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { createEvaluator } from '../../../policies/evaluation';
import { openAdmissionOracle, type AdmissionOracle } from '../../support/admission-oracle';

/* Ten times the largest fixture: within the API server's budget for expressions, and judged as by our own evaluator. */
const catalogue = loadCatalogue();
const rules = catalogue.rules.filter(
  ({ points, match }) =>
    points.includes('admission') && match.some((matched) => matched.type === 'kind' && matched.kind === 'Deployment'),
);
let oracle: AdmissionOracle;

beforeAll(async () => {
  oracle = await openAdmissionOracle({ catalogue, rules: ({ id }) => rules.some((rule) => rule.id === id) });
});
afterAll(() => oracle.close());

/** A Deployment with 100 containers and 200 volumes; every member that a rule looks at is there on each. */
function large(bad: boolean): KubernetesObject {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
  const container = (prefix: string, at: number): object => ({
    name: `${prefix}-${at}`,
    image: bad
      ? `docker.io/somebody/an-image-with-a-rather-long-name-${at}:latest`
      : `docker.io/library/app-${at}:1.2.3@sha256:${'0123456789abcdef'.repeat(4)}`,
    command: ['/usr/bin/server', '--listen', '0.0.0.0:8080', '--verbose'],
    args: numbers(10).map((n) => `--option-${n}=value-${n}`),
    env: numbers(20).map((n) => ({ name: `SETTING_${n}`, value: `value-of-the-setting-${n}` })),
    ports: numbers(5).map((n) => {
      const containerPort = (prefix === 'app' ? 8000 : 9000) + at * 5 + n;
      return { containerPort, ...(bad ? { hostPort: containerPort } : {}) };
    }),
    volumeMounts: numbers(10).map((n) => ({ name: `volume-${(at + n) % 200}`, mountPath: `/mnt/${n}` })),
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '20m', memory: '32Mi' } },
    securityContext: {
      privileged: bad,
      ...(bad ? {} : { allowPrivilegeEscalation: false }),
      runAsNonRoot: !bad,
      runAsUser: bad ? 0 : 1000,
      readOnlyRootFilesystem: !bad,
      seccompProfile: { type: bad ? 'Unconfined' : 'RuntimeDefault' },
      seLinuxOptions: { type: bad ? 'spc_t' : 'container_t' },
      capabilities: bad ? { add: numbers(20).map((n) => `CAP_${n}`) } : { drop: ['ALL'] },
    },
  });
  const started = {
    livenessProbe: { httpGet: { path: '/', port: 8000, ...(bad ? { host: '10.0.0.1' } : {}) } },
    readinessProbe: { tcpSocket: { port: 8000 } },
    lifecycle: { preStop: { httpGet: { path: '/end', port: 8000 } } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'large' },
    spec: {
      selector: { matchLabels: { app: 'large' } },
      template: {
        metadata: { labels: { app: 'large' } },
        spec: {
          serviceAccountName: 'app',
          automountServiceAccountToken: false,
          initContainers: numbers(30).map((at) => container('setup', at)),
          containers: numbers(70).map((at) => ({ ...container('app', at), ...started })),
          volumes: numbers(200).map((at) =>
            bad
              ? { name: `volume-${at}`, hostPath: { path: `/var/run/some/socket-${at}.sock` } }
              : { name: `volume-${at}`, configMap: { name: `settings-${at}` } },
          ),
        },
      },
    },
  };
}

describe('100 containers and 200 volumes are judged within the budget', () => {
  it.each([
    ['in order', false, 0],
    ['wrong in every container and volume', true, 15],
  ])('%s', async (_, bad, atLeast) => {
    const object = large(bad);
    const verdicts = await oracle.judge(object);
    const ours = createEvaluator({ variables: catalogue.variables })
      .judge(rules, { object: JSON.parse(JSON.stringify(object)), params: catalogue.params.sensitive })
      .filter(({ verdict }) => verdict !== 'pass');
    expect(ours.filter(({ verdict }) => verdict !== 'fail')).toEqual([]);
    expect([...verdicts.values()].filter((said) => /budget|cost|resulted in error/.test(said))).toEqual([]);
    expect([...verdicts.keys()].toSorted()).toEqual(ours.map(({ rule }) => String(rule)).toSorted());
    expect(verdicts.size > atLeast).toBe(bad);
  });
});
