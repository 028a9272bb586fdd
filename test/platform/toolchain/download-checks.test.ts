// The vendors are stood in for by a server on loopback (see vendor-server.ts), their tools by shell scripts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveTools } from '../../../platform/toolchain';
import { KUBECTL, kubectl, kubectlVendor } from './kubectl-vendor';
import { startVendor } from './vendor-server';
import { failureOf, sha256, stand, tarball, vendorFile, workbench } from './workbench';

const pulumi = vendorFile('pulumi');
const pulumiName = pulumi.url.split('/').at(-1) ?? '';

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
