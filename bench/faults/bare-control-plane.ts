import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import type { ClusterConnection } from '../../kubernetes/types';
import { authorityCertificate, issueCertificate, newKeyPem } from '../../x509/certificates';

export interface BareOptions {
  readonly folder: string;
  readonly tools: Readonly<Record<'etcd' | 'kube-apiserver' | 'kube-controller-manager', string>>;
  readonly members: number;
  /** Bytes that etcd may hold. */
  readonly quota?: number;
}

/** A control plane of bare processes, for what the embedded one does not have: several members of etcd, a small one. No nodes. */
export interface BareControlPlane extends AsyncDisposable {
  readonly connection: ClusterConnection;
  readonly etcds: readonly { readonly process: ChildProcess; readonly address: string }[];
}

const STARTS_WITHIN_MS = 60_000;
const DAY_MS = 86_400_000;

/** Starts it; plain HTTP between API server and etcd, on loopback, for minutes. A start that fails leaves no process. */
export async function openBareControlPlane({ folder, tools, members, quota }: BareOptions): Promise<BareControlPlane> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ports = await freePorts(members * 2 + 1);
  const address = (index: number): string => `http://127.0.0.1:${ports[index] ?? 0}`;
  const peers = Array.from({ length: members }, (_, n) => `m${n}=${address(2 * n + 1)}`).join(',');
  const children: ChildProcess[] = [];
  const start = (name: string, program: string, words: readonly string[]): ChildProcess => {
    const log = openSync(join(folder, `${name}.log`), 'a');
    const child = spawn(program, words, { cwd: folder, stdio: ['ignore', log, log] });
    children.push(child);
    return child;
  };
  const end = async (): Promise<void> => {
    for (const child of children.toReversed())
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
  };
  try {
    const etcds = Array.from({ length: members }, (_, n) => ({
      address: address(2 * n),
      process: start(`etcd-${n}`, tools.etcd, [
        `--name=m${n}`,
        `--data-dir=${join(folder, `etcd-${n}`)}`,
        `--listen-client-urls=${address(2 * n)}`,
        `--advertise-client-urls=${address(2 * n)}`,
        `--listen-peer-urls=${address(2 * n + 1)}`,
        `--initial-advertise-peer-urls=${address(2 * n + 1)}`,
        `--initial-cluster=${peers}`,
        '--unsafe-no-fsync',
        '--log-level=warn',
        ...(quota === undefined ? [] : [`--quota-backend-bytes=${quota}`]),
      ]),
    }));
    const { connection, serviceAccountKey } = writeCertificates(folder, ports.at(-1) ?? 0);
    start('kube-apiserver', tools['kube-apiserver'], [
      `--etcd-servers=${etcds.map((one) => one.address).join(',')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.at(-1) ?? 0}`,
      '--tls-cert-file=server.crt',
      '--tls-private-key-file=server.key',
      '--client-ca-file=ca.crt',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${serviceAccountKey}`,
      `--service-account-signing-key-file=${serviceAccountKey}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=RBAC',
      '--endpoint-reconciler-type=none',
    ]);
    await answering(connection);
    start('kube-controller-manager', tools['kube-controller-manager'], [
      '--kubeconfig=admin.kubeconfig',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${serviceAccountKey}`,
      '--root-ca-file=ca.crt',
      '--leader-elect=false',
      '--secure-port=0',
    ]);
    return { connection, etcds, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

function writeCertificates(folder: string, port: number): { connection: ClusterConnection; serviceAccountKey: string } {
  const validity = { from: new Date(Date.now() - DAY_MS), to: new Date(Date.now() + DAY_MS) };
  const keyPem = newKeyPem();
  const ca = { commonName: 'bare-ca', keyPem, certPem: authorityCertificate('bare-ca', keyPem, validity) };
  const server = issueCertificate(ca, { commonName: 'bare', usages: ['server'], addresses: ['127.0.0.1'] }, validity);
  const admin = issueCertificate(
    ca,
    { commonName: 'bare-admin', organizations: ['system:masters'], usages: ['client'] },
    validity,
  );
  const connection: ClusterConnection = {
    server: `https://127.0.0.1:${port}`,
    caPem: ca.certPem,
    credential: { kind: 'certificate', certPem: admin.certPem, keyPem: admin.keyPem },
  };
  const files = {
    'ca.crt': ca.certPem,
    'server.crt': server.certPem,
    'server.key': server.keyPem,
    'accounts.key': newKeyPem('sec1'),
    'admin.kubeconfig': writeKubeconfig({ connection, context: 'bare' }),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
  return { connection, serviceAccountKey: 'accounts.key' };
}

async function answering(connection: ClusterConnection): Promise<void> {
  const client = createClient(connection);
  const end = performance.now() + STARTS_WITHIN_MS;
  try {
    for (;;)
      try {
        await client.raw('GET', '/readyz');
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
  } finally {
    await client.close();
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
