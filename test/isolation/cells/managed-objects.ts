import type { JsonObject } from '../../../kubernetes/types';
import { MERGE, type DeniedCell } from './cell';
import {
  BY_MANAGED_OBJECTS,
  BY_PLATFORM_KEYS,
  BY_PLATFORM_ROLES,
  BY_SERVICE_ACCOUNTS,
  byRoleFor,
  type Method,
} from './refusals';

interface Managed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly name: string;
  /** What the participant's role reaches only a policy can guard. A collection of Secrets it does not reach. */
  readonly role: 'reaches' | 'reaches-singly' | 'does-not-reach';
}

const managed = (
  apiVersion: string,
  kind: string,
  plural: string,
  name: string,
  role: Managed['role'] = 'reaches',
): Managed => ({ apiVersion, kind, plural, name, role });

const NETWORK = ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'] as const;

/** What we manage in a testbed with a database. */
const MANAGED: readonly Managed[] = [
  managed('v1', 'ResourceQuota', 'resourcequotas', 'quota', 'does-not-reach'),
  managed('v1', 'LimitRange', 'limitranges', 'limits', 'does-not-reach'),
  managed(...NETWORK, 'default-deny', 'does-not-reach'),
  managed(...NETWORK, 'allow-same-namespace', 'does-not-reach'),
  managed('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', 'testbed-developer', 'does-not-reach'),
  managed('v1', 'ServiceAccount', 'serviceaccounts', 'database', 'does-not-reach'),
  managed('v1', 'Secret', 'secrets', 'database-owner', 'reaches-singly'),
  managed('v1', 'ConfigMap', 'configmaps', 'database'),
  managed('v1', 'Service', 'services', 'database'),
  managed('apps/v1', 'StatefulSet', 'statefulsets', 'database'),
  managed('v1', 'Pod', 'pods', 'database-0'),
  managed('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', 'data-database-0'),
];

/** By request: rails for objects of one's own, which refuse ours too. They look at the ending of roles only. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  'PATCH RoleBinding': [BY_PLATFORM_ROLES],
  'DELETE RoleBinding': [BY_PLATFORM_ROLES, BY_PLATFORM_KEYS],
  'PATCH StatefulSet': [BY_PLATFORM_KEYS],
  'PATCH Pod': [BY_SERVICE_ACCOUNTS],
};

/** Every way to change or end each managed object: patch, forced apply, update by collection, end, end of all; dry and real. */
export function managedObjectCells(namespace: string): DeniedCell[] {
  return MANAGED.flatMap(({ apiVersion, kind, plural, name, role }) => {
    const all = `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/namespaces/${namespace}/${plural}`;
    const one = `${all}/${name}`;
    const taken: JsonObject = { metadata: { labels: { 'testbed.io/managed': null } } };
    const forced: JsonObject = {
      apiVersion,
      kind,
      metadata: { name, namespace, labels: { 'example.com/mine': 'yes' } },
    };
    const denied = (
      title: string,
      method: Method,
      path: string,
      request = {},
      more: readonly string[] = [],
    ): DeniedCell => {
      const policies = [BY_MANAGED_OBJECTS, ...(ALSO[`${method} ${kind}`] ?? []), ...more];
      const isBeyond = role === 'does-not-reach' || (role === 'reaches-singly' && path.startsWith(`${all}?`));
      return {
        title,
        attempt: (c) => c.raw(method, path, request),
        refusal: isBeyond ? byRoleFor(method, path) : policies,
        administrator: policies,
      };
    };
    const unlabel = { body: taken, contentType: MERGE };
    return [
      denied(`patch ${kind} ${name}`, 'PATCH', `${one}?dryRun=All`, {
        body: { metadata: { labels: { a: 'b' } } },
        contentType: MERGE,
      }),
      {
        ...denied(`take our label off ${kind} ${name}`, 'PATCH', one, unlabel, [BY_PLATFORM_KEYS]),
        rehearsal: (c) => c.raw('PATCH', `${one}?dryRun=All`, unlabel),
      },
      denied(`apply ${kind} ${name} by force`, 'PATCH', `${one}?dryRun=All&force=true&fieldManager=mallory`, {
        body: forced,
        contentType: 'application/apply-patch+yaml',
      }),
      denied(`end ${kind} ${name}`, 'DELETE', `${one}?dryRun=All`),
      denied(`end every ${kind} (${name})`, 'DELETE', `${all}?dryRun=All&labelSelector=testbed.io%2Fmanaged%3Dtrue`),
    ];
  });
}
