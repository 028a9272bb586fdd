import type { VersionRange } from './versions';

export type ToolName =
  | 'pulumi'
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok'
  | 'kubectl'
  | 'kubelet'
  | 'kube-proxy'
  | 'calico-felix'
  | 'calico-cni'
  | 'coredns';

/** What a tool is needed for: the platform itself, a real node of the embedded cluster (Linux only), or people. */
export type ToolPurpose = 'platform' | 'real-node' | 'people';

/** Where a tool may come from; the cache stands between `path` and the others and needs no permission. */
export type ToolSource = 'path' | 'download' | 'build';

/** The machine a tool is for, in Go's words. */
export interface Platform {
  readonly os: 'linux' | 'darwin';
  readonly arch: 'amd64' | 'arm64';
}

/** One vendor file for one machine. */
export interface VendorFile {
  /** https, without query or credentials. */
  readonly url: string;
  /**
   * The vendor's own checksum file: `list` has lines `sha256  name`, `bare` one digest and nothing else.
   * Without one the file is used only where the site pins its checksum.
   */
  readonly checksums?: { readonly url: string; readonly format: 'list' | 'bare' };
  /** The file is the executable, or the executable is one entry (exact path) of a gzipped tar. */
  readonly content: { readonly kind: 'plain' } | { readonly kind: 'tar.gz'; readonly entry: string };
}

/** How a tool is built from its public Go module; the folder holds go.mod and go.sum, no source of others. */
interface GoBuild {
  /** Folder below platform/toolchain. */
  readonly module: string;
  readonly package: string;
  readonly tags?: string;
  readonly ldflags: string;
}

export interface Tool {
  readonly name: ToolName;
  /** The pinned version: what the cache holds, what is downloaded and built. */
  readonly version: string;
  /** The first group of `pattern`, applied to everything that the command prints, is the version. */
  readonly ask: {
    readonly args: readonly string[];
    readonly pattern: RegExp;
    /** The name by which the program must be called, where it is not the tool's. */
    readonly callAs?: string;
  };
  readonly purpose: ToolPurpose;
  /** Which versions on PATH will do; `pinned` for a build of ours, which nothing else can stand in for. */
  readonly suitable: VersionRange | 'pinned';
  readonly build: GoBuild;
  /** Undefined where the vendor publishes nothing usable for that machine. */
  readonly vendorFile: (platform: Platform) => VendorFile | undefined;
}

export interface ResolvedTool {
  readonly name: ToolName;
  /** What the file itself says. */
  readonly version: string;
  /** Absolute. */
  readonly path: string;
  /** `download` and `build` only in the run that did it; afterwards `cache`. */
  readonly source: 'path' | 'cache' | 'download' | 'build';
}
