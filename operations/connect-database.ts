import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { TestbedError, text } from '../errors';
import { authorityFile, databaseLogin, forwardDatabase, type DatabaseLogin } from './connect-login';
import { withMember, type MemberOptions } from './connect-member';
import type { TestbedRecord } from './records';
import type { Streams } from './streams';
import type { Surroundings } from './surroundings';

export interface ConnectDatabaseOptions extends MemberOptions {
  /** On 127.0.0.1; default one that is free. */
  readonly port?: number | undefined;
  /** `url` says the password too; `psql` starts that program and ends with it. */
  readonly use: 'forward' | 'url' | 'psql';
}

/** The way to a database that is open now. */
export interface DatabaseWay {
  readonly testbed: TestbedRecord;
  readonly member: string;
  /** Of the local port; the server's certificate is for `certificateHost` and for `localhost`. */
  readonly host: string;
  readonly port: number;
  readonly certificateHost: string;
  readonly database: string;
  readonly user: string;
  /** File with the authority of the server's certificate; it goes with the way. */
  readonly authority: string;
  /** false where other users of this machine could use the port. */
  readonly guarded: boolean;
  /** With the password; only where it was asked for. */
  readonly url?: string;
}

export interface ConnectDatabaseResult {
  readonly way: DatabaseWay;
  /** Of psql; 0 without it. */
  readonly exitCode: number;
}

/**
 * Opens a local port to a testbed's database as one of its members, tells the way by `onOpen`, and holds it until the signal (which is its normal end)
 * or, with psql, until that ends. Throws ToolMissing where psql is not on PATH, NotReady, PortTaken, KubernetesRefused.
 */
export function connectDatabase(
  options: ConnectDatabaseOptions,
  surroundings: Surroundings & { readonly streams: Pick<Streams, 'interruptions'> },
  onOpen: (way: DatabaseWay) => void,
): Promise<ConnectDatabaseResult> {
  const { signal, environment, streams } = surroundings;
  const psql = options.use === 'psql' ? requirePsql(environment) : undefined;
  return withMember(
    options,
    surroundings,
    ({ name }) => text(`a way to the database of '${name}' was opened`, `'${name}'의 데이터베이스에 연결하는 동안`),
    async (access) => {
      const login = await databaseLogin(access);
      const authority = authorityFile(access, login);
      const port = { port: options.port, onTrouble: surroundings.onWarning };
      try {
        const forward = await forwardDatabase(access, login, port, signal);
        const way: DatabaseWay = {
          testbed: access.testbed,
          member: access.member,
          host: 'localhost',
          port: forward.port,
          certificateHost: login.host,
          database: login.database,
          user: login.user,
          authority: authority.file,
          guarded: forward.guarded,
          ...(options.use === 'url' ? { url: urlOf(login, forward.port, authority.file) } : {}),
        };
        const givenBack = streams.interruptions(psql === undefined ? 'quiet' : 'leave');
        try {
          onOpen(way);
          if (psql === undefined) {
            await aborted(signal);
            return { way, exitCode: 0 };
          }
          return { way, exitCode: await runPsql(psql, login, way, surroundings) };
        } finally {
          givenBack();
          forward.close();
        }
      } finally {
        authority.end();
      }
    },
  );
}

/** For every client that takes a URL: the name in it is one of the certificate's and leads to this machine. */
function urlOf({ user, password, database }: DatabaseLogin, port: number, authority: string): string {
  const settings = new URLSearchParams({ sslmode: 'verify-full', sslrootcert: authority });
  return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@localhost:${port}/${encodeURIComponent(database)}?${settings.toString()}`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  // The open port keeps the process alive.
  if (!signal.aborted) await once(signal, 'abort');
}

async function runPsql(
  psql: string,
  { password }: DatabaseLogin,
  way: DatabaseWay,
  { environment, signal }: Surroundings,
): Promise<number> {
  // The person's own settings are for other databases.
  const own = Object.entries(environment).filter(([name]) => !name.startsWith('PG'));
  const child = spawn(psql, [], {
    stdio: 'inherit',
    env: {
      ...Object.fromEntries(own),
      PGHOST: way.certificateHost,
      PGHOSTADDR: '127.0.0.1',
      PGPORT: String(way.port),
      PGDATABASE: way.database,
      PGUSER: way.user,
      PGPASSWORD: password,
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: way.authority,
      PGGSSENCMODE: 'disable',
      PGAPPNAME: 'testbed connect',
    },
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    signal.throwIfAborted();
    if (code !== null) return code;
    throw new TestbedError(
      'ToolDamaged',
      text(`psql was ended by ${killedBy ?? 'a signal'}`, `psql이 ${killedBy ?? '시그널'}(으)로 종료되었습니다`),
    );
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function requirePsql(environment: NodeJS.ProcessEnv): string {
  for (const folder of (environment['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    const file = join(folder, 'psql');
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  throw new TestbedError('ToolMissing', text('psql is not on PATH', 'PATH에서 psql을 찾을 수 없습니다'), {
    hint: text(
      'install it (Debian: apt-get install postgresql-client), or use any other client with --url',
      '설치하거나(Debian: apt-get install postgresql-client) --url로 다른 클라이언트를 사용하세요',
    ),
  });
}
