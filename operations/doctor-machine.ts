import { readFileSync, readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Finding } from '../kubernetes/suitability';
import { listTools } from '../platform/toolchain';
import { isTestbedError, reasonOf, text, verbatim } from '../errors';
import { realNodeFinding } from './doctor-node';
import { openSite } from './site';
import type { Surroundings } from './surroundings';

const NEEDED_NODE = 24;
/** etcd, audit log and states of a few hundred testbeds. */
const NEEDED_BYTES = 2 * 1024 ** 3;

/** What of this machine helps or hinders, without touching it. */
export async function machineFindings(surroundings: Surroundings): Promise<Finding[]> {
  return [
    nodeFinding(),
    platformFinding(),
    await siteFinding(surroundings),
    await toolsFinding(surroundings),
    await realNodeFinding(folderOf(surroundings), surroundings.signal),
    usersFinding(),
  ];
}

/** Where the cluster lies, or will; undefined where the site's folder can't be used, which is told elsewhere. */
function folderOf({ environment }: Surroundings): string | undefined {
  try {
    return openSite(environment).clusterDirectory;
  } catch (error) {
    if (isTestbedError(error)) return undefined;
    throw error;
  }
}

function nodeFinding(): Finding {
  const title = text('Node', 'Node');
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NEEDED_NODE) return { id: 'node', state: 'ok', title, detail: verbatim(process.version) };
  return {
    id: 'node',
    state: 'failed',
    title,
    detail: text(
      `${process.version} is older than ${NEEDED_NODE}`,
      `${process.version}은(는) ${NEEDED_NODE}보다 오래되었습니다`,
    ),
    remedy: text('run: npm ci', '실행: npm ci'),
  };
}

function platformFinding(): Finding {
  const title = text('operating system', '운영체제');
  const detail = verbatim(`${process.platform} ${process.arch}`);
  if (process.platform === 'linux') return { id: 'platform', state: 'ok', title, detail };
  return {
    id: 'platform',
    state: 'warning',
    title,
    detail,
    remedy: text(
      'the embedded cluster needs Linux; use an existing cluster by --context',
      '내장 클러스터는 Linux가 필요합니다. --context로 기존 클러스터를 사용하세요',
    ),
  };
}

async function siteFinding(surroundings: Surroundings): Promise<Finding> {
  const title = text("the site's folder", '사이트 폴더');
  try {
    const { home } = openSite(surroundings.environment);
    const { bavail, bsize } = await statfs(existingAbove(home));
    const free = bavail * bsize;
    const size = `${(free / 1024 ** 3).toFixed(1)} GiB`;
    if (free >= NEEDED_BYTES)
      return { id: 'site', state: 'ok', title, detail: text(`${home}, ${size} free`, `${home}, 여유 공간 ${size}`) };
    return {
      id: 'site',
      state: 'warning',
      title,
      detail: text(`${home} has only ${size} free`, `${home}의 여유 공간이 ${size}뿐입니다`),
      remedy: text(
        'make room, or set TESTBED_HOME to another disk',
        '공간을 확보하거나 TESTBED_HOME을 다른 디스크로 지정하세요',
      ),
    };
  } catch (error) {
    if (!isTestbedError(error)) throw error;
    return {
      id: 'site',
      state: 'failed',
      title,
      detail: error.text,
      ...(error.hint === undefined ? {} : { remedy: error.hint }),
    };
  }
}

/** Where the folder would be made: it need not be there yet. */
function existingAbove(folder: string): string {
  let here = folder;
  while (dirname(here) !== here && statSync(here, { throwIfNoEntry: false }) === undefined) here = dirname(here);
  return here;
}

async function toolsFinding(surroundings: Surroundings): Promise<Finding> {
  const title = text('tools', '도구');
  const tools = await listTools({ environment: surroundings.environment });
  const wanting = tools
    .filter((tool) => (tool.state === 'missing' || tool.state === 'damaged') && tool.purpose === 'platform')
    .map((tool) => `${tool.name} (${tool.state})`);
  if (wanting.length === 0)
    return {
      id: 'tools',
      state: 'ok',
      title,
      detail: text(`${tools.length} known, none missing`, `${tools.length}개 모두 준비됨`),
    };
  return {
    id: 'tools',
    state: 'warning',
    title,
    detail: verbatim(wanting.join(', ')),
    remedy: text('run: testbed tools install', '실행: testbed tools install'),
  };
}

/** The Pulumi CLI's own monitor listens on loopback without a password (SECURITY.md): other people's processes could talk to it. */
function usersFinding(): Finding {
  const title = text('other users on this machine', '이 컴퓨터의 다른 사용자');
  const own = process.getuid?.();
  let others: number;
  try {
    const uids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ownerOf(`/proc/${name}`));
    const people = loginUids();
    others = new Set(uids.filter((uid) => uid !== undefined && uid !== own && people.has(uid))).size;
  } catch (error) {
    return { id: 'users', state: 'unknown', title, detail: verbatim(reasonOf(error)) };
  }
  if (others === 0)
    return { id: 'users', state: 'ok', title, detail: text('none is at work', '작업 중인 다른 사용자가 없습니다') };
  return {
    id: 'users',
    state: 'warning',
    title,
    detail: text(`${others} others run processes here`, `다른 사용자 ${others}명이 프로세스를 실행 중입니다`),
    remedy: text(
      'run operations on a machine of your own: a local user could reach the Pulumi monitor while one goes on',
      '전용 컴퓨터에서 실행하세요. 작업 중에는 로컬 사용자가 Pulumi 모니터에 접근할 수 있습니다',
    ),
  };
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    // The process ended between the listing and the look.
    return undefined;
  }
}

/** Users with a login shell, from the passwd file: services are not people. */
function loginUids(): Set<number> {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const fields = lines.map((line) => line.split(':'));
  return new Set(
    fields
      .filter(([, , , , , , shell]) => shell !== undefined && !/(?:nologin|false|sync)$/.test(shell) && shell !== '')
      .map(([, , uid]) => Number(uid)),
  );
}
