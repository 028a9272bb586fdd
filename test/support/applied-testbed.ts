import { randomBytes } from 'node:crypto';
import { fieldsAt } from '../../kubernetes/json';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import type { AdmittedSpec } from '../../spec';
import { eventually } from './rejection';
import { manifestsOf, recordTestbed } from './testbed-recording';

export interface AppliedTestbed {
  readonly id: string;
  /** The namespace that stands in for `testbed-access`, which the whole cluster shares. */
  readonly access: string;
  readonly manifests: readonly KubernetesObject[];
  end(): Promise<void>;
}

/**
 * Applies what the program registers to the real API server, object by object and without an engine, under a random id.
 * `labels` are put on both namespaces, for policies that shall match these alone.
 */
export async function applyTestbed(
  client: KubernetesClient,
  spec: AdmittedSpec,
  labels: Readonly<Record<string, string>> = {},
): Promise<AppliedTestbed> {
  const id = `tb-${randomBytes(3).toString('hex')}`;
  const access = `access-${id}`;
  const manifests = manifestsOf(await recordTestbed(spec, id)).map((object) => relocated(object, access, labels));
  await client.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: access, labels: { 'testbed.io/managed': 'true', 'testbed.io/role': 'access', ...labels } },
  });
  for (const object of manifests) {
    await client.apply(object);
    if (object.kind === 'ResourceQuota') await quotaInForce(client, object);
  }
  return {
    id,
    access,
    manifests,
    end: async () => {
      for (const name of [id, access]) await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    },
  };
}

/** Until its controller has counted once, a quota refuses all that it counts: `status unknown for quota`. */
async function quotaInForce(client: KubernetesClient, { metadata }: KubernetesObject): Promise<void> {
  const { name, namespace } = metadata;
  if (namespace === undefined) throw new Error(`quota ${name} lies in no namespace`);
  await eventually(`quota ${name} in force`, async () => {
    const live = await client.get({ apiVersion: 'v1', kind: 'ResourceQuota', name, namespace });
    return fieldsAt(live?.['status'], 'hard');
  });
}

function relocated(
  object: KubernetesObject,
  access: string,
  labels: Readonly<Record<string, string>>,
): KubernetesObject {
  const text = JSON.stringify(object).replaceAll('"testbed-access"', JSON.stringify(access));
  const moved: KubernetesObject = JSON.parse(text);
  return moved.kind === 'Namespace'
    ? { ...moved, metadata: { ...moved.metadata, labels: { ...moved.metadata.labels, ...labels } } }
    : moved;
}
