import { afterAll, describe, expect, it } from 'vitest';
import { openForeignProject, type ForeignResource } from './foreign-program';

/* The vendor's CLI with the pack. The providers are stand-ins: nothing is made, and nothing of them is proved. */
const project = openForeignProject();
afterAll(() => project[Symbol.asyncDispose]());

const deployment = (container: object): ForeignResource => ({
  type: 'kubernetes:apps/v1:Deployment',
  name: 'web',
  properties: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'tb-abc123' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [JSON.parse(JSON.stringify({ name: 'web', image: 'registry.example/web:1', ...container }))],
        },
      },
    },
  },
});
const settings: ForeignResource = {
  type: 'kubernetes:core/v1:ConfigMap',
  name: 'settings',
  properties: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'tb-abc123' },
    data: { size: '1' },
  },
};
const wideRole: ForeignResource = {
  type: 'kubernetes:rbac.authorization.k8s.io/v1:ClusterRole',
  name: 'maker',
  properties: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'maker' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }],
  },
};

describe('a program that is not ours, under the pack', () => {
  it('is refused in its preview, with rule, object, value and remedy; what is not known is told; no secret is', async () => {
    const done = await project.preview({
      resources: [
        deployment({
          securityContext: { privileged: true, runAsNonRoot: { $unknown: true } },
          env: [{ name: 'PASSWORD', value: { $secret: 'canary-of-the-secret' } }],
        }),
        {
          type: 'docker:index/container:Container',
          name: 'box',
          properties: { name: 'box', image: 'registry.example/box:1', privileged: true },
        },
      ],
    });
    expect(done.code).not.toBe(0);
    expect(done.stdout).toContain(
      '[mandatory] [severity: critical]  pod-no-privileged  (kubernetes:apps/v1:Deployment: web)',
    );
    expect(done.stdout).toContain('Deployment tb-abc123/web: container web: securityContext.privileged=true');
    expect(done.stdout).toContain('take securityContext.privileged away');
    expect(done.stdout).toContain('securityContext.privileged를 제거하십시오');
    expect(done.stdout).toContain(
      '[mandatory] [severity: critical]  docker-no-privileged  (docker:index:Container: box)',
    );
    expect(done.stdout).toContain(
      'docker:index/container:Container box: privileged=true; capabilities.drops lacks ALL',
    );
    expect(done.stdout).toContain('[advisory] [severity: high]  pod-run-as-non-root');
    expect(done.stdout).toContain(
      'known only after creation (object.spec.template.spec.containers[0].securityContext.runAsNonRoot)',
    );
    expect(done.stdout).toContain('container web: env PASSWORD');
    expect(done.stdout + done.stderr).not.toContain('canary-of-the-secret');
  });

  it('is let through with advisory findings, which are told', async () => {
    const config = { 'testbed-settings': { grade: 'open' } };
    for (const run of [project.preview, project.up]) {
      const done = await run({ resources: [settings, wideRole], config });
      expect([done.code, done.stderr]).toEqual([0, '']);
      expect(done.stdout).toContain('[advisory] [severity: medium]  rbac-no-pod-create-wide');
      expect(done.stdout).not.toContain('[mandatory]');
    }
  });

  it('is stopped in its update at the resource that is refused', async () => {
    const done = await project.up({ resources: [deployment({ securityContext: { privileged: true } })] });
    expect(done.code).not.toBe(0);
    expect(done.stdout).toContain('[mandatory] [severity: critical]  pod-no-privileged');
  });

  it('needs providers of its own', async () => {
    const done = await project.preview({ resources: [settings], providers: [] });
    expect(done.code).not.toBe(0);
    expect(done.stdout).toContain('[mandatory] [severity: critical]  pulumi-explicit-provider');
  });

  it('does not begin with a configuration that weakens a rule', async () => {
    const done = await project.preview({ resources: [settings], config: { 'pod-no-privileged': 'advisory' } });
    expect(done.code).not.toBe(0);
    expect(done.stdout + done.stderr).toContain(
      'pod-no-privileged is mandatory: a configuration can make rules stricter, never weaker',
    );
    expect(done.stdout + done.stderr).toContain('설정으로 규칙을 더 엄격하게 할 수는 있지만 약하게 할 수는 없습니다');
  });
});
