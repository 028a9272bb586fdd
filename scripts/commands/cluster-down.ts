import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { switchFlag } from '../cli/flags';
import { line, toned } from '../cli/view';
import { YES_FLAG } from './yes-flag';

export const clusterDownCommand = defineCommand({
  name: 'cluster down',
  summary: text('stop the embedded cluster; its data stays', '내장 클러스터를 중지합니다. 데이터는 보존됩니다'),
  positionals: {},
  flags: {
    data: switchFlag({
      summary: text(
        'end its data too: every testbed on it and its audit log; asks first',
        '데이터도 함께 종료합니다. 모든 테스트베드와 감사 로그가 포함되며 먼저 확인을 받습니다',
      ),
    }),
    'keep-data': switchFlag({
      summary: text('keep its data; this is the default', '데이터를 보존합니다(기본값)'),
    }),
    ...YES_FLAG,
  },
  examples: [
    {
      command: 'testbed cluster down',
      summary: text('stop all processes, keep the data', '모든 프로세스를 중지하고 데이터는 보존'),
    },
    { command: 'testbed cluster down --data', summary: text('leave nothing behind', '아무것도 남기지 않고 종료') },
  ],
  whenInterrupted: text(
    'some components may still run: `testbed cluster down` goes on',
    '일부 구성 요소가 아직 실행 중일 수 있습니다. `testbed cluster down`을 다시 실행하세요',
  ),
  handler: async ({ data, 'keep-data': keepData }, context) =>
    (await import('../../operations/cluster.js')).clusterDown({ data, keepData }, context),
  view: ({ outcome, data }) => [
    line(
      outcome === 'unchanged'
        ? text('the cluster did not run', '클러스터가 실행 중이 아니었습니다')
        : text('the cluster is down; no process of it is left', '클러스터를 중지했습니다. 남은 프로세스가 없습니다'),
    ),
    line(
      data === 'ended'
        ? text('its data ended', '데이터도 종료했습니다')
        : text('its data is kept', '데이터는 보존되어 있습니다'),
    ),
    ...(data === 'ended'
      ? []
      : [line(toned('soft', text('start it again: npx testbed cluster up', '다시 시작하기: npx testbed cluster up')))]),
  ],
});
