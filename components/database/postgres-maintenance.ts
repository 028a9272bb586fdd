import type { DatabaseMaintenance } from './maintenance-commands';
import { PATHS, POSTGRES } from './postgres-files';

const { programs, owner, app, database } = POSTGRES;
const HERE = `--host=${PATHS.socket}`;

/** Those still connected are ended, and the two change places in one transaction; a client that was quicker makes us try again. */
const SWAPS = 20;

export const POSTGRES_MAINTENANCE: DatabaseMaintenance = {
  container: POSTGRES.container,
  version: POSTGRES.version,
  describe: [
    `${programs}/psql`,
    '--no-psqlrc',
    '--tuples-only',
    '--no-align',
    HERE,
    '--username=postgres',
    '--dbname=postgres',
    '--command=SHOW server_version',
  ],
  dump: [`${programs}/pg_dump`, HERE, '--username=postgres', '--format=custom', '--no-password', database],
  restore: (run, bytes) => ['/bin/sh', '-c', wholeInput(bytes), 'restore', restoreScript(run)],
};

/**
 * Runs the script that is its first argument with `bytes` of input, and takes what that leaves of them: a command that ends with input on its way
 * never gets its exit code through to who runs it.
 */
function wholeInput(bytes: number): string {
  if (!Number.isSafeInteger(bytes) || bytes < 1) throw new Error(`a backup has bytes: ${bytes}`);
  return `head -c ${bytes} | { status=0; /bin/sh -c "$1" || status=$?; cat >/dev/null; exit "$status"; }`;
}

/**
 * The superuser makes and swaps databases; what the backup says is done as the owner, who can do no more than before. Older attempts that died are
 * ended first. The swap waits for no client: they are disconnected and find the restored database when they come again.
 */
function restoreScript(run: string): string {
  if (!/^[0-9a-f]{12}$/.test(run)) throw new Error(`a restore is named by 12 hex digits, not "${run}"`);
  const fresh = `testbed_restore_${run}`;
  const replaced = `testbed_replaced_${run}`;
  return `set -eu
bin=${programs}
admin() { "$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 ${HERE} --username=postgres --dbname=postgres "$@"; }
for old in $(admin --command="SELECT datname FROM pg_database WHERE datname ~ '^testbed_(restore|replaced)_[0-9a-f]{12}$'"); do
  admin --command="DROP DATABASE IF EXISTS $old WITH (FORCE)"
done
trap 'admin --command="DROP DATABASE IF EXISTS ${fresh} WITH (FORCE)"' EXIT
admin --command="GRANT ${app} TO ${owner}" --command="CREATE DATABASE ${fresh} OWNER ${owner} TEMPLATE template0" --command="REVOKE ALL ON DATABASE ${fresh} FROM PUBLIC" --command="GRANT CONNECT, TEMPORARY ON DATABASE ${fresh} TO ${app}"
"$bin/pg_restore" ${HERE} --username=${owner} --dbname=${fresh} --no-password --exit-on-error --single-transaction
"$bin/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 ${HERE} --username=${owner} --dbname=${fresh} --command=ANALYZE
tries=0
until admin --single-transaction --command="SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('${database}', '${fresh}')" --command="ALTER DATABASE ${database} RENAME TO ${replaced}" --command="ALTER DATABASE ${fresh} RENAME TO ${database}" >/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt ${SWAPS} ]
done
trap - EXIT
admin --command="DROP DATABASE ${replaced} WITH (FORCE)"
`;
}
