import { createHash } from 'node:crypto';
import { COMPONENTS, LABELS, NAMESPACE_ROLES } from '../../components/vocabulary';
import type { AdmissionPolicy, AdmissionPolicyBinding } from '../admission-types';
import { celString } from '../guard-rails/exempt-users';
import { RULES_PREFIX, type AdmissionObjects, type RuleParameters } from './policies';

/** Name of the policy and of its binding; they stay when everything else of the rules ends. */
export const ANCHOR = `${RULES_PREFIX}anchor`;
const CANARY = `${RULES_PREFIX}canary-`;
const labels = { [LABELS.managed]: 'true', [LABELS.component]: COMPONENTS.shared };

export interface Anchor {
  readonly policy: AdmissionPolicy;
  readonly binding: AdmissionPolicyBinding;
  /** The binding's own, new with every roll-out. */
  readonly parameter: RuleParameters;
  /** Name of a ConfigMap whose creation in a preview namespace is refused once the API server judges by these very objects. */
  readonly canary: string;
}

/**
 * A policy that refuses nothing but its canary, and has two uses.
 *
 * It tells when a roll-out is in force: written last, it is taken up by the API server in one go with all before it, parameters included.
 *
 * And it never goes away, not even with the rest: when the last policy with parameters of a kind ends, API servers up to 1.34 at least stop
 * watching that kind for good (apiserver pkg/admission/plugin/policy/generic/policy_source.go: the shared informer is stopped and never
 * started again), and every later policy with such parameters refuses everything until the API server is restarted.
 */
export function anchorOf({ policies, parameters }: Pick<AdmissionObjects, 'policies' | 'parameters'>): Anchor {
  const bound = policies.flatMap(({ bindings }) =>
    bindings.map(({ metadata, spec }) => `${metadata.name} ${spec.paramRef?.name ?? ''}`),
  );
  const digest = createHash('sha256').update(bound.sort().join('\n')).digest('hex').slice(0, 10);
  const canary = `${CANARY}${digest}`;
  const { namespace } = parameters.open.metadata;
  return {
    canary,
    parameter: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: canary, namespace, labels },
      immutable: true,
      data: {},
    },
    policy: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: ANCHOR, labels },
      spec: {
        failurePolicy: 'Fail',
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
          namespaceSelector: { matchLabels: { [LABELS.managed]: 'true', [LABELS.role]: NAMESPACE_ROLES.preview } },
        },
        matchConditions: [{ name: 'canary', expression: `object.metadata.name.startsWith(${celString(CANARY)})` }],
        validations: [
          {
            // The binding's parameter tells which binding it is: policies and bindings reach the server by two ways.
            expression: `object.metadata.name != ${celString(canary)} || params.metadata.name != ${celString(canary)}`,
            message: `${canary} is in force`,
            reason: 'Forbidden',
          },
        ],
      },
    },
    binding: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: ANCHOR, labels },
      spec: {
        policyName: ANCHOR,
        validationActions: ['Deny'],
        paramRef: { name: canary, namespace, parameterNotFoundAction: 'Deny' },
      },
    },
  };
}

/** Names of all objects that a catalogue's rules consist of in the API server. */
export function namesOf(objects: AdmissionObjects, anchor: Anchor): readonly string[] {
  return [
    ANCHOR,
    anchor.parameter.metadata.name,
    ...Object.values(objects.parameters).map(({ metadata }) => metadata.name),
    ...objects.policies.flatMap(({ policy: { metadata }, bindings }) => [
      metadata.name,
      ...bindings.map((bound) => bound.metadata.name),
    ]),
  ];
}
