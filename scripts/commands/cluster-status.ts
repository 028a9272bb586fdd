import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { clusterBlocks } from './cluster-view';

export const clusterStatusCommand = defineCommand({
  name: 'cluster status',
  summary: text('show how the embedded cluster is', '내장 클러스터의 상태를 보여 줍니다'),
  positionals: {},
  flags: {},
  examples: [
    {
      command: 'testbed cluster status',
      summary: text('components, restarts, certificates', '구성 요소, 재시작 횟수, 인증서'),
    },
  ],
  handler: async (_, context) => (await import('../../operations/cluster.js')).clusterStatus(context),
  view: clusterBlocks,
});
