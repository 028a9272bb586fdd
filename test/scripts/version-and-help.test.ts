import { expect, test } from 'vitest';
import { packageVersion } from '../../package/root';
import { loadAll } from '../../scripts/cli/catalogue';
import { commandHelp, overviewHelp } from '../../scripts/cli/help';
import { COMMANDS } from '../../scripts/commands/index';
import { parseWords } from '../../scripts/cli/yargs-adapter';
import { callInProcess } from './call';
import { openPlace, runCli } from './run-cli';

const LANGUAGES = ['en', 'ko'] as const;

test('prints the version, wherever in a call it is asked for', async () => {
  await using place = openPlace();
  for (const argv of [['--version'], ['cluster', 'up', '--version'], ['--lang', 'ko', '--version']])
    expect(await runCli(argv, place)).toEqual({
      code: 0,
      signal: null,
      stdout: `testbed ${packageVersion()}\n`,
      stderr: '',
    });
});

test.each(COMMANDS.entries.map(({ name }) => name))(
  'shows the help of `%s` in both languages and does nothing',
  async (name) => {
    await using place = openPlace();
    const entry = COMMANDS.entries.find((one) => one.name === name);
    const command = await entry?.load();
    if (command === undefined) throw new Error(`no command ${name}`);
    expect(command.name).toBe(name);
    const [english, korean] = [commandHelp(command, 'en'), commandHelp(command, 'ko')];
    expect(await runCli([...name.split(' '), '--help'], place)).toEqual({
      code: 0,
      signal: null,
      stdout: english,
      stderr: '',
    });
    expect(await callInProcess([...name.split(' '), '--lang=ko', '-h'])).toEqual({
      code: 0,
      stdout: korean,
      stderr: '',
    });
  },
);

test.each([undefined, ...Object.keys(COMMANDS.groups)])('shows the overview of %s in both languages', async (group) => {
  await using place = openPlace();
  const commands = await loadAll(COMMANDS);
  const about = group === undefined ? undefined : COMMANDS.groups[group];
  const words = group === undefined ? [] : [group];
  for (const language of LANGUAGES) {
    const help = overviewHelp(commands, group, about, language);
    expect(await runCli([...words, '-h'], place, { LANG: `${language}_KR.UTF-8` })).toEqual({
      code: 0,
      signal: null,
      stdout: help,
      stderr: '',
    });
    expect(await runCli([...words, '--lang', language], place)).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: help,
    });
  }
});

test('every text of help exists in Korean and differs from the English one', async () => {
  const commands = await loadAll(COMMANDS);
  const texts = commands.flatMap((command) => [
    command.summary,
    ...(command.description === undefined ? [] : [command.description]),
    ...(command.whenInterrupted === undefined ? [] : [command.whenInterrupted]),
    ...command.examples.map((example) => example.summary),
    ...Object.values(command.flags).map((flag) => flag.summary),
    ...Object.values(command.positionals).map((positional) => positional.summary),
  ]);
  expect(texts.filter(({ en, ko }) => en === ko || !/\p{Script=Hangul}/u.test(ko))).toEqual([]);
});

test('every example is a call that its own command accepts', async () => {
  const refused: string[] = [];
  for (const command of await loadAll(COMMANDS))
    for (const { command: example } of command.examples) {
      const call = /testbed (.*?)(?:\)| >|"|$)/.exec(example)?.[1];
      if (call === undefined) continue;
      const words = call.split(' ').filter((word) => word !== '');
      const name = command.name.split(' ');
      if (words.slice(0, name.length).join(' ') !== command.name) refused.push(`${example}: another command`);
      try {
        parseWords(words.slice(name.length), command);
      } catch (error) {
        refused.push(`${example}: ${String(error)}`);
      }
    }
  expect(refused).toEqual([]);
});
