import { afterAll, beforeAll } from 'vitest';
import { randomBytes } from 'node:crypto';
import { onRealNode, type PodPlace, type RealNode } from './real-node';
import { runPostgresPod } from './real-pods';

/** A testbed with a database on the run's real node, and beside it a pod that has the owner's login as applications get theirs. */
export interface UsedDatabase {
  readonly node: RealNode;
  /** Name of the testbed. */
  readonly name: string;
  /** Its id and namespace. */
  readonly testbed: string;
  readonly client: PodPlace;
  /** The database's own pod. */
  readonly database: PodPlace;
  /** Asks from the client's pod as its owner, by connection parameters; what is answered, or said instead. */
  ask(parameters: string, sql: string): Promise<string>;
  /** Asks inside the pod of the database, as the superuser. */
  inside(sql: string): Promise<string>;
}

export const TRUSTING = 'sslmode=verify-full sslrootcert=/tmp/authority.crt';
const DATABASE = { engine: 'postgresql', version: '15' } as const;

/** For a file below test/real-node: one database for its tests, and `another` where a test needs its own. */
export function onUsedDatabase(): (() => UsedDatabase) & { another(name: string): Promise<UsedDatabase> } {
  const node = onRealNode();
  const run = randomBytes(2).toString('hex');
  let opened: UsedDatabase | undefined;
  beforeAll(async () => {
    if (node.runs()) opened = await use(node(), `database-${run}`);
  }, 300_000);
  afterAll(() => {
    opened = undefined;
  });
  const shared = (): UsedDatabase => {
    if (opened === undefined) throw new Error('the database is open in tests only');
    return opened;
  };
  return Object.assign(shared, { another: (name: string) => use(node(), `${name}-${run}`) });
}

async function use(node: RealNode, name: string): Promise<UsedDatabase> {
  const { id } = (await node.up({ name, database: DATABASE })).testbed;
  const client = await runPostgresPod(node, id, 'client', {
    command: ['/bin/sh', '-c', 'printenv AUTHORITY >/tmp/authority.crt; trap "exit 0" TERM; while :; do sleep 1; done'],
    env: [
      { name: 'PGHOST', value: `database.${id}.svc` },
      { name: 'PGDATABASE', value: 'testbed' },
      { name: 'PGCONNECT_TIMEOUT', value: '10' },
      ...[
        ['PGUSER', 'user'],
        ['PGPASSWORD', 'password'],
        ['AUTHORITY', 'sslrootcert'],
      ].map(([variable = '', key = '']) => ({
        name: variable,
        valueFrom: { secretKeyRef: { name: 'database-owner', key } },
      })),
    ],
  });
  const database = { namespace: id, pod: 'database-0' };
  const psql = ['psql', '--no-psqlrc', '--tuples-only', '--no-align', '--quiet'];
  return {
    node,
    name,
    testbed: id,
    client,
    database,
    ask: async (parameters, sql) => {
      const { code, stdout, stderr } = await node.inPod(client, [...psql, '--command', sql, parameters]);
      return (code === 0 ? stdout : stderr).trim();
    },
    inside: async (sql) => {
      const asSuperuser = ['--host=/var/run/postgresql', '--username=postgres', '--dbname=testbed', `--command=${sql}`];
      const { code, stdout, stderr } = await node.inPod(database, [...psql, ...asSuperuser]);
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
  };
}
