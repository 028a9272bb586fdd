import { text } from '../../errors';
import { failedWith } from '../../kubernetes/failures';
import { stringAt } from '../../kubernetes/json';
import { referenceOf } from '../../kubernetes/objects';
import { kindKey } from '../../kubernetes/readiness';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { waitReady } from '../../kubernetes/wait';
import type { Run } from './context';
import { redact, secretWords } from './secrecy';
import { LONGEST_SECONDS, annotatedSeconds, judgeFor, skipsWait } from './wait-annotations';
import type { Properties } from './wire';

/** What other objects cannot be created without. */
const STOOD_ON: ReadonlySet<string> = new Set(['/Namespace', 'apiextensions.k8s.io/CustomResourceDefinition']);

/** How long to wait: the resource's custom timeout, else its annotation, else what the operation says. Seconds. */
export function timeoutFor(run: Run, customSeconds: number, inputs: Properties): number {
  if (customSeconds > 0) return Math.min(customSeconds, LONGEST_SECONDS);
  return annotatedSeconds(inputs.value) ?? run.context.readinessTimeoutSeconds;
}

/**
 * Waits until the object does what it is there for, or has what the program asks for, unless the program says not to wait; what is missing is told as
 * status. Throws NotReady, and the signal's reason when aborted.
 */
export async function awaitReady(
  run: Run,
  wait: {
    readonly urn: string;
    readonly applied: KubernetesObject;
    readonly inputs: Properties;
    readonly timeoutSeconds: number;
    readonly signal: AbortSignal;
  },
): Promise<KubernetesObject> {
  const { urn, applied, inputs, timeoutSeconds, signal } = wait;
  const { client, waitFor, onStatus } = run.context;
  if (skipsWait(inputs.value)) return applied;
  if (waitFor === 'applied' && !STOOD_ON.has(kindKey(applied))) return applied;
  const judge = judgeFor(inputs.value);
  if (judge(applied).state === 'ready' || (await waitsForPod(client, applied, signal))) return applied;
  const secrets = secretWords(inputs);
  return waitReady(client, referenceOf(applied), {
    timeoutSeconds,
    signal,
    judge,
    onStatus: ({ en, ko }) => onStatus(urn, text(redact(en, secrets), redact(ko, secrets))),
  });
}

/**
 * Whether a claim is bound only once a pod uses it. Pods come after their claims, so that waiting for the claim would never end. Where the credential may not
 * look at storage classes, claims are waited for.
 */
async function waitsForPod(client: KubernetesClient, object: KubernetesObject, signal: AbortSignal): Promise<boolean> {
  if (kindKey(object) !== '/PersistentVolumeClaim' || stringAt(object['status'], 'phase') !== 'Pending') return false;
  const name = stringAt(object['spec'], 'storageClassName') ?? '';
  if (name === '' || stringAt(object['spec'], 'volumeName') !== undefined) return false;
  try {
    const found = await client.get({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name }, signal);
    return stringAt(found, 'volumeBindingMode') === 'WaitForFirstConsumer';
  } catch (error) {
    if (failedWith(error)?.status === 403) return false;
    throw error;
  }
}
