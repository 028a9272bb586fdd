import { kindKey, readiness } from '../../kubernetes/readiness';
import { referenceOf } from '../../kubernetes/objects';
import type { KubernetesObject } from '../../kubernetes/types';
import { waitReady } from '../../kubernetes/wait';
import type { Run } from './context';
import { wordAt } from './objects';
import { redact, secretWords } from './secrecy';
import type { Properties } from './wire';

const SKIP_AWAIT = 'pulumi.com/skipAwait';
const TIMEOUT_SECONDS = 'pulumi.com/timeoutSeconds';
/** What other objects cannot be created without. */
const STOOD_ON: ReadonlySet<string> = new Set(['/Namespace', 'apiextensions.k8s.io/CustomResourceDefinition']);
/** A day: no annotation may hold a worker longer. */
const LONGEST_SECONDS = 86_400;

/** How long to wait: the resource's custom timeout, else its annotation, else what the operation says. Seconds. */
export function timeoutFor(run: Run, customSeconds: number, inputs: Properties): number {
  if (customSeconds > 0) return Math.min(customSeconds, LONGEST_SECONDS);
  const written = wordAt(inputs.value, 'metadata', 'annotations', TIMEOUT_SECONDS) ?? '';
  const annotated = /^\d{1,6}(?:\.\d+)?$/.test(written) ? Number(written) : 0;
  return annotated > 0 ? Math.min(annotated, LONGEST_SECONDS) : run.context.readinessTimeoutSeconds;
}

/** Waits until the object does what it is there for, unless the program says not to; what it waits for is told as status. */
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
  if (wordAt(inputs.value, 'metadata', 'annotations', SKIP_AWAIT) === 'true') return applied;
  if (run.context.waitFor === 'applied' && !STOOD_ON.has(kindKey(applied))) return applied;
  if (readiness(applied).state === 'ready') return applied;
  const secrets = secretWords(inputs);
  return waitReady(run.context.client, referenceOf(applied), {
    timeoutSeconds,
    signal,
    onStatus: (reason) => run.context.onStatus(urn, redact(reason.en, secrets)),
  });
}
