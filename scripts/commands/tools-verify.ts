import { text, type Text } from '../../errors';
import type { ToolsVerifyResult } from '../../operations/tools';
import { defineCommand } from '../cli/command';
import { line, table } from '../cli/view';

const VOUCHERS: Readonly<Record<ToolsVerifyResult['tools'][number]['vouchedBy'], Text>> = {
  pin: text('the site', '사이트'),
  vendor: text('the vendor', '공급자'),
  'go.sum': text('go.sum', 'go.sum'),
  nobody: text('nobody', '없음'),
};

export const toolsVerifyCommand = defineCommand({
  name: 'tools verify',
  summary: text(
    'read every cached tool again and compare it with its record',
    '캐시된 도구를 모두 다시 읽어 기록과 비교합니다',
  ),
  positionals: {},
  flags: {},
  examples: [
    {
      command: 'testbed tools verify',
      summary: text('exits 1 where one is damaged', '손상된 도구가 있으면 종료 코드 1'),
    },
  ],
  handler: async (_, context) => (await import('../../operations/tools.js')).toolsVerify(context),
  view: ({ tools }) =>
    tools.length === 0
      ? [line(text('the cache is empty', '캐시가 비어 있습니다'))]
      : [
          table(
            [text('TOOL', '도구'), text('VERSION', '버전'), text('VOUCHED BY', '보증'), text('SHA-256', 'SHA-256')],
            tools.map(({ name, version, vouchedBy, sha256 }) => [name, version, VOUCHERS[vouchedBy], sha256]),
          ),
          line(text(`${tools.length} tools are whole`, `도구 ${tools.length}개가 온전합니다`)),
        ],
});
