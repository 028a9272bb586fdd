import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { openImages, type Images } from '../../../platform/images';
import { buffersOf } from '../../../platform/images/tar-bytes';

export type Entry = Partial<Header> & Pick<Header, 'name'> & { readonly content?: string | Buffer };

export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-images-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function emptyStore(): { readonly images: Images; readonly directory: string } {
  const directory = workFolder();
  return { images: openImages({ directory }), directory };
}

export async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries)
    if (content === undefined) archive.entry(header);
    else archive.entry(header, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of buffersOf(archive)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

export interface Made {
  readonly file: string;
  readonly digest: string;
}

interface ArchiveOptions {
  readonly layers?: readonly (readonly Entry[])[];
  readonly gzipLayers?: boolean;
  readonly gzip?: boolean;
  readonly name?: string;
  readonly architecture?: string;
  /** What the config says of the layers. */
  readonly diffIds?: readonly string[];
  /** Changes the archive's own entries before they are written. */
  readonly change?: (entries: Entry[]) => Entry[];
}

/** Writes an OCI archive as somebody else would. */
export async function archiveOf(options: ArchiveOptions = {}): Promise<Made> {
  const layers = await Promise.all((options.layers ?? [[{ name: 'hello', content: 'world' }]]).map(tarOf));
  const packed = options.gzipLayers === true ? layers.map((layer) => gzipSync(layer)) : layers;
  const config = JSON.stringify({
    architecture: options.architecture ?? (process.arch === 'x64' ? 'amd64' : 'arm64'),
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: options.diffIds ?? layers.map(digestOf) },
  });
  const mediaType = `application/vnd.oci.image.layer.v1.tar${options.gzipLayers === true ? '+gzip' : ''}`;
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
    layers: packed.map((layer) => ({ mediaType, digest: digestOf(layer), size: layer.length })),
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: digestOf(manifest),
        size: manifest.length,
        annotations: { 'io.containerd.image.name': options.name ?? 'localhost/testbed/foreign:1' },
      },
    ],
  });
  const blob = (content: string | Buffer): Entry => ({
    name: `blobs/sha256/${digestOf(content).slice('sha256:'.length)}`,
    content,
  });
  const entries = [
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', content: index },
    ...[manifest, config, ...packed].map(blob),
  ];
  const bytes = await tarOf(options.change?.(entries) ?? entries);
  const file = join(workFolder(), 'archive.tar');
  await pipeline([options.gzip === true ? gzipSync(bytes) : bytes], createWriteStream(file));
  return { file, digest: digestOf(manifest) };
}
