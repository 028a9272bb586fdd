import { createHash } from 'node:crypto';
import { packageVersion } from '../../package/root';
import { repositoryOf, type DebianPackage, type ToolInImage } from './image';
import type { ImageRecord } from './records';

/** Qualifier of a package's address that scanners match with Debian's security data. */
const DISTRIBUTIONS: Readonly<Record<string, string>> = { bookworm: 'debian-12' };

interface Component {
  readonly type: 'container' | 'library' | 'application';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly supplier?: { readonly name: string };
  readonly hashes?: readonly { readonly alg: 'SHA-256'; readonly content: string }[];
  readonly purl?: string;
  readonly externalReferences?: readonly { readonly type: 'website'; readonly url: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** A bill of materials in CycloneDX 1.6. */
export interface Sbom {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: {
    readonly timestamp: string;
    readonly tools: { readonly components: readonly Component[] };
    readonly component: Component;
  };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** What is in an image, from its packages' control data: the same image gives the same document. */
export function sbomOf(record: ImageRecord): Sbom {
  const { image, packages, tools } = record;
  const distribution = DISTRIBUTIONS[record.suite ?? ''];
  const purl = `pkg:oci/${image.name}@${encodeURIComponent(image.digest)}?repository_url=${encodeURIComponent(repositoryOf(image.name))}&tag=${encodeURIComponent(image.version)}`;
  const components = [...packages.map((each) => packageComponent(each, distribution)), ...tools.map(toolComponent)];
  const refs = new Map(packages.map((each) => [each.name, packageUrl(each, distribution)]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(image.digest)}`,
    version: 1,
    metadata: {
      timestamp: image.created,
      tools: {
        components: [{ type: 'application', 'bom-ref': 'testbed', name: 'testbed', version: packageVersion() }],
      },
      component: {
        type: 'container',
        'bom-ref': purl,
        name: repositoryOf(image.name),
        version: image.version,
        hashes: [{ alg: 'SHA-256', content: image.digest.slice('sha256:'.length) }],
        purl,
      },
    },
    components,
    dependencies: [
      { ref: purl, dependsOn: components.map((each) => each['bom-ref']).sort() },
      ...packages.map((each) => ({
        ref: packageUrl(each, distribution),
        dependsOn: each.depends.flatMap((name) => refs.get(name) ?? []).sort(),
      })),
      ...tools.map((tool) => ({ ref: toolRef(tool), dependsOn: [] })),
    ],
  };
}

function packageComponent(each: DebianPackage, distribution: string | undefined): Component {
  return {
    type: 'library',
    'bom-ref': packageUrl(each, distribution),
    name: each.name,
    version: each.version,
    description: each.description,
    supplier: { name: each.maintainer },
    ...(each.sha256 === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: each.sha256 }] }),
    purl: packageUrl(each, distribution),
    ...(each.homepage === undefined ? {} : { externalReferences: [{ type: 'website', url: each.homepage }] }),
    properties: [
      { name: 'testbed:debian:source', value: each.source },
      { name: 'testbed:debian:source-version', value: each.sourceVersion },
    ],
  };
}

function toolComponent(tool: ToolInImage): Component {
  return {
    type: 'application',
    'bom-ref': toolRef(tool),
    name: tool.name,
    version: tool.version,
    hashes: [{ alg: 'SHA-256', content: tool.sha256 }],
    properties: [{ name: 'testbed:path', value: tool.path }],
  };
}

function toolRef({ name, version }: ToolInImage): string {
  return `tool:${name}@${version}`;
}

/** `pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12` */
function packageUrl({ name, version, architecture }: DebianPackage, distribution: string | undefined): string {
  const distro = distribution === undefined ? '' : `&distro=${distribution}`;
  return `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}${distro}`;
}

/** The same digest, the same number. */
function uuidOf(digest: string): string {
  const hex = createHash('sha256').update(`cyclonedx ${digest}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
