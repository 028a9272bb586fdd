// The vendors are stood in for by a server on loopback (see vendor-server.ts), their tools by shell scripts.
import { createServer, get } from 'node:http';
import { describe, expect, test } from 'vitest';
import { resolveTools } from '../../../platform/toolchain';
import { KUBECTL, kubectlVendor } from './kubectl-vendor';
import { failureOf, workbench } from './workbench';
import type { AddressInfo } from 'node:net';

describe('a proxy', () => {
  /** Passes plain requests on, and refuses every tunnel; tells what it was asked. */
  async function startProxy(): Promise<{ address: string; asked: string[] } & Disposable> {
    const asked: string[] = [];
    const proxy = createServer((incoming, response) => {
      asked.push(`GET ${incoming.url}`);
      get(incoming.url ?? '', (upstream) => {
        response.writeHead(upstream.statusCode ?? 502);
        upstream.pipe(response);
      });
    });
    proxy.on('connect', (incoming, socket) => {
      asked.push(`CONNECT ${incoming.url}`);
      socket.end('HTTP/1.1 502 Bad gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    return {
      address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      asked,
      [Symbol.dispose]: () => {
        proxy.closeAllConnections();
        proxy.close();
      },
    };
  }

  test.each([
    ['', 2],
    ['127.0.0.1', 0],
  ])('of the environment is used, and left aside for hosts of NO_PROXY ("%s")', async (noProxy, requests) => {
    using bench = workbench();
    using proxy = await startProxy();
    await using vendor = await kubectlVendor(KUBECTL);
    const environment = { ...bench.options.environment, HTTP_PROXY: proxy.address, NO_PROXY: noProxy };
    await resolveTools(['kubectl'], { ...bench.options, environment, from: ['download'], mirror: vendor.mirror });
    expect(proxy.asked).toHaveLength(requests);
  });

  test('is asked for a tunnel to a vendor, and a vendor that is not reached is asked once for all its tools', async () => {
    using bench = workbench();
    using proxy = await startProxy();
    const environment = { ...bench.options.environment, HTTPS_PROXY: proxy.address };
    const error = await failureOf(['kubectl', 'pulumi'], {
      ...bench.options,
      environment,
      from: ['download', 'build'],
      mirror: 'https://vendor.invalid',
    });
    expect(proxy.asked).toEqual(['CONNECT vendor.invalid:443']);
    expect(error.code).toBe('ToolMissing');
    expect(error.details.map(({ en }) => en).filter((line) => line.includes('proxy'))).toEqual(
      Array<string>(2).fill('  the proxy gives no way to vendor.invalid (502)'),
    );
  });
});
