import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterUpOptions } from '../platform/cluster';
import { openImages, pinnedReference, type Images } from '../platform/images';
import { resolveTools } from '../platform/toolchain';
import { defaultCacheRoot } from '../platform/toolchain/settings';
import { TestbedError, isTestbedError, text } from '../errors';
import type { Surroundings } from './surroundings';

/** The node's own userland, and what is imported into it: what holds a pod, the name server, a shell for jobs, the database. */
const USERLAND = 'node';
const PAUSE = 'pause';
const IMPORTED = [PAUSE, 'coredns', 'base', 'postgres'] as const;

/** What a real node is made of, ready to start. */
export interface RealNodeSupplies {
  readonly tools: Required<Pick<ClusterUpOptions['tools'], 'kubelet' | 'kube-proxy' | 'calico-felix' | 'calico-cni'>>;
  readonly realNode: NonNullable<ClusterUpOptions['realNode']>;
}

/** Names of images that have to be built first, from Debian packages that have to be downloaded. */
export function missingNodeImages(surroundings: Surroundings): readonly string[] {
  const present = new Set(
    images(surroundings, true)
      .list()
      .map(({ name }) => name),
  );
  return [USERLAND, ...IMPORTED].filter((name) => !present.has(name));
}

/** Provides programs and images: from the caches, else downloaded and built. Throws what toolchain and images throw. */
export async function provideRealNode(offline: boolean, surroundings: Surroundings): Promise<RealNodeSupplies> {
  const { environment, onProgress, signal } = surroundings;
  const tools = await resolveTools(['kubelet', 'kube-proxy', 'calico-felix', 'calico-cni'], {
    environment,
    onProgress,
    signal,
    offline,
  });
  const store = images(surroundings, offline);
  const ensure = async (name: string): ReturnType<Images['ensure']> =>
    offline ? store.find(name) : ensured(name, store, surroundings);
  await ensure(USERLAND);
  const root = await store.unpack(USERLAND);
  const imported = [];
  for (const name of IMPORTED) {
    const image = await ensure(name);
    imported.push({ name, reference: pinnedReference(image), archive: await archiveOf(image, store, environment) });
  }
  return {
    tools: {
      kubelet: tools.kubelet.path,
      'kube-proxy': tools['kube-proxy'].path,
      'calico-felix': tools['calico-felix'].path,
      'calico-cni': tools['calico-cni'].path,
    },
    realNode: {
      root,
      pause: imported.find(({ name }) => name === PAUSE)?.reference ?? '',
      images: imported.map(({ reference, archive }) => ({ reference, archive })),
    },
  };
}

/** An image of an earlier recipe serves on where it can't be built again just now: a mirror that is away must not keep a cluster down. */
async function ensured(name: string, store: Images, { onWarning }: Surroundings): ReturnType<Images['ensure']> {
  try {
    return await store.ensure(name);
  } catch (error) {
    const present = store.list().find((image) => image.name === name);
    if (present === undefined || !isTestbedError(error, 'ImageBuildFailed')) throw error;
    const { en, ko } = error.text;
    onWarning(text(`the image ${name} stays as it was: ${en}`, `이미지 ${name}을(를) 이전 상태로 사용합니다: ${ko}`));
    return present;
  }
}

/** The image as the node's runtime takes it. Written once; those of earlier builds are gone, as the node keeps what it has imported. */
async function archiveOf(
  { name, digest }: Awaited<ReturnType<Images['ensure']>>,
  store: Images,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const folder = join(defaultCacheRoot(environment), 'archives');
  const archive = `${name}-${digest.slice('sha256:'.length)}.tar`;
  const path = join(folder, archive);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await store.export(name, path);
  for (const other of readdirSync(folder))
    if (other !== archive && new RegExp(`^${name}-[0-9a-f]{64}\\.tar$`).test(other)) rmSync(join(folder, other));
  return path;
}

function images({ environment, onProgress, signal }: Surroundings, offline: boolean): Images {
  return openImages({
    environment,
    signal,
    onProgress,
    tool: async (wanted) => {
      if (wanted !== 'coredns')
        throw new TestbedError(
          'ToolMissing',
          text(`there is no tool ${wanted} to put into an image`, `이미지에 넣을 도구 ${wanted}이(가) 없습니다`),
        );
      const { coredns } = await resolveTools(['coredns'], { environment, onProgress, signal, offline });
      return { path: coredns.path, version: coredns.version };
    },
  });
}
