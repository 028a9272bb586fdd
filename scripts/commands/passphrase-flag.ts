import { text } from '../../errors';
import { wordFlag } from '../cli/flags';

/** Where the passphrase of a state's backup comes from. */
export const PASSPHRASE_FLAG = {
  'passphrase-file': wordFlag({
    placeholder: 'FILE',
    file: true,
    summary: text(
      'file with the passphrase in its first line; asked for at the terminal without it',
      '첫 줄에 암호문이 있는 파일. 지정하지 않으면 터미널에서 묻습니다',
    ),
  }),
};
