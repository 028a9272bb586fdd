import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { TestbedError, reasonOf, text } from '../errors';

/** The folders of one site on this machine. All below `home`, which only its owner can enter. */
export interface Site {
  readonly home: string;
  /** The embedded cluster: certificates, etcd's data, audit log. */
  readonly clusterDirectory: string;
  /** `file://` store of the stacks' states. */
  readonly stateDirectory: string;
  /** Data keys of the stacks, wrapped by the site's key. */
  readonly keysDirectory: string;
  /** One JSON file a testbed, and the ended ones with their proof. */
  readonly recordsDirectory: string;
}

/**
 * Opens the site's folder and makes it when it is missing: `TESTBED_HOME`, else `$XDG_DATA_HOME/testbed`, else `~/.local/share/testbed`.
 * Refuses a folder of another user or one that others can enter (NoPermission): whoever reads it holds every right of the site.
 */
export function openSite(environment: NodeJS.ProcessEnv): Site {
  const home = siteHome(environment);
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(home);
    if (process.getuid !== undefined && uid !== process.getuid())
      throw new TestbedError(
        'NoPermission',
        text(
          `the site's folder ${home} belongs to uid ${uid}, not to you`,
          `사이트 폴더 ${home}의 소유자는 현재 사용자가 아니라 uid ${uid}입니다`,
        ),
        { hint: text('set TESTBED_HOME to a folder of your own', 'TESTBED_HOME에 본인 소유의 폴더를 지정하세요') },
      );
    if ((mode & 0o077) !== 0) chmodSync(home, 0o700);
  } catch (cause) {
    if (cause instanceof TestbedError) throw cause;
    throw folderError(home, cause);
  }
  const site: Site = {
    home,
    clusterDirectory: join(home, 'clusters', 'embedded'),
    stateDirectory: join(home, 'state'),
    keysDirectory: join(home, 'keys'),
    recordsDirectory: join(home, 'records'),
  };
  try {
    for (const folder of [site.stateDirectory, site.keysDirectory, site.recordsDirectory])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw folderError(home, cause);
  }
  return site;
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
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC')
    return new TestbedError('NoSpace', text(`no space left for ${folder}`, `${folder}에 쓸 디스크 공간이 없습니다`), {
      cause,
    });
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
