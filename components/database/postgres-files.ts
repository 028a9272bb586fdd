import { bytesOf } from '../quantity';
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

export const POSTGRES = {
  version: 15,
  container: 'postgresql',
  port: 5432,
  database: 'testbed',
  owner: 'testbed_owner',
  app: 'testbed_app',
  /** Where Debian and the vendor's image have the programs. */
  programs: '/usr/lib/postgresql/15/bin',
} as const;

const MIB = 1024n * 1024n;

/** In mebibytes. The write-ahead log takes at most about an eighth of the volume: a full one stops the database. */
export function walSizes(storage: string): { segment: number; least: number; most: number } {
  const bytes = bytesOf(storage) ?? 0n;
  const segment = bytes < 1024n * MIB ? 4 : 16;
  const most = Math.min(1024, Math.max(4 * segment, Number(bytes / MIB / 8n)));
  return { segment, least: Math.max(2 * segment, Math.min(80, Math.floor(most / 2))), most };
}

/** The server's settings, apart from where its data lies. */
export function postgresqlConf({ database }: Size, storage: string): string {
  const wal = walSizes(storage);
  return [
    "listen_addresses = '*'",
    `port = ${POSTGRES.port}`,
    `unix_socket_directories = '${PATHS.socket}'`,
    `hba_file = '${PATHS.configuration}/pg_hba.conf'`,
    `ident_file = '${PATHS.configuration}/pg_ident.conf'`,
    'ssl = on',
    `ssl_cert_file = '${PATHS.credentials}/tls.crt'`,
    `ssl_key_file = '${PATHS.credentials}/tls.key'`,
    "ssl_min_protocol_version = 'TLSv1.2'",
    "password_encryption = 'scram-sha-256'",
    `max_connections = ${database.maxConnections}`,
    `shared_buffers = ${database.sharedBuffers}`,
    `work_mem = ${database.workMem}`,
    `maintenance_work_mem = ${database.maintenanceWorkMem}`,
    `max_parallel_workers_per_gather = ${database.parallelWorkers}`,
    `max_parallel_maintenance_workers = ${database.parallelWorkers}`,
    `autovacuum_max_workers = ${database.vacuumWorkers}`,
    // They are counted against the node, not against the container that asks.
    'huge_pages = off',
    // Compiling a query takes more memory than the small ones have.
    'jit = off',
    // One server and nothing that follows it: the log serves its own recovery.
    'wal_level = minimal',
    'max_wal_senders = 0',
    'max_replication_slots = 0',
    `min_wal_size = ${wal.least}MB`,
    `max_wal_size = ${wal.most}MB`,
    // A client that went without a word holds its connection for minutes, not hours.
    'tcp_keepalives_idle = 60',
    'tcp_keepalives_interval = 15',
    'tcp_keepalives_count = 4',
    "log_destination = 'stderr'",
    'logging_collector = off',
    "log_line_prefix = '%m [%p] %q%u@%d '",
    "log_timezone = 'UTC'",
    "timezone = 'UTC'",
    '',
  ].join('\n');
}

/**
 * Who may log in. The superuser has no password and comes in only from inside the pod; the network is for the two roles of the one
 * database, encrypted, and a network policy says whose network. Inside the pod a restore works as the owner.
 */
export function pgHba(): string {
  return [
    'local all postgres peer',
    `local all ${POSTGRES.owner} peer map=inside`,
    `hostssl ${POSTGRES.database} ${POSTGRES.owner},${POSTGRES.app} all scram-sha-256`,
    '',
  ].join('\n');
}

/** The server's own user in the pod may be the owner. */
export function pgIdent(): string {
  return `inside postgres ${POSTGRES.owner}\n`;
}
