import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredWord, switchFlag } from '../cli/flags';
import { facts, line } from '../cli/view';
import { PASSPHRASE_FLAG } from './passphrase-flag';
import { stateBackupFacts } from './state-backup-view';
import { YES_FLAG } from './yes-flag';

export const stateRestoreCommand = defineCommand({
  name: 'state restore',
  summary: text('put back what a site kept, from an encrypted file', '암호화된 파일에서 사이트의 상태를 복원합니다'),
  description: text(
    "Asks first. The whole file is read and compared before anything is written. The site's key comes to this machine, all else to the site's store; testbeds that still stand on their cluster can be changed and ended again. A site that keeps something already is refused without --replace.",
    '먼저 확인을 받습니다. 파일 전체를 읽어 확인한 뒤에 기록합니다. 사이트 키는 이 컴퓨터에, 나머지는 사이트 저장소에 복원되며 클러스터에 남아 있는 테스트베드를 다시 변경하고 종료할 수 있습니다. 이미 내용이 있는 사이트는 --replace 없이는 거부합니다.',
  ),
  positionals: {
    file: requiredWord(text('file that testbed state backup wrote', 'testbed state backup으로 만든 파일')),
  },
  flags: {
    replace: switchFlag({
      summary: text('end what the site keeps now', '사이트에 있는 기존 내용을 대체합니다'),
    }),
    ...PASSPHRASE_FLAG,
    ...YES_FLAG,
  },
  examples: [
    { command: 'testbed state restore site.state', summary: text('into an empty site', '빈 사이트에 복원') },
    {
      command: 'testbed state restore site.state --replace',
      summary: text('in the place of what is there', '기존 내용을 대체하여 복원'),
    },
  ],
  whenInterrupted: text(
    'the site may be restored in part: run the same command again with --replace',
    '일부만 복원되었을 수 있습니다. --replace를 붙여 같은 명령을 다시 실행하세요',
  ),
  handler: async ({ file, replace, 'passphrase-file': passphraseFile }, context) =>
    (await import('../../operations/state-restore.js')).restoreState({ file, replace, passphraseFile }, context),
  view: ({ file, backup, store, ended }) => [
    facts(
      ...stateBackupFacts(file, backup),
      [text('restored to', '복원 위치'), store],
      [text('documents ended', '삭제한 문서'), String(ended)],
    ),
    line(text('see what stands: testbed list', '현재 상태 확인: testbed list')),
  ],
});
