import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as forward } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createClient } from '../../../../kubernetes/client';
import type { JsonObject, KubernetesClient } from '../../../../kubernetes/types';
import { issueCertificate } from '../../../../x509/certificates';
import { authority, json, validity } from '../../../kubernetes/support/fault-server';
import { testSurroundings } from '../../../support/cluster';

/** `lose`: the API server does it, the answer is lost; `drop`: it never arrives; else what is answered in its place. */
export type Fault = 'lose' | 'drop' | { readonly status: number; readonly body: JsonObject; readonly after?: string };

export interface FaultyApi extends AsyncDisposable {
  readonly client: KubernetesClient;
  /** `PATCH /api/v1/...?...` of each request, in order. */
  readonly seen: readonly string[];
  /** What happens to a request; undefined: it goes through. `index` counts the requests for which `writes` holds, from 0. */
  fault: (line: string, index: number) => Fault | undefined;
}

const TOKEN = 'faulty-api-test-token';

/** Whether a line is a write that changes something. */
export function writes(line: string): boolean {
  return !line.startsWith('GET ') && !line.includes('dryRun=All');
}

/** Stands between a client and the run's real API server and does what a test says to single requests. What a dying server does beside that is not shown. */
export async function openFaultyApi(): Promise<FaultyApi> {
  const { connection } = testSurroundings();
  const { credential } = connection;
  const ca = authority();
  const leaf = issueCertificate(
    ca,
    { commonName: 'faulty-api', usages: ['server'], addresses: ['127.0.0.1'] },
    validity(-1, 10),
  );
  const agent = new Agent({
    keepAlive: true,
    ca: connection.caPem,
    ...(credential.kind === 'certificate' ? { cert: credential.certPem, key: credential.keyPem } : {}),
  });
  const seen: string[] = [];
  let index = 0;
  const server = createServer({ cert: leaf.certPem, key: leaf.keyPem }, (request, response) => {
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    seen.push(line);
    const fault = api.fault(line, index);
    if (writes(line)) index += 1;
    if (fault === 'drop') request.socket.destroy();
    else if (fault === undefined || fault === 'lose') pass(request, response, fault === 'lose');
    else {
      const after: Record<string, string> = fault.after === undefined ? {} : { 'retry-after': fault.after };
      json(response, fault.status, fault.body, after);
    }
  });
  const pass = (request: IncomingMessage, response: ServerResponse, lost: boolean): void => {
    const { authorization: _own, ...headers } = request.headers;
    const admin = credential.kind === 'token' ? { authorization: `Bearer ${credential.token}` } : {};
    const outgoing = forward(
      new URL(request.url ?? '/', connection.server),
      { method: request.method ?? 'GET', agent, headers: { ...headers, ...admin } },
      (answer) => {
        if (!lost) return void answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
        answer.on('end', () => request.socket.destroy());
        answer.resume();
      },
    );
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    request.pipe(outgoing);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createClient({
    server: `https://127.0.0.1:${port}`,
    caPem: ca.certPem,
    credential: { kind: 'token', token: TOKEN },
  });
  const api: FaultyApi = {
    client,
    seen,
    fault: () => undefined,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
  return api;
}
