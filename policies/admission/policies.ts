import { createHash } from 'node:crypto';
import { COMPONENTS, GRADES, LABELS, NAMESPACE_ROLES, NAMESPACES, type Grade } from '../../components/vocabulary';
import type { AdmissionPolicy, AdmissionPolicyBinding, AdmissionRule, LabelSelector } from '../admission-types';
import type { Catalogue } from '../catalogue/load';
import type { SharedVariable } from '../rule';
import {
  CHANGED,
  CONCERNS_TESTBEDS,
  NOT_OUR_DATABASE,
  exemptionOf,
  messageExpressionOf,
  variableOf,
  variablesIn,
} from './expressions';
import { groupRules, type LeftOut, type RuleGroup } from './groups';

/** The values of rules' parameters and their exemptions at one grade: a ConfigMap that only the platform writes. */
export interface RuleParameters {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly immutable: true;
  readonly data: Readonly<Record<string, string>>;
}

export interface BoundPolicy {
  readonly policy: AdmissionPolicy;
  readonly bindings: readonly AdmissionPolicyBinding[];
}

/** Everything by which the API server judges a catalogue. */
export interface AdmissionObjects {
  readonly parameters: Readonly<Record<Grade, RuleParameters>>;
  readonly policies: readonly BoundPolicy[];
  /** Rules whose CEL this cluster's version does not know. They are judged at plan and in audit. */
  readonly leftOut: readonly LeftOut[];
}

export interface AdmissionOptions {
  /** Minor of the cluster, such as `1.34`. */
  readonly minor: string;
}

/** Beginning of the names of everything that brings rules to the API server. */
export const RULES_PREFIX = 'testbed-rules-';

const labels = { [LABELS.managed]: 'true', [LABELS.component]: COMPONENTS.shared };

/**
 * Where each grade's bindings hold. Whatever is managed and not plainly `open` is held to the stricter one: a namespace that lost its grade is no
 * way out. The namespaces of the platform itself have none.
 */
const NAMESPACES_OF: Readonly<Record<Grade, LabelSelector>> = {
  open: { matchLabels: { [LABELS.managed]: 'true', [LABELS.grade]: 'open' } },
  sensitive: {
    matchLabels: { [LABELS.managed]: 'true' },
    matchExpressions: [
      { key: LABELS.grade, operator: 'NotIn', values: ['open'] },
      { key: LABELS.role, operator: 'NotIn', values: [NAMESPACE_ROLES.system, NAMESPACE_ROLES.access] },
    ],
  },
};

/** Pairs of binding actions; a refusal and a warning are both in the audit log. */
const ACTIONS = { mandatory: ['Deny', 'Audit'], advisory: ['Warn', 'Audit'] } as const;

/**
 * The admission policies of a catalogue. Names of policies and parameters end with a digest of their content: a changed catalogue is a new set
 * of objects beside the old one, and the old one goes only when the new one stands. So no roll-out leaves a gap.
 */
export function admissionObjects(catalogue: Catalogue, { minor }: AdmissionOptions): AdmissionObjects {
  const parameters = { open: parametersOf(catalogue, 'open'), sensitive: parametersOf(catalogue, 'sensitive') };
  const { groups, leftOut } = groupRules(catalogue, minor);
  return {
    parameters,
    policies: groups.map((group) => boundPolicy(group, catalogue.variables, parameters)),
    leftOut,
  };
}

function parametersOf(catalogue: Catalogue, grade: Grade): RuleParameters {
  const data = catalogue.params[grade];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${RULES_PREFIX}${grade}-${digestOf(data)}`, namespace: NAMESPACES.system, labels },
    immutable: true,
    data,
  };
}

function boundPolicy(
  group: RuleGroup,
  shared: readonly SharedVariable[],
  parameters: Readonly<Record<Grade, RuleParameters>>,
): BoundPolicy {
  const spec = policySpec(group, shared);
  const name = `${RULES_PREFIX}${group.family}-${wordOf(group)}-${digestOf(spec)}`;
  return {
    policy: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels },
      spec,
    },
    bindings: group.clusterScoped
      ? bindingOf(name, group, 'sensitive', parameters)
      : GRADES.flatMap((grade) => bindingOf(name, group, grade, parameters)),
  };
}

function bindingOf(
  policyName: string,
  group: RuleGroup,
  grade: Grade,
  parameters: Readonly<Record<Grade, RuleParameters>>,
): AdmissionPolicyBinding[] {
  const enforcement = group.enforcement[grade];
  if (enforcement === 'off') return [];
  const { name, namespace } = parameters[grade].metadata;
  const spec: AdmissionPolicyBinding['spec'] = {
    policyName,
    validationActions: [...ACTIONS[enforcement]],
    paramRef: { name, namespace, parameterNotFoundAction: 'Deny' },
    ...(group.clusterScoped ? {} : { matchResources: { namespaceSelector: NAMESPACES_OF[grade] } }),
  };
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: group.clusterScoped ? policyName : `${policyName}-${grade}`, labels },
      spec,
    },
  ];
}

/** How the rules of a group are enforced, in one word. */
function wordOf({ enforcement: { open, sensitive } }: RuleGroup): string {
  if (open === sensitive) return open;
  return open === 'off' ? `sensitive-${sensitive}` : sensitive === 'off' ? `open-${open}` : 'graded';
}

function policySpec(group: RuleGroup, shared: readonly SharedVariable[]): AdmissionPolicy['spec'] {
  return {
    failurePolicy: 'Fail',
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConstraints: { resourceRules: resourceRules(group) },
    ...conditionsOf(group),
    variables: [
      ...usedVariables(group, shared),
      ...group.rules.flatMap((rule) => [
        { name: variableOf(rule), expression: rule.expression },
        { name: `exempt_${variableOf(rule)}`, expression: exemptionOf(rule) },
      ]),
    ],
    validations: group.rules.map((rule) => ({
      expression: `variables.${variableOf(rule)} || variables.exempt_${variableOf(rule)}`,
      message: `${rule.id}: ${rule.message.en} / ${rule.message.ko}`,
      messageExpression: messageExpressionOf(rule),
      reason: 'Forbidden',
    })),
  };
}

function conditionsOf({ connect, clusterScoped }: RuleGroup): Pick<AdmissionPolicy['spec'], 'matchConditions'> {
  const conditions = [connect ? NOT_OUR_DATABASE : CHANGED, ...(clusterScoped ? [CONCERNS_TESTBEDS] : [])];
  return conditions.length === 0 ? {} : { matchConditions: conditions };
}

function resourceRules({ matched, connect }: RuleGroup): AdmissionRule[] {
  const operations: AdmissionRule['operations'] = connect ? ['CONNECT'] : ['CREATE', 'UPDATE'];
  const byGroup = new Map<string, AdmissionRule>();
  for (const { group, version, resource, subresources } of matched) {
    const resources = [
      ...(connect ? [] : [resource]),
      ...subresources.map((subresource) => `${resource}/${subresource}`),
    ];
    const key = `${group}/${version}`;
    const known = byGroup.get(key);
    if (known === undefined) byGroup.set(key, { apiGroups: [group], apiVersions: [version], operations, resources });
    else known.resources.push(...resources);
  }
  return [...byGroup.values()];
}

/** The shared variables that the group's rules use, and those that these use, in their order. */
function usedVariables({ rules }: RuleGroup, shared: readonly SharedVariable[]): readonly SharedVariable[] {
  const used = new Set(rules.flatMap(({ expression, finding }) => variablesIn(`${expression} ${finding}`)));
  for (const { name, expression } of [...shared].reverse())
    if (used.has(name)) for (const inner of variablesIn(expression)) used.add(inner);
  return shared.filter(({ name }) => used.has(name)).map(({ name, expression }) => ({ name, expression }));
}

/** Eight hex digits that change with the content. */
function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8);
}
