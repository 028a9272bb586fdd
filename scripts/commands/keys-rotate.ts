import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { facts, line, toned } from '../cli/view';
import { YES_FLAG } from './yes-flag';

export const keysRotateCommand = defineCommand({
  name: 'keys rotate',
  summary: text(
    "give this site another key and wrap every testbed's key by it",
    '사이트 키를 교체하고 모든 테스트베드의 키를 새 키로 감쌉니다',
  ),
  description: text(
    'Asks first. Testbeds and their passwords stay as they are, and operations on this machine go on meanwhile. The former key is gone at the end; what was backed up before holds the key of its time. On other machines of the site the new site.secret must be put afterwards.',
    '먼저 확인을 받습니다. 테스트베드와 비밀번호는 그대로이며 이 컴퓨터의 다른 작업은 계속됩니다. 끝나면 이전 키는 사라지고, 이전 백업에는 당시의 키가 들어 있습니다. 사이트의 다른 컴퓨터에는 새 site.secret을 복사해야 합니다.',
  ),
  positionals: {},
  flags: YES_FLAG,
  examples: [{ command: 'testbed keys rotate', summary: text('asks, then rotates', '확인 후 교체') }],
  whenInterrupted: text(
    'both keys are kept until it is done: `testbed keys rotate` goes on',
    '완료될 때까지 두 키가 모두 보관됩니다. `testbed keys rotate`로 이어서 진행하세요',
  ),
  handler: async (_args, context) => (await import('../../operations/keys.js')).rotateKeys(context),
  view: ({ outcome, from, to, rewrapped, file }) => [
    facts(
      [text('former key', '이전 키'), from],
      [text('new key', '새 키'), toned('strong', to)],
      [text('data keys wrapped anew', '다시 감싼 데이터 키'), String(rewrapped)],
    ),
    line(
      outcome === 'finished'
        ? text('a rotation that was begun before is finished', '이전에 시작한 교체를 마쳤습니다')
        : text('the key is rotated', '키를 교체했습니다'),
    ),
    line(
      toned(
        'warn',
        text(
          `copy ${file} to the site's other machines, and make a new backup: testbed state backup`,
          `${file}을(를) 사이트의 다른 컴퓨터에 복사하고 새 백업을 만드세요: testbed state backup`,
        ),
      ),
    ),
  ],
});
