import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { issueCertificate } from '../../../x509/certificates';
import { authority, validity } from '../../kubernetes/support/fault-server';
import { inImage, machineStore } from '../../platform/images/run-in-image';

/** A real PostgreSQL of the project's own image, on loopback, with password and TLS; in memory, without fsync: it shows nothing of power cuts. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly password: string;
  /** PEM of the authority that signed for `localhost`. */
  readonly ca: string;
  stop(): Promise<void>;
}

/** Needs root, for it enters the image; see `needRoot`. */
export async function openPostgresServer(): Promise<PostgresServer> {
  const images = machineStore();
  await images.ensure('postgres');
  const root = await images.unpack('postgres');
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const ca = authority();
  const leaf = issueCertificate(
    ca,
    { commonName: 'localhost', usages: ['server'], dnsNames: ['localhost'] },
    validity(-1, 10),
  );
  const script = `umask 077
    export PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin LANG=C.UTF-8
    printf '%s' '${password}' > /tmp/password
    printf '%s' '${leaf.certPem}' > /tmp/server.crt
    printf '%s' '${leaf.keyPem}' > /tmp/server.key
    initdb -D /tmp/data --encoding=UTF8 --locale=C.UTF-8 -U store --auth=scram-sha-256 --pwfile=/tmp/password --no-sync > /tmp/initdb.log
    exec postgres -D /tmp/data -c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=/run -c fsync=off \\
      -c ssl=on -c ssl_cert_file=/tmp/server.crt -c ssl_key_file=/tmp/server.key -c logging_collector=off 2>&1`;
  const [command = '', ...words] = inImage(root, 999, script);
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
  while (!told.includes('ready to accept connections'))
    await Promise.race([
      once(child.stdout, 'data'),
      exited.then(() => Promise.reject(new Error(`postgres ended: ${told}`))),
    ]);
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return { port, password, ca: ca.certPem, stop, [Symbol.asyncDispose]: stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return address.port;
}
