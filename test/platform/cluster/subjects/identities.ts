import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunningCluster } from '../running-cluster';

const HOUR = 60 * 60 * 1000;

/** Status of an answer to a request with the given headers and no certificate. */
function statusOf(server: string, caPem: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${server}${path}`, { ca: caPem, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on('error', reject);
  });
}

/** Who may do what on the cluster that runs. */
export function identities({ cluster, layout, ready, clientAs }: RunningCluster): void {
  describe('identities', () => {
    it('refuses who brings no credential or a wrong one', async () => {
      await ready();
      const { server, caPem } = await cluster.connection('operator');
      const paths = ['/readyz', '/version', '/api/v1/namespaces'];
      expect(await Promise.all(paths.map((path) => statusOf(server, caPem, path)))).toEqual([401, 401, 401]);
      expect(await statusOf(server, caPem, '/api/v1/namespaces', { authorization: 'Bearer wrong' })).toBe(401);
    });

    it('lets no certificate of the API open etcd', async () => {
      await ready();
      const { caPem, credential } = await cluster.connection('admin');
      const record = JSON.parse(readFileSync(layout.record, 'utf8')) as { ports: { etcdClient: number } };
      const etcdCa = readFileSync(join(layout.pki, 'etcd-ca.crt'), 'utf8');
      if (credential.kind !== 'certificate') throw new Error('not a certificate');
      const refused = new Promise((resolve, reject) => {
        get(
          `https://127.0.0.1:${record.ports.etcdClient}/health`,
          { ca: [caPem, etcdCa], cert: credential.certPem, key: credential.keyPem, agent: false },
          resolve,
        ).on('error', reject);
      });
      await expect(refused).rejects.toThrow(/unknown ca|bad certificate|ECONNRESET/);
    });

    it('gives the admin an hour at most, operator and site a day', async () => {
      const lives: Record<string, number> = {};
      for (const identity of ['admin', 'operator', 'site'] as const) {
        const { credential } = await cluster.connection(identity);
        if (credential.kind !== 'certificate') throw new Error('not a certificate');
        const certificate = new X509Certificate(credential.certPem);
        lives[identity] = certificate.validToDate.getTime() - certificate.validFromDate.getTime();
      }
      expect(lives).toEqual({ admin: HOUR, operator: 24 * HOUR, site: 24 * HOUR });
    });

    it('makes the admin a user whose rights can be taken away: a group of ours, not system:masters', async () => {
      const admin = await clientAs('admin');
      const { body } = await admin.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      });
      expect(body).toMatchObject({
        status: { userInfo: { username: 'testbed:admin', groups: ['testbed:admins', 'system:authenticated'] } },
      });
    });

    it.each([
      ['operator', 'list', '', 'pods', '', 'any', true],
      ['operator', 'watch', 'apps', 'statefulsets', '', 'any', true],
      ['operator', 'get', '', 'configmaps', '', 'any', true],
      ['operator', 'list', 'rbac.authorization.k8s.io', 'clusterroles', '', '', true],
      ['operator', 'get', '', 'secrets', '', 'any', false],
      ['operator', 'list', '', 'secrets', '', '', false],
      ['operator', 'watch', '', 'secrets', '', 'testbed-system', false],
      ['operator', 'create', '', 'pods', '', 'any', false],
      ['operator', 'delete', '', 'namespaces', '', '', false],
      ['operator', 'get', '', 'nodes', 'proxy', '', false],
      ['operator', 'create', '', 'pods', 'exec', 'any', false],
      ['operator', 'create', '', 'serviceaccounts', 'token', 'testbed-system', false],
      ['operator', 'impersonate', '', 'users', '', '', false],
      ['site', 'create', '', 'secrets', '', 'testbed-system', true],
      ['site', 'delete', '', 'secrets', '', 'testbed-system', true],
      ['site', 'list', '', 'secrets', '', 'testbed-system', true],
      ['site', 'get', '', 'secrets', '', 'testbed-system', false],
      ['site', 'update', '', 'secrets', '', 'testbed-system', false],
      ['site', 'list', '', 'secrets', '', 'kube-system', false],
      ['site', 'create', '', 'namespaces', '', '', false],
      ['site', 'list', '', 'pods', '', 'testbed-system', false],
      ['site', 'create', '', 'serviceaccounts', 'token', 'testbed-system/testbed-provisioner', true],
      ['site', 'create', '', 'serviceaccounts', 'token', 'testbed-system/default', false],
      ['site', 'create', '', 'serviceaccounts', 'token', 'kube-system/testbed-provisioner', false],
    ] as const)(
      '%s: %s %s/%s %s in "%s" is allowed: %s',
      async (identity, verb, group, resource, subresource, where, allowed) => {
        await ready();
        const client = await clientAs(identity);
        const [namespaceName = '', name = ''] = where.split('/');
        const { body } = await client.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: { resourceAttributes: { verb, group, resource, subresource, namespace: namespaceName, name } },
          },
        });
        expect(body).toMatchObject({ status: { allowed } });
      },
    );

    it('lets the operator read every kind of the server but secrets', async () => {
      await ready();
      const operator = await clientAs('operator');
      const admin = await clientAs('admin');
      const refused: string[] = [];
      for (const { apiVersion, kind, verbs } of await admin.resources()) {
        if (!verbs.includes('list')) continue;
        try {
          for await (const _ of operator.list(apiVersion, kind, { limit: 1 })) break;
        } catch {
          refused.push(`${apiVersion} ${kind}`);
        }
      }
      expect(refused).toEqual(['v1 Secret']);
    });
  });
}
