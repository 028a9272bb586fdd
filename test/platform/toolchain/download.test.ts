// The vendors are stood in for by a server on loopback (see vendor-server.ts), their tools by shell scripts.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TestbedError } from '../../../errors';
import { resolveTools, type ToolchainOptions, type ToolName } from '../../../platform/toolchain';
import { redirectTo, startVendor, truncated, type Answer } from './vendor-server';
import { sha256, stand, tarball, vendorFile, workbench } from './workbench';

const KUBECTL = stand('kubectl', '1.34.4');
const kubectl = vendorFile('kubectl');
const pulumi = vendorFile('pulumi');
const pulumiName = pulumi.url.split('/').at(-1) ?? '';

/** A vendor that serves kubectl as told and the checksum of the right one. */
async function kubectlVendor(answer: Answer): ReturnType<typeof startVendor> {
  const vendor = await startVendor();
  vendor.serve(kubectl.checksumsUrl, `${sha256(KUBECTL)}\n`);
  vendor.serve(kubectl.url, answer);
  return vendor;
}

async function failureOf(names: readonly ToolName[], options: ToolchainOptions): Promise<TestbedError> {
  return resolveTools(names, options).then(
    () => {
      throw new Error('it was expected to fail');
    },
    (error: TestbedError) => error,
  );
}

describe('a download', () => {
  test('is checked, published with a receipt, and found in the cache afterwards without asking anybody', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor(KUBECTL);
    const options = { ...bench.options, from: ['download'] as const, mirror: vendor.mirror };

    const first = await resolveTools(['kubectl'], options);
    const path = join(bench.toolFolder('kubectl'), 'kubectl');
    expect(first.kubectl).toEqual({ name: 'kubectl', version: '1.34.4', path, source: 'download' });
    expect(statSync(path).mode & 0o777).toBe(0o755);
    expect(statSync(bench.toolFolder('kubectl')).mode & 0o777).toBe(0o755);
    expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toEqual({
      name: 'kubectl',
      version: '1.34.4',
      sha256: sha256(KUBECTL),
      size: KUBECTL.length,
      mtimeMs: statSync(path).mtimeMs,
      source: 'download',
      from: kubectl.url.replace('https://', vendor.mirror),
      vouchedBy: 'vendor',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(bench.left('kubectl')).toEqual(['kubectl', 'kubectl.json']);

    const second = await resolveTools(['kubectl'], options);
    expect(second.kubectl.source).toBe('cache');
    expect(vendor.allHits()).toBe(2);
  });

  test('of an archive takes the one file and nothing else', async () => {
    using bench = workbench();
    await using vendor = await startVendor();
    const archive = await tarball({
      'pulumi/pulumi-language-go': Buffer.alloc(200_000),
      './pulumi/pulumi': stand('pulumi', '3.259.0'),
      'pulumi/other': Buffer.from('x'),
    });
    vendor.serve(pulumi.checksumsUrl, `${'0'.repeat(64)}  another.zip\n${sha256(archive)}  ${pulumiName}\n`);
    vendor.serve(pulumi.url, archive);
    const { pulumi: tool } = await resolveTools(['pulumi'], {
      ...bench.options,
      from: ['download'],
      mirror: vendor.mirror,
    });
    expect(readFileSync(tool.path)).toEqual(stand('pulumi', '3.259.0'));
    expect(bench.left('pulumi')).toEqual(['pulumi', 'pulumi.json']);
  });

  test('with a wrong checksum stops everything, even where a build could follow', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor(stand('kubectl', '1.34.4-tampered'));
    const error = await failureOf(['kubectl'], {
      ...bench.options,
      from: ['download', 'build'],
      mirror: vendor.mirror,
    });
    expect(error.code).toBe('ToolDownloadFailed');
    expect(error.message).toContain(`has SHA-256 ${sha256(stand('kubectl', '1.34.4-tampered'))}`);
    expect(error.message).toContain(`the vendor's checksum file says ${sha256(KUBECTL)}`);
    expect(vendor.hits(kubectl.url)).toBe(1);
    expect(bench.left('kubectl')).toEqual([]);
  });

  test('that says another version is not taken, right checksum or not', async () => {
    using bench = workbench();
    await using vendor = await startVendor();
    const other = stand('kubectl', '1.34.3');
    vendor.serve(kubectl.checksumsUrl, sha256(other));
    vendor.serve(kubectl.url, other);
    const error = await failureOf(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(error.code).toBe('ToolDownloadFailed');
    expect(error.message).toMatch(/says version 1\.34\.3 where kubectl 1\.34\.4 is wanted$/);
    expect(bench.left('kubectl')).toEqual([]);
  });

  test('that breaks off is tried once more, and then fails', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor(truncated(KUBECTL.subarray(0, 10)));
    const error = await failureOf(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(error.code).toBe('ToolDownloadFailed');
    expect(error.message).toMatch(/broke off before its end$/);
    expect(vendor.hits(kubectl.url)).toBe(2);
    expect(bench.left('kubectl')).toEqual([]);
  });

  test('that breaks off once is whole the second time', async () => {
    using bench = workbench();
    let calls = 0;
    await using vendor = await kubectlVendor((request, response) => {
      calls += 1;
      const half = truncated(KUBECTL.subarray(0, 10));
      if (calls === 1 && typeof half === 'function') half(request, response);
      else response.end(KUBECTL);
    });
    const resolved = await resolveTools(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(readFileSync(resolved.kubectl.path)).toEqual(KUBECTL);
  });

  test.each([
    [404, 1],
    [403, 1],
    [503, 2],
    [429, 2],
  ])('answered by %i is asked for %i times', async (status, hits) => {
    using bench = workbench();
    await using vendor = await kubectlVendor((_request, response) => void response.writeHead(status).end());
    const error = await failureOf(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(error.message).toMatch(new RegExp(`/kubectl answers ${status}$`));
    expect(vendor.hits(kubectl.url)).toBe(hits);
  });

  /** A vendor that serves kubectl after so many redirects. */
  async function redirectingVendor(hops: number): ReturnType<typeof startVendor> {
    const vendor = await kubectlVendor(redirectTo('/base/hop/1'));
    for (let hop = 1; hop < hops; hop += 1) vendor.serve(`https://hop/${hop}`, redirectTo(`/base/hop/${hop + 1}`));
    vendor.serve(`https://hop/${hops}`, KUBECTL);
    return vendor;
  }

  test('follows five redirects', async () => {
    using bench = workbench();
    await using vendor = await redirectingVendor(5);
    const resolved = await resolveTools(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(resolved.kubectl.source).toBe('download');
  });

  test('follows no sixth redirect', async () => {
    using bench = workbench();
    await using vendor = await redirectingVendor(6);
    const error = await failureOf(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(error.message).toMatch(/redirects more than 5 times$/);
    expect(vendor.hits('https://hop/6')).toBe(0);
  });

  test.each(['http://192.0.2.1/kubectl?token=secret', 'ftp://192.0.2.1/kubectl?token=secret', 'http://'])(
    'does not follow a redirect to %s, and repeats no token',
    async (location) => {
      using bench = workbench();
      await using vendor = await kubectlVendor(redirectTo(location));
      const error = await failureOf(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
      expect(error.code).toBe('ToolDownloadFailed');
      expect(error.message).toMatch(/redirects to (?:http|ftp|no address).*, which is not https$/);
      expect(JSON.stringify([error.text, error.details, error.hint])).not.toContain('secret');
    },
  );

  test('that falls silent ends after the idle limit', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor((_request, response) => {
      response.writeHead(200, { 'content-length': KUBECTL.length });
      response.write(KUBECTL.subarray(0, 5));
    });
    const error = await failureOf(['kubectl'], {
      ...bench.options,
      from: ['download'],
      mirror: vendor.mirror,
      limits: { idleMs: 150 },
    });
    expect(error.message).toMatch(/sent nothing for 0\.15 s$/);
    expect(bench.left('kubectl')).toEqual([]);
  });

  test('that never ends, byte by byte, ends after the overall limit', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor((_request, response) => {
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failureOf(['kubectl'], {
      ...bench.options,
      from: ['download'],
      mirror: vendor.mirror,
      limits: { downloadMs: 300 },
    });
    expect(error.message).toMatch(/did not come within 0 s$/);
    expect(bench.left('kubectl')).toEqual([]);
  });

  test.each([
    ['announced', true],
    ['not announced', false],
  ])('larger than allowed is not taken (size %s)', async (_title, announced) => {
    using bench = workbench();
    await using vendor = await kubectlVendor((_request, response) => {
      response.writeHead(200, announced ? { 'content-length': 2_000 } : {});
      response.end(Buffer.alloc(2_000));
    });
    const error = await failureOf(['kubectl'], {
      ...bench.options,
      from: ['download'],
      mirror: vendor.mirror,
      limits: { downloadBytes: 1_000 },
    });
    expect(error.message).toMatch(/is larger than the 1000 bytes that are taken$/);
    expect(bench.left('kubectl')).toEqual([]);
  });

  test('is interrupted by the signal and leaves nothing', async () => {
    using bench = workbench();
    const aborting = new AbortController();
    await using vendor = await kubectlVendor((_request, response) => {
      response.writeHead(200, { 'content-length': KUBECTL.length });
      response.write(KUBECTL.subarray(0, 5), () => aborting.abort());
    });
    const error = await failureOf(['kubectl'], {
      ...bench.options,
      from: ['download'],
      mirror: vendor.mirror,
      signal: aborting.signal,
    });
    expect(error.code).toBe('Interrupted');
    expect(bench.left('kubectl')).toEqual([]);
  });
});

describe('an archive', () => {
  test.each<[string, () => Promise<Buffer>, RegExp]>([
    [
      'without the file',
      () => tarball({ 'pulumi/bin/pulumi': stand('pulumi', '3.259.0') }),
      /has no file pulumi\/pulumi$/,
    ],
    ['with a link in its place', () => tarball({ 'pulumi/pulumi': undefined }), /is no regular file or too large$/],
    ['that is none', async () => Buffer.from('<html>sign in first</html>'), /^the archive is damaged or none$/],
    [
      'cut off inside',
      async () => (await tarball({ 'pulumi/pulumi': Buffer.from(sha256('noise').repeat(500)) })).subarray(0, 60),
      /^the archive is damaged or none$/,
    ],
  ])('%s is refused', async (_title, make, words) => {
    using bench = workbench();
    await using vendor = await startVendor();
    const archive = await make();
    vendor.serve(pulumi.checksumsUrl, `${sha256(archive)} *${pulumiName}\n`);
    vendor.serve(pulumi.url, archive);
    const error = await failureOf(['pulumi'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(error.code).toBe('ToolDownloadFailed');
    expect(error.message).toMatch(words);
    expect(bench.left('pulumi')).toEqual([]);
  });
});

describe('a checksum', () => {
  const kwok = vendorFile('kwok');
  const KWOK = stand('kwok', '0.8.0');

  test('that the vendor does not publish must be pinned, else nothing is asked for', async () => {
    using bench = workbench();
    await using vendor = await startVendor();
    vendor.serve(kwok.url, KWOK);
    const error = await failureOf(['kwok'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(error.message).toMatch(/^the vendor publishes no checksum of kwok-.*: pin one in TESTBED_TOOLS_CHECKSUMS/);
    expect(vendor.allHits()).toBe(0);
  });

  test.each([
    ['by file name', (url: string) => url.split('/').at(-1) ?? ''],
    ['by address', (url: string) => url.replace('https://', './')],
  ])('is pinned %s', async (_title, nameOf) => {
    using bench = workbench();
    await using vendor = await startVendor();
    vendor.serve(kwok.url, KWOK);
    const checksumsFile = join(bench.folder, 'pins');
    writeFileSync(checksumsFile, `# the site's own\n\n${sha256(KWOK).toUpperCase()}  ${nameOf(kwok.url)}\n`);
    const environment = {
      ...bench.options.environment,
      TESTBED_TOOLS_MIRROR: vendor.mirror,
      TESTBED_TOOLS_CHECKSUMS: checksumsFile,
      TESTBED_TOOLS_FROM: 'download',
    };
    const { kwok: tool } = await resolveTools(['kwok'], { ...bench.options, environment });
    expect(JSON.parse(readFileSync(`${tool.path}.json`, 'utf8'))).toMatchObject({ vouchedBy: 'pin' });
  });

  test("that is pinned wins over the vendor's own", async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor(KUBECTL);
    const checksumsFile = join(bench.folder, 'pins');
    writeFileSync(checksumsFile, `${'a'.repeat(64)}  kubectl\n`);
    const error = await failureOf(['kubectl'], {
      ...bench.options,
      from: ['download'],
      mirror: vendor.mirror,
      checksumsFile,
    });
    expect(error.message).toContain(`but the pinned checksum says ${'a'.repeat(64)}`);
    expect(vendor.hits(kubectl.checksumsUrl)).toBe(0);
  });

  test('missing in the checksum file is no checksum', async () => {
    using bench = workbench();
    await using vendor = await startVendor();
    vendor.serve(pulumi.checksumsUrl, `${'0'.repeat(64)}  another.tar.gz\n`);
    const error = await failureOf(['pulumi'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(error.message).toBe(`the checksum file ${pulumi.checksumsUrl} has no checksum of ${pulumiName}`);
    expect(vendor.hits(pulumi.url)).toBe(0);
  });

  test('is needed as a pin where the mirror speaks plain http beyond loopback: nothing is asked for', async () => {
    using bench = workbench();
    const error = await failureOf(['kubectl'], { ...bench.options, from: ['download'], mirror: 'http://192.0.2.1/' });
    expect(error.message).toBe(
      'the mirror speaks plain http, where a checksum file proves nothing: pin kubectl in TESTBED_TOOLS_CHECKSUMS',
    );
  });
});

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
