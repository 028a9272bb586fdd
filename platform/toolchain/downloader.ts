import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { brokenRedirect, explain, refused, tooLarge, tooManyRedirects, tookTooLong } from './download-failures';
import { isLoopback } from './loopback';
import type { ToolchainLimits } from './settings';
import { DownloadFailure } from './tool-errors';

const REDIRECTS = 5;
const TEXT_BYTES = 1024 * 1024;

export interface Downloaded {
  readonly sha256: string;
  readonly size: number;
}

/** Fetches files over https (or from a mirror), within bounds; remembers hosts that don't answer. Close it after use. */
export class Downloader {
  readonly #agent: EnvHttpProxyAgent;
  readonly #limits: ToolchainLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #unreachable = new Map<string, DownloadFailure>();

  /** Proxies come from HTTPS_PROXY, HTTP_PROXY and NO_PROXY of `environment`, in capitals or not. */
  constructor(environment: NodeJS.ProcessEnv, limits: ToolchainLimits, signal: AbortSignal | undefined) {
    const read = (name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? '';
    const timeout = { timeout: limits.connectMs };
    this.#agent = new EnvHttpProxyAgent({
      httpProxy: read('HTTP_PROXY'),
      httpsProxy: read('HTTPS_PROXY'),
      noProxy: read('NO_PROXY'),
      connect: timeout,
      proxyTls: timeout,
      requestTls: timeout,
    });
    this.#limits = limits;
    this.#signal = signal;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** A small text file. Throws DownloadFailure. */
  async text(url: string): Promise<string> {
    return this.#twice(url, async () => {
      const chunks: Buffer[] = [];
      await this.#stream(url, TEXT_BYTES, async (body) => {
        chunks.length = 0;
        for await (const chunk of body) chunks.push(chunk);
      });
      return Buffer.concat(chunks).toString('utf8');
    });
  }

  /** Streams to the file, which does not exist yet, hashing on the way; synced to disk. Throws DownloadFailure, or what the disk says. */
  async file(
    url: string,
    target: string,
    onBytes: (bytes: number, total: number | undefined) => void,
  ): Promise<Downloaded> {
    let attempt = 0;
    return this.#twice(url, async () => {
      const hash = createHash('sha256');
      let size = 0;
      attempt += 1;
      await this.#stream(url, this.#limits.downloadBytes, async (body, total) => {
        await pipeline(
          body,
          async function* (chunks) {
            for await (const chunk of chunks) {
              hash.update(chunk);
              size += chunk.length;
              onBytes(size, total);
              yield chunk;
            }
          },
          // The half of a first attempt is overwritten; both lie in a work folder that is ended in any case.
          createWriteStream(target, { flags: attempt === 1 ? 'wx' : 'w', mode: 0o600, flush: true }),
        );
      });
      return { sha256: hash.digest('hex'), size };
    });
  }

  /** One more attempt where the line broke or the server stumbled; none where the answer is the answer. */
  async #twice<T>(url: string, attempt: () => Promise<T>): Promise<T> {
    const { host } = new URL(url);
    const before = this.#unreachable.get(host);
    if (before !== undefined) throw before;
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof DownloadFailure && error.kind === 'unreachable') this.#unreachable.set(host, error);
      if (!(error instanceof DownloadFailure) || error.kind !== 'transient') throw error;
      return await attempt();
    }
  }

  async #stream(
    url: string,
    maxBytes: number,
    consume: (body: AsyncGenerator<Buffer>, total: number | undefined) => Promise<void>,
  ): Promise<void> {
    const overall = AbortSignal.timeout(this.#limits.downloadMs);
    const signal = this.#signal === undefined ? overall : AbortSignal.any([overall, this.#signal]);
    try {
      const { body, headers } = await this.#follow(new URL(url), signal);
      const length = headers['content-length'];
      const total = typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
      try {
        if (total !== undefined && total > maxBytes) throw tooLarge(url, maxBytes);
        await consume(bounded(body, url, maxBytes), total);
      } finally {
        body.destroy();
      }
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (overall.aborted) throw tookTooLong(url, this.#limits.downloadMs, error);
      throw explain(error, url, this.#limits.idleMs);
    }
  }

  async #follow(start: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    let url = start;
    for (let hops = 0; ; hops += 1) {
      const response = await request(url, {
        dispatcher: this.#agent,
        signal,
        headersTimeout: this.#limits.idleMs,
        bodyTimeout: this.#limits.idleMs,
      });
      // Ending a body before its end is an error to it, but not to us.
      response.body.on('error', () => undefined);
      const { statusCode } = response;
      if (statusCode === 200) return response;
      response.body.destroy();
      const location = response.headers['location'];
      if (![301, 302, 303, 307, 308].includes(statusCode) || typeof location !== 'string')
        throw refused(url, statusCode);
      if (hops === REDIRECTS) throw tooManyRedirects(start, REDIRECTS);
      url = redirect(url, location);
    }
  }
}

/** Passes the body on until it is larger than allowed. */
async function* bounded(body: AsyncIterable<Buffer>, url: string, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(url, maxBytes);
    yield chunk;
  }
}

function redirect(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to !== undefined && (to.protocol === 'https:' || (to.protocol === 'http:' && isLoopback(to)))) return to;
  throw brokenRedirect(from, to);
}
