import { Parser } from 'yargs/helpers';
import { TestbedError, text } from '../../errors';
import type { Command, GivenArguments } from './command';
import type { Flag } from './flags';
import { GLOBAL_FLAGS } from './global-flags';
import { nearest } from './suggestion';

/**
 * Reads the words of a call against a command's definition. yargs splits them; every word that it could not place, every flag given
 * twice or without its value throws UsageWrong. Only yargs' parser is loaded: its help and its messages know neither our two
 * languages nor our exit codes.
 */
export function parseWords(words: readonly string[], command: Command): GivenArguments {
  const known = new Map<string, Flag>([...Object.entries(GLOBAL_FLAGS), ...Object.entries(command.flags)]);
  const entries = [...known.entries()];
  const named = (kind: Flag['kind']): string[] =>
    entries.filter(([, flag]) => flag.kind === kind).map(([name]) => name);
  const { argv } = Parser.detailed([...words], {
    string: named('value'),
    // Counted, so that a switch given twice is seen.
    count: named('switch'),
    alias: Object.fromEntries(entries.flatMap(([name, { short }]) => (short === undefined ? [] : [[name, short]]))),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'short-option-groups': false,
      'strip-aliased': true,
      'unknown-options-as-args': true,
    },
  });

  const plain = argv._.map(String);
  // Some unknown flags come back as words, others (`--no-x`) as names.
  const stray =
    plain.find((word) => word.length > 1 && word.startsWith('-')) ??
    Object.keys(argv).find((name) => name !== '_' && name !== '--' && !known.has(name));
  if (stray !== undefined) throw unknownFlag(stray.startsWith('-') ? stray : `--${stray}`, command, [...known.keys()]);
  refuseSwitchValues(words, command, entries);

  const flags: Record<string, string | true> = {};
  for (const [name, flag] of known) {
    const value: unknown = argv[name];
    const read = flag.kind === 'switch' ? switchValue(name, value, command) : wordValue(name, flag, value, command);
    if (read !== undefined) flags[name] = read;
  }
  const after = (argv['--'] ?? []).map(String);
  const takesRest = Object.values(command.positionals).some(({ rest }) => rest === true);
  return takesRest
    ? { flags, positionals: positionalValues(plain, command), rest: after }
    : { flags, positionals: positionalValues([...plain, ...after], command), rest: [] };
}

function switchValue(name: string, count: unknown, command: Command): true | undefined {
  if (count === undefined || count === 0) return undefined;
  if (count === 1) return true;
  throw givenTwice(name, command);
}

/** `--yes=no` would count as `--yes`. */
function refuseSwitchValues(
  words: readonly string[],
  command: Command,
  flags: readonly (readonly [string, Flag])[],
): void {
  const end = words.indexOf('--');
  for (const word of end === -1 ? words : words.slice(0, end))
    for (const [name, { kind, short }] of flags)
      if (
        kind === 'switch' &&
        (word.startsWith(`--${name}=`) || (short !== undefined && word.startsWith(`-${short}=`)))
      )
        throw usage(command, `--${name} takes no value`, `--${name} 옵션에는 값을 지정할 수 없습니다`);
}

function wordValue(name: string, flag: Flag, value: unknown, command: Command): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw givenTwice(name, command);
  if (typeof value !== 'string' || value === '') {
    const shape = flag.kind === 'value' ? ` ${flag.placeholder}` : '';
    throw usage(
      command,
      `--${name} needs a value: --${name}${shape}`,
      `--${name} 옵션에는 값이 필요합니다: --${name}${shape}`,
    );
  }
  return value;
}

function positionalValues(words: readonly string[], command: Command): Record<string, string> {
  const names = Object.keys(command.positionals).filter((name) => command.positionals[name]?.rest !== true);
  const values: Record<string, string> = {};
  const last = names.at(-1);
  const several = last !== undefined && command.positionals[last]?.several === true ? last : undefined;
  for (const [at, word] of words.entries()) {
    const name = names[at] ?? several;
    if (name === undefined)
      throw usage(command, `'${word}' is one word too many`, `'${word}'은(는) 필요하지 않은 인자입니다`);
    // A name has no space: one that has is read as two, neither of which there is.
    values[name] = name === several && values[name] !== undefined ? `${values[name]} ${word}` : word;
  }
  for (const name of names) {
    const shown = name.toUpperCase();
    if (command.positionals[name]?.required === true && (values[name] ?? '') === '')
      throw usage(command, `${shown} is missing`, `${shown} 인자가 없습니다`);
  }
  return values;
}

function unknownFlag(word: string, command: Command, known: readonly string[]): TestbedError {
  const given = word.split('=', 1)[0] ?? word;
  const meant = given.startsWith('--') ? nearest(given.slice(2), known) : undefined;
  return meant === undefined
    ? usage(
        command,
        `${given} is unknown to 'testbed ${command.name}'`,
        `'testbed ${command.name}'에 ${given} 옵션은 없습니다`,
      )
    : usage(
        command,
        `${given} is unknown to 'testbed ${command.name}'; --${meant} is near`,
        `'testbed ${command.name}'에 ${given} 옵션은 없습니다. --${meant} 옵션을 찾으셨나요?`,
      );
}

function givenTwice(name: string, command: Command): TestbedError {
  return usage(command, `--${name} is given more than once`, `--${name} 옵션이 두 번 이상 지정되었습니다`);
}

function usage(command: Command, en: string, ko: string): TestbedError {
  const help = `testbed ${command.name} --help`;
  return new TestbedError('UsageWrong', text(en, ko), { hint: text(help, help) });
}
