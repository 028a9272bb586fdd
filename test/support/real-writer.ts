import { withDatabase } from '../../bench/ask-database';
import { stringAt } from '../../kubernetes/json';
import type { PodPlace, RealNode } from './real-node';
import { runPostgresPod } from './real-pods';
import { eventually } from './rejection';

/** A client inside the testbed that writes number after number into its database, and notes each one that the database acknowledged. */
export interface Writer {
  readonly place: PodPlace;
  /** Every number that was acknowledged so far. */
  acknowledged(): Promise<readonly number[]>;
  /** Waits until it has been acknowledged something that was sent after this call; at most `seconds` (default 120). */
  goesOn(seconds?: number): Promise<void>;
  /** Acknowledged numbers that the database does not have. Stops nothing. */
  lost(): Promise<readonly number[]>;
}

/**
 * One number at a time, each in a transaction and a connection of its own, so that an answer means that it is on disk. A try that gets no answer is
 * followed by the next number: whether that one came through does not matter.
 */
const LOOP = `
trap 'exit 0' TERM
n=$(tail -n 1 /tmp/acknowledged 2>/dev/null || true)
n=\${n:-0}
while :; do
  n=$((n + 1))
  if PGCONNECT_TIMEOUT=2 timeout 10 psql --no-psqlrc --quiet --command "INSERT INTO numbers VALUES ($n)" 2>/tmp/last-error; then
    echo $n >>/tmp/acknowledged
  fi
  sleep 0.1
done
`;

export async function runWriter(node: RealNode, testbed: string): Promise<Writer> {
  await withDatabase(node.admin, testbed, (database) => database.query('CREATE TABLE numbers (n bigint)'), 'owner');
  const place = await runPostgresPod(node, testbed, 'writer', {
    command: ['/bin/sh', '-c', LOOP],
    env: [
      { name: 'PGHOST', value: `database.${testbed}.svc` },
      { name: 'PGDATABASE', value: 'testbed' },
      { name: 'PGSSLMODE', value: 'require' },
      ...(['user', 'password'] as const).map((key) => ({
        name: `PG${key.toUpperCase()}`,
        valueFrom: { secretKeyRef: { name: 'database-app', key } },
      })),
    ],
  });
  const acknowledged = async (): Promise<readonly number[]> => {
    const { code, stdout } = await node.inPod(place, ['cat', '/tmp/acknowledged']);
    return code === 0 ? stdout.split('\n').filter(Boolean).map(Number) : [];
  };
  const writer: Writer = {
    place,
    acknowledged,
    goesOn: async (seconds = 120) => {
      const from = await eventually('the writer can be asked', async () => (await acknowledged()).at(-1) ?? 0, seconds);
      // Two: the first may have been sent before.
      await eventually(
        'the writer goes on',
        async () => (((await acknowledged()).at(-1) ?? 0) > from + 1 ? true : undefined),
        seconds,
      );
    },
    lost: async () => {
      const told = await acknowledged();
      const rows = await withDatabase(node.admin, testbed, (database) => database.query('SELECT n FROM numbers'));
      const there = new Set(rows.rows.map((row: unknown) => Number(stringAt(row, 'n'))));
      return told.filter((number) => !there.has(number));
    },
  };
  await writer.goesOn();
  return writer;
}
