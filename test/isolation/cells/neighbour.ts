import { vi } from 'vitest';
import { fieldsAt } from '../../../kubernetes/json';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { CONFINED, IMAGE, MERGE, type DeniedCell } from './cell';
import { KINDS, manifest } from './manifests';
import { byRoleFor, type Method } from './refusals';

/** What lies in the second testbed to be tried at, one of each kind: by its plural. */
export type Victims = ReadonlyMap<string, KubernetesObject>;

const nameOf = (plural: string): string => `victim-${plural}`;
const VICTIM = nameOf('pods');

/** Makes them, as somebody whom no rail hinders but the quota, which is lifted there. */
export async function makeVictims(admin: KubernetesClient, other: string): Promise<Victims> {
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: other, name: 'quota' };
  await admin.mergePatch(quota, { spec: { hard: null } });
  // Admission goes by the status, which a controller writes.
  await vi.waitUntil(async () => Object.keys(fieldsAt(await admin.get(quota), 'status', 'hard')).length === 0, 20_000);
  const made = new Map<string, KubernetesObject>();
  for (const { plural } of KINDS) {
    const { metadata, ...rest } = await admin.create(manifest(plural, other, nameOf(plural)));
    // Without its version, an update is right whatever the cluster's controllers wrote meanwhile.
    const { resourceVersion: _, ...lasting } = metadata;
    made.set(plural, { ...rest, metadata: lasting });
  }
  return made;
}

/** Every way into a second testbed: each verb on each resource and sub-resource. */
export function foreignCells(other: string, victims: Victims = new Map()): DeniedCell[] {
  const denied = (title: string, method: Method, path: string, request = {}): DeniedCell => ({
    title,
    attempt: (c) => c.raw(method, path, request),
    refusal: byRoleFor(method, path),
  });
  const byKind = KINDS.flatMap(({ apiVersion, kind, plural }): DeniedCell[] => {
    const all = `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/namespaces/${other}/${plural}`;
    const one = `${all}/${nameOf(plural)}`;
    return [
      denied(`get ${plural}`, 'GET', one),
      denied(`list ${plural}`, 'GET', all),
      {
        title: `watch ${plural}`,
        attempt: (c) => Array.fromAsync(c.watch(apiVersion, kind, { namespace: other, timeoutSeconds: 1 })),
        refusal: byRoleFor('GET', `${all}?watch=true`),
      },
      denied(`create ${plural}`, 'POST', `${all}?dryRun=All`, { body: manifest(plural, other, 'mine') }),
      denied(`update ${plural}`, 'PUT', `${one}?dryRun=All`, { body: victims.get(plural) }),
      denied(`patch ${plural}`, 'PATCH', `${one}?dryRun=All`, {
        body: { metadata: { labels: { a: 'b' } } },
        contentType: MERGE,
      }),
      denied(`end ${plural}`, 'DELETE', `${one}?dryRun=All`),
      denied(`end all ${plural}`, 'DELETE', `${all}?dryRun=All`),
    ];
  });
  const byPath = (method: Method, path: string, request = {}, behind?: string): DeniedCell => ({
    ...denied(`${method} ${path.replace(other, 'other')}`, method, path, request),
    ...(behind === undefined ? {} : { behind }),
  });
  const pod = `/api/v1/namespaces/${other}/pods/${VICTIM}`;
  const patch = (body: unknown) => ({ body, contentType: 'application/strategic-merge-patch+json' });
  const mine = (apiVersion: string, kind: string, rest: Record<string, unknown>, name = VICTIM) => ({
    body: { apiVersion, kind, metadata: { name, namespace: other }, ...rest },
  });
  return [
    ...byKind,
    byPath('GET', `${pod}/log`),
    // The pod is on no node, so that there is nobody to connect to.
    byPath('POST', `${pod}/exec?command=sh&stdout=true`, {}, '400 '),
    byPath('POST', `${pod}/attach?stdout=true`, {}, '400 '),
    byPath('POST', `${pod}/portforward`, {}, '400 '),
    byPath('GET', `${pod}/proxy/`, {}, '400 '),
    byPath('POST', `${pod}/eviction?dryRun=All`, mine('policy/v1', 'Eviction', {})),
    byPath('POST', `${pod}/binding?dryRun=All`, mine('v1', 'Binding', { target: { kind: 'Node', name: 'x' } })),
    byPath('PATCH', `${pod}/ephemeralcontainers?dryRun=All`, patch(EPHEMERAL)),
    byPath('PATCH', `${pod}/status?dryRun=All`, patch({ status: { message: 'x' } })),
    byPath('GET', `/api/v1/namespaces/${other}/services/database/proxy/`, {}, '50'),
    byPath(
      'POST',
      `/api/v1/namespaces/${other}/serviceaccounts/database/token?dryRun=All`,
      mine('authentication.k8s.io/v1', 'TokenRequest', { spec: { expirationSeconds: 600 } }, 'database'),
    ),
    byPath('PATCH', `/apis/apps/v1/namespaces/${other}/statefulsets/database/scale?dryRun=All`, {
      body: { spec: { replicas: 0 } },
      contentType: MERGE,
    }),
    byPath('GET', `/api/v1/namespaces/${other}`),
    byPath('PATCH', `/api/v1/namespaces/${other}?dryRun=All`, patch({ metadata: { labels: { a: 'b' } } })),
  ];
}

export const EPHEMERAL = {
  spec: { ephemeralContainers: [{ name: 'look', image: IMAGE, securityContext: CONFINED }] },
};
