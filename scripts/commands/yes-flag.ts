import { text } from '../../errors';
import { switchFlag } from '../cli/flags';

/** Agrees beforehand to what the command would ask. */
export const YES_FLAG = { yes: switchFlag({ short: 'y', summary: text('do not ask', '확인하지 않고 실행합니다') }) };
