/** One Debian package as its control data has it. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Name of the source package, and its version where it differs. */
  readonly source: string;
  readonly sourceVersion: string;
  readonly maintainer: string;
  readonly homepage?: string | undefined;
  readonly description: string;
  /** Names that it depends on, alternatives included, sorted; of packages in the image and not. */
  readonly depends: readonly string[];
  /** Of the package file; unknown in an image that is not ours. */
  readonly sha256?: string | undefined;
}

/** A program in an image that comes from no package. */
export interface ToolInImage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly path: string;
}

/** One image of the store. */
export interface StoredImage {
  /** `postgres` */
  readonly name: string;
  /** `15` */
  readonly version: string;
  /** By tag: `localhost/testbed/postgres:15` */
  readonly reference: string;
  /** Of the manifest: `sha256:...` */
  readonly digest: string;
  /** Bytes of manifest, config and layers. */
  readonly size: number;
  /** How many Debian packages are in it. */
  readonly packages: number;
  /** Time of the newest file of any of its packages: the same for every build of them. ISO 8601. */
  readonly created: string;
  /** When it came into the store. ISO 8601. */
  readonly storedAt: string;
  readonly origin: 'built' | 'imported';
}

/** `localhost/testbed/postgres` */
export function repositoryOf(name: string): string {
  return `localhost/testbed/${name}`;
}

/** What a pod names: `localhost/testbed/postgres@sha256:...` */
export function pinnedReference(image: Pick<StoredImage, 'name' | 'digest'>): string {
  return `${repositoryOf(image.name)}@${image.digest}`;
}
