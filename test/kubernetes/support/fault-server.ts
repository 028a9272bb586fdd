import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ClusterConnection } from '../../../kubernetes/types';
import { authorityCertificate, issueCertificate, newKeyPem, type Validity } from '../../../x509/certificates';

export interface FaultServer extends AsyncDisposable {
  readonly connection: ClusterConnection;
  /** `GET /api/v1` of every request, in order. */
  readonly requests: readonly string[];
}

/** Answers a request; `index` counts the requests other than discovery, from 0. */
export type Handler = (request: IncomingMessage, response: ServerResponse, index: number) => void;

const DAY = 86_400_000;

export function validity(fromDays: number, toDays: number): Validity {
  const now = Date.now();
  return { from: new Date(now + fromDays * DAY), to: new Date(now + toDays * DAY) };
}

export function authority(): { readonly commonName: string; readonly keyPem: string; readonly certPem: string } {
  const keyPem = newKeyPem();
  return { commonName: 'fault-ca', keyPem, certPem: authorityCertificate('fault-ca', keyPem, validity(-30, 30)) };
}

/**
 * A TLS server on loopback that answers as the test says, with discovery of `v1` built in.
 * It stands in for an API server that misbehaves; it proves nothing about what a real one does.
 */
export async function faultServer(
  handler: Handler,
  options: {
    readonly certificate?: Validity;
    readonly dnsNames?: readonly string[];
    readonly addresses?: readonly string[];
  } = {},
): Promise<FaultServer> {
  const ca = authority();
  const leaf = issueCertificate(
    ca,
    {
      commonName: 'fault-server',
      usages: ['server'],
      addresses: options.addresses ?? ['127.0.0.1'],
      ...(options.dnsNames === undefined ? {} : { dnsNames: options.dnsNames }),
    },
    options.certificate ?? validity(-1, 10),
  );
  const requests: string[] = [];
  let index = 0;
  const server = createServer({ cert: leaf.certPem, key: leaf.keyPem }, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (request.url === '/api/v1') return json(response, 200, DISCOVERY);
    handler(request, response, index);
    index += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connection: {
      server: `https://127.0.0.1:${port}`,
      caPem: ca.certPem,
      credential: { kind: 'token', token: 'canary-token-5f1c' },
    },
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n' } };

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'watch'];
const DISCOVERY = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    { name: 'namespaces', kind: 'Namespace', namespaced: false, verbs: VERBS },
    { name: 'nodes', kind: 'Node', namespaced: false, verbs: VERBS },
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: VERBS },
    { name: 'secrets', kind: 'Secret', namespaced: true, verbs: VERBS },
    { name: 'pods', kind: 'Pod', namespaced: true, verbs: VERBS },
    { name: 'services', kind: 'Service', namespaced: true, verbs: VERBS },
    { name: 'resourcequotas', kind: 'ResourceQuota', namespaced: true, verbs: VERBS },
    { name: 'limitranges', kind: 'LimitRange', namespaced: true, verbs: VERBS },
    { name: 'configmaps/status', kind: 'ConfigMap', namespaced: true, verbs: ['get'] },
  ],
};
