import { setTimeout as delay } from 'node:timers/promises';
import { COMPONENTS, LABELS, NAMESPACES, previewNamespace } from '../components/vocabulary';
import { TestbedError, isTestbedError, text } from '../errors';
import { fieldsAt, stringAt } from '../kubernetes/json';
import { referenceOf } from '../kubernetes/objects';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import { RULES_PREFIX } from '../policies/admission/policies';
import type { Surroundings } from './surroundings';

/** API servers take new policies up once a second; one that has not after this many milliseconds is not going to. */
const IN_FORCE_MS = 30_000;
const ASK_MS = 50;

/**
 * Waits until the API server judges by the rules that were just installed: until the anchor refuses its canary, a ConfigMap that is only ever
 * dry-run. Where several API servers share the work, the one that answers is asked.
 */
export async function rulesInForce(
  client: KubernetesClient,
  canary: string,
  { signal }: Pick<Surroundings, 'signal'>,
): Promise<void> {
  const end = performance.now() + IN_FORCE_MS;
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: canary, namespace: previewNamespace('open') },
  };
  let said = '';
  while (performance.now() < end) {
    try {
      await client.create(object, { dryRun: true, signal });
      said = 'it accepts the canary';
    } catch (error) {
      if (!isTestbedError(error, 'KubernetesRefused')) throw error;
      if (error.message.includes(`${canary} is in force`)) return;
      said = error.message;
    }
    await delay(ASK_MS, undefined, { signal });
  }
  throw new TestbedError(
    'NotReady',
    text(
      `the API server does not judge by the new rules after ${IN_FORCE_MS / 1000} s: ${said}`,
      `API 서버가 ${IN_FORCE_MS / 1000}초가 지나도 새 규칙을 적용하지 않습니다: ${said}`,
    ),
    {
      hint: text(
        'restart the kube-apiserver if it says that no parameters were found: it has stopped watching them; then run `testbed shared up` again',
        '매개변수를 찾을 수 없다고 하면 kube-apiserver가 감시를 멈춘 것이므로 다시 시작한 뒤 `testbed shared up`을 다시 실행하세요',
      ),
    },
  );
}

/** Requests under way when new rules came into force still look at the old ones for as long, in milliseconds. */
const UNDER_WAY_MS = 1000;
const API = 'admissionregistration.k8s.io/v1';

/**
 * Ends rules that were: all of ours but `keep`, by name. Only once the rules that took their place are in force: the API server judges by
 * nothing where a binding went before its successor was seen. It goes on looking for the parameters of bindings that are gone for about a second,
 * and refuses everything without them; so parameters that a binding still names are left for the next time.
 */
export async function sweepRules(
  client: KubernetesClient,
  keep: readonly string[],
  { signal }: Pick<Surroundings, 'signal'>,
): Promise<void> {
  const kept = new Set(keep);
  const bindings = await ours(client, API, 'ValidatingAdmissionPolicyBinding');
  const policies = await ours(client, API, 'ValidatingAdmissionPolicy');
  const parameters = await ours(client, 'v1', 'ConfigMap', NAMESPACES.system);
  const named = new Set(bindings.map((binding) => stringAt(fieldsAt(binding, 'spec', 'paramRef'), 'name')));
  const old = [...bindings, ...policies, ...parameters.filter(({ metadata }) => !named.has(metadata.name))].filter(
    ({ metadata }) => !kept.has(metadata.name),
  );
  if (old.length === 0) return;
  await delay(UNDER_WAY_MS, undefined, { signal });
  for (const object of old) await client.delete(referenceOf(object));
}

async function ours(
  client: KubernetesClient,
  apiVersion: string,
  kind: string,
  namespace?: string,
): Promise<readonly KubernetesObject[]> {
  const labelSelector = `${LABELS.managed}=true,${LABELS.component}=${COMPONENTS.shared}`;
  const found: KubernetesObject[] = [];
  for await (const object of client.list(apiVersion, kind, {
    labelSelector,
    ...(namespace === undefined ? {} : { namespace }),
  }))
    if (object.metadata.name.startsWith(RULES_PREFIX)) found.push(object);
  return found;
}
