import type { types } from '@pulumi/kubernetes';
import { hardLimits, podSecurityLabels, SIZES } from '../components';
import { GRADES, LABELS, NAMESPACE_ROLES, NAMESPACES, previewNamespace, type Grade } from '../components/vocabulary';
import { sharedMetadata } from './shared-metadata';

/** A namespace that stands as long as the cluster is used for testbeds. */
export interface StandingNamespace {
  readonly name: string;
  readonly role: 'access' | 'preview';
  readonly grade?: Grade;
  /** Of its ResourceQuota. */
  readonly hard: Readonly<Record<string, string>>;
}

/**
 * Where persons' identities live, and one namespace a grade in which previews are dry-run. Those have the largest quota, because a dry
 * run is counted against it and uses nothing up; an admission policy refuses what would really run there.
 */
export const STANDING_NAMESPACES: readonly StandingNamespace[] = [
  { name: NAMESPACES.access, role: 'access', hard: { pods: '0', services: '0', persistentvolumeclaims: '0' } },
  ...GRADES.map((grade): StandingNamespace => ({
    name: previewNamespace(grade),
    role: 'preview',
    grade,
    hard: previewLimits(),
  })),
];

/** Dry runs add a testbed's own quotas to the one that stands there. */
function previewLimits(): Record<string, string> {
  const hard = hardLimits(SIZES.large);
  return { ...hard, resourcequotas: String(Number(hard['resourcequotas']) + 1) };
}

export function standingNamespace({ name, role, grade }: StandingNamespace): types.input.core.v1.Namespace {
  const metadata = sharedMetadata(name);
  return {
    metadata: {
      ...metadata,
      labels: {
        ...metadata.labels,
        [LABELS.role]: NAMESPACE_ROLES[role],
        ...(grade === undefined ? {} : { [LABELS.grade]: grade }),
        ...podSecurityLabels(),
      },
    },
  };
}

/** Named apart from a testbed's own objects, which are dry-run beside them. */
export function standingQuota({ name, hard }: StandingNamespace): types.input.core.v1.ResourceQuota {
  return { metadata: sharedMetadata('testbed-standing', name), spec: { hard: { ...hard } } };
}

export function standingDefaultDeny({ name }: StandingNamespace): types.input.networking.v1.NetworkPolicy {
  return {
    metadata: sharedMetadata('testbed-standing', name),
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  };
}
