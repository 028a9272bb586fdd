import { text, type Text } from '../../errors';
import type { ToolsInstallResult } from '../../operations/tools';
import { defineCommand } from '../cli/command';
import { optionalChoice } from '../cli/flags';
import { table } from '../cli/view';
import { OFFLINE_FLAG } from './offline-flag';
import { TOOL_NAMES } from './tool-names';

const SOURCES: Readonly<Record<ToolsInstallResult['tools'][number]['source'], Text>> = {
  path: text('PATH', 'PATH'),
  cache: text('cache', '캐시'),
  download: text('downloaded', '내려받음'),
  build: text('built', '빌드함'),
};

export const toolsInstallCommand = defineCommand({
  name: 'tools install',
  summary: text(
    'provide the tools: from PATH, the cache, a download or a build',
    '도구를 PATH, 캐시, 다운로드, 빌드 순으로 마련합니다',
  ),
  description: text(
    'Without a name it provides what testbed itself needs; `real-node` stands for all that a real node runs besides (Linux only), and kubectl comes only by name. TESTBED_TOOLS_FROM, TESTBED_TOOLS_MIRROR and TESTBED_TOOLS_CHECKSUMS say where from.',
    '이름을 지정하지 않으면 testbed에 필요한 도구를 마련합니다. `real-node`는 실제 노드에 추가로 필요한 모든 도구를 뜻하며(Linux 전용), kubectl은 이름을 지정해야 합니다. 출처는 TESTBED_TOOLS_FROM, TESTBED_TOOLS_MIRROR, TESTBED_TOOLS_CHECKSUMS로 정합니다.',
  ),
  positionals: {
    tool: optionalChoice(
      [...TOOL_NAMES, 'real-node'] as const,
      text('only this one, or this group', '이 도구 또는 묶음만'),
    ),
  },
  flags: OFFLINE_FLAG,
  examples: [
    { command: 'testbed tools install', summary: text('all that testbed needs', '필요한 모든 도구') },
    {
      command: 'testbed tools install real-node',
      summary: text('what a real node of the embedded cluster runs', '내장 클러스터의 실제 노드에 필요한 도구'),
    },
    {
      command: 'testbed tools install --offline',
      summary: text('say what is missing and where to put it', '없는 도구와 둘 위치를 표시'),
    },
  ],
  whenInterrupted: text(
    'finished tools stay in the cache: `testbed tools install` goes on',
    '완료된 도구는 캐시에 남아 있습니다. `testbed tools install`로 이어서 하세요',
  ),
  handler: async ({ tool, offline }, context) =>
    (await import('../../operations/tools.js')).toolsInstall({ offline, which: tool }, context),
  view: ({ tools }) => [
    table(
      [text('TOOL', '도구'), text('VERSION', '버전'), text('FROM', '출처'), text('PATH', '경로')],
      tools.map(({ name, version, source, path }) => [name, version, SOURCES[source], path]),
    ),
  ],
});
