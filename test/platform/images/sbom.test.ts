import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { archiveOf, emptyStore } from './archives';
import { schemaErrors } from './cyclonedx-schema';

/** Stricter than the published schema: what we write, and nothing else. */
const component = z.strictObject({
  type: z.enum(['container', 'library', 'application']),
  'bom-ref': z.string().min(1),
  name: z.string().min(1),
  version: z.string().max(1_024),
  description: z.string().optional(),
  supplier: z.strictObject({ name: z.string() }).optional(),
  hashes: z
    .array(z.strictObject({ alg: z.literal('SHA-256'), content: z.string().regex(/^[0-9a-f]{64}$/) }))
    .optional(),
  purl: z
    .string()
    .regex(/^pkg:[a-z]+\/[\w.%/@?&=:~+-]+$/)
    .optional(),
  externalReferences: z.array(z.strictObject({ type: z.literal('website'), url: z.url() })).optional(),
  properties: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
});

const document = z.strictObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  version: z.int().min(1),
  metadata: z.strictObject({
    timestamp: z.iso.datetime(),
    tools: z.strictObject({ components: z.array(component) }),
    component,
  }),
  components: z.array(component),
  dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

function stanza(name: string, version: string, fields: Readonly<Record<string, string>> = {}): string {
  const all = { Package: name, Version: version, Architecture: 'amd64', Maintainer: 'A <a@b.example>', ...fields };
  return `${Object.entries(all)
    .map(([field, value]) => `${field}: ${value}`)
    .join('\n')}\n`;
}

async function sbomOf(...stanzas: readonly string[]): Promise<z.output<typeof document>> {
  const { images } = emptyStore();
  const { file } = await archiveOf({ layers: [[{ name: 'var/lib/dpkg/status', content: stanzas.join('\n') }]] });
  await images.import(file);
  const written: unknown = JSON.parse(JSON.stringify(images.sbom('foreign')));
  expect(schemaErrors(written)).toEqual([]);
  return document.parse(written);
}

describe('a bill of materials', () => {
  test('is refused by the published schema when it is wrong', () => {
    const wrong = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'package', name: 'aa' }] };
    expect(schemaErrors(wrong).map(({ instancePath, keyword }) => [instancePath, keyword])).toEqual([
      ['/components/0/type', 'enum'],
    ]);
  });

  test('has every package once, with the address that scanners know it by', async () => {
    const { components } = await sbomOf(
      stanza('libstdc++6', '1:12.2.0-14+deb12u1~x', { Source: 'gcc-12 (12.2.0-14)', Homepage: 'http://gcc.example/' }),
    );
    expect(components).toEqual([
      {
        type: 'library',
        'bom-ref': 'pkg:deb/debian/libstdc%2B%2B6@1%3A12.2.0-14%2Bdeb12u1~x?arch=amd64',
        name: 'libstdc++6',
        version: '1:12.2.0-14+deb12u1~x',
        description: '',
        supplier: { name: 'A <a@b.example>' },
        purl: 'pkg:deb/debian/libstdc%2B%2B6@1%3A12.2.0-14%2Bdeb12u1~x?arch=amd64',
        externalReferences: [{ type: 'website', url: 'http://gcc.example/' }],
        properties: [
          { name: 'testbed:debian:source', value: 'gcc-12' },
          { name: 'testbed:debian:source-version', value: '12.2.0-14' },
        ],
      },
    ]);
  });

  test('says which package needs which of those that are there', async () => {
    const { dependencies } = await sbomOf(
      stanza('aa', '1', { Depends: 'bb (>= 1) | cc, dd:any', 'Pre-Depends': 'ee' }),
      stanza('bb', '1'),
      stanza('ee', '1'),
    );
    const ref = (name: string): string => `pkg:deb/debian/${name}@1?arch=amd64`;
    expect(dependencies.slice(1)).toEqual([
      { ref: ref('aa'), dependsOn: [ref('bb'), ref('ee')] },
      { ref: ref('bb'), dependsOn: [] },
      { ref: ref('ee'), dependsOn: [] },
    ]);
    expect(dependencies[0]?.dependsOn).toEqual([ref('aa'), ref('bb'), ref('ee')]);
  });

  test('names nothing twice', async () => {
    const { components, dependencies } = await sbomOf(stanza('aa', '1'), stanza('bb', '2'));
    const refs = components.map((each) => each['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(new Set(dependencies.map(({ ref }) => ref)).size).toBe(refs.length + 1);
  });
});
