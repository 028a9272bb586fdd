import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { switchFlag } from '../cli/flags';
import { document } from '../cli/view';

export const clusterKubeconfigCommand = defineCommand({
  name: 'cluster kubeconfig',
  summary: text('print a kubeconfig of the read-only operator', '읽기 전용 운영자의 kubeconfig를 출력합니다'),
  description: text(
    'It holds a private key: send it to a file that only you can read.',
    '개인 키가 들어 있으므로 본인만 읽을 수 있는 파일로 저장하세요.',
  ),
  positionals: {},
  flags: {
    admin: switchFlag({
      summary: text(
        'all rights, for one hour; every use is in the audit log',
        '모든 권한(1시간). 모든 사용이 감사 로그에 남습니다',
      ),
    }),
  },
  examples: [
    {
      command: '(umask 077; testbed cluster kubeconfig > operator.kubeconfig)',
      summary: text('for kubectl', 'kubectl에서 사용'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/cluster.js')).clusterKubeconfig(args, context),
  view: ({ kubeconfig }) => [document(kubeconfig)],
});
