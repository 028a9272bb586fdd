import { createClient } from '../../../kubernetes/client';
import { KubernetesCallError } from '../../../kubernetes/failures';
import type { KubernetesClient } from '../../../kubernetes/types';
import type { FaultServer } from './fault-server';
import { rejectionOf } from './namespace';

export const REFERENCE = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'n' };
const clients: KubernetesClient[] = [];

export function clientOf(server: FaultServer, changes: Partial<FaultServer['connection']> = {}): KubernetesClient {
  const client = createClient({ ...server.connection, ...changes });
  clients.push(client);
  return client;
}

export async function failureOf(work: Promise<unknown>): Promise<KubernetesCallError> {
  const error = await rejectionOf(work);
  if (error instanceof KubernetesCallError) return error;
  throw new Error('not the error of a call', { cause: error });
}

export const status = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message,
  reason,
  code,
});

/** Closes the clients that were made, after each test. */
export async function closeClients(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.close()));
}
