import { text } from '../../errors';
import { wordFlag } from '../cli/flags';

/** Which cluster a command works on; without them the embedded one. */
export const TARGET_FLAGS = {
  context: wordFlag({
    placeholder: 'NAME',
    summary: text(
      'work on the cluster of this kubeconfig context instead of the embedded one',
      '내장 클러스터 대신 이 kubeconfig 컨텍스트의 클러스터에서 작업합니다',
    ),
  }),
  kubeconfig: wordFlag({
    placeholder: 'FILE',
    file: true,
    summary: text(
      'where the context is looked for; KUBECONFIG, then ~/.kube/config without it',
      '컨텍스트를 찾을 파일. 지정하지 않으면 KUBECONFIG, ~/.kube/config 순으로 찾습니다',
    ),
  }),
};
