import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadAll } from '../../scripts/cli/catalogue';
import { completionScript } from '../../scripts/cli/completion';
import { COMMANDS } from '../../scripts/commands/index';
import { openPlace, runCli } from './run-cli';

const execute = promisify(execFile);

/** What is typed, and what every shell offers for its last word; zsh offers `--help` beside the commands of a group, fish only after a dash. */
const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['testbed qu', ['quickstart']],
  ['testbed cluster ', ['down', 'kubeconfig', 'status', 'up']],
  ['testbed --lang ko cluster st', ['status']],
  ['testbed cluster down --d', ['--data']],
  ['testbed down my-testbed --y', ['--yes']],
  ['testbed list --output ', ['json', 'table', 'yaml']],
  ['testbed list -o j', ['json']],
  ['testbed init --preset ', ['database', 'minimal', 'startup']],
  ['testbed tools path kube-s', ['kube-scheduler']],
  ['testbed nonsense ', []],
];
const FILES = 'testbed validate -f /etc/passw';

/** A shell answers a list of lines with a list of words each. */
const SHELLS = {
  zsh: async (script: string, lines: readonly string[]): Promise<string[][]> => {
    const running = execute('zsh', ['-f', join(__dirname, 'offered.zsh'), script], { timeout: 30_000 });
    running.child.stdin?.end(`${lines.join('\n')}\n`);
    const { stdout } = await running;
    const answers = stdout.split('\n').slice(0, lines.length);
    return answers.map((answer) => answer.split(' ').filter((word) => word !== '' && word !== '--help'));
  },
  fish: async (script: string, lines: readonly string[]): Promise<string[][]> => {
    const ask = `source $argv[1]; for line in $argv[2..]; complete -C $line; echo '<END>'; end`;
    const { stdout, stderr } = await execute('fish', ['--no-config', '-c', ask, script, ...lines], { timeout: 30_000 });
    if (stderr !== '') throw new Error(stderr);
    const answers = stdout.split('<END>\n').slice(0, lines.length);
    return answers.map((answer) =>
      answer.split('\n').flatMap((line) => line.split('\t', 1).filter((word) => word !== '')),
    );
  },
} as const;

/** Each line with what the shell offered for it. */
async function offeredIn(shell: keyof typeof SHELLS): Promise<unknown> {
  await using place = openPlace();
  const { stdout } = await runCli(['completion', shell], place);
  const script = join(place.folder, `testbed.${shell}`);
  await writeFile(script, stdout);
  const answers = await SHELLS[shell](script, [...LINES.map(([line]) => line), FILES]);
  const files = (answers.pop() ?? []).map((file) => file.replace('/etc/', ''));
  return [...answers.map((words, at) => [LINES[at]?.[0], words.toSorted()]), [FILES, files.includes('passwd')]];
}

/** Words of our commands that the script lacks. */
async function missingIn(shell: keyof typeof SHELLS): Promise<unknown> {
  const commands = await loadAll(COMMANDS);
  const script = completionScript(shell, commands);
  const words = commands.flatMap(({ name, flags }) => [...name.split(' '), ...Object.keys(flags)]);
  return words.filter((word) => !script.includes(word));
}

const CHECKS: readonly (readonly [string, () => Promise<unknown>, unknown])[] = (['zsh', 'fish'] as const).map(
  (shell) =>
    spawnSync(shell, ['--version']).status === 0
      ? [`real ${shell} completes commands, flags, values and files`, () => offeredIn(shell), [...LINES, [FILES, true]]]
      : [
          `${shell} is not on this machine: the text of its script names every command and flag, and no shell has read it`,
          () => missingIn(shell),
          [],
        ],
);

test.each(CHECKS)('%s', async (_title, look, expected) => {
  expect(await look()).toEqual(expected);
});
