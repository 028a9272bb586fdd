import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { duration } from '../cli/duration';
import { requiredWord } from '../cli/flags';
import { facts, line, toned } from '../cli/view';
import { TARGET_FLAGS } from './target-flags';
import { YES_FLAG } from './yes-flag';

export const databaseRotateCommand = defineCommand({
  name: 'database rotate',
  summary: text(
    "give a testbed's database new passwords and a new certificate",
    '테스트베드 데이터베이스의 비밀번호와 인증서를 교체합니다',
  ),
  description: text(
    'Asks first. The database restarts with them, which takes seconds; the old passwords hold until then. Applications find the new ones, and the certificate of the authority, in the Secrets database-app and database-owner, which keep their names.',
    '먼저 확인을 받습니다. 데이터베이스는 몇 초 동안 재시작되며 그때까지는 이전 비밀번호가 유효합니다. 새 비밀번호와 인증 기관 인증서는 이름이 바뀌지 않는 시크릿 database-app, database-owner에 있습니다.',
  ),
  positionals: { name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')) },
  flags: { ...YES_FLAG, ...TARGET_FLAGS },
  examples: [{ command: 'testbed database rotate care-lab', summary: text('asks, then rotates', '확인 후 교체') }],
  whenInterrupted: text(
    'the passwords may be the old or the new ones: `testbed up` finishes it',
    '비밀번호가 이전 것일 수도 새것일 수도 있습니다. `testbed up`으로 마무리하세요',
  ),
  handler: async (args, context) => (await import('../../operations/database-rotate.js')).rotateDatabase(args, context),
  view: ({ testbed, readyMs }) => [
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${testbed.name} (${testbed.id})`)],
      [
        text('credentials', '자격 증명'),
        text(`no. ${testbed.database?.credentials ?? 1}`, `${testbed.database?.credentials ?? 1}번째`),
      ],
    ),
    line(
      text(
        `new passwords are in force after ${duration(readyMs).en}: applications read the Secret database-app again`,
        `${duration(readyMs).ko} 만에 새 비밀번호가 적용되었습니다. 애플리케이션은 시크릿 database-app을 다시 읽어야 합니다`,
      ),
    ),
  ],
});
