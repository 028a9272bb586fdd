import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { line, table, toned } from '../cli/view';
import { TARGET_FLAGS } from './target-flags';
import { stateCell } from './testbed-view';

export const listCommand = defineCommand({
  name: 'list',
  summary: text('list the testbeds of this site', '이 사이트의 테스트베드 목록을 보여 줍니다'),
  positionals: {},
  flags: TARGET_FLAGS,
  examples: [
    {
      command: 'testbed list',
      summary: text('what this site knows, compared with the cluster', '사이트의 기록을 클러스터와 비교해 표시'),
    },
    { command: 'testbed list -o json', summary: text('for a program', '프로그램에서 사용') },
  ],
  handler: async (args, context) => (await import('../../operations/list.js')).list(args, context),
  view: ({ testbeds, clusterAsked }) => [
    testbeds.length === 0
      ? line(
          text(
            'no testbeds; make one: npx testbed init, then npx testbed up',
            '테스트베드가 없습니다. 만들기: npx testbed init 실행 후 npx testbed up',
          ),
        )
      : table(
          [
            text('NAME', '이름'),
            text('ID', 'ID'),
            text('STATE', '상태'),
            text('GRADE', '등급'),
            text('SIZE', '크기'),
            text('ENDS', '종료일'),
            text('PARTICIPANT', '참여 기업'),
          ],
          testbeds.map((one) => [
            one.name,
            one.id,
            stateCell(one.infrastructure),
            one.grade,
            one.size,
            one.ends,
            one.participant,
          ]),
        ),
    ...(clusterAsked
      ? []
      : [
          line(
            toned(
              'warn',
              text(
                'the cluster could not be asked: this is what was recorded',
                '클러스터에 물어볼 수 없어 기록만 표시합니다',
              ),
            ),
          ),
        ]),
  ],
});
