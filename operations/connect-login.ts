import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LABELS, COMPONENTS } from '../components/vocabulary';
import { fieldsAt } from '../kubernetes/json';
import { forwardPort, type PortForward } from '../kubernetes/port-forward';
import { readyPod } from '../kubernetes/pod-search';
import { TestbedError, isNoSpace, noSpace, reasonOf, text, type Text } from '../errors';
import { writeWhole } from '../host/atomic-file';
import { hasErrorCode } from '../host/error-code';
import { requireRunning } from './connect-running';
import type { MemberAccess } from './connect-member';

/** What a client needs besides the forwarded port. The password is in here: it goes to the client and nowhere else. */
export interface DatabaseLogin {
  /** The name that the server's certificate is for. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly authorityPem: string;
}

const SECRET = 'database-app';
const PODS = `${LABELS.component}=${COMPONENTS.database}`;
/** A database that restarts is back before that. */
const WAIT_MS = 20_000;

const loginData = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535),
  dbname: z.string().min(1),
  user: z.string().min(1),
  password: z.string().min(1),
  sslrootcert: z.string().includes('-----BEGIN CERTIFICATE-----'),
});

/** The application's login, as the member may read it. Throws NotReady where the testbed has no database, or one of an older version without TLS. */
export async function databaseLogin({ client, testbed }: MemberAccess): Promise<DatabaseLogin> {
  const secret = await client.get({ apiVersion: 'v1', kind: 'Secret', name: SECRET, namespace: testbed.id });
  if (secret === undefined)
    throw new TestbedError(
      'NotReady',
      text(`'${testbed.name}' has no database`, `'${testbed.name}'에는 데이터베이스가 없습니다`),
      {
        hint: text(
          'ask for one in testbed.yaml (database), then run testbed up',
          'testbed.yaml의 database에 지정한 뒤 testbed up을 실행하세요',
        ),
      },
    );
  const data = Object.entries(fieldsAt(secret, 'data')).map(([key, value]) => [
    key,
    typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
  ]);
  const read = loginData.safeParse(Object.fromEntries(data));
  if (read.success) {
    const { host, port, dbname, user, password, sslrootcert } = read.data;
    return { host, port, database: dbname, user, password, authorityPem: sslrootcert };
  }
  // Keys only: what is wrong with a value may quote it.
  const wrong = [...new Set(read.error.issues.map(({ path }) => String(path[0])))].join(', ');
  throw new TestbedError(
    'NotReady',
    text(
      `the login of the database of '${testbed.name}' is not complete (${wrong}): it was made by an older version`,
      `'${testbed.name}' 데이터베이스의 접속 정보가 완전하지 않습니다(${wrong}). 이전 버전에서 만든 것입니다`,
    ),
    { hint: text('run testbed up again', 'testbed up을 다시 실행하세요') },
  );
}

/**
 * Forwards a local port to the database as the member. The pod is looked for at once, so that what keeps it is told before anybody connects, and
 * again for each connection. Throws NotReady, PortTaken, KubernetesRefused.
 */
export async function forwardDatabase(
  access: MemberAccess,
  login: DatabaseLogin,
  options: { readonly port?: number | undefined; readonly onTrouble: (trouble: Text) => void },
  signal: AbortSignal,
): Promise<PortForward> {
  const { client, testbed } = access;
  const selection = { namespace: testbed.id, labelSelector: PODS };
  const pod = await readyPod(client, selection, WAIT_MS, signal);
  await requireRunning(access, pod);
  return forwardPort({
    namespace: testbed.id,
    port: login.port,
    localPort: options.port,
    connection: access.connection,
    findPod: async (now) => (await readyPod(client, selection, WAIT_MS, now)).metadata.name,
    onTrouble: options.onTrouble,
  });
}

/** The authority's certificate as a file of mode 0600, for clients that take one; `end` takes it away. */
export function authorityFile(
  { site, testbed }: MemberAccess,
  { authorityPem }: DatabaseLogin,
): { readonly file: string; readonly end: () => void } {
  const folder = join(site.home, 'connect');
  const file = join(folder, `${testbed.id}-${process.pid}.pem`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    sweep(folder);
    writeWhole(file, authorityPem);
  } catch (cause) {
    if (isNoSpace(cause)) throw noSpace(file, cause);
    throw new TestbedError(
      'NoPermission',
      text(`cannot write ${file}: ${reasonOf(cause)}`, `${file}을(를) 쓸 수 없습니다: ${reasonOf(cause)}`),
      { cause },
    );
  }
  return { file, end: () => rmSync(file, { force: true }) };
}

/** Takes away what killed processes left. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /-(\d+)\.pem$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasErrorCode(error, 'ESRCH');
  }
}
