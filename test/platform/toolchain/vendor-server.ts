import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = Buffer | string | ((request: IncomingMessage, response: ServerResponse) => void);

/**
 * Stands in for the vendors' hosts behind a mirror address on loopback. It proves what we do with answers; not that the vendors'
 * addresses are right, nor TLS.
 */
export interface VendorServer extends AsyncDisposable {
  readonly mirror: string;
  /** Path below the mirror's base, such as `/dl.k8s.io/...`, for an https address. */
  readonly serve: (url: string, answer: Answer) => void;
  readonly hits: (url: string) => number;
  readonly allHits: () => number;
}

export async function startVendor(): Promise<VendorServer> {
  const answers = new Map<string, Answer>();
  const counted: string[] = [];
  const pathOf = (url: string): string => url.replace(/^https:\/\//, '/base/');
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    counted.push(path);
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end('nothing here');
    else if (typeof answer === 'function') answer(request, response);
    else response.writeHead(200, { 'content-length': Buffer.byteLength(answer) }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    mirror: `http://127.0.0.1:${port}/base/`,
    serve: (url, answer) => void answers.set(pathOf(url), answer),
    hits: (url) => counted.filter((path) => path === pathOf(url)).length,
    allHits: () => counted.length,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Announces more than it sends, then breaks the line. */
export function truncated(content: Buffer): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': content.length + 100 });
    response.write(content, () => response.destroy());
  };
}

export function redirectTo(location: string): Answer {
  return (_request, response) => void response.writeHead(302, { location }).end();
}
