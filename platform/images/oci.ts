import { createHash } from 'node:crypto';
import { z } from 'zod';
import { recipeDigest, type Recipe } from './recipe';
import { debianArchitecture } from './architecture';
import type { ToolInImage } from './image';

/** OCI image specification 1.0, as far as an image of ours uses it. */
export const MEDIA = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  gzippedLayer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

export const LABELS = {
  title: 'org.opencontainers.image.title',
  version: 'org.opencontainers.image.version',
  /** Debian's suite: `bookworm` */
  suite: 'io.testbed.image.suite',
  /** Which text of the recipe it was made by: SHA-256 of its values. */
  recipe: 'io.testbed.image.recipe',
  /** JSON: the programs in it that come from no package. */
  tools: 'io.testbed.image.tools',
} as const;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const bytes = z.int().min(0);
const words = z.array(z.string().max(32_768)).max(1_000);

export const descriptorSchema = z.object({
  mediaType: z.string().max(200),
  digest,
  size: bytes,
  annotations: z.record(z.string(), z.string()).optional(),
  platform: z.object({ architecture: z.string(), os: z.string() }).optional(),
});
export type Descriptor = z.output<typeof descriptorSchema>;

export const indexSchema = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(descriptorSchema).min(1).max(100),
});

export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.literal(MEDIA.manifest).optional(),
  config: descriptorSchema.extend({ mediaType: z.literal(MEDIA.config) }),
  layers: z
    .array(descriptorSchema.extend({ mediaType: z.enum([MEDIA.layer, MEDIA.gzippedLayer]) }))
    .min(1)
    .max(127),
});

export const configSchema = z.object({
  created: z.iso.datetime({ offset: true }).optional(),
  architecture: z.string(),
  os: z.literal('linux'),
  config: z
    .object({
      User: z.string().optional(),
      Env: words.nullish(),
      Entrypoint: words.nullish(),
      Cmd: words.nullish(),
      WorkingDir: z.string().optional(),
      StopSignal: z.string().optional(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .default({}),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digest).min(1).max(127) }),
});

export interface ImageDocuments {
  readonly config: string;
  readonly manifest: string;
  /** ISO 8601. */
  readonly created: string;
}

/** Config and manifest of an image of one layer. The same values give the same bytes. */
export function imageDocuments(
  recipe: Recipe,
  layer: { readonly digest: string; readonly size: number },
  tools: readonly ToolInImage[],
  seconds: number,
): ImageDocuments {
  const created = new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
  const { config, user } = recipe;
  const configuration = JSON.stringify({
    created,
    architecture: debianArchitecture(),
    os: 'linux',
    config: {
      User: `${user.uid}:${user.gid}`,
      Env: Object.entries(config.env).map(([name, value]) => `${name}=${value}`),
      ...(config.entrypoint === undefined ? {} : { Entrypoint: config.entrypoint }),
      ...(config.cmd === undefined ? {} : { Cmd: config.cmd }),
      WorkingDir: config.workdir,
      ...(config.stopSignal === undefined ? {} : { StopSignal: config.stopSignal }),
      Labels: {
        [LABELS.title]: recipe.name,
        [LABELS.version]: recipe.version,
        [LABELS.suite]: recipe.suite,
        [LABELS.recipe]: recipeDigest(recipe),
        ...(tools.length === 0 ? {} : { [LABELS.tools]: JSON.stringify(tools) }),
      },
    },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: { mediaType: MEDIA.config, ...describe(configuration) },
    layers: [{ mediaType: MEDIA.layer, digest: layer.digest, size: layer.size }],
  });
  return { config: configuration, manifest, created };
}

/** Digest and size of a document. */
export function describe(document: string | Buffer): { digest: string; size: number } {
  return {
    digest: `sha256:${createHash('sha256').update(document).digest('hex')}`,
    size: Buffer.byteLength(document),
  };
}
