import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { optionalWord, requiredWord, restWords } from '../cli/flags';
import { CONTAINER_FLAG, MEMBER_FLAG } from './member-flags';
import { TARGET_FLAGS } from './target-flags';

export const execCommand = defineCommand({
  name: 'exec',
  summary: text("run a command in a participant's pod", '참여자의 파드에서 명령을 실행합니다'),
  description: text(
    "As one of the testbed's members, with this call's input and output; at a terminal the command gets one too. Its exit code is passed on. At grade sensitive nobody runs commands in running pods, and in the platform's own pods only Kubernetes does.",
    '테스트베드 구성원의 권한으로, 이 호출의 입출력을 사용해 실행합니다. 터미널에서 실행하면 명령에도 터미널이 주어지며, 명령의 종료 코드를 그대로 돌려줍니다. sensitive 등급에서는 누구도 실행 중인 파드에서 명령을 실행할 수 없고, 플랫폼의 파드에서는 쿠버네티스만 명령을 실행합니다.',
  ),
  positionals: {
    name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')),
    pod: optionalWord(
      text(
        'which pod; not needed where the participant has only one',
        '파드. 참여자의 파드가 하나뿐이면 생략할 수 있습니다',
      ),
    ),
    command: restWords(text('the command with its words', '실행할 명령과 인자')),
  },
  flags: { ...CONTAINER_FLAG, ...MEMBER_FLAG, ...TARGET_FLAGS },
  examples: [
    { command: 'testbed exec care-lab web-0 -- sh', summary: text('a shell', '셸') },
    {
      command: 'testbed exec care-lab web-0 -- tar c /data > data.tar',
      summary: text('its output goes on as it is', '출력을 그대로 전달'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/exec.js')).exec(args, context),
  view: () => [],
  spoken: () => true,
  exitCode: ({ exitCode }) => exitCode,
});
