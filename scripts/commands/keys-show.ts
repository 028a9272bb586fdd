import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { facts, line, toned } from '../cli/view';

export const keysShowCommand = defineCommand({
  name: 'keys show',
  summary: text(
    'show which key this site is on and which this machine has',
    '사이트가 사용하는 키와 이 컴퓨터에 있는 키를 보여 줍니다',
  ),
  positionals: {},
  flags: {},
  examples: [{ command: 'testbed keys show', summary: text('fingerprints only', '지문만 표시') }],
  handler: async (_args, context) => (await import('../../operations/keys.js')).showKeys(context),
  view: ({ store, site, next, here, dataKeys }) => [
    facts(
      [text('store', '저장소'), store],
      [
        text("site's key", '사이트 키'),
        site === undefined ? text('none yet', '아직 없음') : toned('strong', site.fingerprint),
      ],
      [text('since', '사용 시작'), site?.since ?? '-'],
      [text('on this machine', '이 컴퓨터의 키'), here.length === 0 ? text('none', '없음') : here.join(', ')],
      [text('data keys', '데이터 키'), String(dataKeys)],
    ),
    ...(next === undefined
      ? []
      : [
          line(
            toned(
              'warn',
              text(
                `a rotation to ${next.fingerprint} has not ended: testbed keys rotate`,
                `키 ${next.fingerprint}(으)로의 교체가 끝나지 않았습니다: testbed keys rotate`,
              ),
            ),
          ),
        ]),
  ],
});
