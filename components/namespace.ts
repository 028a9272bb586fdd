import type { types } from '@pulumi/kubernetes';
import { labelsOf } from './metadata';
import { ANNOTATIONS, COMPONENTS, LABELS, NAMESPACE_ROLES, POD_SECURITY_VERSION, type Grade } from './vocabulary';

/** Labels by which the API server judges every pod of a namespace. Pinned: a new version of the standard is our decision, with its tests. */
export function podSecurityLabels(): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const mode of ['enforce', 'audit', 'warn']) {
    labels[`pod-security.kubernetes.io/${mode}`] = 'restricted';
    labels[`pod-security.kubernetes.io/${mode}-version`] = POD_SECURITY_VERSION;
  }
  return labels;
}

export interface NamespaceFacts {
  readonly id: string;
  readonly name: string;
  readonly participant: string;
  readonly owner: string;
  readonly grade: Grade;
  /** RFC 3339 date. */
  readonly ends: string;
}

/** The testbed's namespace. Everything that judges what is in it stands in its create call: there is no instant without. */
export function testbedNamespace(facts: NamespaceFacts): types.input.core.v1.Namespace {
  return {
    metadata: {
      name: facts.id,
      labels: {
        ...labelsOf({ testbed: facts.id, component: COMPONENTS.boundary }),
        [LABELS.grade]: facts.grade,
        [LABELS.role]: NAMESPACE_ROLES.testbed,
        ...podSecurityLabels(),
      },
      annotations: {
        [ANNOTATIONS.name]: facts.name,
        [ANNOTATIONS.participant]: facts.participant,
        [ANNOTATIONS.owner]: facts.owner,
        [ANNOTATIONS.ends]: facts.ends,
      },
    },
  };
}
