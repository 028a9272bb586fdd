import { INSIDE, POD_RANGE, networkPluginLinks } from '../../config/real-node-facts';
import { PREFIX_LENGTH, type NodeNetwork } from './network';

/** What the sandbox of a node is built from. */
export interface SandboxPlan {
  /** Folder of the unpacked node image. */
  readonly root: string;
  /** The node's data folder: the only one of the host's that is seen inside, at the same path. */
  readonly folder: string;
  /** Folder below `folder` on which the new root is built; nothing of it is ever seen on the host. */
  readonly stage: string;
  /** Our programs by the name they have inside. */
  readonly programs: Readonly<Record<string, string>>;
  /** The kubelet's data: at its usual place inside, as paths of sockets must be short. */
  readonly kubelet: string;
  /** File with the rules of the node's boundary, for `iptables-restore --noflush`. */
  readonly boundaryRules: string;
  readonly hostName: string;
  /** 32 hexadecimal digits. */
  readonly machineId: string;
  readonly device: string;
  readonly network: NodeNetwork;
}

/** Inside the node: holds the pid of the holder once all is in place. */
export const READY_FILE = '/run/testbed/ready';
/** Where the kubelet's data lies inside the node. */
export const KUBELET_ROOT = '/var/lib/kubelet';

const SOCKET_FOLDERS = ['pod-resources', 'device-plugins', 'plugins', 'plugins_registry'];

/** What the kubelet wants of the whole machine. It is shown these values and so never writes the host's. */
const WANTED_SYSCTLS: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/** Packages come without their maintainers' scripts, which would make these links. */
const IPTABLES = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'];

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * The script that turns new, empty namespaces (`unshare --mount --net --uts --ipc`) into a node and then holds them. Until it has changed
 * the root it uses the host's mount, mkdir and the like, after that only what the image brings. It is run by the supervisor, so that `$PPID`
 * has the host's network namespace.
 */
export function sandboxScript(plan: SandboxPlan): string {
  const { network, device } = plan;
  const root = `${plan.stage}/root`;
  return `${[
    'set -eu',
    'umask 022',
    'host=$PPID',
    ...newRoot(plan, root),
    `cd ${quoted(root)}`,
    'mkdir -p run/host',
    'pivot_root . run/host',
    'cd /',
    'export PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    // Its mounts were private copies; the host keeps its own.
    'umount -l /run/host',
    'rmdir /run/host',
    'mount --make-rshared /',
    ...sysctls(),
    ...links(plan),
    ...link(plan, network, device),
    `echo ${quoted(plan.hostName)} > /proc/sys/kernel/hostname`,
    `echo $$ > ${READY_FILE}`,
    // From here on it only holds the namespaces.
    'exec sleep infinity',
  ].join('\n')}\n`;
}

function newRoot(plan: SandboxPlan, root: string): string[] {
  const stage = quoted(plan.stage);
  const to = (path: string): string => quoted(`${root}${path}`);
  return [
    'mount --make-rprivate /',
    `mkdir -p ${stage} ${quoted(plan.kubelet)}`,
    `mount -t tmpfs -o mode=0755,size=256m tmpfs ${stage}`,
    `cd ${stage}`,
    'mkdir lower upper work root',
    // A path of the host's may hold characters that mean something in the options of an overlay.
    `mount --bind ${quoted(plan.root)} lower`,
    'mount -o remount,bind,ro lower',
    'mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay root',
    `mkdir -p ${['/proc', '/sys', '/dev', '/run', '/tmp', '/etc', KUBELET_ROOT, INSIDE.programs].map(to).join(' ')}`,
    `mount -t proc -o nosuid,nodev,noexec proc ${to('/proc')}`,
    `mount -t sysfs -o nosuid,nodev,noexec sysfs ${to('/sys')}`,
    `mount --rbind /sys/fs/cgroup ${to('/sys/fs/cgroup')}`,
    `mount --rbind /dev ${to('/dev')}`,
    `mount -t tmpfs -o mode=0755,nosuid,nodev,size=256m tmpfs ${to('/run')}`,
    `mount -t tmpfs -o mode=1777,nosuid,nodev,size=256m tmpfs ${to('/tmp')}`,
    // Not before: it may lie below one of those.
    `mkdir -p ${to(plan.folder)}`,
    `mount --bind ${quoted(plan.folder)} ${to(plan.folder)}`,
    `mount --bind ${quoted(plan.kubelet)} ${to(KUBELET_ROOT)}`,
    // Where it only has sockets: a socket is no data.
    ...SOCKET_FOLDERS.map((name) => to(`${KUBELET_ROOT}/${name}`)).flatMap((path) => [
      `mkdir -p ${path}`,
      `mount -t tmpfs -o mode=0750,nosuid,nodev,size=1m tmpfs ${path}`,
    ]),
    ...Object.entries(plan.programs).flatMap(([name, file]) => [
      `: > ${to(`${INSIDE.programs}/${name}`)}`,
      `mount --bind ${quoted(file)} ${to(`${INSIDE.programs}/${name}`)}`,
      `mount -o remount,bind,ro ${to(`${INSIDE.programs}/${name}`)}`,
    ]),
    `rm -f ${to('/etc/resolv.conf')} ${to('/etc/hostname')} ${to('/etc/machine-id')}`,
    `: > ${to('/etc/resolv.conf')}`,
    `echo ${quoted(plan.hostName)} > ${to('/etc/hostname')}`,
    `echo ${quoted(plan.machineId)} > ${to('/etc/machine-id')}`,
    `printf '127.0.0.1 localhost\\n%s %s\\n' ${quoted(plan.network.nodeAddress)} ${quoted(plan.hostName)} > ${to('/etc/hosts')}`,
  ];
}

function sysctls(): string[] {
  return [
    'mkdir -p /run/testbed/sysctls',
    ...Object.entries(WANTED_SYSCTLS).flatMap(([name, value]) => {
      const file = `/run/testbed/sysctls/${name.replaceAll('/', '.')}`;
      return [
        `if [ -e /proc/sys/${name} ]; then`,
        `  echo ${value} > ${file}`,
        `  mount --bind ${file} /proc/sys/${name}`,
        `  mount -o remount,bind,ro /proc/sys/${name}`,
        'fi',
      ];
    }),
  ];
}

function links(plan: SandboxPlan): string[] {
  const tables = '/usr/sbin/xtables-nft-multi';
  return [
    `mkdir -p ${INSIDE.networkPlugins} ${INSIDE.addressLeases} /run/lock`,
    ...Object.entries(networkPluginLinks()).map(([path, target]) => `ln -sf ${quoted(target)} ${quoted(path)}`),
    ...IPTABLES.map((name) => `ln -sf ${tables} ${INSIDE.programs}/${name}`),
    `${tables} iptables-restore --noflush < ${quoted(plan.boundaryRules)}`,
  ];
}

/** One pair of devices, made from inside, so that both go with the node's network namespace. */
function link(plan: SandboxPlan, { hostAddress, nodeAddress }: NodeNetwork, device: string): string[] {
  const alias = `testbed ${plan.machineId}`;
  const outside = 'nsenter --net=/proc/$host/ns/net --';
  return [
    'ip link set lo up',
    // A device of that name is ours when it says so; another one makes the next command fail.
    `if ${outside} ip -details link show dev ${device} 2>/dev/null | grep -qF ${quoted(alias)}; then ${outside} ip link del dev ${device}; fi`,
    `ip link add node0 type veth peer name ${device} netns $host`,
    `${outside} ip link set dev ${device} alias ${quoted(alias)} addrgenmode none`,
    `${outside} ip addr add ${hostAddress}/${PREFIX_LENGTH} dev ${device}`,
    `${outside} ip link set dev ${device} up`,
    'ip link set dev node0 addrgenmode none',
    `ip addr add ${nodeAddress}/${PREFIX_LENGTH} dev node0`,
    'ip link set dev node0 up',
    `ip route add default via ${hostAddress}`,
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
    // The host knows nothing of the pods' addresses.
    `/usr/sbin/xtables-nft-multi iptables -t nat -A POSTROUTING -s ${POD_RANGE} -o node0 -j MASQUERADE`,
  ];
}
