import { text, type Text } from '../../errors';
import type { SharedStatus } from '../../operations/shared';
import { defineCommand } from '../cli/command';
import { facts, line, toned, type Tone } from '../cli/view';
import { leftOutBlocks } from './left-out-view';
import { changeBlocks } from './operation-view';
import { TARGET_FLAGS } from './target-flags';

const STATES: Readonly<Record<SharedStatus['state'], readonly [Tone, Text]>> = {
  absent: ['warn', text('absent', '없음')],
  current: ['good', text('current', '최신')],
  outdated: ['warn', text('outdated', '이전 버전')],
  drifted: ['bad', text('drifted', '변경됨')],
};

export const sharedStatusCommand = defineCommand({
  name: 'shared status',
  summary: text(
    'show whether guard rails and roles stand as they should',
    '보호 규칙과 역할이 제대로 갖춰져 있는지 보여 줍니다',
  ),
  positionals: {},
  flags: TARGET_FLAGS,
  examples: [
    {
      command: 'testbed shared status',
      summary: text('what is missing, old or was changed', '빠졌거나 오래되었거나 변경된 것'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/shared.js')).sharedStatus(args, context),
  view: ({ state, objects, pending, drift, rulesLeftOut }) => [
    facts([text('shared', '공용 구성'), toned(...STATES[state])], [text('objects', '객체'), String(objects)]),
    ...changeBlocks(drift.length > 0 ? drift : pending),
    ...leftOutBlocks(rulesLeftOut),
    ...(state === 'current'
      ? []
      : [line(toned('soft', text('mend it: npx testbed shared up', '바로잡기: npx testbed shared up')))]),
  ],
});
