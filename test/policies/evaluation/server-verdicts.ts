import { randomBytes } from 'node:crypto';
import { createClient } from '../../../kubernetes/client';
import type { JsonObject, KubernetesObject } from '../../../kubernetes/types';
import { testSurroundings } from '../../support/cluster';
import { answerOf, eventually } from '../../support/rejection';

/** `invalid`: the server's compiler refuses the expression. */
export type ServerVerdict =
  | { readonly verdict: 'true' | 'false' }
  | { readonly verdict: 'error' | 'invalid'; readonly message: string };

/**
 * The real API server as a judge of single expressions. Each batch is one ValidatingAdmissionPolicy with a validation an expression; a dry-run create
 * of an object whose name picks the expression shows what the server makes of it. Objects are of a kind without schema, so that any JSON can be judged.
 */
export interface ServerJudge {
  /** Verdicts of bool expressions over `object`, whose fields stand under `object.spec`. */
  verdicts(expressions: readonly string[], spec: JsonObject): Promise<readonly ServerVerdict[]>;
  close(): Promise<void>;
}

const BATCH = 150;
const IN_FORCE = 'in-force';
const FALSE = 'the expression is false';

export async function createServerJudge(): Promise<ServerJudge> {
  const { connection } = testSurroundings();
  const run = randomBytes(4).toString('hex');
  const group = `cel-${run}.testbed.test`;
  const namespace = `cel-${run}`;
  const client = createClient(connection);
  const made: KubernetesObject[] = [];
  const make = async (object: KubernetesObject): Promise<void> => {
    made.push(await client.create(object));
  };
  await make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await make(definition(group));
  const path = `/apis/${group}/v1/namespaces/${namespace}/judgeds?dryRun=All`;
  await eventually('the judged kind', async () => {
    try {
      await client.raw('GET', `/apis/${group}/v1/namespaces/${namespace}/judgeds`);
      return true;
    } catch {
      // Not served yet: `eventually` reports when it never is.
      return undefined;
    }
  });
  let batches = 0;

  /** Creates the policy; what does not compile is replaced by `true` and reported. */
  async function install(name: string, expressions: readonly string[]): Promise<Map<number, string>> {
    const invalid = new Map<number, string>();
    for (let attempt = 0; ; attempt++) {
      const kept = expressions.map((expression, index) => (invalid.has(index) ? 'true' : expression));
      try {
        await make(policy(name, group, kept));
        return invalid;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const before = invalid.size;
        for (const [, index, reason = ''] of message.matchAll(
          /spec\.validations\[(\d+)\]\.expression: ([\s\S]*?)(?=, spec\.validations\[|$)/g,
        ))
          invalid.set(Number(index), reason);
        if (invalid.size === before || attempt > 20) throw error;
      }
    }
  }

  async function judge(expressions: readonly string[], spec: JsonObject): Promise<ServerVerdict[]> {
    const name = `cel-${run}-${batches++}`;
    const invalid = await install(name, expressions);
    await make(binding(name, namespace));
    const ask = (of: string): Promise<string> => {
      const metadata = { name: of, labels: { batch: name } };
      return answerOf(
        client.raw('POST', path, { body: { apiVersion: `${group}/v1`, kind: 'Judged', metadata, spec } }),
      );
    };
    await eventually(`${name} in force`, async () =>
      (await ask(IN_FORCE)).includes('denied request') ? true : undefined,
    );
    const verdicts: ServerVerdict[] = [];
    for (const index of expressions.keys()) {
      const reason = invalid.get(index);
      verdicts.push(reason === undefined ? verdictOf(await ask(`e${index}`)) : { verdict: 'invalid', message: reason });
    }
    return verdicts;
  }

  return {
    async verdicts(expressions, spec) {
      const all: ServerVerdict[] = [];
      for (let from = 0; from < expressions.length; from += BATCH)
        all.push(...(await judge(expressions.slice(from, from + BATCH), spec)));
      return all;
    },
    async close() {
      for (const { apiVersion, kind, metadata } of made.toReversed())
        await client.delete({ apiVersion, kind, name: metadata.name });
      await client.close();
    },
  };
}

function definition(group: string): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `judgeds.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'judgeds', singular: 'judged', kind: 'Judged' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
}

function policy(name: string, group: string, expressions: readonly string[]): KubernetesObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [group], apiVersions: ['v1'], operations: ['CREATE'], resources: ['judgeds'] }],
      },
      // An object is judged by the expression that its name says; `||` absorbs what the others make of it.
      validations: [
        ...expressions.map((expression, index) => ({
          expression: `object.metadata.name != 'e${index}' || (${expression})`,
          message: FALSE,
        })),
        { expression: `object.metadata.name != '${IN_FORCE}'`, message: FALSE },
      ],
    },
  };
}

function binding(name: string, namespace: string): KubernetesObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: { matchLabels: { batch: name } },
      },
    },
  };
}

function verdictOf(answer: string): ServerVerdict {
  if (answer === 'accepted') return { verdict: 'true' };
  if (answer.includes('resulted in error')) return { verdict: 'error', message: answer };
  if (answer.endsWith(FALSE)) return { verdict: 'false' };
  throw new Error(`the API server gave no verdict: ${answer}`);
}
