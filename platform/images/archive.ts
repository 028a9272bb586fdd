import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { createWriteStream } from 'node:fs';
import { pack, type Pack } from 'tar-stream';
import type { BlobSize, Blobs } from './blobs';
import { pinnedReference, type StoredImage } from './image';
import { MEDIA, manifestSchema } from './oci';
import { buffersOf } from './tar-bytes';

const EPOCH = new Date(0);

/**
 * Writes an image as an OCI archive: an image layout in a tar, which `ctr images import` and others take. It bears both names of the image,
 * by tag and by digest. The same image gives the same bytes. Throws ImageDamaged for a store that holds something else.
 */
export async function writeArchive(
  image: StoredImage,
  blobs: Blobs,
  file: string,
  signal?: AbortSignal,
): Promise<void> {
  const archive = pack();
  const writing = pipeline(
    buffersOf(archive),
    createWriteStream(file, { flags: 'wx', mode: 0o644, flush: true }),
    signal === undefined ? {} : { signal },
  );
  const filling = fill(archive, image, blobs).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  // The reason of the one that failed first is the reason.
  await Promise.all([filling, writing]);
}

async function fill(archive: Pack, image: StoredImage, blobs: Blobs): Promise<void> {
  const text = blobs.document(image.digest);
  const manifest = manifestSchema.parse(JSON.parse(text));
  await document(archive, 'oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await document(archive, 'index.json', index(image, Buffer.byteLength(text)));
  await document(archive, blobName(image.digest), text);
  const seen = new Set<string>();
  for (const part of [manifest.config, ...manifest.layers]) {
    if (seen.has(part.digest)) continue;
    seen.add(part.digest);
    await blob(archive, part, blobs);
  }
  archive.finalize();
}

function index(image: StoredImage, size: number): string {
  const descriptor = (name: string, tag: string): object => ({
    mediaType: MEDIA.manifest,
    digest: image.digest,
    size,
    annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag },
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA.index,
    manifests: [descriptor(image.reference, image.version), descriptor(pinnedReference(image), image.digest)],
  });
}

function blobName(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`;
}

async function document(archive: Pack, name: string, content: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  archive.entry({ name, mode: 0o644, mtime: EPOCH }, content, (error) => (error ? reject(error) : resolve()));
  return promise;
}

async function blob(archive: Pack, part: BlobSize, blobs: Blobs): Promise<void> {
  const entry = archive.entry({ name: blobName(part.digest), size: part.size, mode: 0o644, mtime: EPOCH });
  await pipeline(Readable.from(blobs.read(part)), entry);
}
