import { TestbedError, text, type Text } from '../../errors';
import { cachedPath } from './cached-tool';
import { BuildUnavailable, requiredGo } from './go-build';
import type { Settings } from './settings';
import type { Tool } from './tool';
import { titleOf } from './tool-errors';
import { compareVersions } from './versions';

/** A tool that could not be had, and why each source failed (none when nothing was tried). */
export interface MissingTool {
  readonly tool: Tool;
  readonly reasons: readonly TestbedError[];
}

/** One error for all that is missing: what to do in one sentence, then each tool, its reasons, and where its file may be put. */
export async function toolsMissing(missing: readonly MissingTool[], settings: Settings): Promise<TestbedError> {
  const names = missing.map(({ tool }) => titleOf(tool)).join(', ');
  const details = missing.flatMap(({ tool, reasons }) => [
    text(
      `${tool.name}: put version ${tool.version} (as "${[tool.ask.callAs ?? tool.name, ...tool.ask.args].join(' ')}" says it) at ${cachedPath(tool, settings)}`,
      `${tool.name}: ${tool.version} 버전("${[tool.ask.callAs ?? tool.name, ...tool.ask.args].join(' ')}" 출력 기준)을 다음 위치에 두십시오: ${cachedPath(tool, settings)}`,
    ),
    // Of a failed build its last words; the whole is in the cause.
    ...reasons.flatMap(({ text: reason, details: words }) =>
      [reason, ...words.slice(-2)].map(({ en, ko }) => text(`  ${en}`, `  ${ko}`)),
    ),
  ]);
  const cause = missing.flatMap(({ reasons }) => reasons)[0];
  return new TestbedError('ToolMissing', await sentence(names, missing, settings), {
    details,
    hint: text(
      `on a connected machine of the same kind (${settings.platformName}): testbed tools install, then copy its cache to ${settings.cacheDirectory}`,
      `네트워크에 연결된 같은 종류(${settings.platformName})의 장비에서 testbed tools install을 실행한 뒤 그 캐시를 다음 위치로 복사하십시오: ${settings.cacheDirectory}`,
    ),
    ...(cause === undefined ? {} : { cause }),
  });
}

async function sentence(names: string, missing: readonly MissingTool[], settings: Settings): Promise<Text> {
  if (settings.offline || missing.every(({ reasons }) => reasons.length === 0))
    return settings.offline
      ? text(
          `missing, and offline nothing is fetched: ${names}; put the files at the paths below`,
          `오프라인 모드에서는 내려받지 않습니다. 없는 도구: ${names}. 아래 경로에 파일을 두십시오`,
        )
      : text(
          `missing on PATH and in the cache: ${names}; put the files at the paths below or allow more sources (TESTBED_TOOLS_FROM)`,
          `PATH와 캐시에 없는 도구: ${names}. 아래 경로에 파일을 두거나 출처를 더 허용하십시오(TESTBED_TOOLS_FROM)`,
        );
  const lacks = missing.flatMap(({ reasons }) =>
    reasons.flatMap((reason) => (reason instanceof BuildUnavailable ? [reason.lacks] : [])),
  );
  const go = await highestGo(missing, settings);
  if (lacks.includes('go'))
    return text(
      `can neither be downloaded nor built here: ${names}; install Go ${go} or newer, or set HTTPS_PROXY for the download, or put the files at the paths below`,
      `내려받을 수도 빌드할 수도 없는 도구: ${names}. Go ${go} 이상을 설치하거나, 내려받을 수 있게 HTTPS_PROXY를 설정하거나, 아래 경로에 파일을 두십시오`,
    );
  return text(
    `can neither be downloaded nor built here: ${names}; set HTTPS_PROXY, or GOPROXY to a module proxy that can be reached, or put the files at the paths below`,
    `내려받을 수도 빌드할 수도 없는 도구: ${names}. HTTPS_PROXY를 설정하거나, 접속 가능한 모듈 프록시를 GOPROXY에 지정하거나, 아래 경로에 파일을 두십시오`,
  );
}

async function highestGo(missing: readonly MissingTool[], settings: Settings): Promise<string> {
  const versions = await Promise.all(missing.map(({ tool }) => requiredGo(tool, settings)));
  return versions.reduce((highest, version) => (compareVersions(version, highest) > 0 ? version : highest));
}
