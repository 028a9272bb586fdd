import { createHash } from 'node:crypto';
import type { types } from '@pulumi/kubernetes';
import { labelsOf, metadataOf, type Belonging } from './metadata';
import { ANNOTATIONS, COMPONENTS, memberAccount, NAMESPACES, ROLES, type Grade } from './vocabulary';

/** Name of a member's identity in `testbed-access`: the testbed's id and 8 hex digits of the member. */
export function memberAccountName(testbed: string, member: string): string {
  return memberAccount(testbed, createHash('sha256').update(member.toLowerCase()).digest('hex'));
}

/**
 * A member's identity. It lives outside the testbed, in a namespace without pods, so that no workload can wear it; a token for it is
 * made when the member connects.
 */
export function memberServiceAccount(testbed: string, member: string): types.input.core.v1.ServiceAccount {
  return {
    metadata: {
      name: memberAccountName(testbed, member),
      namespace: NAMESPACES.access,
      labels: labelsOf(belonging(testbed)),
      annotations: { [ANNOTATIONS.member]: member },
    },
    automountServiceAccountToken: false,
  };
}

/** The fixed roles that members of a testbed of this grade hold in it. */
export function rolesOf(grade: Grade): readonly string[] {
  return grade === 'open' ? [ROLES.developer, ROLES.developerOpen] : [ROLES.developer];
}

/** Gives all members one of the fixed roles, in the testbed's namespace alone. */
export function accessBinding(
  testbed: string,
  role: string,
  members: readonly string[],
): types.input.rbac.v1.RoleBinding {
  return {
    metadata: metadataOf(belonging(testbed), role),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: members.map((member) => ({
      kind: 'ServiceAccount',
      name: memberAccountName(testbed, member),
      namespace: NAMESPACES.access,
    })),
  };
}

/** Throws when two members would share one identity: the same member twice, or the same 32 bits of their digests. */
export function requireDistinctMembers(testbed: string, members: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const member of members) {
    const name = memberAccountName(testbed, member);
    const other = seen.get(name);
    if (other !== undefined) throw new Error(`members "${other}" and "${member}" would share the identity ${name}`);
    seen.set(name, member);
  }
}

function belonging(testbed: string): Belonging {
  return { testbed, component: COMPONENTS.access };
}
