// The registry is stood in for by a server on loopback (see registry-server.ts).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openImages, type Images } from '../../../platform/images';
import { archiveOf, digestOf, workFolder } from './archives';
import { startRegistry } from './registry-server';

async function storeWithImage(environment: NodeJS.ProcessEnv = {}): Promise<{ images: Images; digest: string }> {
  const images = openImages({ directory: workFolder(), environment: { ...process.env, ...environment } });
  const { file, digest } = await archiveOf();
  await images.import(file);
  return { images, digest };
}

function loginFile(host: string): string {
  const file = join(workFolder(), 'auth.json');
  const auth = Buffer.from('user:password').toString('base64');
  writeFileSync(file, JSON.stringify({ auths: { [host]: { auth } } }));
  return file;
}

describe('a push', () => {
  test('brings every part and then the manifest, and nothing twice', async () => {
    await using registry = await startRegistry();
    const { images, digest } = await storeWithImage();
    expect(await images.push('foreign', registry.url)).toBe(`${registry.host}/cloud/testbed/foreign@${digest}`);
    const manifest = registry.manifests.get('cloud/testbed/foreign:1') ?? Buffer.alloc(0);
    expect(digestOf(manifest)).toBe(digest);
    expect(registry.blobs.size).toBe(2);
    registry.calls.length = 0;
    await images.push('foreign', registry.url);
    expect(registry.calls.map((call) => call.split(' ')[0])).toEqual(['GET', 'HEAD', 'HEAD', 'PUT']);
  });

  test.each(['basic', 'bearer'] as const)('logs in by %s with the file that is named', async (login) => {
    await using registry = await startRegistry({ login });
    const { images } = await storeWithImage({ TESTBED_REGISTRY_AUTH_FILE: loginFile(registry.host) });
    await images.push('foreign', registry.url);
    expect(registry.manifests.size).toBe(1);
  });

  test.each(['basic', 'bearer'] as const)('without a login is refused by %s, with a hint', async (login) => {
    await using registry = await startRegistry({ login });
    const { images } = await storeWithImage({ TESTBED_REGISTRY_AUTH_FILE: loginFile('other.example') });
    await expect(images.push('foreign', registry.url)).rejects.toMatchObject({
      code: 'RegistryRefused',
      message: `the registry ${registry.host} wants a login that is not there`,
    });
    expect(registry.blobs.size).toBe(0);
  });

  test('sends nothing to another host than the registry', async () => {
    await using registry = await startRegistry({ uploadsTo: 'http://127.0.0.1:9' });
    const { images } = await storeWithImage();
    await expect(images.push('foreign', registry.url)).rejects.toThrow('sends uploads to another host');
  });

  test('to nobody says so', async () => {
    const { images } = await storeWithImage();
    await expect(images.push('foreign', 'http://127.0.0.1:9/x')).rejects.toMatchObject({ code: 'RegistryRefused' });
  });

  test.each(['http://registry.example/x', 'https://user:secret@registry.example', 'registry.example'])(
    'to %s is refused without repeating it',
    async (address) => {
      const { images } = await storeWithImage();
      await expect(images.push('foreign', address)).rejects.toThrow(
        /^the registry must be an https address(?!.*secret)/,
      );
    },
  );
});
