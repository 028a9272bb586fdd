import { TestbedError, text, type Text } from '../../errors';
import type { UpgradeResult } from '../../operations/upgrade';
import { defineCommand } from '../cli/command';
import { numberFlag, severalWords, switchFlag } from '../cli/flags';
import { line, table, toned, type Block, type Cell, type Tone } from '../cli/view';
import { changeBlocks } from './operation-view';
import { TARGET_FLAGS } from './target-flags';
import { YES_FLAG } from './yes-flag';

type Item = UpgradeResult['testbeds'][number];

const STATES: Readonly<Record<Item['state'], readonly [Tone, Text]>> = {
  current: ['soft', text('current', '최신')],
  upgraded: ['good', text('upgraded', '업그레이드됨')],
  planned: ['warn', text('to upgrade', '업그레이드 대상')],
  refused: ['bad', text('refused', '거부됨')],
  failed: ['bad', text('failed', '실패')],
  'half-made': ['bad', text('half-made', '중단됨')],
  left: ['warn', text('left', '남음')],
};

export const upgradeCommand = defineCommand({
  name: 'upgrade',
  summary: text(
    'bring live testbeds to the components of this version',
    '운영 중인 테스트베드를 이 버전의 구성 요소로 업그레이드합니다',
  ),
  description: text(
    "Previews every testbed by the cluster's own dry run, asks, and goes on in waves; a wave with a failure is the last. Run again it goes on where it stopped. What would end data is refused without --accept-data-loss. Each testbed keeps the record of which version made it.",
    '클러스터의 모의 실행으로 모든 테스트베드를 미리 본 뒤 확인을 받고 차수별로 진행합니다. 실패한 차수가 있으면 그 뒤는 진행하지 않으며, 다시 실행하면 멈춘 곳부터 이어서 합니다. 데이터가 사라지는 변경은 --accept-data-loss 없이는 거부됩니다. 각 테스트베드를 처음 만든 버전은 기록에 계속 남습니다.',
  ),
  positionals: { name: severalWords(text('names or ids of testbeds', '테스트베드의 이름 또는 ID')) },
  flags: {
    all: switchFlag({ summary: text('every testbed of this site', '이 사이트의 모든 테스트베드를 대상으로 합니다') }),
    wave: numberFlag({
      placeholder: 'N',
      least: 1,
      most: 1000,
      summary: text(
        'how many are brought on before the next are begun; default 10',
        '한 차수에 업그레이드할 테스트베드 수 (기본값 10)',
      ),
    }),
    preview: switchFlag({
      summary: text('only show what would change', '변경될 내용만 보여 주고 실행하지 않습니다'),
    }),
    'accept-data-loss': switchFlag({
      summary: text(
        'also where what holds data would be made anew',
        '데이터를 담은 객체를 새로 만들어야 하는 테스트베드도 진행합니다',
      ),
    }),
    ...YES_FLAG,
    ...TARGET_FLAGS,
  },
  examples: [
    { command: 'testbed upgrade care-lab --preview', summary: text('what would change', '변경될 내용 확인') },
    {
      command: 'testbed upgrade --all --wave 5',
      summary: text('all of them, five by five', '전체를 5개씩 나누어 업그레이드'),
    },
  ],
  whenInterrupted: text(
    'some testbeds may be upgraded and one half-made: the same command goes on',
    '일부만 업그레이드되었을 수 있습니다. 같은 명령을 다시 실행하면 이어서 합니다',
  ),
  handler: async ({ name: names, all, 'accept-data-loss': acceptDataLoss, ...args }, context) => {
    if (all === names.length > 0)
      throw new TestbedError(
        'UsageWrong',
        text(
          'give names of testbeds, or --all for every one of this site',
          '테스트베드 이름을 지정하거나, 이 사이트 전체를 대상으로 하려면 --all을 지정하세요',
        ),
      );
    return (await import('../../operations/upgrade.js')).upgrade({ ...args, names, acceptDataLoss }, context);
  },
  view: ({ testbeds, to, waves }) => [
    ...testbeds.flatMap(details),
    ...(testbeds.length === 0
      ? []
      : [
          table(
            [
              text('NAME', '이름'),
              text('ID', 'ID'),
              text('STATE', '상태'),
              text('FROM', '이전 버전'),
              text('CHANGES', '변경'),
            ],
            testbeds.map(({ name, id, state, from, changes }) => [
              name,
              id,
              toned(...STATES[state]),
              from === undefined ? '' : `${from.package}/${from.components}`,
              String(changes.length),
            ]),
          ),
        ]),
    line(countWords(testbeds, waves)),
    line(
      toned('soft', text(`this version: ${to.package}/${to.components}`, `이 버전: ${to.package}/${to.components}`)),
    ),
  ],
  failure: ({ failure }) => failure,
});

/** What a preview found, and what ends data whenever it was refused. */
function details({ name, state, changes, endsData }: Item): readonly Block[] {
  const shown = state === 'planned' ? changes : state === 'refused' ? endsData : [];
  if (shown.length === 0) return [];
  const title: Cell =
    state === 'refused'
      ? toned('bad', text(`${name}: this would end data`, `${name}: 데이터가 사라지는 변경`))
      : toned('strong', name);
  return [line(title), ...changeBlocks(shown)];
}

function countWords(testbeds: readonly Item[], waves: number): Text {
  const counted = Object.entries(STATES).flatMap(([state, [, words]]) => {
    const count = testbeds.filter((one) => one.state === state).length;
    return count === 0 ? [] : [{ count, words }];
  });
  if (counted.length === 0) return text('no testbeds', '테스트베드가 없습니다');
  const en = counted.map(({ count, words }) => `${count} ${words.en}`).join(', ');
  const ko = counted.map(({ count, words }) => `${words.ko} ${count}개`).join(', ');
  return waves === 0 ? text(en, ko) : text(`${en}, in ${waves} waves`, `${ko}, ${waves}차에 나누어 진행`);
}
