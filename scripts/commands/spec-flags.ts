import { text } from '../../errors';
import { wordFlagOr } from '../cli/flags';

/** The spec that a command reads. */
export const SPEC_FLAGS = {
  file: wordFlagOr('testbed.yaml', {
    short: 'f',
    placeholder: 'FILE',
    file: true,
    summary: text('the spec', '명세 파일'),
  }),
};
