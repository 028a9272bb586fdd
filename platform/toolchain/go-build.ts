import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { TestbedError, text, verbatim, type Text } from '../../errors';
import { ChildTimeout, runChild } from './child-process';
import { executablesOnPath } from './path-lookup';
import type { Settings } from './settings';
import type { Tool } from './tool';
import { noSpace, titleOf } from './tool-errors';
import type { Provided } from './vendor-download';
import { compareVersions, parseVersion } from './versions';

const TAIL_LINES = 20;
/** Compilers at a time: each may take half a gigabyte, and a machine of many cores has not memory in proportion. */
const PARALLEL = 4;

/** The build can't be had on this machine as it is: no Go, an old one, or no way to the modules. */
export class BuildUnavailable extends TestbedError {
  readonly lacks: 'go' | 'modules';

  constructor(lacks: BuildUnavailable['lacks'], message: Text, details: readonly Text[] = []) {
    super('ToolBuildFailed', message, { details });
    this.lacks = lacks;
  }
}

/** The lowest Go version that the tool's module accepts, from its go.mod. */
export async function requiredGo(tool: Tool, settings: Settings): Promise<string> {
  const file = join(settings.modulesDirectory, tool.build.module, 'go.mod');
  const version = /^go (\d+\.\d+(?:\.\d+)?)$/m.exec(await readFile(file, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${file} has no go line`);
  return version;
}

/**
 * Builds a tool from its pinned Go module into `workFolder` (Go's own temporary files lie there too).
 * The modules come by the environment's GOPROXY or from Go's cache, and go.sum vouches for each.
 * Throws BuildUnavailable, ToolBuildFailed with the last 20 lines of Go's output, or NoSpace.
 */
export async function buildTool(
  tool: Tool,
  settings: Settings,
  workFolder: string,
  onDetail: (detail: Text) => void,
): Promise<Provided> {
  const go = await findGo(tool, settings);
  const output = join(workFolder, 'build');
  const { build } = tool;
  const tail: string[] = [];
  let packages = 0;
  let modules = 0;
  const onLine = (line: string): void => {
    if (line.startsWith('go: downloading ')) modules += 1;
    // `-v` names each package as it is compiled; else a word alone on its line is no message worth showing.
    else if (/^[\w.~/-]+$/.test(line)) packages += 1;
    else {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
    }
    onDetail(
      text(
        `building: ${packages} packages compiled${modules === 0 ? '' : `, ${modules} modules downloaded`}`,
        `빌드 중: 패키지 ${packages}개 컴파일${modules === 0 ? '' : `, 모듈 ${modules}개 내려받음`}`,
      ),
    );
  };
  onDetail(text('building', '빌드 중'));
  const parallel = `-p=${Math.min(PARALLEL, availableParallelism())}`;
  const args = ['build', '-v', parallel, '-trimpath', '-mod=readonly', '-buildvcs=false', '-ldflags', build.ldflags];
  if (build.tags !== undefined) args.push('-tags', build.tags);
  args.push('-o', output, build.package);
  let ended: number | NodeJS.Signals;
  try {
    // Should this process be killed, Go ends at its next line: nobody reads it any more.
    ended = await runChild({
      command: go,
      args,
      workingDirectory: join(settings.modulesDirectory, build.module),
      environment: { ...goEnvironment(settings), GOTMPDIR: workFolder },
      timeoutMs: settings.limits.buildMs,
      signal: settings.signal,
      onLine,
    });
  } catch (cause) {
    if (cause instanceof ChildTimeout) throw tookTooLong(tool, settings.limits.buildMs, cause);
    throw cause;
  }
  if (ended !== 0) throw explainFailure(tool, ended, tail, workFolder);
  return { file: output, from: build.package, vouchedBy: 'go.sum' };
}

function goEnvironment({ environment, platform }: Settings): NodeJS.ProcessEnv {
  return {
    ...environment,
    CGO_ENABLED: '0',
    // The pinned sources with the Go that is here: no toolchain is fetched behind anybody's back.
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
    ...(platform === undefined ? {} : { GOOS: platform.os, GOARCH: platform.arch }),
  };
}

/** The first `go` on PATH that is new enough. */
async function findGo(tool: Tool, settings: Settings): Promise<string> {
  const needed = await requiredGo(tool, settings);
  const tooOld: string[] = [];
  for (const go of executablesOnPath('go', settings.environment['PATH'])) {
    let output = '';
    const ended = await runChild({
      command: go,
      args: ['version'],
      environment: goEnvironment(settings),
      timeoutMs: settings.limits.versionMs,
      signal: settings.signal,
      onLine: (line) => {
        if (output.length < 4_096) output += `${line}\n`;
      },
    });
    const version = /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(output)?.[1];
    if (ended !== 0 || version === undefined || parseVersion(version) === undefined) continue;
    if (compareVersions(version, needed) >= 0) return go;
    tooOld.push(version);
  }
  throw new BuildUnavailable(
    'go',
    tooOld.length === 0
      ? text(`no Go on PATH (${needed} or newer is needed)`, `PATH에 Go가 없습니다(${needed} 이상 필요)`)
      : text(
          `Go ${tooOld.join(' and ')} on PATH is older than ${needed}`,
          `PATH의 Go ${tooOld.join(', ')}이(가) ${needed}보다 오래되었습니다`,
        ),
  );
}

/** Go has no codes for these: its words are the only sign. */
const NO_MODULES =
  /dial tcp|no such host|connection refused|network is unreachable|i\/o timeout|TLS handshake|proxyconnect|x509: |module lookup disabled by GOPROXY=off|reading https?:\/\//;

function explainFailure(
  tool: Tool,
  ended: number | NodeJS.Signals,
  tail: readonly string[],
  folder: string,
): TestbedError {
  const details = tail.map((line) => verbatim(line));
  if (tail.some((line) => line.includes('no space left on device'))) return noSpace(folder, new Error(tail.join('\n')));
  if (tail.some((line) => NO_MODULES.test(line)))
    return new BuildUnavailable(
      'modules',
      text("Go can't fetch the modules", 'Go 모듈을 내려받을 수 없습니다'),
      details,
    );
  const wasKilled = ended === 'SIGKILL' || tail.some((line) => line.includes('signal: killed'));
  return new TestbedError(
    'ToolBuildFailed',
    wasKilled
      ? text(
          `building ${titleOf(tool)} was killed, most likely for want of memory: 2 GB free are needed`,
          `${titleOf(tool)} 빌드가 강제로 끝났습니다. 메모리 부족일 가능성이 높습니다(여유 2GB 필요)`,
        )
      : text(`building ${titleOf(tool)} failed (${ended})`, `${titleOf(tool)} 빌드가 실패했습니다(${ended})`),
    {
      details,
      hint: text(
        'put a suitable one on PATH, or allow the download: TESTBED_TOOLS_FROM=path,download',
        '알맞은 버전을 PATH에 두거나 내려받기를 허용하십시오: TESTBED_TOOLS_FROM=path,download',
      ),
    },
  );
}

function tookTooLong(tool: Tool, bound: number, cause: unknown): TestbedError {
  return new TestbedError(
    'ToolBuildFailed',
    text(
      `building ${titleOf(tool)} took longer than ${Math.round(bound / 60_000)} minutes`,
      `${titleOf(tool)} 빌드가 ${Math.round(bound / 60_000)}분을 넘었습니다`,
    ),
    { cause },
  );
}
