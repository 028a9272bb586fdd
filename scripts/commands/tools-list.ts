import { text, type Text } from '../../errors';
import type { ToolsListResult } from '../../operations/tools';
import { defineCommand } from '../cli/command';
import { table, toned, type Tone } from '../cli/view';

const STATES: Readonly<Record<ToolsListResult['tools'][number]['state'], readonly [Tone, Text]>> = {
  'on-path': ['good', text('on PATH', 'PATH에 있음')],
  cached: ['good', text('cached', '캐시됨')],
  missing: ['warn', text('missing', '없음')],
  damaged: ['bad', text('damaged', '손상됨')],
};

const PURPOSES: Readonly<Record<ToolsListResult['tools'][number]['purpose'], Text>> = {
  platform: text('testbed', 'testbed'),
  'real-node': text('real node', '실제 노드'),
  people: text('people', '사용자'),
};

export const toolsListCommand = defineCommand({
  name: 'tools list',
  summary: text('list the tools, their versions and where they are', '도구의 버전과 위치를 보여 줍니다'),
  positionals: {},
  flags: {},
  examples: [{ command: 'testbed tools list', summary: text('fetches nothing', '아무것도 내려받지 않음') }],
  handler: async (_, context) => (await import('../../operations/tools.js')).toolsList(context),
  view: ({ tools }) => [
    table(
      [
        text('TOOL', '도구'),
        text('FOR', '용도'),
        text('PINNED', '고정 버전'),
        text('STATE', '상태'),
        text('FOUND', '찾은 버전'),
        text('PATH', '경로'),
      ],
      tools.map(({ name, purpose, version, state, found, path }) => [
        name,
        PURPOSES[purpose],
        version,
        toned(...STATES[state]),
        found ?? '',
        path,
      ]),
    ),
  ],
});
