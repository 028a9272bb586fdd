import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { TestbedError } from '../../../errors';
import { resolveTools, type ToolchainOptions } from '../../../platform/toolchain';
import { cachedPath } from '../../../platform/toolchain/cached-tool';
import { readSettings } from '../../../platform/toolchain/settings';
import type { ToolName, VendorFile } from '../../../platform/toolchain/tool';
import { TOOLS } from '../../../platform/toolchain/tools';

/** A folder of its own for one test, gone after it. */
export interface Workbench extends Disposable {
  readonly folder: string;
  /** Options with an empty cache and a PATH on which nothing is. */
  readonly options: ToolchainOptions & { readonly cacheDirectory: string; readonly environment: NodeJS.ProcessEnv };
  /** Folder of one tool in the cache. */
  readonly toolFolder: (name: ToolName) => string;
  /** What lies in it, locks aside. */
  readonly left: (name: ToolName) => string[];
}

export function workbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'toolchain-'));
  const options = { cacheDirectory: join(folder, 'cache'), environment: { PATH: '', HOME: folder } };
  const toolFolder = (name: ToolName): string => dirname(cachedPath(TOOLS[name], readSettings(options)));
  return {
    folder,
    options,
    toolFolder,
    left: (name) =>
      readdirSync(toolFolder(name))
        .filter((entry) => !entry.endsWith('.lock'))
        .sort(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A shell script that says what the tool would say to the question for its version. */
export function stand(name: ToolName, version: string): Buffer {
  const says: Record<ToolName, string> = {
    pulumi: `v${version}`,
    etcd: `etcd Version: ${version}`,
    'kube-apiserver': `Kubernetes v${version}`,
    'kube-controller-manager': `Kubernetes v${version}`,
    'kube-scheduler': `Kubernetes v${version}`,
    kwok: `kwok version v${version} go1.26.8 (linux/amd64)`,
    kubectl: `Client Version: v${version}`,
    kubelet: `Kubernetes v${version}`,
    'kube-proxy': `Kubernetes v${version}`,
    'calico-felix': `Version:            v${version}`,
    'calico-cni': `v${version}`,
    coredns: `CoreDNS-${version}`,
  };
  return Buffer.from(`#!/bin/sh\necho '${says[name]}'\n`);
}

/** Writes an executable and returns its path. */
export function putExecutable(folder: string, name: string, content: string | Buffer): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, content);
  chmodSync(file, 0o755);
  return file;
}

export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A gzipped tar of regular files; an entry of `undefined` becomes a symbolic link to /bin/sh. */
export async function tarball(entries: Readonly<Record<string, Buffer | undefined>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(entries))
    if (content === undefined) tar.entry({ name, type: 'symlink', linkname: '/bin/sh' });
    else tar.entry({ name, mode: 0o755 }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

/** The vendor's file of a tool for this machine. */
export function vendorFile(name: ToolName): VendorFile & { readonly checksumsUrl: string } {
  const { platform } = readSettings({});
  const file = platform === undefined ? undefined : TOOLS[name].vendorFile(platform);
  if (file === undefined) throw new Error(`these tests need a machine for which the vendor has ${name}`);
  return { ...file, checksumsUrl: file.checksums?.url ?? '' };
}

/** The error with which the call fails, as it must. */
export async function failureOf(names: readonly ToolName[], options: ToolchainOptions): Promise<TestbedError> {
  return resolveTools(names, options).then(
    () => {
      throw new Error('it was expected to fail');
    },
    (error: TestbedError) => error,
  );
}
