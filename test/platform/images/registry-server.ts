import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands in for a registry, on loopback over http: the few calls of the OCI distribution API that a push makes, refusing what a registry must
 * refuse. It proves what we send and in which order; not that any vendor's registry takes it, nor TLS.
 */
export interface RegistryServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly blobs: Map<string, Buffer>;
  /** By `repository:tag`. */
  readonly manifests: Map<string, Buffer>;
  readonly calls: string[];
}

export async function startRegistry(
  options: { readonly login?: 'basic' | 'bearer'; readonly uploadsTo?: string } = {},
): Promise<RegistryServer> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const calls: string[] = [];
  const wanted = { basic: `Basic ${Buffer.from('user:password').toString('base64')}`, bearer: 'Bearer a-token' };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://registry');
    calls.push(`${request.method ?? ''} ${url.pathname}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const answer = (status: number, headers: Record<string, string> = {}, words = ''): void =>
        void response.writeHead(status, headers).end(words);
      if (url.pathname === '/token') {
        const isKnown = request.headers.authorization === wanted.basic;
        const isScoped = url.searchParams.get('scope') === 'repository:cloud/testbed/foreign:pull,push';
        return answer(isKnown && isScoped ? 200 : 401, {}, '{"token":"a-token"}');
      }
      if (options.login !== undefined && request.headers.authorization !== wanted[options.login]) {
        const { port } = server.address() as AddressInfo;
        const bearer = `Bearer realm="http://127.0.0.1:${port}/token",service="registry"`;
        return answer(401, { 'www-authenticate': options.login === 'basic' ? 'Basic realm="x"' : bearer });
      }
      if (url.pathname === '/v2/') return answer(200);
      const [, repository = '', kind, rest = ''] = /^\/v2\/(.+?)\/(blobs|manifests)\/(.*)$/.exec(url.pathname) ?? [];
      const found = `sha256:${createHash('sha256').update(body).digest('hex')}`;
      if (kind === 'manifests' && request.method === 'PUT') {
        const parts: { config: { digest: string }; layers: { digest: string }[] } = JSON.parse(body.toString());
        const isWhole = [parts.config, ...parts.layers].every(({ digest }) => blobs.has(digest));
        if (!isWhole) return answer(404, {}, 'MANIFEST_BLOB_UNKNOWN');
        manifests.set(`${repository}:${rest}`, body);
        return answer(201);
      }
      if (kind === 'blobs' && request.method === 'HEAD') return answer(blobs.has(rest) ? 200 : 404);
      if (kind === 'blobs' && request.method === 'POST')
        return answer(202, {
          location: `${options.uploadsTo ?? ''}/v2/${repository}/blobs/uploads/${randomUUID()}?state=x`,
        });
      if (kind === 'blobs' && request.method === 'PUT') {
        if (url.searchParams.get('digest') !== found || url.searchParams.get('state') !== 'x')
          return answer(400, {}, 'DIGEST_INVALID');
        blobs.set(found, body);
        return answer(201);
      }
      return answer(405);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/cloud`,
    host,
    blobs,
    manifests,
    calls,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
