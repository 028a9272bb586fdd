import { TestbedError, text } from '../../errors';
import type { CommandCatalogue, CommandEntry } from './catalogue';
import { GLOBAL_FLAGS } from './global-flags';
import { nearest } from './suggestion';

/** What a call asks for, before any command is loaded. */
export type Choice =
  | { readonly kind: 'version' }
  /** Help of everything, or of a group; `asked` is false when a call just ends too early. */
  | { readonly kind: 'overview'; readonly group: string | undefined; readonly asked: boolean }
  | { readonly kind: 'help'; readonly entry: CommandEntry }
  /** `words`: the call without the command's own words. */
  | { readonly kind: 'run'; readonly entry: CommandEntry; readonly words: readonly string[] };

/** Finds the command in a call: its words come first, only the flags of every command may stand before. Throws UsageWrong. */
export function chooseCommand(argv: readonly string[], catalogue: CommandCatalogue): Choice {
  const end = argv.indexOf('--');
  const flags = end === -1 ? argv : argv.slice(0, end);
  const helpAsked = flags.some((word) => word === '--help' || word === '-h');
  if (flags.includes('--version')) return { kind: 'version' };

  const { before, words } = splitGlobals(argv);
  const [first, second] = words;
  if (first === undefined) return { kind: 'overview', group: undefined, asked: helpAsked };
  if (first.startsWith('-'))
    throw new TestbedError(
      'UsageWrong',
      text(`${first} is unknown before a command`, `명령 앞에 쓸 수 없는 옵션입니다: ${first}`),
      { hint: text('testbed --help', 'testbed --help') },
    );

  const single = catalogue.entries.find((entry) => entry.name === first);
  const chosen = single ?? catalogue.entries.find((entry) => entry.name === `${first} ${second}`);
  if (chosen !== undefined) {
    if (helpAsked) return { kind: 'help', entry: chosen };
    return { kind: 'run', entry: chosen, words: [...before, ...words.slice(single === undefined ? 2 : 1)] };
  }
  if (Object.hasOwn(catalogue.groups, first)) {
    if (second === undefined || second.startsWith('-')) return { kind: 'overview', group: first, asked: helpAsked };
    throw unknownCommand(`${first} ${second}`, catalogue, first);
  }
  throw unknownCommand(first, catalogue, undefined);
}

/** Takes the global flags that stand before the command out of its way. */
function splitGlobals(argv: readonly string[]): {
  readonly before: readonly string[];
  readonly words: readonly string[];
} {
  let at = 0;
  for (;;) {
    const word = argv[at];
    if (word === undefined || !word.startsWith('-')) break;
    const name = word.split('=', 1)[0];
    const known = Object.entries(GLOBAL_FLAGS).find(
      ([long, flag]) => name === `--${long}` || ('short' in flag && name === `-${flag.short}`),
    );
    if (known === undefined) break;
    const takesNext = known[1].kind === 'value' && !word.includes('=') && argv[at + 1]?.startsWith('-') === false;
    at += takesNext ? 2 : 1;
  }
  return { before: argv.slice(0, at), words: argv.slice(at) };
}

function unknownCommand(given: string, catalogue: CommandCatalogue, group: string | undefined): TestbedError {
  const names = [
    ...catalogue.entries.map((entry) => entry.name),
    ...(group === undefined ? Object.keys(catalogue.groups) : []),
  ];
  const meant = nearest(given, names);
  const help = group === undefined ? 'testbed --help' : `testbed ${group} --help`;
  const hint = meant === undefined ? help : `testbed ${meant}`;
  return new TestbedError(
    'UsageWrong',
    meant === undefined
      ? text(`there is no command '${given}'`, `'${given}' 명령은 없습니다`)
      : text(
          `there is no command '${given}'; '${meant}' is near`,
          `'${given}' 명령은 없습니다. '${meant}' 명령을 찾으셨나요?`,
        ),
    { hint: text(hint, hint) },
  );
}
