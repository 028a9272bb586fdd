import type { Size } from '../sizes';

/** Where the container finds its files. */
export const PATHS = {
  configuration: '/etc/testbed-database',
  credentials: '/run/testbed-credentials',
  /** Mount of the volume; the data lies below, because a volume's own root may hold `lost+found`. */
  volume: '/var/lib/postgresql/data',
  data: '/var/lib/postgresql/data/pgdata',
  socket: '/var/run/postgresql',
} as const;

export const POSTGRES = { port: 5432, database: 'testbed', owner: 'testbed_owner', app: 'testbed_app' } as const;

/** The server's settings, apart from where its data lies. */
export function postgresqlConf({ database }: Size): string {
  return [
    "listen_addresses = '*'",
    `port = ${POSTGRES.port}`,
    `unix_socket_directories = '${PATHS.socket}'`,
    `hba_file = '${PATHS.configuration}/pg_hba.conf'`,
    `max_connections = ${database.maxConnections}`,
    `shared_buffers = ${database.sharedBuffers}`,
    "password_encryption = 'scram-sha-256'",
    "log_destination = 'stderr'",
    'logging_collector = off',
    "log_timezone = 'UTC'",
    "timezone = 'UTC'",
    '',
  ].join('\n');
}

/**
 * Who may log in. The superuser has no password and comes in only from inside the pod; the network is for the two roles of the one
 * database, and a network policy says whose network.
 */
export function pgHba(): string {
  return [
    'local all postgres peer',
    'local all all scram-sha-256',
    `host ${POSTGRES.database} ${POSTGRES.owner},${POSTGRES.app} all scram-sha-256`,
    '',
  ].join('\n');
}

/**
 * Makes the database at the first start, then becomes the server. It needs nothing of an image but PostgreSQL's programs where Debian
 * puts them and a user 999 named `postgres`, so that the vendor's image and a site's own work alike. The data folder gets its name only when
 * it is complete: a pod that dies half-way begins anew. Passwords come from files and go to the server by its input, never by argv.
 */
export function startScript(version: number): string {
  return `#!/bin/sh
set -eu
umask 077
bin=/usr/lib/postgresql/${version}/bin
data=${PATHS.data}
if [ ! -d "$data" ]; then
  fresh="$data.fresh"
  rm -rf "$fresh"
  "$bin/initdb" --pgdata="$fresh" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums --auth-local=peer --auth-host=reject
  owner_password=$(cat ${PATHS.credentials}/owner/password)
  app_password=$(cat ${PATHS.credentials}/app/password)
  "$bin/postgres" --single -D "$fresh" -c exit_on_error=on -c log_statement=none -c log_min_error_statement=panic postgres <<SQL
CREATE ROLE ${POSTGRES.owner} LOGIN PASSWORD '$owner_password'
CREATE ROLE ${POSTGRES.app} LOGIN PASSWORD '$app_password'
CREATE DATABASE ${POSTGRES.database} OWNER ${POSTGRES.owner}
REVOKE ALL ON DATABASE ${POSTGRES.database} FROM PUBLIC
GRANT CONNECT, TEMPORARY ON DATABASE ${POSTGRES.database} TO ${POSTGRES.app}
SQL
  "$bin/postgres" --single -D "$fresh" -c exit_on_error=on ${POSTGRES.database} <<SQL
ALTER SCHEMA public OWNER TO ${POSTGRES.owner}
GRANT USAGE ON SCHEMA public TO ${POSTGRES.app}
ALTER DEFAULT PRIVILEGES FOR ROLE ${POSTGRES.owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${POSTGRES.app}
ALTER DEFAULT PRIVILEGES FOR ROLE ${POSTGRES.owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${POSTGRES.app}
SQL
  unset owner_password app_password
  mv "$fresh" "$data"
fi
exec "$bin/postgres" -D "$data" -c config_file=${PATHS.configuration}/postgresql.conf
`;
}
