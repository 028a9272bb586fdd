import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAuditIndex } from '../../../../platform/cluster';
import { auditEvents, eventually } from '../cluster-under-test';
import { newNamespace, type RunningCluster } from '../running-cluster';

/** What the audit log of the cluster that runs holds. */
export function auditLog({ layout, ready, clientAs }: RunningCluster): void {
  describe('the audit log', () => {
    it('has guard rails with their content, secrets by name only, other writes by name, and no plain reads', async () => {
      await ready();
      const [admin, operator] = [await clientAs('admin'), await clientAs('operator')];
      const where = await newNamespace(admin);
      const canary = `canary-${randomUUID()}`;
      const object = { apiVersion: 'v1', metadata: { name: 'audited', namespace: where } };
      await admin.create({ ...object, kind: 'Secret', stringData: { password: canary } });
      await admin.create({ ...object, kind: 'ConfigMap', data: { setting: canary } });
      await admin.create({ ...object, kind: 'Service', spec: { ports: [{ port: 80 }] } });
      await admin.create({ ...object, kind: 'ServiceAccount' });
      await admin.create({ ...object, kind: 'ResourceQuota', spec: { hard: { pods: '7' } } });
      await admin.create({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: object.metadata,
        spec: { podSelector: {} },
      });
      await admin.create({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: object.metadata,
        rules: [],
      });
      await admin.raw('POST', `/api/v1/namespaces/${where}/serviceaccounts/audited/token`, {
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      });
      await operator.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'audited', namespace: where });
      await operator.get({ apiVersion: 'v1', kind: 'Service', name: 'audited', namespace: where });
      await admin.get({ apiVersion: 'v1', kind: 'Service', name: 'audited', namespace: where });
      await admin.delete({ apiVersion: 'v1', kind: 'Service', name: 'audited', namespace: where });

      const events = await eventually('the last write is in the log', () => {
        const all = auditEvents(layout).filter(
          ({ objectRef, requestURI }) => objectRef?.namespace === where || requestURI.includes(where),
        );
        return all.some(({ verb, objectRef }) => verb === 'delete' && objectRef?.resource === 'services')
          ? all
          : undefined;
      });
      const people = events.filter(
        ({ user }) => user.username === 'testbed:admin' || user.username === 'testbed:operator',
      );
      const seen = people.map(({ user, verb, requestURI, objectRef, level, requestObject }) => {
        const resource = `${objectRef?.resource}${requestURI.includes('/token') ? '/token' : ''}`;
        return `${user.username} ${verb} ${resource} ${level}${requestObject === undefined ? '' : ' with content'}`;
      });
      expect(seen).toEqual([
        'testbed:admin create secrets Metadata',
        'testbed:admin create configmaps Metadata',
        'testbed:admin create services Metadata',
        'testbed:admin create serviceaccounts Metadata',
        'testbed:admin create resourcequotas RequestResponse with content',
        'testbed:admin create networkpolicies RequestResponse with content',
        'testbed:admin create roles RequestResponse with content',
        'testbed:admin create serviceaccounts/token Metadata',
        'testbed:operator get configmaps Metadata',
        'testbed:admin get services Metadata',
        'testbed:admin delete services Metadata',
      ]);
      expect(JSON.stringify(auditEvents(layout))).not.toContain(canary);
    });

    it("has the creation of namespaces with its labels, and none of the cluster's own leases and events", async () => {
      await ready();
      const admin = await clientAs('admin');
      const name = await newNamespace(admin);
      const created = await eventually('the namespace is in the log', () =>
        auditEvents(layout).find(
          ({ verb, requestObject, user }) =>
            user.username === 'testbed:admin' &&
            verb === 'create' &&
            JSON.stringify(requestObject ?? '').includes(name),
        ),
      );
      expect(created.level).toBe('RequestResponse');
      const noise = auditEvents(layout).filter(({ objectRef }) =>
        ['leases', 'events'].includes(objectRef?.resource ?? ''),
      );
      expect(noise).toEqual([]);
      expect(auditEvents(layout).filter(({ stage }) => stage === 'RequestReceived')).toEqual([]);
    });

    it('is archived by digest before a closed file goes', async () => {
      await ready();
      const admin = await clientAs('admin');
      const before = readAuditIndex(layout).length;
      const filler = 'x'.repeat(200_000);
      // Dry runs with large content: each event holds it twice, so that a megabyte is soon full.
      for (let round = 0; round < 6; round++)
        await admin.create(
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `filler-${round}`, annotations: { filler } } },
          { dryRun: true },
        );
      const index = await eventually('another file is archived', () => {
        const lines = readAuditIndex(layout);
        return lines.length > before ? lines : undefined;
      });
      for (const { entry } of index) expect(readdirSync(layout.auditArchive)).toContain(`${entry.digest}.log.gz`);
    });
  });
}
