// The vendors are stood in for by a server on loopback (see vendor-server.ts), their tools by shell scripts.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveTools } from '../../../platform/toolchain';
import { KUBECTL, kubectl, kubectlVendor } from './kubectl-vendor';
import { redirectTo, startVendor, truncated } from './vendor-server';
import { failureOf, sha256, stand, tarball, vendorFile, workbench } from './workbench';

const pulumi = vendorFile('pulumi');
const pulumiName = pulumi.url.split('/').at(-1) ?? '';

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
