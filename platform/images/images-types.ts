import type { OnProgress } from '../../errors';
import type { PackageChange } from './differences';
import type { StoredImage } from './image';
import type { Sbom } from './sbom';
import type { ToolFile } from './build';

export interface ImagesOptions {
  /** Default `$XDG_CACHE_HOME/testbed/images`, else `~/.cache/testbed/images`. */
  readonly directory?: string | undefined;
  /** Default `process.env`; PATH, proxies, TESTBED_DEBIAN_MIRROR and the like come from here. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Hands in the program that a recipe takes by name, such as coredns. Without it such an image can't be built. */
  readonly tool?: (name: string) => Promise<ToolFile>;
  /** Where the recipes lie. Default those of this package. */
  readonly recipes?: string;
  readonly now?: () => Date;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface ImageDifference {
  readonly name: string;
  /** Digest before. */
  readonly from: string;
  /** Digest after; absent for what a build would give, which is not built for a comparison. */
  readonly to?: string;
  readonly changes: readonly PackageChange[];
}

export interface Images {
  /** The present image of each name, by name. */
  list(): StoredImage[];
  /** Digests of a name that the store still has, the newest first. */
  digests(name: string): string[];
  /** Builds and publishes; the same packages give the same digest. Throws ImageBuildFailed, ImageDamaged. */
  build(name: string, position?: { readonly index: number; readonly total: number }): Promise<StoredImage>;
  /** The present image; built where there is none, or where recipe or programs are others than it was built by. */
  ensure(name: string): Promise<StoredImage>;
  /** The present image. Throws ImageMissing. */
  find(name: string): StoredImage;
  import(file: string, as?: string): Promise<StoredImage>;
  /** Writes an OCI archive that containerd imports; an existing file is replaced when the new one is whole. */
  export(name: string, file: string): Promise<StoredImage>;
  /** Returns the reference by digest in the registry. */
  push(name: string, registry: string): Promise<string>;
  sbom(name: string): Sbom;
  /** From one image to another, each `NAME` or `NAME@sha256:...`; without the second to what a build would give now. */
  diff(before: string, after?: string): Promise<ImageDifference>;
  /** A folder with the image's files, complete and read-only by agreement, named by digest. Made where it is missing. */
  unpack(name: string): Promise<string>;
}
