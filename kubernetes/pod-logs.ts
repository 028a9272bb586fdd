import { query } from './addresses';
import { createCaller, type Call } from './caller';
import { podPath } from './pod-path';
import type { ClusterConnection } from './types';
import { nameOf } from './wording';

export interface PodLogOptions {
  readonly namespace: string;
  readonly pod: string;
  /** Needed where the pod has more than one. */
  readonly container?: string | undefined;
  /** Goes on until the container or the signal ends it. */
  readonly follow?: boolean;
  /** Not older than so many seconds. */
  readonly sinceSeconds?: number | undefined;
  /** Only so many lines of what there is. */
  readonly tail?: number | undefined;
  /** Of the container's run before this one. */
  readonly previous?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const SILENCE_MS = 60_000;

/**
 * The log of a container as it comes, read no faster than it is taken. Ends when the signal is aborted. Throws KubernetesRefused (no such pod, no right,
 * no run before), KubernetesUnreachable, WrongAddress for a name that can't be one.
 */
export async function* podLogs(connection: ClusterConnection, options: PodLogOptions): AsyncGenerator<Uint8Array> {
  const { namespace, pod, container, follow = false, sinceSeconds, tail, previous, signal } = options;
  const wanted = query({
    container,
    follow: follow ? true : undefined,
    sinceSeconds,
    tailLines: tail,
    previous: previous === true ? true : undefined,
  });
  const call: Call = {
    verb: 'log',
    target: nameOf({ kind: 'Pod', name: pod, namespace }),
    safety: 'never',
    request: { method: 'GET', path: `${podPath(namespace, pod)}/log${wanted}`, accept: '*/*', signal },
  };
  const caller = createCaller(connection);
  try {
    // Who follows waits as long as nothing is said.
    const stream = await caller.stream(call, follow ? 0 : SILENCE_MS);
    try {
      yield* stream.chunks;
    } catch (error) {
      if (signal?.aborted === true) return;
      throw caller.broken(error, undefined);
    } finally {
      stream.end();
    }
  } catch (error) {
    if (signal?.aborted === true) return;
    throw error;
  } finally {
    await caller.close();
  }
}
