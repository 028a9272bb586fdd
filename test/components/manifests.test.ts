import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import { fieldsAt, stringAt } from '../../kubernetes/json';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { packageRoot } from '../../package/root';
import { judgeGrade, loadPreset, presetNames, type AdmittedSpec, type PresetName } from '../../spec';
import { applyTestbed, type AppliedTestbed } from '../support/applied-testbed';
import { testSurroundings } from '../support/cluster';
import { eventually } from '../support/rejection';
import { manifestsOf, recordTestbed } from '../support/testbed-recording';

function preset(name: PresetName): AdmittedSpec {
  const loaded = loadPreset(name, { now: new Date('2027-01-15T00:00:00Z') });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  const judged = judgeGrade(loaded.spec);
  if (!judged.ok) throw judged.refusal;
  return judged.spec;
}

const GENERATED = '(generated)';

/** Generated values say nothing in a golden file, and would look like secrets in a repository. */
function withoutSecrets(object: KubernetesObject): KubernetesObject {
  const hidden = (key: string, value: unknown): unknown =>
    key === 'testbed.io/credentials' || key === 'password' || key === 'sslrootcert' ? GENERATED : value;
  const plain: KubernetesObject = JSON.parse(JSON.stringify(object, hidden));
  if (plain.kind !== 'Secret' || plain['data'] === undefined) return plain;
  const keys = Object.keys(fieldsAt(plain, 'data') ?? {});
  return { ...plain, data: Object.fromEntries(keys.map((key) => [key, GENERATED])) };
}

describe.each(presetNames)('the manifests of the preset %s', (name) => {
  it('are the ones on record', async () => {
    const objects = manifestsOf(await recordTestbed(preset(name))).map(withoutSecrets);
    const documents = objects.map((object) => stringify(object, { sortMapEntries: true, lineWidth: 0 }));
    const file = join(packageRoot(), 'test', 'fixtures', 'manifests', `${name}.yaml`);
    await expect(documents.join('---\n')).toMatchFileSnapshot(file);
  });
});

describe('the manifests of a testbed on a real API server', () => {
  let client: KubernetesClient;
  let testbed: AppliedTestbed;
  let warnings: string[];

  beforeAll(async () => {
    client = createClient(testSurroundings().connection);
    const spec = preset('startup');
    const egress = [{ name: 'api', cidr: '203.0.113.0/24', ports: [{ port: 443, protocol: 'TCP' as const }] }];
    client.takeWarnings();
    testbed = await applyTestbed(client, { ...spec, network: { egress } });
    warnings = client.takeWarnings();
  });
  afterAll(async () => {
    await testbed.end();
    await client.close();
  });

  it('are accepted without a warning of Pod Security; only what the site has to approve is remarked', () => {
    expect(testbed.manifests.length).toBeGreaterThan(15);
    const rules = warnings.map((warning) => /^Validation failed for [^:]*: ([a-z-]+): /.exec(warning)?.[1] ?? warning);
    expect(rules.toSorted()).toEqual(['image-pinned-by-digest', 'netpol-egress-allowlist']);
  });

  it('change nothing when they are applied again', async () => {
    for (const object of testbed.manifests) {
      const { apiVersion, kind, metadata } = object;
      const reference = {
        apiVersion,
        kind,
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      };
      const before = await client.get(reference);
      const after = await client.apply(object);
      expect(after.metadata.generation, `${kind} ${metadata.name}`).toBe(before?.metadata.generation);
    }
  });

  it('lead to a pod of the database, admitted under Pod Security restricted with its claim', async () => {
    const place = { apiVersion: 'v1', namespace: testbed.id };
    const pod = await eventually('the pod database-0', () => client.get({ ...place, kind: 'Pod', name: 'database-0' }));
    expect(pod.metadata.labels).toMatchObject({ 'testbed.io/managed': 'true', 'testbed.io/component': 'database' });
    const claim = await client.get({ ...place, kind: 'PersistentVolumeClaim', name: 'data-database-0' });
    expect(claim?.metadata.labels).toMatchObject({ 'testbed.io/managed': 'true', 'testbed.io/testbed': testbed.id });
  });
});

describe('the namespace of a testbed', () => {
  it('takes all of it along when it ends', async () => {
    const client = createClient(testSurroundings().connection);
    try {
      const testbed = await applyTestbed(client, preset('database'));
      await testbed.end();
      await eventually('the end of the namespace', async () => {
        const left = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: testbed.id });
        return left === undefined ? true : undefined;
      });
      const volumes = [];
      for await (const volume of client.list('v1', 'PersistentVolume'))
        if (stringAt(fieldsAt(volume['spec'], 'claimRef'), 'namespace') === testbed.id) volumes.push(volume);
      expect(volumes).toEqual([]);
    } finally {
      await client.close();
    }
  });
});
