import { Client } from 'pg';
import { TestbedError, reasonOf, text } from '../errors';
import { databaseLogin, forwardDatabase, type DatabaseLogin } from './connect-login';
import { withMember, type MemberOptions } from './connect-member';
import type { Surroundings } from './surroundings';

export interface DatabaseAnswer {
  readonly member: string;
  /** Of the last statement. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** From the first byte to the server until the last row, in milliseconds. */
  readonly elapsedMs: number;
}

const CONNECT_MS = 20_000;
const QUERY_MS = 30_000;

/**
 * Asks a testbed's database as its developer would: with a member's token, through a forwarded port, over verified TLS, with the application's login.
 * Throws NotReady where it does not answer, DatabaseRefused with the server's own words where it does not want to.
 */
export function askDatabase(options: MemberOptions, sql: string, surroundings: Surroundings): Promise<DatabaseAnswer> {
  return withMember(
    options,
    surroundings,
    ({ name }) => text(`the database of '${name}' was asked`, `'${name}'의 데이터베이스에 질의하는 동안`),
    async (access) => {
      const login = await databaseLogin(access);
      const troubles: string[] = [];
      const forward = await forwardDatabase(
        access,
        login,
        { onTrouble: ({ en }) => troubles.push(en) },
        surroundings.signal,
      );
      try {
        const began = performance.now();
        const rows = await ask(login, forward.port, sql, surroundings.signal);
        return { member: access.member, rows, elapsedMs: performance.now() - began };
      } catch (cause) {
        surroundings.signal.throwIfAborted();
        throw failure(cause, access.testbed.name, troubles);
      } finally {
        forward.close();
      }
    },
  );
}

async function ask(
  login: DatabaseLogin,
  port: number,
  sql: string,
  signal: AbortSignal,
): Promise<DatabaseAnswer['rows']> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    database: login.database,
    user: login.user,
    password: login.password,
    ssl: { ca: login.authorityPem, servername: login.host, rejectUnauthorized: true },
    application_name: 'testbed',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
  });
  // What breaks between two statements has no other listener; the statement itself is told.
  client.on('error', () => undefined);
  const stop = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    const answer: unknown = await client.query(sql);
    const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer;
    return rowsOf(last);
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end().catch(() => undefined);
  }
}

function rowsOf(answer: unknown): DatabaseAnswer['rows'] {
  const rows: unknown = typeof answer === 'object' && answer !== null && 'rows' in answer ? answer.rows : [];
  if (!Array.isArray(rows)) return [];
  return rows.map((row: unknown) =>
    typeof row === 'object' && row !== null ? Object.fromEntries(Object.entries(row)) : {},
  );
}

function failure(cause: unknown, name: string, troubles: readonly string[]): TestbedError {
  // PostgreSQL gives every refusal of its own a code of five characters.
  const refused =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && /^[0-9A-Z]{5}$/.test(cause.code);
  const reason = [reasonOf(cause), ...troubles].join('; ').slice(0, 1000);
  return refused
    ? new TestbedError(
        'DatabaseRefused',
        text(
          `the database of '${name}' refused: ${reason}`,
          `'${name}'의 데이터베이스가 요청을 거부했습니다: ${reason}`,
        ),
        { cause },
      )
    : new TestbedError(
        'NotReady',
        text(
          `the database of '${name}' did not answer: ${reason}`,
          `'${name}'의 데이터베이스가 응답하지 않았습니다: ${reason}`,
        ),
        { cause, hint: text(`look: testbed logs ${name} database`, `확인: testbed logs ${name} database`) },
      );
}
