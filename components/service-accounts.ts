import type { types } from '@pulumi/kubernetes';
import { metadataOf, type Belonging } from './metadata';
import { ANNOTATIONS, COMPONENTS } from './vocabulary';

/**
 * The account of every pod that names none: without a token, and bound to nothing. A controller makes it together with the namespace,
 * often before we do, so the provider is told to take it over.
 */
export function defaultServiceAccount(testbed: string): types.input.core.v1.ServiceAccount {
  return {
    metadata: metadataOf({ testbed, component: COMPONENTS.boundary }, 'default', { [ANNOTATIONS.adopt]: 'true' }),
    automountServiceAccountToken: false,
  };
}

/** The account of one part's workloads, named as the part. The guard rails keep the participant's pods from wearing it. */
export function partServiceAccount(part: Belonging): types.input.core.v1.ServiceAccount {
  return { metadata: metadataOf(part, part.component), automountServiceAccountToken: false };
}
