import { COMPONENTS, LABELS } from '../../components/vocabulary';
import type { AdmissionPolicy, AdmissionPolicyBinding } from '../admission-types';

export interface GuardRail {
  readonly policy: AdmissionPolicy;
  readonly binding: AdmissionPolicyBinding;
}

const labels = { [LABELS.managed]: 'true', [LABELS.component]: COMPONENTS.shared };

/** A policy with its binding, which binds it everywhere: what it matches, the policy itself says. Refusals are also in the audit log. */
export function guardRail(name: string, spec: Omit<AdmissionPolicy['spec'], 'failurePolicy'>): GuardRail {
  return {
    policy: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels },
      // A rule that can't be evaluated has not said yes.
      spec: { failurePolicy: 'Fail', ...spec },
    },
    binding: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels },
      spec: { policyName: name, validationActions: ['Deny', 'Audit'] },
    },
  };
}

/** One line in both languages: the API server shows a message as it stands. */
export function message(en: string, ko: string): string {
  return `${en} / ${ko}`;
}
