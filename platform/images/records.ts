import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../host/atomic-file';
import { hasErrorCode } from '../../host/error-code';
import type { DebianPackage, StoredImage, ToolInImage } from './image';

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  architecture: z.string(),
  source: z.string(),
  sourceVersion: z.string(),
  maintainer: z.string(),
  homepage: z.string().optional(),
  description: z.string(),
  depends: z.array(z.string()),
  sha256: z.string().optional(),
});

const schema = z.object({
  image: z.object({
    name: z.string(),
    version: z.string(),
    reference: z.string(),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    size: z.int(),
    packages: z.int(),
    created: z.string(),
    storedAt: z.string(),
    origin: z.enum(['built', 'imported']),
  }),
  packages: z.array(packageSchema),
  tools: z.array(z.object({ name: z.string(), version: z.string(), sha256: z.string(), path: z.string() })),
  suite: z.string().optional(),
  recipe: z.string().optional(),
  /** Every blob of it, so that those of nobody can be told. */
  blobs: z.array(z.string()),
});

export interface ImageRecord {
  readonly image: StoredImage;
  readonly packages: readonly DebianPackage[];
  readonly tools: readonly ToolInImage[];
  /** Debian's suite; unknown for an image that is not ours. */
  readonly suite?: string | undefined;
  /** `recipeDigest` of what it was built by; unknown for an image that was not built here. */
  readonly recipe?: string | undefined;
  readonly blobs: readonly string[];
}

/** What is known of the images in the store: `records/<name>/<hex of the digest>.json`, and which of them is the present one. */
export class ImageRecords {
  readonly #folder: string;

  constructor(storeDirectory: string) {
    this.#folder = join(storeDirectory, 'records');
  }

  /** Every name with a present image, sorted. */
  names(): string[] {
    return namesIn(this.#folder).filter((name) => this.#currentDigest(name) !== undefined);
  }

  /** The present image of a name. */
  current(name: string): ImageRecord | undefined {
    const digest = this.#currentDigest(name);
    return digest === undefined ? undefined : this.byDigest(name, digest);
  }

  byDigest(name: string, digest: string): ImageRecord | undefined {
    const content = contentOf(join(this.#folder, name, `${digest.slice('sha256:'.length)}.json`));
    // A record that can't be read is as good as none: the image is made again.
    return content === undefined ? undefined : schema.safeParse(parsed(content)).data;
  }

  /** All of a name, the newest first. */
  all(name: string): ImageRecord[] {
    return namesIn(join(this.#folder, name))
      .flatMap((file) => {
        const hex = /^([0-9a-f]{64})\.json$/.exec(file)?.[1];
        const record = hex === undefined ? undefined : this.byDigest(name, `sha256:${hex}`);
        return record === undefined ? [] : [record];
      })
      .sort((a, b) => (a.image.storedAt < b.image.storedAt ? 1 : -1));
  }

  /** Writes the record, and makes it the present one of its name. */
  publish(record: ImageRecord): void {
    const { name, digest } = record.image;
    const folder = join(this.#folder, name);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    writeWhole(join(folder, `${digest.slice('sha256:'.length)}.json`), JSON.stringify(record), {
      mode: 0o644,
      durable: true,
    });
    writeWhole(join(folder, 'current'), digest, { mode: 0o644, durable: true });
  }

  /** Forgets an image that is not the present one. */
  forget({ image: { name, digest } }: ImageRecord): void {
    rmSync(join(this.#folder, name, `${digest.slice('sha256:'.length)}.json`), { force: true });
  }

  #currentDigest(name: string): string | undefined {
    const content = contentOf(join(this.#folder, name, 'current'))?.trim();
    return content !== undefined && /^sha256:[0-9a-f]{64}$/.test(content) ? content : undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    // Not whole: the schema refuses it.
    return undefined;
  }
}
