import type { Language, Text } from '../../errors';
import type { Command } from '../cli/command';
import type { Flag } from '../cli/flags';
import { GLOBAL_FLAGS } from '../cli/global-flags';
import { flagShape, meaning, synopsis } from '../cli/help';
import { code, markdownTable, page } from './markdown';

const WORDS = {
  title: { en: 'Commands of testbed', ko: 'testbed 명령' },
  intro: {
    en: 'The result goes to standard output, everything else (progress, warnings, questions, errors) to standard error.',
    ko: '결과는 표준 출력으로, 그 밖의 것(진행 상황, 경고, 질문, 오류)은 표준 오류로 나갑니다.',
  },
  globals: { en: 'Flags of every command', ko: '공통 옵션' },
  argument: { en: 'Argument', ko: '인자' },
  flag: { en: 'Flag', ko: '옵션' },
  meaning: { en: 'Meaning', ko: '설명' },
  examples: { en: 'Examples', ko: '예' },
  interrupted: { en: 'If it is interrupted', ko: '중단되었을 때' },
} as const satisfies Readonly<Record<string, Text>>;

/** docs/reference/cli.md: every command, from its own definition. */
export function cliReference(commands: readonly Command[], language: Language): string {
  const say = (words: Text): string => words[language];
  return page([
    `# ${say(WORDS.title)}`,
    say(WORDS.intro),
    `## ${say(WORDS.globals)}`,
    flagTable(GLOBAL_FLAGS, language),
    ...commands.flatMap((command) => commandSection(command, language)),
  ]);
}

function commandSection(command: Command, language: Language): readonly string[] {
  const say = (words: Text): string => words[language];
  const positionals = Object.entries(command.positionals);
  return [
    `## testbed ${command.name}`,
    `${say(command.summary)}${command.description === undefined ? '' : `\n\n${say(command.description)}`}`,
    `\`\`\`\n${synopsis(command)}\n\`\`\``,
    ...(positionals.length === 0
      ? []
      : [
          markdownTable(
            [say(WORDS.argument), say(WORDS.meaning)],
            positionals.map(([name, positional]) => [code(name.toUpperCase()), meaning(positional, language)]),
          ),
        ]),
    ...(Object.keys(command.flags).length === 0 ? [] : [flagTable(command.flags, language)]),
    ...(command.whenInterrupted === undefined ? [] : [`${say(WORDS.interrupted)}: ${say(command.whenInterrupted)}`]),
    `${say(WORDS.examples)}:`,
    command.examples.map((example) => `- ${code(example.command)}: ${say(example.summary)}`).join('\n'),
  ];
}

function flagTable(flags: Readonly<Record<string, Flag>>, language: Language): string {
  return markdownTable(
    [WORDS.flag[language], WORDS.meaning[language]],
    Object.entries(flags).map(([name, flag]) => [
      [code(flagShape(name, flag)), ...(flag.short === undefined ? [] : [code(`-${flag.short}`)])].join(', '),
      meaning(flag, language),
    ]),
  );
}
