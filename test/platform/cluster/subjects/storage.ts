import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../cluster-under-test';
import { newNamespace, type RunningCluster } from '../running-cluster';

function rawDatabase(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}

/** What lies on the disk of the cluster that runs. */
export function storedData({ layout, ready, clientAs }: RunningCluster): void {
  describe('what is stored', () => {
    it('is encrypted: neither a secret nor a configuration stands in clear text in the database', async () => {
      await ready();
      const admin = await clientAs('admin');
      const where = await newNamespace(admin);
      const canary = `canary-${randomUUID()}`;
      const plain = `plain-${randomUUID()}`;
      const object = { apiVersion: 'v1', metadata: { name: 'canary', namespace: where } };
      await admin.create({ ...object, kind: 'Secret', stringData: { password: canary } });
      await admin.create({ ...object, kind: 'ConfigMap', data: { setting: canary } });
      // The positive control: what is not encrypted is found, so the search sees what is written.
      await admin.create({
        ...object,
        kind: 'ServiceAccount',
        metadata: { ...object.metadata, annotations: { plain } },
      });
      const files = await eventually('the database has the control', () => {
        const content = rawDatabase(layout.etcdData);
        return content.some((file) => file.includes(plain)) ? content : undefined;
      });
      for (const form of [canary, Buffer.from(canary).toString('base64')])
        expect(files.some((file) => file.includes(form))).toBe(false);
      expect(files.some((file) => file.includes('k8s:enc:secretbox:v1:key1:'))).toBe(true);
    });
  });
}
