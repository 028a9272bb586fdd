import { z } from 'zod';
import { ANNOTATIONS, NAMESPACES } from '../components/vocabulary';
import { createClient } from '../kubernetes/client';
import type { ClusterConnection, KubernetesClient } from '../kubernetes/types';

const versionAnswer = z.object({ major: z.string(), minor: z.string() });

/** `1.34`; some vendors write `34+`. */
export async function minorOf(client: KubernetesClient): Promise<string> {
  const { body } = await client.raw('GET', '/version');
  const { major, minor } = versionAnswer.parse(body);
  return `${Number.parseInt(major, 10)}.${Number.parseInt(minor, 10)}`;
}

const selfSubjectReview = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

/** As whom the API server sees us; on an existing cluster the guard rails must let exactly this user through. */
export async function userName(connection: ClusterConnection): Promise<string> {
  const client = createClient(connection);
  try {
    const answer = await client.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    return selfSubjectReview.parse(answer.body).status.userInfo.username;
  } finally {
    await client.close();
  }
}

/** Whether what a stack would share stands on the cluster, by its mark. */
export async function isStanding(connection: ClusterConnection, stack: string): Promise<boolean> {
  const client = createClient(connection);
  try {
    const access = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: NAMESPACES.access });
    return access?.metadata.annotations?.[ANNOTATIONS.stack] === stack;
  } finally {
    await client.close();
  }
}
