import type { Command } from './command';
import type { Flag } from './flags';
import { GLOBAL_FLAGS } from './global-flags';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that teaches a shell our commands; made from their definitions, so it is never older than they are. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
  }
}

function bashScript(commands: readonly Command[]): string {
  return `# bash completion of testbed. To use it: source <(testbed completion bash)
_testbed() {
  local current previous first second known
  current="\${COMP_WORDS[COMP_CWORD]}"
  previous="\${COMP_WORDS[COMP_CWORD-1]}"
  first="" second="" COMPREPLY=()
${wordLoop('COMP_WORDS', 1, 'COMP_CWORD')}
${answer(commands, 'COMPREPLY=($(compgen -W "$known" -- "$current"))', 'COMPREPLY=($(compgen -f -- "$current"))')}
}
complete -o filenames -F _testbed testbed
`;
}

function zshScript(commands: readonly Command[]): string {
  return `#compdef testbed
# zsh completion of testbed. To use it: source <(testbed completion zsh)
_testbed() {
  local current previous first second known
  current="\${words[CURRENT]}"
  previous="\${words[CURRENT-1]}"
  first="" second=""
${wordLoop('words', 2, 'CURRENT')}
${answer(commands, 'compadd -- ${=known}', '_files')}
}
compdef _testbed testbed
`;
}

/** The same shell text for bash and zsh: the first two words before the cursor that are neither flags nor the values of flags. */
function wordLoop(array: string, from: number, cursor: string): string {
  const valued = Object.entries(GLOBAL_FLAGS).flatMap(([name, flag]) =>
    flag.kind === 'value' ? flagWords(name, flag) : [],
  );
  return `  local at word skip=""
  for ((at = ${from}; at < ${cursor}; at++)); do
    word="\${${array}[at]}"
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    case "$word" in
      ${valued.join('|')}) skip=yes ;;
      -*) ;;
      *) if [[ -z "$first" ]]; then first="$word"; elif [[ -z "$second" ]]; then second="$word"; fi ;;
    esac
  done`;
}

function answer(commands: readonly Command[], offer: string, offerFiles: string): string {
  const groups = [...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? name] : [])))];
  const firsts = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? name))];
  const valueCases = new Map<string, string>();
  for (const flags of [GLOBAL_FLAGS, ...commands.map((command) => command.flags)])
    for (const [name, flag] of Object.entries<Flag>(flags)) {
      if (flag.kind !== 'value') continue;
      const action = flag.file === true ? offerFiles : `known="${(flag.choices ?? []).join(' ')}"; ${offer}`;
      valueCases.set(flagWords(name, flag).join('|'), action);
    }
  const commandCases = commands.map(
    (command) => `    "${command.name}") known="${[...choicesOf(command), ...flagsOf(command)].join(' ')}" ;;`,
  );
  return `  case "$previous" in
${[...valueCases].map(([names, action]) => `    ${names}) ${action}; return ;;`).join('\n')}
  esac
  case "$first" in
    "") known="${firsts.join(' ')} --help --version" ;;
    ${groups.join('|')})
      if [[ -z "$second" ]]; then
        case "$first" in
${groups.map((group) => `          ${group}) known="${secondsOf(group, commands).join(' ')} --help" ;;`).join('\n')}
        esac
        ${offer}
        return
      fi
      first="$first $second" ;;
  esac
  case "$first" in
    "") ;;
${commandCases.join('\n')}
    *) known="" ;;
  esac
  ${offer}`;
}

function fishScript(commands: readonly Command[]): string {
  const quoted = (words: string): string => `'${words.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = ['# fish completion of testbed. To use it: testbed completion fish | source', 'complete -c testbed -f'];
  const flagLine = (condition: string, name: string, flag: Flag): string => {
    const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
    const value =
      flag.kind === 'switch' ? '' : flag.file === true ? ' -r -F' : ` -x -a ${quoted((flag.choices ?? []).join(' '))}`;
    return `complete -c testbed${condition} -l ${name}${short}${value} -d ${quoted(flag.summary.en)}`;
  };
  for (const [name, flag] of Object.entries(GLOBAL_FLAGS)) lines.push(flagLine('', name, flag));
  for (const command of commands) {
    const [first = command.name, second] = command.name.split(' ');
    const begun = `__fish_seen_subcommand_from ${first}`;
    if (second === undefined)
      lines.push(`complete -c testbed -n __fish_use_subcommand -a ${first} -d ${quoted(command.summary.en)}`);
    else {
      const others = secondsOf(first, commands).join(' ');
      lines.push(`complete -c testbed -n __fish_use_subcommand -a ${first}`);
      lines.push(
        `complete -c testbed -n ${quoted(`${begun}; and not __fish_seen_subcommand_from ${others}`)} -a ${second} -d ${quoted(command.summary.en)}`,
      );
    }
    const inside = second === undefined ? begun : `${begun}; and __fish_seen_subcommand_from ${second}`;
    for (const [name, flag] of Object.entries(command.flags)) lines.push(flagLine(` -n ${quoted(inside)}`, name, flag));
    for (const choice of choicesOf(command)) lines.push(`complete -c testbed -n ${quoted(inside)} -a ${choice}`);
  }
  return `${lines.join('\n')}\n`;
}

function secondsOf(group: string, commands: readonly Command[]): readonly string[] {
  return commands.flatMap(({ name }) => (name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : []));
}

function flagsOf(command: Command): readonly string[] {
  return [...Object.keys(command.flags), ...Object.keys(GLOBAL_FLAGS)].map((name) => `--${name}`);
}

function choicesOf(command: Command): readonly string[] {
  return Object.values(command.positionals).flatMap(({ choices }) => choices ?? []);
}

function flagWords(name: string, flag: Flag): readonly string[] {
  return [`--${name}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])];
}
