import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { OnProgress } from '../../errors';
import { TestbedError, text } from '../../errors';
import { packageRoot } from '../../package/root';
import { readPins, type ChecksumPins } from './checksums';
import type { Platform, ToolSource } from './tool';

/** Bounds of everything that may take long or grow; milliseconds and bytes. */
export interface ToolchainLimits {
  readonly connectMs: number;
  /** Nothing received for so long ends a download. */
  readonly idleMs: number;
  readonly downloadMs: number;
  readonly downloadBytes: number;
  readonly buildMs: number;
  /** How long to wait for another process that provides the same tool. */
  readonly waitMs: number;
  readonly versionMs: number;
  /** Between two `update` events. */
  readonly progressMs: number;
}

const DEFAULT_LIMITS: ToolchainLimits = {
  connectMs: 10_000,
  idleMs: 30_000,
  downloadMs: 20 * 60_000,
  downloadBytes: 400 * 1024 * 1024,
  buildMs: 60 * 60_000,
  waitMs: 90 * 60_000,
  versionMs: 20_000,
  progressMs: 2_000,
};

/** All optional; an option wins over its environment variable. */
export interface ToolchainOptions {
  /** Default `$XDG_CACHE_HOME/testbed/tools`, else `~/.cache/testbed/tools`. */
  readonly cacheDirectory?: string;
  /** Which sources may be used, in this order. `TESTBED_TOOLS_FROM` (comma list); default path, download, build. */
  readonly from?: readonly ToolSource[];
  /** Nothing is downloaded or built. Default false. */
  readonly offline?: boolean;
  /**
   * Base URL that stands for `https://`: `BASE/dl.k8s.io/release/...`. `TESTBED_TOOLS_MIRROR`.
   * Over plain http (loopback aside) only files with a pinned checksum are taken.
   */
  readonly mirror?: string;
  /**
   * A file of lines `sha256  name`, name being the vendor's file name or its address without `https://`. `TESTBED_TOOLS_CHECKSUMS`.
   * A pinned checksum replaces the vendor's own.
   */
  readonly checksumsFile?: string;
  /** Default `process.env`; PATH, HTTPS_PROXY, NO_PROXY, GOPROXY and the like come from here. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Folder of the Go modules. Default platform/toolchain of this package. */
  readonly modulesDirectory?: string;
  readonly limits?: Partial<ToolchainLimits>;
  /** Aborting ends downloads and child processes; the call then fails with Interrupted. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Options and environment, read once. */
export interface Settings {
  readonly cacheDirectory: string;
  readonly from: readonly ToolSource[];
  readonly offline: boolean;
  readonly mirror: URL | undefined;
  readonly pins: ChecksumPins;
  readonly environment: NodeJS.ProcessEnv;
  readonly modulesDirectory: string;
  /** Undefined on machines for which no vendor publishes and no build is tried. */
  readonly platform: Platform | undefined;
  /** `linux-amd64`; part of the cache's folder names. */
  readonly platformName: string;
  readonly limits: ToolchainLimits;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: OnProgress | undefined;
}

/** Throws UsageWrong for a setting that can't be read. */
export function readSettings(options: ToolchainOptions): Settings {
  const environment = options.environment ?? process.env;
  const platform = platformOf(process.platform, process.arch);
  const mirror = options.mirror ?? setting(environment, 'TESTBED_TOOLS_MIRROR');
  const checksums = options.checksumsFile ?? setting(environment, 'TESTBED_TOOLS_CHECKSUMS');
  return {
    cacheDirectory: resolve(options.cacheDirectory ?? join(defaultCacheRoot(environment), 'tools')),
    from: options.from ?? readSources(setting(environment, 'TESTBED_TOOLS_FROM')),
    offline: options.offline ?? false,
    mirror: mirror === undefined ? undefined : readMirror(mirror),
    pins: checksums === undefined ? new Map() : readPins(checksums),
    environment,
    modulesDirectory: options.modulesDirectory ?? join(packageRoot(), 'platform', 'toolchain'),
    platform,
    platformName: platform === undefined ? `${process.platform}-${process.arch}` : `${platform.os}-${platform.arch}`,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    signal: options.signal,
    onProgress: options.onProgress,
  };
}

function setting(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** Where everything lies that can be made again: `~/.cache/testbed`. The XDG rule: a relative path there is ignored. */
export function defaultCacheRoot(environment: NodeJS.ProcessEnv): string {
  const xdg = environment['XDG_CACHE_HOME'];
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(environment['HOME'] ?? homedir(), '.cache');
  return join(base, 'testbed');
}

function platformOf(os: string, arch: string): Platform | undefined {
  if (os !== 'linux' && os !== 'darwin') return undefined;
  if (arch === 'x64') return { os, arch: 'amd64' };
  return arch === 'arm64' ? { os, arch } : undefined;
}

const ALL_SOURCES: readonly ToolSource[] = ['path', 'download', 'build'];

function readSources(list: string | undefined): readonly ToolSource[] {
  if (list === undefined) return ALL_SOURCES;
  return list.split(',').map((word) => {
    const source = ALL_SOURCES.find((known) => known === word.trim());
    if (source !== undefined) return source;
    throw new TestbedError(
      'UsageWrong',
      text(
        `TESTBED_TOOLS_FROM names "${word.trim()}", which is no source: use a comma list of path, download, build`,
        `TESTBED_TOOLS_FROM의 "${word.trim()}"은(는) 알 수 없는 출처입니다. path, download, build를 쉼표로 이어 적으십시오`,
      ),
    );
  });
}

function readMirror(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === ''
  )
    return url;
  // The address itself is not repeated: it may hold a password.
  throw new TestbedError(
    'UsageWrong',
    text(
      'the tools mirror (TESTBED_TOOLS_MIRROR) must be an http or https address without user name, password or query',
      '도구 미러(TESTBED_TOOLS_MIRROR)는 사용자 이름, 비밀번호, 쿼리가 없는 http 또는 https 주소여야 합니다',
    ),
  );
}
