import { text } from '../../errors';
import { choiceFlag, optionalChoiceFlag, switchFlag, type Flag } from './flags';

export const OUTPUT_FORMATS = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The flags that every command has. */
export const GLOBAL_FLAGS = {
  output: choiceFlag(OUTPUT_FORMATS, 'table', {
    short: 'o',
    placeholder: 'FORMAT',
    summary: text('how the result is printed', '결과를 출력하는 형식'),
  }),
  lang: optionalChoiceFlag(['en', 'ko'], {
    placeholder: 'LANGUAGE',
    summary: text(
      'language; TESTBED_LANG, then LANG decide without it',
      '언어. 지정하지 않으면 TESTBED_LANG, LANG 순으로 따릅니다',
    ),
  }),
  help: switchFlag({ short: 'h', summary: text('show this help', '이 도움말을 표시합니다') }),
  version: switchFlag({ summary: text('show the version', '버전을 표시합니다') }),
} as const satisfies Readonly<Record<string, Flag>>;

/** What the call says about language and format, read leniently: also a wrong call is answered in the right language and form. */
export function glimpse(argv: readonly string[]): {
  readonly lang: string | undefined;
  readonly output: string | undefined;
} {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const valueOf = (...names: readonly string[]): string | undefined => {
    for (const [at, word] of words.entries())
      for (const name of names) {
        if (word === name) return words[at + 1];
        if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
      }
    return undefined;
  };
  return { lang: valueOf('--lang'), output: valueOf('--output', '-o') };
}
