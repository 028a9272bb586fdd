import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredWord, wordFlag } from '../cli/flags';
import { facts, line, toned } from '../cli/view';
import { backupFacts } from './backup-view';
import { TARGET_FLAGS } from './target-flags';

export const databaseBackupCommand = defineCommand({
  name: 'database backup',
  summary: text("write a backup of a testbed's database to a file", '테스트베드 데이터베이스의 백업 파일을 만듭니다'),
  description: text(
    'The database goes on meanwhile; the backup shows it at one moment. The file is readable to you alone and is not encrypted: keep it as the data are to be kept. It is what pg_dump writes, with a description and a checksum at its end, and pg_restore reads it.',
    '데이터베이스는 계속 동작하며, 백업에는 한 시점의 내용이 담깁니다. 파일은 본인만 읽을 수 있지만 암호화되지 않으므로 데이터의 보호 수준에 맞게 보관하세요. pg_dump의 출력 끝에 설명과 체크섬을 붙인 파일로, pg_restore로도 읽을 수 있습니다.',
  ),
  positionals: { name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')) },
  flags: {
    file: wordFlag({
      short: 'f',
      placeholder: 'FILE',
      file: true,
      summary: text(
        'where it is written; NAME-TIME.backup without it',
        '저장할 파일. 지정하지 않으면 이름-시각.backup',
      ),
    }),
    ...TARGET_FLAGS,
  },
  examples: [
    {
      command: 'testbed database backup care-lab',
      summary: text('writes care-lab-<time>.backup', 'care-lab-<시각>.backup을 작성'),
    },
    {
      command: 'testbed database backup care-lab -f /srv/backups/care-lab.backup',
      summary: text('to another place', '다른 위치에 저장'),
    },
  ],
  whenInterrupted: text('no file was written', '파일을 만들지 않았습니다'),
  handler: async (args, context) => (await import('../../operations/database-backup.js')).backupDatabase(args, context),
  view: ({ file, backup }) => [
    facts(...backupFacts(file, backup)),
    line(
      toned(
        'soft',
        text(
          'the file holds the data of the testbed, not encrypted',
          '이 파일에는 테스트베드의 데이터가 암호화되지 않은 채 들어 있습니다',
        ),
      ),
    ),
  ],
});
