import { Client } from 'pg';
import { WORKLOADS } from '../components/vocabulary';
import { forwardPort } from '../kubernetes/port-forward';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';

const PORT = 5432;
const CONNECT_MS = 10_000;

/** Lets `use` talk to a testbed's database as its application does, by a forwarded port. `admin` reads the password. */
export async function withDatabase<T>(
  admin: KubernetesClient,
  testbed: string,
  use: (database: Client) => Promise<T>,
  role: 'app' | 'owner' = 'app',
): Promise<T> {
  const login = await loginOf(admin, testbed, role);
  let trouble = '';
  const forward = await forwardPort({
    namespace: testbed,
    port: PORT,
    connection: () => Promise.resolve(admin.connection),
    findPod: () => Promise.resolve(`${WORKLOADS.database.name}-0`),
    onTrouble: ({ en }) => {
      trouble = en;
    },
  });
  const client = new Client({
    ...login,
    host: '127.0.0.1',
    port: forward.port,
    connectionTimeoutMillis: CONNECT_MS,
    // What is proved here is that it answers; whom the certificate names is shown elsewhere.
    ssl: { rejectUnauthorized: false },
  });
  // A connection that breaks while nothing is asked shows in the next question.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    throw trouble === '' ? error : new Error(`${String(error)}: ${trouble}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
    forward.close();
  }
}

async function loginOf(
  admin: KubernetesClient,
  namespace: string,
  role: 'app' | 'owner',
): Promise<{ readonly user: string; readonly password: string; readonly database: string }> {
  const name = `${WORKLOADS.database.name}-${role}`;
  const secret = await admin.get({ apiVersion: 'v1', kind: 'Secret', name, namespace });
  if (secret === undefined) throw new Error(`${namespace} has no Secret ${name}`);
  const field = (key: string): string => fieldOf(secret, key);
  return { user: field('user'), password: field('password'), database: field('dbname') };
}

function fieldOf({ data }: KubernetesObject, key: string): string {
  const value: unknown = typeof data === 'object' && data !== null && key in data ? Reflect.get(data, key) : undefined;
  if (typeof value !== 'string') throw new Error(`the Secret has no ${key}`);
  return Buffer.from(value, 'base64').toString('utf8');
}
