import { setTimeout as delay } from 'node:timers/promises';
import { COMPONENTS, LABELS, NAMESPACES, previewNamespace } from '../components/vocabulary';
import { TestbedError, isTestbedError, text } from '../errors';
import type { KubernetesClient } from '../kubernetes/types';
import { PARAMETERS_PREFIX } from '../policies/admission/policies';
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

/**
 * Ends the parameters of rules that were: all of ours but `keep`, by name. Only once the rules that took their place are in force, because the
 * API server refuses whatever a rule looks at while its parameters are missing.
 */
export async function sweepParameters(client: KubernetesClient, keep: readonly string[]): Promise<void> {
  const selection = {
    namespace: NAMESPACES.system,
    labelSelector: `${LABELS.managed}=true,${LABELS.component}=${COMPONENTS.shared}`,
    metadataOnly: true,
  };
  for await (const { metadata } of client.list('v1', 'ConfigMap', selection))
    if (metadata.name.startsWith(PARAMETERS_PREFIX) && !keep.includes(metadata.name))
      await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACES.system, name: metadata.name });
}
