import { PATHS, POSTGRES } from './postgres-files';

/** Name of the file, in the data folder, that says which passwords the roles have: a digest of both. */
const STAMP = 'testbed-credentials.sha256';

/**
 * Makes the database at the first start, gives the roles the passwords of the credentials where they have others, then becomes the server.
 *
 * It needs nothing of an image but a shell, the usual small programs, and PostgreSQL's where Debian puts them: the vendor's image and a
 * site's own work alike. The data folder gets its name only when it is complete and on disk: a pod that dies half-way begins anew. Until
 * then nothing is synced, because nothing of it counts. Passwords come from files and go to the server by its input, never by argv.
 */
export function startScript(walSegment: number): string {
  const { programs, owner, app, database } = POSTGRES;
  return `#!/bin/sh
set -eu
umask 077
bin=${programs}
data=${PATHS.data}
credentials=${PATHS.credentials}
owner_password=$(cat "$credentials/owner")
app_password=$(cat "$credentials/app")
wanted=$(printf '%s\\n' "$owner_password" "$app_password" | sha256sum)

# One server process without clients, reading a statement a line; what it says goes to the log, statements never do.
alone() {
  folder=$1
  shift
  "$bin/postgres" --single -D "$folder" -c config_file=${PATHS.configuration}/postgresql.conf -c exit_on_error=on -c log_min_error_statement=panic "$@" template1 >/dev/null
}

passwords() {
  echo "ALTER ROLE ${owner} LOGIN PASSWORD '$owner_password'"
  echo "ALTER ROLE ${app} LOGIN PASSWORD '$app_password'"
}

if [ ! -d "$data" ]; then
  fresh="$data.fresh"
  rm -rf "$fresh"
  "$bin/initdb" --pgdata="$fresh" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums --wal-segsize=${walSegment} --auth-local=peer --auth-host=reject --no-sync --no-instructions
  {
    echo "CREATE ROLE ${owner}"
    echo "CREATE ROLE ${app}"
    passwords
    cat <<SQL
GRANT ${app} TO ${owner}
ALTER SCHEMA public OWNER TO ${owner}
GRANT USAGE ON SCHEMA public TO ${app}
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${app}
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${app}
CREATE DATABASE ${database} OWNER ${owner}
REVOKE ALL ON DATABASE ${database} FROM PUBLIC
GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ${app}
SQL
  } | alone "$fresh" -F
  echo "$wanted" >"$fresh/${STAMP}"
  "$bin/initdb" --pgdata="$fresh" --sync-only
  mv "$fresh" "$data"
  sync "${PATHS.volume}"
fi

# A volume that is mounted again may have been opened to its group, which the server refuses.
chmod 0700 "$data"

if [ "$(cat "$data/${STAMP}" 2>/dev/null || true)" != "$wanted" ]; then
  passwords | alone "$data"
  echo "$wanted" >"$data/${STAMP}.half"
  sync "$data/${STAMP}.half"
  mv "$data/${STAMP}.half" "$data/${STAMP}"
fi

exec "$bin/postgres" -D "$data" -c config_file=${PATHS.configuration}/postgresql.conf
`;
}
