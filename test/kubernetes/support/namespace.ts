import { randomBytes } from 'node:crypto';
import { createClient } from '../../../kubernetes/client';
import { waitReady } from '../../../kubernetes/wait';
import { requestToken } from '../../../kubernetes/token';
import type { ClusterConnection, KubernetesClient } from '../../../kubernetes/types';
import { testSurroundings } from '../../support/cluster';

export interface TestNamespace extends AsyncDisposable {
  readonly client: KubernetesClient;
  readonly name: string;
  /** A connection as a service account of this namespace, which has no rights at first. */
  as(serviceAccount: string): Promise<ClusterConnection>;
}

/** `kt-x7k2p9` */
export function randomName(): string {
  return `kt-${randomBytes(5).toString('hex')}`;
}

/** A namespace of its own on the real API server; ends with the test. */
export async function testNamespace(labels: Record<string, string> = {}, name = randomName()): Promise<TestNamespace> {
  const client = createClient(testSurroundings().connection);
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  // Pods are refused until the controller has made it.
  await waitReady(
    client,
    { apiVersion: 'v1', kind: 'ServiceAccount', namespace: name, name: 'default' },
    { timeoutSeconds: 20 },
  );
  return {
    client,
    name,
    async as(serviceAccount) {
      await client.apply({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: serviceAccount, namespace: name },
      });
      const { token } = await requestToken(client, { namespace: name, serviceAccount, expirationSeconds: 600 });
      const { server, caPem } = client.connection;
      return { server, caPem, credential: { kind: 'token', token } };
    },
    async [Symbol.asyncDispose]() {
      await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
      await client.close();
    },
  };
}

/** What a promise was rejected with; fails when it was not. */
export async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
