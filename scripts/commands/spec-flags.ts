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

/** The specs of a command that takes several. */
export const SPECS_FLAGS = {
  file: wordFlagOr('testbed.yaml', {
    short: 'f',
    placeholder: 'FILE|DIR',
    file: true,
    summary: text(
      'the spec, a file with several, or a folder of *.yaml',
      '명세 파일, 명세가 여러 개인 파일 또는 *.yaml이 있는 폴더',
    ),
  }),
};
