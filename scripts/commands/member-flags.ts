import { text } from '../../errors';
import { wordFlag } from '../cli/flags';

/** As whom a testbed is entered. */
export const MEMBER_FLAG = {
  member: wordFlag({
    placeholder: 'EMAIL',
    summary: text('whose access; the first member without it', '누구의 권한인지. 지정하지 않으면 첫 번째 구성원'),
  }),
};

export const CONTAINER_FLAG = {
  container: wordFlag({
    placeholder: 'NAME',
    summary: text('which one, where the pod has several', '파드에 컨테이너가 여러 개일 때 지정합니다'),
  }),
};
