import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import type { PoolConfig } from 'pg';
import { reasonOf } from '../../errors';
import { passwordFromFile } from './postgres-passfile';
import { parametersOf, wrongStoreUrl } from './store-url';

export interface PostgresPlace {
  /** For people: without a password. */
  readonly place: string;
  readonly table: string;
  readonly connection: PoolConfig;
}

const PARAMETERS = ['host', 'port', 'user', 'sslmode', 'sslrootcert', 'table'] as const;
const TABLE = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Reads `postgres://user@host:5432/database?sslmode=verify-full&sslrootcert=/path&table=testbed_documents`; `host=/run/postgresql` for a socket.
 * The password comes from PGPASSWORD or a passfile (~/.pgpass, PGPASSFILE). `sslmode` is `verify-full` unless the server is on this machine. Throws UsageWrong.
 */
export function readPostgresUrl(url: URL, environment: Readonly<Record<string, string | undefined>>): PostgresPlace {
  if (url.password !== '')
    throw wrongStoreUrl(
      'a URL is no place for a password: put it into PGPASSWORD or a passfile, and leave the user only',
      'URL에 비밀번호를 넣을 수 없습니다. PGPASSWORD나 passfile에 두고 URL에는 사용자 이름만 남기세요',
    );
  const given = parametersOf(url, PARAMETERS);
  const host = decoded(url.hostname === '' ? (given.host ?? '') : bare(url.hostname));
  const database = decoded(url.pathname.slice(1));
  const user = decoded(url.username === '' ? (given.user ?? '') : url.username);
  const port = Number(url.port === '' ? (given.port ?? '5432') : url.port);
  const table = given.table ?? 'testbed_documents';
  for (const [name, nameKo, value] of [
    ['host', '호스트', host],
    ['database', '데이터베이스', database],
    ['user', '사용자', user],
  ] as const)
    if (value === '' || value.includes('\0'))
      throw wrongStoreUrl(
        `the URL names no ${name}: write postgres://user@host:5432/database`,
        `URL에 ${nameKo} 이름이 없습니다. postgres://사용자@호스트:5432/데이터베이스 형식으로 쓰세요`,
      );
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw wrongStoreUrl('port is a number from 1 to 65535', 'port는 1~65535의 숫자여야 합니다');
  if (!TABLE.test(table))
    throw wrongStoreUrl(
      "table is a name of lower-case letters, digits and '_', at most 63",
      "table은 영문 소문자, 숫자, '_'로 된 63자 이하의 이름이어야 합니다",
    );
  const password = environment['PGPASSWORD'];
  return {
    place: `postgres://${user}@${host.includes(':') ? `[${host}]` : host}:${port}/${database}`,
    table,
    connection: {
      host,
      port,
      user,
      database,
      password:
        password === undefined || password === ''
          ? async () => passwordFromFile({ host, port, database, user }, environment)
          : password,
      ssl: tlsOf(given.sslmode ?? (isLocal(host) ? 'disable' : 'verify-full'), given.sslrootcert, host),
    },
  };
}

function tlsOf(mode: string, rootFile: string | undefined, host: string): PoolConfig['ssl'] {
  const ca = rootFile === undefined ? {} : { ca: readRoots(rootFile) };
  // A name only: the extension that says which server is meant takes no address.
  const servername = isIPv4(host) || host.includes(':') ? {} : { servername: host };
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false, ...servername };
    case 'verify-ca':
      return { ...ca, ...servername, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...ca, ...servername };
    default:
      throw wrongStoreUrl(
        `sslmode ${JSON.stringify(mode.slice(0, 20))} is none: use disable, require, verify-ca or verify-full`,
        `sslmode ${JSON.stringify(mode.slice(0, 20))}은(는) 없는 값입니다. disable, require, verify-ca, verify-full 중 하나를 쓰세요`,
      );
  }
}

function readRoots(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw wrongStoreUrl(
      `cannot read sslrootcert: ${reasonOf(cause)}`,
      `sslrootcert를 읽을 수 없습니다: ${reasonOf(cause)}`,
    );
  }
}

function isLocal(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrongStoreUrl(
      "a '%' in the URL is not followed by two hexadecimal digits",
      "URL의 '%' 뒤에 16진수 두 자리가 없습니다",
    );
  }
}
