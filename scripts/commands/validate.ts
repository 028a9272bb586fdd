import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { facts, line, toned } from '../cli/view';
import { SPEC_FLAGS } from './spec-flags';
import { nextStep } from './testbed-view';

export const validateCommand = defineCommand({
  name: 'validate',
  summary: text('check a spec; touches nothing else', '명세를 검사합니다. 다른 것은 건드리지 않습니다'),
  description: text(
    'Says all problems at once, each with its line, what is wrong and what is accepted. Exits 2 where there are any, 3 where the grade is refused.',
    '모든 문제를 한 번에 줄 위치, 잘못된 값, 허용되는 값과 함께 알려 줍니다. 문제가 있으면 종료 코드 2, 등급이 거부되면 3으로 끝납니다.',
  ),
  positionals: {},
  flags: SPEC_FLAGS,
  examples: [
    { command: 'testbed validate', summary: text('checks ./testbed.yaml', './testbed.yaml 검사') },
    { command: 'testbed validate -f care.yaml', summary: text('checks another file', '다른 파일 검사') },
  ],
  handler: async (args, context) => (await import('../../operations/validate.js')).validate(args, context),
  view: ({ file, spec }) => [
    facts(
      [text('file', '파일'), file],
      [text('testbed', '테스트베드'), toned('strong', spec.name)],
      [text('participant', '참여 기업'), spec.participant],
      [text('grade, size', '등급, 크기'), `${spec.grade}, ${spec.size}`],
      [text('ends', '종료일'), spec.ends],
    ),
    line(toned('good', text('valid', '올바른 명세입니다'))),
    line(toned('soft', nextStep('npx testbed preview'))),
  ],
});
