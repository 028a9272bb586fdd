import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { TestbedError, isNoSpace, isTestbedError, noSpace, reasonOf, text } from '../errors';

/** The folders of one site on this machine. All below `home`, which only its owner can enter. */
export interface Site {
  readonly home: string;
  /** The embedded cluster: certificates, etcd's data, audit log. */
  readonly clusterDirectory: string;
  /** Where the store lies when `TESTBED_STATE` names no other: claims, states, wrapped keys, records. */
  readonly storeDirectory: string;
  /** `file://` store of the stacks' states. */
  readonly stateDirectory: string;
  /** Data keys of the stacks, wrapped by the site's key. */
  readonly keysDirectory: string;
  /** Where earlier versions kept a file for each testbed. */
  readonly recordsDirectory: string;
  /** The site's own rules and baselines, where it has any: put there by its operator, never by us. */
  readonly rulesDirectory: string;
}

/**
 * The site's folder: `TESTBED_HOME`, else `$XDG_DATA_HOME/testbed`, else `~/.local/share/testbed`. Creates nothing and changes nothing:
 * where it is missing the site is empty. Refuses a folder of another user (NoPermission): whoever can write it holds every right of the site.
 */
export function openSite(environment: NodeJS.ProcessEnv): Site {
  const home = siteHome(environment);
  try {
    const found = statSync(home, { throwIfNoEntry: false });
    if (found !== undefined) requireOwn(home, found.uid);
  } catch (cause) {
    throw folderError(home, cause);
  }
  return {
    home,
    clusterDirectory: join(home, 'clusters', 'embedded'),
    storeDirectory: join(home, 'store'),
    stateDirectory: join(home, 'state'),
    keysDirectory: join(home, 'keys'),
    recordsDirectory: join(home, 'records'),
    rulesDirectory: join(home, 'rules'),
  };
}

/** As `openSite`, for commands that write: makes the folder when it is missing, and closes it to everybody else. */
export function prepareSite(environment: NodeJS.ProcessEnv): Site {
  const site = openSite(environment);
  try {
    mkdirSync(site.home, { recursive: true, mode: 0o700 });
    if ((statSync(site.home).mode & 0o077) !== 0) chmodSync(site.home, 0o700);
    for (const folder of [site.stateDirectory, site.keysDirectory]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw folderError(site.home, cause);
  }
  return site;
}

function requireOwn(home: string, uid: number): void {
  if (process.getuid === undefined || uid === process.getuid()) return;
  throw new TestbedError(
    'NoPermission',
    text(
      `the site's folder ${home} belongs to uid ${uid}, not to you`,
      `사이트 폴더 ${home}의 소유자는 현재 사용자가 아니라 uid ${uid}입니다`,
    ),
    { hint: text('set TESTBED_HOME to a folder of your own', 'TESTBED_HOME에 본인 소유의 폴더를 지정하세요') },
  );
}

function siteHome(environment: NodeJS.ProcessEnv): string {
  const own = environment['TESTBED_HOME'];
  if (own !== undefined && own !== '') {
    if (!isAbsolute(own))
      throw new TestbedError(
        'UsageWrong',
        text(
          `TESTBED_HOME is '${own}', which is not an absolute path`,
          `TESTBED_HOME 값 '${own}'은(는) 절대 경로가 아닙니다`,
        ),
      );
    return own;
  }
  const data = environment['XDG_DATA_HOME'];
  // The XDG specification wants relative values ignored.
  if (data !== undefined && isAbsolute(data)) return join(data, 'testbed');
  return join(environment['HOME'] ?? homedir(), '.local', 'share', 'testbed');
}

function folderError(folder: string, cause: unknown): TestbedError {
  if (isTestbedError(cause)) return cause;
  if (isNoSpace(cause)) return noSpace(folder, cause);
  return new TestbedError(
    'NoPermission',
    text(
      `cannot use the site's folder ${folder}: ${reasonOf(cause)}`,
      `사이트 폴더 ${folder}을(를) 사용할 수 없습니다: ${reasonOf(cause)}`,
    ),
    {
      cause,
      hint: text('set TESTBED_HOME to a folder that you can write', 'TESTBED_HOME에 쓰기 가능한 폴더를 지정하세요'),
    },
  );
}
