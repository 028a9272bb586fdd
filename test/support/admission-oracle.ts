import { randomBytes } from 'node:crypto';
import { createClient } from '../../kubernetes/client';
import { isKubernetesObject } from '../../kubernetes/objects';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { admissionObjects, type AdmissionObjects } from '../../policies/admission/policies';
import type { AdmissionPolicy, AdmissionPolicyBinding } from '../../policies/admission-types';
import type { Catalogue } from '../../policies/catalogue/load';
import type { Rule } from '../../policies/rule';
import { testSurroundings } from './cluster';
import { answerOf, eventually } from './rejection';

/** What the API server says of one object: each rule that refuses it, with what it found or why it could not be evaluated. */
export type ServerVerdicts = ReadonlyMap<string, string>;

/**
 * The real API server as a judge: the very policies that a site installs, bound to this run's namespace alone, and to warn, so that one dry run
 * tells all rules' verdicts. Only names, the selector and the length of messages differ from what is installed.
 */
export interface AdmissionOracle {
  readonly client: KubernetesClient;
  readonly namespace: string;
  /** Dry-run creates the object in the oracle's namespace. Throws when the server refuses it for another reason. */
  judge(object: unknown): Promise<ServerVerdicts>;
  close(): Promise<void>;
}

export interface OracleOptions {
  readonly catalogue: Catalogue;
  /** Params beside those of the grade `sensitive`, by full key. */
  readonly params?: Readonly<Record<string, string>>;
  /** Default: every rule. */
  readonly rules?: (rule: Rule) => boolean;
}

const WARNING = /^Validation failed for ValidatingAdmissionPolicy '[^']*' with binding '[^']*': (.*)$/s;
const CANARY = 'oracle-canary';

export async function openAdmissionOracle({
  catalogue,
  params,
  rules = () => true,
}: OracleOptions): Promise<AdmissionOracle> {
  const run = randomBytes(4).toString('hex');
  const client = createClient(testSurroundings().connection);
  const namespace = `oracle-${run}`;
  const mark = { 'oracle.test': run };
  const installed: KubernetesObject[] = [];
  const put = async (object: KubernetesObject): Promise<void> => {
    installed.push(await client.create(object));
  };

  const own = {
    ...catalogue,
    // Every rule, whatever its enforcement: what is asked here is the verdict.
    rules: catalogue.rules
      .filter((rule) => rule.points.includes('admission') && rules(rule))
      .map((rule): Rule => ({ ...rule, exemptible: false, enforcement: { open: 'advisory', sensitive: 'advisory' } })),
    params: { open: {}, sensitive: { ...catalogue.params.sensitive, ...params } },
  };
  const objects: AdmissionObjects = admissionObjects(own, { minor: '1.34' });
  if (objects.leftOut.length > 0) throw new Error('the API server of the tests does not take every rule');
  await put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: mark } });
  const { immutable: _, ...parameters } = objects.parameters.sensitive;
  await put({ ...parameters, metadata: { name: 'parameters', namespace } });
  let at = 0;
  for (const { policy, bindings } of objects.policies) {
    const name = `o${run}-${at++}`;
    await put({ ...policy, metadata: { name }, spec: specOf(policy, run) });
    const binding = bindings.find(({ spec }) => spec.paramRef?.name === objects.parameters.sensitive.metadata.name);
    if (binding !== undefined) await put(boundTo(binding, name, namespace, mark));
  }
  // The server takes policies up within about a second, in one go with what was made before: a last one tells.
  await put(canaryPolicy(run));
  await put({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `o${run}-canary` },
    spec: {
      policyName: `o${run}-canary`,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: mark } },
    },
  });
  await eventually('the policies in force', async () => {
    const answer = await answerOf(
      client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: CANARY, namespace } }, { dryRun: true }),
    );
    return answer.includes('the canary is refused') ? true : undefined;
  });

  return {
    client,
    namespace,
    async judge(object) {
      client.takeWarnings();
      await client.create(marked(object, namespace, mark), { dryRun: true, fieldValidation: 'Ignore' });
      const verdicts = client.takeWarnings().flatMap((warning): [string, string][] => {
        const said = WARNING.exec(warning)?.[1];
        if (said === undefined) return [];
        const cut = said.indexOf(': ');
        return [[said.slice(0, cut), said.slice(cut + 2)]];
      });
      return new Map(verdicts);
    },
    async close() {
      for (const { apiVersion, kind, metadata } of installed.toReversed())
        await client.delete({
          apiVersion,
          kind,
          name: metadata.name,
          ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        });
      await client.close();
    },
  };
}

/** Messages without the texts for people: the server cuts warnings off beyond 4 KiB. */
function specOf(policy: AdmissionPolicy, run: string): object {
  const { spec } = policy;
  return {
    ...spec,
    ...(spec.matchConditions === undefined
      ? {}
      : {
          matchConditions: spec.matchConditions.map(({ name, expression }) =>
            name === 'concerns-testbeds'
              ? {
                  name,
                  expression: `has(object.metadata.labels) && 'oracle.test' in object.metadata.labels && object.metadata.labels['oracle.test'] == '${run}'`,
                }
              : { name, expression },
          ),
        }),
    validations: spec.validations.map(({ messageExpression, message, ...validation }) => ({
      ...validation,
      message: `${message.slice(0, message.indexOf(':'))}: `,
      // Up to the remedy, which is the last literal.
      messageExpression: (messageExpression ?? '').replace(/ \+ '(?:[^'\\]|\\.)*'$/s, ''),
    })),
  };
}

function boundTo(
  binding: AdmissionPolicyBinding,
  name: string,
  namespace: string,
  mark: Readonly<Record<string, string>>,
): KubernetesObject {
  const { matchResources } = binding.spec;
  return {
    ...binding,
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Warn'],
      paramRef: { name: 'parameters', namespace, parameterNotFoundAction: 'Deny' },
      ...(matchResources === undefined ? {} : { matchResources: { namespaceSelector: { matchLabels: mark } } }),
    },
  };
}

function canaryPolicy(run: string): KubernetesObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: `o${run}-canary` },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      validations: [{ expression: `object.metadata.name != '${CANARY}'`, message: 'the canary is refused' }],
    },
  };
}

/** The object in the oracle's namespace; one of no namespace bears the oracle's mark instead, a Namespace too. */
function marked(object: unknown, namespace: string, mark: Readonly<Record<string, string>>): KubernetesObject {
  if (!isKubernetesObject(object)) throw new Error('what is to be judged is no object of the API');
  const { metadata } = object;
  const clusterWide = CLUSTER_KINDS.has(object.kind);
  return {
    ...object,
    metadata: clusterWide ? { ...metadata, labels: { ...metadata.labels, ...mark } } : { ...metadata, namespace },
  };
}

const CLUSTER_KINDS: ReadonlySet<string> = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'PersistentVolume',
  'CertificateSigningRequest',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
]);
