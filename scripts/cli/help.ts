import type { Language, Text } from '../../errors';
import type { Command } from './command';
import { displayWidth, padColumns } from './display-width';
import type { Flag } from './flags';
import { GLOBAL_FLAGS } from './global-flags';

const WORDS = {
  usage: { en: 'Usage', ko: '사용법' },
  commands: { en: 'Commands', ko: '명령' },
  arguments: { en: 'Arguments', ko: '인자' },
  flags: { en: 'Flags', ko: '옵션' },
  globalFlags: { en: 'Flags of every command', ko: '공통 옵션' },
  examples: { en: 'Examples', ko: '예' },
  exitCodes: { en: 'Exit codes', ko: '종료 코드' },
  of: { en: 'one of', ko: '사용 가능한 값' },
  fallback: { en: 'default', ko: '기본값' },
  about: {
    en: 'testbed hands out isolated, time-boxed private-cloud environments to startups.',
    ko: 'testbed는 스타트업에 기한이 정해진 격리 클라우드 환경을 제공합니다.',
  },
  more: {
    en: 'testbed COMMAND --help tells more about a command.',
    ko: '명령별 자세한 내용은 testbed 명령 --help로 볼 수 있습니다.',
  },
  codes: {
    en: '0 done · 1 not done · 2 call or spec wrong, nothing touched · 3 refused by a rule · 70 our bug · 130 interrupted',
    ko: '0 완료 · 1 완료하지 못함 · 2 호출 또는 명세 오류(변경 없음) · 3 규칙에 따라 거부 · 70 내부 버그 · 130 중단',
  },
} as const satisfies Readonly<Record<string, Text>>;

/** What a call of the command looks like: `testbed show NAME [flags]`. */
export function synopsis(command: Command): string {
  const positionals = Object.entries(command.positionals);
  const words = positionals.flatMap(([name, { required, rest, several }]) => {
    const shown = `${name.toUpperCase()}${several === true ? '...' : ''}`;
    return rest === true ? [] : [required ? shown : `[${shown}]`];
  });
  const flags = Object.entries(command.flags).map(([name, flag]) => `[${flagShape(name, flag)}]`);
  const last = positionals.flatMap(([name, { rest }]) => (rest === true ? [`-- ${name.toUpperCase()}...`] : []));
  return ['testbed', command.name, ...words, ...flags, ...last].join(' ');
}

/** `--file FILE`, `--yes`. */
export function flagShape(name: string, flag: Flag): string {
  return flag.kind === 'value' ? `--${name} ${flag.placeholder}` : `--${name}`;
}

/** What a flag or argument is for, with what it accepts and its default. */
export function meaning(
  {
    summary,
    choices,
    fallback,
  }: { readonly summary: Text; readonly choices?: readonly string[]; readonly fallback?: string },
  language: Language,
): string {
  const notes = [
    ...(choices === undefined ? [] : [`${WORDS.of[language]}: ${choices.join(', ')}`]),
    ...(fallback === undefined ? [] : [`${WORDS.fallback[language]}: ${fallback}`]),
  ];
  return notes.length === 0 ? summary[language] : `${summary[language]} (${notes.join('; ')})`;
}

/** The help of one command. */
export function commandHelp(command: Command, language: Language): string {
  const say = (words: Text): string => words[language];
  const positionals = Object.entries(command.positionals).map(([name, positional]): Row => [
    name.toUpperCase(),
    meaning(positional, language),
  ]);
  return sections([
    [say(command.summary)],
    command.description === undefined ? [] : [say(command.description)],
    [`${say(WORDS.usage)}: ${synopsis(command)}`],
    titled(say(WORDS.arguments), columns(positionals)),
    titled(say(WORDS.flags), columns(flagRows(command.flags, language))),
    titled(say(WORDS.globalFlags), columns(flagRows(GLOBAL_FLAGS, language))),
    titled(
      say(WORDS.examples),
      command.examples.flatMap((example) => [`  ${example.command}`, `      ${say(example.summary)}`]),
    ),
  ]);
}

/** The help of everything, or of the commands that begin with one word. */
export function overviewHelp(
  commands: readonly Command[],
  group: string | undefined,
  about: Text | undefined,
  language: Language,
): string {
  const say = (words: Text): string => words[language];
  const shown = commands.filter(({ name }) => group === undefined || name.startsWith(`${group} `));
  return sections([
    [say(about ?? WORDS.about)],
    [
      `${say(WORDS.usage)}: testbed ${group === undefined ? '' : `${group} `}${language === 'ko' ? '명령 [옵션]' : 'COMMAND [FLAGS]'}`,
    ],
    titled(say(WORDS.commands), columns(shown.map(({ name, summary }): Row => [name, say(summary)]))),
    titled(say(WORDS.globalFlags), columns(flagRows(GLOBAL_FLAGS, language))),
    group === undefined ? [`${say(WORDS.exitCodes)}: ${say(WORDS.codes)}`] : [],
    [say(WORDS.more)],
  ]);
}

type Row = readonly [left: string, right: string];

function flagRows(flags: Readonly<Record<string, Flag>>, language: Language): readonly Row[] {
  return Object.entries(flags).map(([name, flag]): Row => [
    `${flag.short === undefined ? '    ' : `-${flag.short}, `}${flagShape(name, flag)}`,
    meaning(flag, language),
  ]);
}

function columns(rows: readonly Row[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([left]) => displayWidth(left)));
  return rows.map(([left, right]) => `  ${padColumns(left, width)}  ${right}`);
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}

function sections(parts: readonly (readonly string[])[]): string {
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}
