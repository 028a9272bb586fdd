import { COMPONENTS, LABELS } from '../components/vocabulary';
import { podLogs } from '../kubernetes/pod-logs';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import { text } from '../errors';
import { withMember, type MemberOptions } from './connect-member';
import { choosePod } from './connect-pod';
import { requireRunning } from './connect-running';
import type { Streams } from './streams';
import type { Surroundings } from './surroundings';

export interface LogsOptions extends MemberOptions {
  /** A part of the testbed (`database`) or a pod; default the only pod there is. */
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  readonly follow: boolean;
  /** Seconds. */
  readonly since?: number | undefined;
  readonly tail?: number | undefined;
  readonly previous: boolean;
}

export interface LogsResult {
  readonly pod: string;
}

/** Parts that the platform runs, by the name under which people know them; their label can be given by nobody else. */
const PARTS: Readonly<Record<string, string>> = { database: `${LABELS.component}=${COMPONENTS.database}` };

/** Writes the log of a pod to the output as it comes, as one of the members. With `follow` it goes on until the pod, the reader or the signal ends it. */
export function logs(
  options: LogsOptions,
  surroundings: Surroundings & { readonly streams: Streams },
): Promise<LogsResult> {
  const { streams, signal } = surroundings;
  return withMember(
    options,
    surroundings,
    ({ name }) => text(`the log of a pod of '${name}' was read`, `'${name}'의 파드 로그를 읽는 동안`),
    async (access) => {
      const { client, testbed, connection } = access;
      const pod = await podOf(client, testbed.id, options.pod);
      await requireRunning(access, pod);
      const { name } = pod.metadata;
      const { container, follow, since, tail, previous } = options;
      const givenBack = follow ? streams.interruptions('quiet') : undefined;
      try {
        const chunks = podLogs(await connection(), {
          namespace: testbed.id,
          pod: name,
          container,
          follow,
          sinceSeconds: since,
          tail,
          previous,
          signal,
        });
        for await (const chunk of chunks) if (!(await streams.output.show(chunk))) break;
        if (!follow) signal.throwIfAborted();
        return { pod: name };
      } finally {
        givenBack?.();
      }
    },
  );
}

async function podOf(
  client: KubernetesClient,
  namespace: string,
  wished: string | undefined,
): Promise<KubernetesObject> {
  const labelSelector = wished === undefined ? undefined : PARTS[wished];
  return choosePod(
    client,
    { namespace, ...(labelSelector === undefined ? {} : { labelSelector }) },
    {
      wished: labelSelector === undefined ? wished : undefined,
      of: () => true,
    },
  );
}
