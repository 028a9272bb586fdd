import { randomBytes } from 'node:crypto';
import { createClient } from '../../kubernetes/client';
import { fieldsAt, isFields, stringAt } from '../../kubernetes/json';
import { referenceOf } from '../../kubernetes/objects';
import type { JsonObject, JsonValue, KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { admissionObjects, type BoundPolicy } from '../../policies/admission/policies';
import type { AdmissionPolicy } from '../../policies/admission-types';
import type { Catalogue } from '../../policies/catalogue/load';
import type { Rule } from '../../policies/rule';
import { testSurroundings } from './cluster';
import { answerOf, eventually } from './rejection';

/** What the API server says of one object: each rule that refuses it, with what it found or why it could not be evaluated. */
export type ServerVerdicts = ReadonlyMap<string, string>;

/** Parameters by full key. */
export type Params = Readonly<Record<string, string>>;

/**
 * The real API server as a judge: the very policies that a site installs, bound to this run's namespaces alone, and to warn, so that one dry run
 * tells all rules' verdicts. Only names, selectors and the length of messages differ from what is installed.
 */
export interface AdmissionOracle {
  readonly client: KubernetesClient;
  /**
   * Dry-run creates the object in the oracle's namespace; `params` is one of the sets that it was opened with.
   * Throws when the server refuses it for another reason than a rule. Judges one object at a time.
   */
  judge(object: unknown, params?: Params): Promise<ServerVerdicts>;
  /** The same, with the object as it was sent and as the server made it; `refused` where it is no valid object. */
  ask(object: unknown, params?: Params): Promise<Asked>;
  close(): Promise<void>;
}

export type Asked =
  | {
      readonly refused?: undefined;
      readonly verdicts: ServerVerdicts;
      readonly sent: JsonObject;
      /** Undefined where the name is taken, or where rules of the site refuse it. */
      readonly made: JsonObject | undefined;
    }
  | { readonly refused: string };

export interface OracleOptions {
  readonly catalogue: Catalogue;
  /** Params beside those of the grade `sensitive`, a set for each object that needs its own. Default none. */
  readonly params?: readonly Params[];
  /** Default: every rule. */
  readonly rules?: (rule: Rule) => boolean;
}

const WARNING = /^Validation failed for ValidatingAdmissionPolicy '([^']*)' with binding '[^']*': (.*)$/s;
/** Done; taken; refused by the rules that the site itself has installed. */
const ANSWERED =
  /^accepted$|AlreadyExists|ValidatingAdmissionPolicy 'testbed-rules-[^']*' with binding '[^']*' denied request/;
const CANARY = 'oracle-canary';
const API = 'admissionregistration.k8s.io/v1';
const MARK = 'oracle.test';

/** Where one set of parameters holds: a namespace, and a mark for what belongs to none. */
interface Place {
  readonly name: string;
  readonly params: Params;
}

export async function openAdmissionOracle(options: OracleOptions): Promise<AdmissionOracle> {
  const { catalogue, rules = () => true } = options;
  const run = randomBytes(4).toString('hex');
  const client = createClient(testSurroundings().connection);
  const places = [{}, ...(options.params ?? [])].map((params, at): Place => ({ name: `oracle-${run}-${at}`, params }));
  const installed: KubernetesObject[] = [];
  const put = async (objects: readonly KubernetesObject[]): Promise<void> => {
    installed.push(...(await Promise.all(objects.map((object) => client.create(object)))));
  };

  await ensureAnchor(client);
  const own = {
    ...catalogue,
    // Every rule, whatever its enforcement: what is asked here is the verdict.
    rules: catalogue.rules
      .filter((rule) => rule.points.includes('admission') && rules(rule))
      .map((rule): Rule => ({ ...rule, exemptible: false, enforcement: { open: 'advisory', sensitive: 'advisory' } })),
  };
  const { policies, parameters, leftOut } = admissionObjects(own, { minor: '1.34' });
  if (leftOut.length > 0) throw new Error('the API server of the tests does not take every rule');
  await put(
    places.map(({ name }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [MARK]: name } } })),
  );
  await put(
    places.map(({ name, params }) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'parameters', namespace: name },
      data: { ...parameters.sensitive.data, ...params },
    })),
  );
  const named = policies.map((bound, at) => ({ ...bound, name: `o${run}-${at}` }));
  await put(named.map(({ policy, name }) => ({ ...policy, metadata: { name }, spec: specOf(policy) })));
  await put(
    named.flatMap(({ name, ...bound }) =>
      places.filter((place) => concerns(place, bound)).map((place) => bindingTo(place, bound, name)),
    ),
  );
  // The server takes policies up within about a second, in one go with what was made before: a last one tells.
  await put([canaryPolicy(run)]);
  await put([canaryBinding(run, places)]);
  await eventually('the policies in force', async () => {
    const canary = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: CANARY, namespace: `oracle-${run}-0` } };
    const answer = await answerOf(client.create(canary, { dryRun: true }));
    return answer.includes('the canary is refused') ? true : undefined;
  });

  const ask = async (object: unknown, params: Params = {}): Promise<Asked> => {
    const place = places.find((one) => one.params === params) ?? places[0];
    if (place === undefined || (place.params !== params && Object.keys(params).length > 0))
      throw new Error('the oracle was opened without these params');
    client.takeWarnings();
    const { sent, made, answer } = await dryRun(client, object, place);
    // All policies are asked before one refuses, and before it is found that the name is taken, such as by a role of the platform.
    if (!ANSWERED.test(answer)) return { refused: answer };
    return { sent, made, verdicts: new Map(client.takeWarnings().flatMap((warning) => ruleOf(warning, `o${run}-`))) };
  };
  return {
    client,
    ask,
    async judge(object, params) {
      const asked = await ask(object, params);
      if (asked.refused !== undefined) throw new Error(asked.refused);
      return asked.verdicts;
    },
    async close() {
      for (const kind of [
        `${API} ValidatingAdmissionPolicyBinding`,
        `${API} ValidatingAdmissionPolicy`,
        'v1 Namespace',
      ])
        await Promise.all(
          installed
            .filter((one) => `${one.apiVersion} ${one.kind}` === kind)
            .map((one) => client.delete(referenceOf(one))),
        );
      await client.close();
    },
  };
}

/**
 * A policy with parameters of our kind that stays on the test cluster, or its API server would stop watching them for good with the end of the
 * last one (see policies/admission/anchor.ts). It matches nothing.
 */
async function ensureAnchor(client: KubernetesClient): Promise<void> {
  const name = 'oracle-anchor';
  const nothing = [{ apiGroups: ['oracle.test'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothing'] }];
  const metadata = { name };
  const policy: KubernetesObject = {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: { resourceRules: nothing },
      validations: [{ expression: 'true' }],
    },
  };
  const binding: KubernetesObject = {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: {
      policyName: name,
      validationActions: ['Audit'],
      paramRef: { name: 'any', namespace: 'default', parameterNotFoundAction: 'Allow' },
    },
  };
  for (const object of [policy, binding]) {
    const answer = await answerOf(client.create(object));
    if (answer !== 'accepted' && !answer.includes('already exists')) throw new Error(answer);
  }
}

/** Messages without the texts for people: the server cuts warnings off beyond 4 KiB. */
function specOf({ spec }: AdmissionPolicy): object {
  return {
    ...spec,
    ...(spec.matchConditions === undefined
      ? {}
      : { matchConditions: spec.matchConditions.filter(({ name }) => name !== 'concerns-testbeds') }),
    validations: spec.validations.map(({ messageExpression, message, ...validation }) => ({
      ...validation,
      message: `${message.slice(0, message.indexOf(':'))}: `,
      // Up to the remedy, which is the last literal.
      messageExpression: (messageExpression ?? '').replace(/ \+ '(?:[^'\\]|\\.)*'$/s, ''),
    })),
  };
}

/** Whether a policy is bound where these params hold: everywhere, or where they are of one of its rules. */
function concerns({ params }: Place, { policy }: BoundPolicy): boolean {
  const keys = Object.keys(params);
  const ids = policy.spec.validations.map(({ message }) => message.slice(0, message.indexOf(':')));
  return keys.length === 0 || ids.some((id) => keys.some((key) => key.startsWith(`${id}.`)));
}

function bindingTo({ name }: Place, { bindings }: BoundPolicy, policyName: string): KubernetesObject {
  const selector = { matchLabels: { [MARK]: name } };
  const inNamespaces = bindings.some(({ spec }) => spec.matchResources !== undefined);
  return {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `${policyName}-${name}` },
    spec: {
      policyName,
      validationActions: ['Warn'],
      paramRef: { name: 'parameters', namespace: name, parameterNotFoundAction: 'Deny' },
      matchResources: inNamespaces ? { namespaceSelector: selector } : { objectSelector: selector },
    },
  };
}

function canaryPolicy(run: string): KubernetesObject {
  return {
    apiVersion: API,
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

function canaryBinding(run: string, places: readonly Place[]): KubernetesObject {
  const values = places.map(({ name }) => name);
  return {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `o${run}-canary` },
    spec: {
      policyName: `o${run}-canary`,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchExpressions: [{ key: MARK, operator: 'In', values }] } },
    },
  };
}

/** Creates the object in a place; one of no namespace bears the place's mark instead, a Namespace too. */
async function dryRun(
  client: KubernetesClient,
  object: unknown,
  { name }: Place,
): Promise<{ sent: JsonObject; made: JsonObject | undefined; answer: string }> {
  const apiVersion = stringAt(object, 'apiVersion') ?? '';
  const resource = await client.resource(apiVersion, stringAt(object, 'kind') ?? '');
  if (!isFields(object) || resource === undefined) throw new Error('what is to be judged is no object of the API');
  const metadata = fieldsAt(object, 'metadata');
  const labels = { ...fieldsAt(metadata, 'labels'), [MARK]: name };
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const place = resource.namespaced ? `/namespaces/${name}` : '';
  const body = asJson({
    ...object,
    metadata: resource.namespaced ? { ...metadata, namespace: name } : { ...metadata, labels },
  });
  let made: JsonObject | undefined;
  const answer = await answerOf(
    client
      .raw('POST', `${root}${place}/${resource.name}?dryRun=All&fieldValidation=Ignore`, { body })
      .then((answered) => (made = asJson(answered.body))),
  );
  return { sent: body, made, answer };
}

/** As it goes over the wire. */
function asJson(value: unknown): JsonObject {
  const json: JsonValue = JSON.parse(JSON.stringify(value));
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error('no object');
  return json;
}

/** The rule that a warning of our own policies speaks of, and what it says. */
function ruleOf(warning: string, policies: string): [string, string][] {
  const [, policy, said] = WARNING.exec(warning) ?? [];
  if (policy === undefined || said === undefined || !policy.startsWith(policies)) return [];
  const cut = said.indexOf(': ');
  return [[said.slice(0, cut), said.slice(cut + 2)]];
}
