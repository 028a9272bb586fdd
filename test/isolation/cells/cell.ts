import { isTestbedError } from '../../../errors';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { refusalOf } from './refusals';

/** One thing that somebody tries. Everything that would change something is a dry run unless the cell is about the real call. */
export interface Cell {
  readonly title: string;
  readonly attempt: (client: KubernetesClient) => Promise<unknown>;
}

type Refusal = string | readonly string[];

/** One that a rail must refuse: every request is whole and right, so that nothing but the rail stands in its way. */
export interface DeniedCell extends Cell {
  /** Exactly who refuses it to a participant, and with which words; where two rails do, either may be the first to say so. */
  readonly refusal: Refusal;
  /** The same for an administrator whom no rail exempts; left out where the participant's role is the rail. */
  readonly administrator?: Refusal;
  /** A real attempt as a dry run, for those who would succeed. */
  readonly rehearsal?: Cell['attempt'];
  /**
   * Beginning of the answer behind the rails. Default `allowed`; otherwise what the request meets there, because no container runs and no
   * connection is upgraded, or because the rail exempts nobody.
   */
  readonly behind?: string;
}

/** `allowed`, or the status and who refused. Anything else than a refusal is an error of the test. */
export async function verdict(client: KubernetesClient, attempt: Cell['attempt']): Promise<string> {
  try {
    await attempt(client);
    return 'allowed';
  } catch (error) {
    if (!isTestbedError(error, 'KubernetesRefused') || !('failure' in error)) throw error;
    const { failure } = error;
    if (typeof failure !== 'object' || failure === null || !('status' in failure) || !('message' in failure))
      throw error;
    return `${String(failure.status)} ${refusalOf(String(failure.message))}`;
  }
}

export const MERGE = 'application/merge-patch+json';

export function object(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  rest: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace, ...metadata }, ...rest };
}

/** What no rule and no guard rail refuses. */
export function legalPod(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{ name: 'main', image: IMAGE, securityContext: CONFINED, resources: MODEST }],
    ...overrides,
  };
}

/** From an approved registry; it is never pulled. */
export const IMAGE = 'docker.io/library/postgres:15';

export const MODEST = { requests: { cpu: '25m', memory: '64Mi' }, limits: { memory: '64Mi' } };
export const CONFINED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** A workload's selector and template. */
export function workload(labels: Record<string, string> = {}, spec = legalPod()): Record<string, unknown> {
  return {
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x', ...labels } }, spec },
    },
  };
}

export function creates(title: string, made: KubernetesObject): Cell {
  return { title, attempt: (c) => c.create(made, { dryRun: true }) };
}
