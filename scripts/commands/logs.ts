import { TestbedError, text } from '../../errors';
import { defineCommand } from '../cli/command';
import { numberFlag, optionalWord, parsedFlag, requiredWord, switchFlag } from '../cli/flags';
import { CONTAINER_FLAG, MEMBER_FLAG } from './member-flags';
import { TARGET_FLAGS } from './target-flags';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export const logsCommand = defineCommand({
  name: 'logs',
  summary: text("print a pod's log", '파드의 로그를 출력합니다'),
  description: text(
    "As one of the testbed's members. At a terminal, what would move its cursor is shown as escapes; to a file or a program the log goes as it is.",
    '테스트베드 구성원의 권한으로 실행합니다. 터미널에서는 커서를 움직이는 문자를 이스케이프로 표시하고, 파일이나 프로그램에는 로그를 그대로 보냅니다.',
  ),
  positionals: {
    name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')),
    pod: optionalWord(
      text(
        'a part (database) or a pod; not needed where there is only one',
        '구성 요소(database) 또는 파드. 하나뿐이면 생략할 수 있습니다',
      ),
    ),
  },
  flags: {
    follow: switchFlag({
      summary: text(
        'go on as more is written, until Ctrl-C',
        '새로 기록되는 내용을 Ctrl-C를 누를 때까지 계속 출력합니다',
      ),
    }),
    since: parsedFlag(
      {
        placeholder: 'TIME',
        summary: text('not older than that: 90s, 10m, 2h, 1d', '지정한 시간 이내의 로그만: 90s, 10m, 2h, 1d'),
      },
      seconds,
    ),
    tail: numberFlag({
      placeholder: 'LINES',
      least: 0,
      most: 1_000_000,
      summary: text('only the last lines', '마지막 줄만'),
    }),
    previous: switchFlag({
      summary: text("of the container's run before this one", '현재 실행 이전의 컨테이너 로그'),
    }),
    ...CONTAINER_FLAG,
    ...MEMBER_FLAG,
    ...TARGET_FLAGS,
  },
  examples: [
    {
      command: 'testbed logs care-lab database --tail 20',
      summary: text('the last lines of its database', '데이터베이스 로그의 마지막 20줄'),
    },
    { command: 'testbed logs care-lab web-0 --follow', summary: text('as it goes', '이어서 보기') },
  ],
  handler: async (args, context) => (await import('../../operations/logs.js')).logs(args, context),
  view: () => [],
  spoken: () => true,
});

function seconds(given: string | undefined, flag: string): number | undefined {
  if (given === undefined) return undefined;
  const [, figure = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(given) ?? [];
  const factor = UNITS[unit];
  const value = factor === undefined ? 0 : Number(figure) * factor;
  if (value > 0) return value;
  throw new TestbedError(
    'UsageWrong',
    text(
      `--${flag} is '${given}', which is no time like 90s, 10m, 2h or 1d`,
      `--${flag} 값 '${given}'은(는) 90s, 10m, 2h, 1d와 같은 시간이 아닙니다`,
    ),
  );
}
