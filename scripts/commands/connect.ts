import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredWord, wordFlag } from '../cli/flags';
import { facts, line, toned } from '../cli/view';
import { TARGET_FLAGS } from './target-flags';
import { nextStep } from './testbed-view';

export const connectCommand = defineCommand({
  name: 'connect',
  summary: text(
    "write a kubeconfig with a participant's access, for an hour",
    '참여자 권한의 kubeconfig를 작성합니다(1시간 유효)',
  ),
  positionals: { name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')) },
  flags: {
    member: wordFlag({
      placeholder: 'EMAIL',
      summary: text('whose access; the first member without it', '누구의 권한인지. 지정하지 않으면 첫 번째 구성원'),
    }),
    file: wordFlag({
      short: 'f',
      placeholder: 'FILE',
      file: true,
      summary: text('where it is written; NAME.kubeconfig without it', '저장할 파일. 지정하지 않으면 이름.kubeconfig'),
    }),
    ...TARGET_FLAGS,
  },
  examples: [
    { command: 'testbed connect care-lab', summary: text('writes care-lab.kubeconfig', 'care-lab.kubeconfig를 작성') },
    {
      command: 'KUBECONFIG=care-lab.kubeconfig kubectl get pods',
      summary: text('use it', '사용 예'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/connect.js')).connect(args, context),
  view: ({ testbed, member, file, expires }) => [
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${testbed.name} (${testbed.id})`)],
      [text('member', '구성원'), member],
      [text('kubeconfig', 'kubeconfig'), file],
      [text('valid until', '만료 시각'), expires],
    ),
    line(
      toned(
        'soft',
        text(
          'the file holds a token: whoever has it is this member until then',
          '이 파일에는 토큰이 들어 있어, 만료될 때까지 파일을 가진 사람이 이 구성원의 권한을 갖습니다',
        ),
      ),
    ),
    line(toned('soft', nextStep(`KUBECONFIG=${quoted(file)} kubectl get pods`))),
  ],
});

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
