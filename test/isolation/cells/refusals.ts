/*
 * The words of the rails. A refusal is compared whole, so that none passes for another: RBAC's by verb, resource and place, a policy's by
 * name and English message, Pod Security's by level, the quota's by what was asked.
 */

/** Who refused, out of the words of the API server; its whole words where it is none of the rails. */
export function refusalOf(message: string): string {
  const role = /: User "[^"]+" (cannot .+)$/.exec(message);
  if (role?.[1] !== undefined) return role[1];
  const policy = /: ValidatingAdmissionPolicy '([^']+)' with binding '\1' denied request: (.+?) \/ /.exec(message);
  if (policy?.[1] !== undefined && policy[2] !== undefined) return `${policy[1]}: ${policy[2]}`;
  const rule =
    /: ValidatingAdmissionPolicy 'testbed-rules-[^']+' with binding '[^']+' denied request: ([a-z0-9-]+): /.exec(
      message,
    );
  if (rule?.[1] !== undefined) return `rule ${rule[1]}`;
  const level = /: violates PodSecurity "([^"]+)": ([^(]+) \(/.exec(message);
  if (level?.[1] !== undefined && level[2] !== undefined) return `Pod Security ${level[1]}: ${level[2]}`;
  const quota = /: (exceeded quota: .+), used: /.exec(message);
  return quota?.[1] ?? message;
}

export function byPolicy(name: string, words: string): string {
  return `403 testbed-${name}: ${words}`;
}

export const BY_MANAGED_OBJECTS = byPolicy(
  'managed-objects',
  'what bears the label testbed.io/managed belongs to the platform: ask its operator for a change',
);

export const BY_PLATFORM_KEYS = byPolicy(
  'inside-testbeds',
  'labels and annotations under testbed.io/ and pod-security.kubernetes.io/ are set by the platform only, in templates too',
);

export const BY_PLATFORM_ROLES = byPolicy(
  'inside-testbeds',
  'who may do what in a testbed is decided by the platform only',
);

export const BY_SERVICE_ACCOUNTS = byPolicy(
  'inside-testbeds',
  "pods run as the service account 'default': the others belong to the platform's workloads",
);

/** A resource as RBAC names it. */
export interface Resource {
  readonly group: string;
  /** `pods`, `pods/exec` */
  readonly resource: string;
  /** Undefined at the cluster scope. */
  readonly namespace: string | undefined;
}

export function byRole(verb: string, { group, resource, namespace }: Resource): string {
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `403 cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How RBAC refuses a request. */
export function byRoleFor(method: Method, path: string): string {
  const [address = '', query = ''] = path.split('?');
  const found = /^\/api(?:s\/(?<group>[^/]+))?\/v1(?:\/namespaces\/(?<namespace>[^/]+))?(?:\/(?<rest>.+))?$/.exec(
    address,
  );
  if (found === null) throw new Error(`no address of the API: ${address}`);
  const { group = '', namespace, rest } = found.groups ?? {};
  // A namespace is its own place: `/api/v1/namespaces/NAME`.
  const [plural = '', name, subresource] = rest?.split('/') ?? ['namespaces', namespace];
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return byRole(verbOf(method, name, query), { group, resource, namespace });
}

function verbOf(method: Method, name: string | undefined, query: string): string {
  switch (method) {
    case 'GET':
      if (name !== undefined) return 'get';
      return query.includes('watch=true') ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
  }
}
