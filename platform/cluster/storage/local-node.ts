import { z } from 'zod';
import { imageFile, mountPoint, templateFolder, type NodeCommand, type VolumePlace } from './local-place';

const MEBIBYTE = 2 ** 20;
/** No single command on a volume takes longer; writing a large volume's cache back does take a while. */
const COMMAND_MS = 60_000;

/** Runs `argv` in the node, within a minute. */
export function inNode(run: NodeCommand, argv: readonly string[], signal: AbortSignal): Promise<{ stdout: string }> {
  return run(argv, { signal: AbortSignal.any([signal, AbortSignal.timeout(COMMAND_MS)]) });
}

/**
 * Makes a file system as large as the file. Nothing is left to be initialised later, nothing is reserved for root, and the journal is small. The file system
 * bears the claim's uid, so that a file found alone tells whose it is.
 */
export async function makeFileSystem(
  run: NodeCommand,
  place: VolumePlace,
  file: string,
  { uuid, bytes }: { readonly uuid: string; readonly bytes: number },
  signal: AbortSignal,
): Promise<void> {
  // Blocks of 4 KiB ask for a journal of 4 MiB at least: too much of a small volume.
  const [block, journal] = bytes < 512 * MEBIBYTE ? [1024, bytes < 128 * MEBIBYTE ? 1 : 4] : [4096, 16];
  const layout = ['-m', '0', '-b', `${block}`, '-J', `size=${journal}`, '-O', '^resize_inode'];
  const rest = ['-E', 'lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0', '-e', 'remount-ro', '-U', uuid];
  const argv = ['mkfs.ext4', '-q', '-F', ...layout, ...rest, '-d', templateFolder(place), file];
  await inNode(run, argv, signal);
}

/** Mounts a volume; its loop device goes with the last mount. */
export async function mountImage(
  run: NodeCommand,
  place: VolumePlace,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const options = 'loop,noatime,nodev,nosuid';
  await inNode(run, ['mount', '-t', 'ext4', '-o', options, imageFile(place, name), mountPoint(place, name)], signal);
}

/** How kernels tell, old and new ones, that they gave a file system up after an error. */
const UNWRITABLE: readonly string[] = ['ro', 'emergency_ro', 'shutdown'];

/** What is mounted in `mounts`, by name, as the node sees it; `isSound` is false where the kernel lets nobody write any more, after an error of the disk. */
export async function mountedVolumes(
  run: NodeCommand,
  place: VolumePlace,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, { readonly isSound: boolean }>> {
  const { stdout } = await inNode(run, ['cat', '/proc/self/mountinfo'], signal);
  const mounted = new Map<string, { readonly isSound: boolean }>();
  for (const line of stdout.split('\n')) {
    // The fifth field is the mount point, with blanks and backslashes as octal numbers; the last one holds the options of the file system.
    const fields = line.split(' ');
    const point = fields[4]?.replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    if (point?.startsWith(`${place.mounts}/`) !== true) continue;
    const name = point.slice(place.mounts.length + 1);
    const options = fields.at(-1)?.split(',') ?? [];
    if (!name.includes('/')) mounted.set(name, { isSound: !options.some((option) => UNWRITABLE.includes(option)) });
  }
  return mounted;
}

const loopsSchema = z.object({
  loopdevices: z.array(z.object({ 'back-ino': z.coerce.number(), 'back-maj:min': z.string() })),
});

/** The files behind the machine's loop devices, each as `<major>:<minor> <inode>`. */
export async function attachedFiles(run: NodeCommand, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const argv = ['losetup', '--list', '--json', '--output', 'BACK-INO,BACK-MAJ:MIN'];
  const { stdout } = await inNode(run, argv, signal);
  if (stdout.trim() === '') return new Set();
  const { loopdevices } = loopsSchema.parse(JSON.parse(stdout));
  return new Set(loopdevices.map((device) => `${device['back-maj:min'].trim()} ${device['back-ino']}`));
}
