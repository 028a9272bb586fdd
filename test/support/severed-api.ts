import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as forward, Agent, createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import { issueCertificate } from '../../x509/certificates';
import { authority, validity } from '../kubernetes/support/fault-server';
import { testSurroundings } from './cluster';

/** `GET /api/v1/...`, without the query. */
export type Seen = string;

export interface SeveredApi extends AsyncDisposable {
  /** `https://127.0.0.1:port`; the port stays the same over cuts. */
  readonly server: string;
  /** Context `testbed-admin` with all rights, by way of this server. */
  readonly kubeconfig: string;
  /**
   * Goes away at the first request that `at` accepts: every connection breaks, none is accepted any more. `reached`: whether that request
   * still reaches the API server, which does it while the answer is lost. Resolves when it is gone.
   */
  cut(at: (request: Seen) => boolean, reached: boolean): Promise<void>;
  /** Goes away now. */
  cutNow(): Promise<void>;
  /** Comes back at the same address. */
  restore(): Promise<void>;
}

const TOKEN = 'severed-api-test-token';

/**
 * Stands between a command and the run's real API server, and goes away when a test says so. TLS ends here, with an authority of its
 * own, so that requests can be told from each other; what arrives is passed on as it is. It proves what a command does when its
 * cluster's address stops answering, not how a dying API server behaves otherwise.
 */
export async function openSeveredApi(): Promise<SeveredApi> {
  const { connection } = testSurroundings();
  const { credential } = connection;
  const ca = authority();
  const leaf = issueCertificate(
    ca,
    { commonName: 'severed-api', usages: ['server'], addresses: ['127.0.0.1'] },
    validity(-1, 10),
  );
  const asAdmin = new Agent({
    keepAlive: true,
    ca: connection.caPem,
    ...(credential.kind === 'certificate' ? { cert: credential.certPem, key: credential.keyPem } : {}),
  });
  const asCaller = new Agent({ keepAlive: true, ca: connection.caPem });
  let severing:
    | { readonly at: (request: Seen) => boolean; readonly reached: boolean; readonly done: () => void }
    | undefined;

  const server = createServer({ cert: leaf.certPem, key: leaf.keyPem }, (request, response) => {
    const seen = `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`;
    const cut = severing?.at(seen) === true ? severing : undefined;
    if (cut === undefined) return pass(request, response);
    severing = undefined;
    const gone = (): void => {
      server.once('close', cut.done);
      sever();
    };
    if (cut.reached) pass(request, undefined, gone);
    else gone();
  });

  /** Without a `response` the answer is thrown away. */
  const pass = (request: IncomingMessage, response: ServerResponse | undefined, answered?: () => void): void => {
    const own = request.headers.authorization === `Bearer ${TOKEN}`;
    const { authorization, ...others } = request.headers;
    const admin = credential.kind === 'token' ? { authorization: `Bearer ${credential.token}` } : {};
    const outgoing = forward(
      new URL(request.url ?? '/', connection.server),
      {
        method: request.method ?? 'GET',
        agent: own ? asAdmin : asCaller,
        headers: { ...others, ...(own ? admin : authorization === undefined ? {} : { authorization }) },
      },
      (answer) => {
        answer.on('end', () => answered?.());
        if (response === undefined) answer.resume();
        else answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
      },
    );
    outgoing.on('error', () => response?.destroy());
    // A watch ends with its reader.
    response?.on('close', () => outgoing.destroy());
    request.pipe(outgoing);
  };

  const sever = (): void => {
    server.close();
    server.closeAllConnections();
  };
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const address = `https://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'testbed-severed-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    writeKubeconfig({
      connection: { server: address, caPem: ca.certPem, credential: { kind: 'token', token: TOKEN } },
      context: 'testbed-admin',
    }),
    { mode: 0o600 },
  );
  return {
    server: address,
    kubeconfig,
    cut: (at, reached) =>
      new Promise((done) => {
        severing = { at, reached, done };
      }),
    cutNow: async () => {
      const closed = once(server, 'close');
      sever();
      await closed;
    },
    restore: async () => {
      severing = undefined;
      if (!server.listening) await listen(port);
    },
    [Symbol.asyncDispose]: async () => {
      sever();
      asAdmin.destroy();
      asCaller.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
