import { text } from '../../errors';
import { switchFlag } from '../cli/flags';

/** For sites without the Internet. */
export const OFFLINE_FLAG = {
  offline: switchFlag({
    summary: text(
      'use tools from PATH and the cache only; say exactly what is missing',
      'PATH와 캐시에 있는 도구만 사용하고, 없는 것은 정확히 알려 줍니다',
    ),
  }),
};
