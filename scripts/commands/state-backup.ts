import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredWord } from '../cli/flags';
import { facts, line, toned } from '../cli/view';
import { PASSPHRASE_FLAG } from './passphrase-flag';
import { stateBackupFacts } from './state-backup-view';

export const stateBackupCommand = defineCommand({
  name: 'state backup',
  summary: text(
    'write all that this site keeps of its testbeds to one encrypted file',
    '이 사이트가 테스트베드에 대해 보관하는 모든 것을 암호화된 파일 하나로 저장합니다',
  ),
  description: text(
    "States, data keys, records and the site's key, not the testbeds themselves: their data stay in the cluster (see database backup). Refused while an operation runs, so that the file shows one moment. A passphrase encrypts it; whoever has both can read every password of the site.",
    '상태, 데이터 키, 기록, 사이트 키를 저장합니다. 테스트베드의 데이터는 클러스터에 있으며 포함되지 않습니다(database backup 참고). 한 시점의 내용이 되도록 진행 중인 작업이 있으면 거부합니다. 파일은 암호문으로 암호화되며, 파일과 암호문을 모두 가진 사람은 사이트의 모든 비밀번호를 읽을 수 있습니다.',
  ),
  positionals: {
    file: requiredWord(text('file to write; none is overwritten', '만들 파일. 기존 파일은 덮어쓰지 않습니다')),
  },
  flags: PASSPHRASE_FLAG,
  examples: [
    {
      command: 'testbed state backup /srv/backups/site.state',
      summary: text('asks for a passphrase twice', '암호문을 두 번 묻습니다'),
    },
    {
      command: 'testbed state backup site.state --passphrase-file /run/secrets/backup',
      summary: text('in a script', '스크립트에서 사용'),
    },
  ],
  whenInterrupted: text('no file was written', '파일을 만들지 않았습니다'),
  handler: async ({ file, 'passphrase-file': passphraseFile }, context) =>
    (await import('../../operations/state-backup.js')).backupState({ file, passphraseFile }, context),
  view: ({ file, backup, bytes }) => [
    facts(...stateBackupFacts(file, backup), [text('size', '크기'), text(`${bytes} bytes`, `${bytes}바이트`)]),
    line(
      toned(
        'soft',
        text(
          'without its passphrase nobody can read it again: keep that elsewhere',
          '암호문이 없으면 아무도 읽을 수 없습니다. 암호문은 다른 곳에 보관하세요',
        ),
      ),
    ),
  ],
});
