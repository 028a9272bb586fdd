import { resolve } from 'node:path';
import { TestbedError, text } from '../errors';
import {
  openImages,
  recipeNames,
  type ImageDifference,
  type Images,
  type PackageChange,
  type Sbom,
  type StoredImage,
} from '../platform/images';
import { resolveTools } from '../platform/toolchain';
import { outdatedUses, type OutdatedUse } from './images-in-use';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';

export interface ImagesListResult {
  readonly images: readonly StoredImage[];
  /** Names that there is a recipe for and no image. */
  readonly missing: readonly string[];
}

/** Every image of the store, and which could be built. */
export async function imagesList(surroundings: Surroundings): Promise<ImagesListResult> {
  const images = imagesOf(surroundings).list();
  return { images, missing: recipeNames().filter((name) => !images.some((image) => image.name === name)) };
}

export interface ImagesBuildResult {
  readonly images: readonly {
    readonly image: StoredImage;
    readonly outcome: 'new' | 'unchanged' | 'changed';
    /** Packages that are another version than in the image before. */
    readonly changes: readonly PackageChange[];
  }[];
  /** Testbeds that run an older image than the present one; undefined when no cluster could be asked. */
  readonly outdated: readonly OutdatedUse[] | undefined;
}

export interface ImagesBuildOptions extends TargetOptions {
  /** Default: all that there is a recipe for. */
  readonly name?: string | undefined;
}

/** Builds images on the newest packages of the site's Debian mirror, and says what changed and who still runs the old ones. */
export async function imagesBuild(options: ImagesBuildOptions, surroundings: Surroundings): Promise<ImagesBuildResult> {
  const images = imagesOf(surroundings);
  const names = options.name === undefined ? recipeNames() : [options.name];
  const built: ImagesBuildResult['images'][number][] = [];
  for (const [position, name] of names.entries()) {
    const before = images.list().find((image) => image.name === name);
    const image = await images.build(name, { index: position + 1, total: names.length });
    if (before === undefined) built.push({ image, outcome: 'new', changes: [] });
    else if (before.digest === image.digest) built.push({ image, outcome: 'unchanged', changes: [] });
    else {
      const { changes } = await images.diff(`${name}@${before.digest}`, name);
      built.push({ image, outcome: 'changed', changes });
    }
  }
  return { images: built, outdated: await outdatedUses(images.list(), options, surroundings) };
}

export interface ImagesImportOptions {
  readonly file: string;
  /** `postgres:15`, for an archive that does not say. */
  readonly as?: string | undefined;
}

/** Takes an image from an OCI archive into the store. */
export async function imagesImport(options: ImagesImportOptions, surroundings: Surroundings): Promise<StoredImage> {
  return imagesOf(surroundings).import(resolve(surroundings.cwd, options.file), options.as);
}

export interface ImagesExportOptions {
  readonly name: string;
  /** Write an OCI archive there. */
  readonly file?: string | undefined;
  /** Or push to this registry. */
  readonly registry?: string | undefined;
}

export interface ImagesExportResult {
  readonly image: StoredImage;
  /** The archive's path, or the reference by digest in the registry. */
  readonly to: string;
}

/** Gives an image out: as an OCI archive or to a registry. Throws UsageWrong unless exactly one is named. */
export async function imagesExport(
  { name, file, registry }: ImagesExportOptions,
  surroundings: Surroundings,
): Promise<ImagesExportResult> {
  const images = imagesOf(surroundings);
  if (file !== undefined && registry === undefined) {
    const to = resolve(surroundings.cwd, file);
    return { image: await images.export(name, to), to };
  }
  if (registry !== undefined && file === undefined)
    return { image: images.find(name), to: await images.push(name, registry) };
  throw new TestbedError(
    'UsageWrong',
    text(
      'say where to: either --file FILE or --registry URL',
      '내보낼 곳을 지정하십시오. --file FILE 또는 --registry URL 중 하나입니다',
    ),
  );
}

/** What an image is made of, in CycloneDX 1.6. */
export async function imagesSbom({ name }: { readonly name: string }, surroundings: Surroundings): Promise<Sbom> {
  return imagesOf(surroundings).sbom(name);
}

export interface ImagesDiffOptions extends TargetOptions {
  /** `postgres`, or `postgres@sha256:...` */
  readonly before: string;
  /** Default: what a build would give now. */
  readonly after?: string | undefined;
}

export interface ImagesDiffResult extends ImageDifference {
  /** Testbeds that run an older image of this name than the present one; undefined when no cluster could be asked. */
  readonly outdated: readonly OutdatedUse[] | undefined;
}

/** What changes between two images, or by building one again, and who still runs an older one. */
export async function imagesDiff(options: ImagesDiffOptions, surroundings: Surroundings): Promise<ImagesDiffResult> {
  const images = imagesOf(surroundings);
  const difference = await images.diff(options.before, options.after);
  const present = images.list().filter(({ name }) => name === difference.name);
  return { ...difference, outdated: await outdatedUses(present, options, surroundings) };
}

/** The store of this user, with programs from the toolchain. */
function imagesOf({ environment, onProgress, signal, now }: Surroundings): Images {
  return openImages({
    environment,
    onProgress,
    signal,
    now,
    tool: async (name) => {
      if (name !== 'coredns') throw new Error(`no recipe takes the tool ${name}`);
      const { coredns } = await resolveTools(['coredns'], { environment, onProgress, signal });
      return coredns;
    },
  });
}
