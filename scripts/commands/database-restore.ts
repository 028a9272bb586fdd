import { TestbedError, text } from '../../errors';
import { defineCommand } from '../cli/command';
import { parsedFlag, requiredWord } from '../cli/flags';
import { facts, line } from '../cli/view';
import { backupFacts } from './backup-view';
import { TARGET_FLAGS } from './target-flags';
import { YES_FLAG } from './yes-flag';

export const databaseRestoreCommand = defineCommand({
  name: 'database restore',
  summary: text(
    "replace the content of a testbed's database by a backup",
    '테스트베드 데이터베이스의 내용을 백업으로 바꿉니다',
  ),
  description: text(
    'Compares the file with its checksum, then asks. The backup goes into a fresh database, which takes the place of the present one when it is complete: nothing is ever half restored. Backups of another major version are refused, and those of grade sensitive in a testbed of grade open.',
    '파일을 체크섬과 비교한 뒤 확인을 받습니다. 백업은 새 데이터베이스에 복원되고, 완료되면 현재 데이터베이스와 바뀝니다. 일부만 복원되는 일은 없습니다. 주 버전이 다른 백업과, open 등급 테스트베드에 대한 sensitive 등급 백업은 거부합니다.',
  ),
  positionals: { name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')) },
  flags: {
    file: parsedFlag(
      {
        short: 'f',
        placeholder: 'FILE',
        file: true,
        summary: text('the backup; it must be given', '백업 파일. 반드시 지정해야 합니다'),
      },
      named,
    ),
    ...YES_FLAG,
    ...TARGET_FLAGS,
  },
  examples: [
    {
      command: 'testbed database restore care-lab -f care-lab.backup',
      summary: text('asks, then restores', '확인 후 복원'),
    },
  ],
  whenInterrupted: text(
    'the database is as it was, unless the restore was complete already: look before you run it again',
    '복원이 이미 끝난 경우가 아니면 데이터베이스는 그대로입니다. 다시 실행하기 전에 확인하세요',
  ),
  handler: async (args, context) =>
    (await import('../../operations/database-restore.js')).restoreDatabase(args, context),
  view: ({ testbed, file, backup }) => [
    facts(...backupFacts(file, backup)),
    line(
      text(
        `the database of '${testbed.name}' holds the backup now; its clients connect again`,
        `'${testbed.name}'의 데이터베이스를 백업 내용으로 바꿨습니다. 클라이언트는 다시 접속하면 됩니다`,
      ),
    ),
  ],
});

function named(given: string | undefined, flag: string): string {
  if (given !== undefined && given !== '') return given;
  throw new TestbedError(
    'UsageWrong',
    text(`which backup? name its file with --${flag}`, `어떤 백업을 복원할지 --${flag}로 파일을 지정하세요`),
  );
}
