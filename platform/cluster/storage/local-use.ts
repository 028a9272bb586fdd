import { TestbedError, text } from '../../../errors';
import { inNode, mountedVolumes } from './local-node';
import { mountPoint, plainFolder, type NodeCommand, type VolumePlace } from './local-place';

/** Bytes used of the mounted ones among `names`. */
export async function usedOfMounted(
  run: NodeCommand,
  place: VolumePlace,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const mounted = await mountedVolumes(run, place, signal);
  const here = names.filter((name) => mounted.has(name));
  const used = new Map<string, number>();
  if (here.length === 0) return used;
  const points = here.map((name) => mountPoint(place, name));
  const { stdout } = await inNode(run, ['stat', '--file-system', '--format', '%S %b %f', ...points], signal);
  for (const [index, line] of stdout.trim().split('\n').entries()) {
    const name = here[index];
    const [size, blocks, free] = line.split(' ').map(Number);
    if (name === undefined || size === undefined || blocks === undefined || free === undefined) continue;
    used.set(name, size * (blocks - free));
  }
  return used;
}

/** Bytes that a plain folder takes on the disk. Rejects when that can't be found out within `milliseconds`: too many files. */
export async function usedOfFolder(
  run: NodeCommand,
  place: VolumePlace,
  name: string,
  milliseconds: number,
  signal: AbortSignal,
): Promise<number> {
  const argv = ['du', '--summarize', '--one-file-system', '--block-size=1', '--', plainFolder(place, name)];
  const { stdout } = await run(argv, { signal: AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]) });
  const bytes = /^(\d{1,15})\t/.exec(stdout)?.[1];
  if (bytes === undefined)
    throw new TestbedError(
      'VolumeFailed',
      text(`what du says of ${name} is no size`, `${name}의 사용량을 du 출력에서 읽을 수 없습니다`),
    );
  return Number(bytes);
}
