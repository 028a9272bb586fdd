import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf, text, type Text } from '../../../../errors';
import { hierarchies } from './cgroups';

const LIMIT_MS = 5000;
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const PROGRAMS = ['unshare', 'nsenter', 'mount', 'umount', 'pivot_root'] as const;
/** What the runtime and the kubelet can't do without. Of version 2 the others are part of the kernel. */
const CONTROLLERS = {
  v1: ['cpu', 'cpuacct', 'cpuset', 'memory', 'pids', 'devices', 'freezer'],
  v2: ['cpu', 'cpuset', 'memory', 'pids'],
};

type Step = 'namespaces' | 'mounts' | 'overlay' | 'link' | 'tables' | 'root';

/**
 * Why this machine can't have a real node; undefined when it can. Really tries what a node needs, in namespaces that end with the try, and leaves
 * nothing behind; about 100 ms. Loop devices are not asked for: without them volumes are folders. With `directory`, where the cluster is to
 * lie or any folder above, also whether the file system there carries containers.
 */
export async function realNodeObstacle(signal?: AbortSignal, directory?: string): Promise<Text | undefined> {
  if (process.platform !== 'linux')
    return text(
      `a real node needs Linux, this is ${process.platform}`,
      `실제 노드에는 Linux가 필요합니다. 현재 시스템은 ${process.platform}입니다`,
    );
  if (process.getuid?.() !== 0)
    return text(
      'a real node needs root, which you are not',
      '실제 노드에는 root 권한이 필요한데 현재 사용자는 root가 아닙니다',
    );
  const missing = PROGRAMS.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0)
    return text(
      `a real node needs programs of the package util-linux that are not there: ${missing.join(', ')}`,
      `실제 노드에 필요한 util-linux 패키지의 프로그램이 없습니다: ${missing.join(', ')}`,
    );
  return cgroupObstacle() ?? (await namespaceObstacle(signal, directory));
}

function findProgram(name: string): string | undefined {
  return PATH.split(':')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function words(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split(/\s+/).filter(Boolean) : [];
}

function cgroupObstacle(): Text | undefined {
  try {
    const roots = hierarchies();
    const [first] = roots;
    const isUnified = roots.length === 1 && first !== undefined && existsSync(join(first, 'cgroup.controllers'));
    const missing = isUnified ? missingUnified(first) : missingMounted();
    if (missing.length > 0)
      return text(
        `a real node needs control groups for ${missing.join(', ')}, which this machine does not offer`,
        `실제 노드에는 ${missing.join(', ')} 제어 그룹(cgroup)이 필요하지만 이 시스템에서 제공하지 않습니다`,
      );
    for (const root of roots) {
      const path = join(root, `testbed-probe-${process.pid}`);
      mkdirSync(path);
      rmdirSync(path);
    }
    return undefined;
  } catch (error) {
    return text(
      `control groups can't be made here: ${reasonOf(error)}`,
      `여기서는 제어 그룹(cgroup)을 만들 수 없습니다: ${reasonOf(error)}`,
    );
  }
}

/** Of version 1: controllers without a hierarchy that is mounted. */
function missingMounted(): readonly string[] {
  const mounted = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(' - cgroup '))
    .flatMap((line) => line.split(' ').at(-1)?.split(',') ?? []);
  return CONTROLLERS.v1.filter((name) => !mounted.includes(name));
}

/** Of version 2: controllers that are not there, or that can't be handed down because processes live in a container's root. */
function missingUnified(root: string): readonly string[] {
  const isContainer = existsSync(join(root, 'cgroup.type'));
  const isOccupied = words(join(root, 'cgroup.procs')).length > 0;
  const usable = words(join(root, isContainer && isOccupied ? 'cgroup.subtree_control' : 'cgroup.controllers'));
  return CONTROLLERS.v2.filter((name) => !usable.includes(name));
}

/** Each step says its name before it begins, so that the last name is what failed. */
function script(folder: string | undefined): string {
  const step = (name: Step, ...commands: readonly string[]): string => [`echo ${name}`, ...commands].join('\n');
  return [
    'set -eu',
    step(
      'mounts',
      'mount --make-rprivate /',
      'mount -t tmpfs tmpfs /mnt',
      'mkdir /mnt/lower /mnt/upper /mnt/work /mnt/root /mnt/proc /mnt/sys',
      'mount -t proc proc /mnt/proc',
      'mount -t sysfs sysfs /mnt/sys',
    ),
    step(
      'overlay',
      'mount -t overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root',
      // Layers of containers lie with the cluster: not every file system carries them.
      ...(folder === undefined
        ? []
        : [
            `cd '${folder.replaceAll("'", `'\\''`)}'`,
            'mkdir lower upper work',
            'mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay /mnt/root',
            'umount /mnt/root',
            'rm -rf lower upper work',
          ]),
    ),
    // Without these programs on the host nothing is tried: the node brings its own, and its start tells.
    step('link', 'if command -v ip; then ip link add probe0 type veth peer name probe1; ip link set probe0 up; fi'),
    step(
      'tables',
      'for tool in iptables-nft iptables; do if command -v $tool; then $tool -w -t mangle -S; $tool -w -t nat -S; $tool -w -t filter -S; break; fi; done',
    ),
    // Last, as no program is there any more after it.
    step('root', 'mkdir /mnt/root/old', 'cd /mnt/root', 'pivot_root . old'),
    'echo done',
  ].join('\n');
}

async function namespaceObstacle(
  signal: AbortSignal | undefined,
  directory: string | undefined,
): Promise<Text | undefined> {
  let folder: string | undefined;
  try {
    folder = directory === undefined ? undefined : mkdtempSync(join(existing(directory), '.testbed-probe-'));
  } catch (error) {
    return text(
      `nothing can be written below ${directory}: ${reasonOf(error)}`,
      `${directory} 아래에 쓸 수 없습니다: ${reasonOf(error)}`,
    );
  }
  try {
    const { steps, said } = await attempt(script(folder), signal);
    signal?.throwIfAborted();
    if (steps.includes('done')) return undefined;
    const reached = steps.findLast((line): line is Step => line in OBSTACLES) ?? 'namespaces';
    const { en, ko } = OBSTACLES[reached];
    const reason = said === '' ? '' : `: ${said}`;
    return text(`${en}${reason}`, `${ko}${reason}`);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** The nearest folder above that is there. */
function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}

function attempt(
  program: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly steps: readonly string[]; readonly said: string }> {
  const argv = ['--mount', '--net', '--uts', '--ipc', '--', '/bin/sh', '-c', program];
  return new Promise((resolve) => {
    execFile(
      'unshare',
      argv,
      { timeout: LIMIT_MS, killSignal: 'SIGKILL', env: { PATH }, ...(signal === undefined ? {} : { signal }) },
      (_, stdout, stderr) => {
        const said = stderr.trim().split('\n').at(-1) ?? '';
        resolve({ steps: stdout.split('\n'), said: said.replaceAll(/\p{Cc}/gu, '?').slice(0, 200) });
      },
    );
  });
}

const OBSTACLES: Readonly<Record<Step, Text>> = {
  namespaces: text('namespaces can not be made here', '여기서는 네임스페이스를 만들 수 없습니다'),
  mounts: text('file systems can not be mounted here', '여기서는 파일 시스템을 마운트할 수 없습니다'),
  overlay: text(
    'overlay file systems can not be mounted here, of which containers are made',
    '컨테이너에 필요한 overlay 파일 시스템을 여기서는 마운트할 수 없습니다',
  ),
  link: text(
    'a pair of virtual network devices (veth) can not be made here',
    '가상 네트워크 장치 쌍(veth)을 여기서는 만들 수 없습니다',
  ),
  tables: text(
    'the kernel has no packet filter that network policies need (nf_tables)',
    '네트워크 정책에 필요한 패킷 필터(nf_tables)가 커널에 없습니다',
  ),
  root: text(
    'a process can not get a root of its own here (pivot_root)',
    '여기서는 프로세스가 자신만의 루트 디렉터리를 가질 수 없습니다(pivot_root)',
  ),
};
