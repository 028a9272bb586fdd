import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadAll } from '../../scripts/cli/catalogue';
import { completionScript } from '../../scripts/cli/completion';
import { COMMANDS } from '../../scripts/commands/index';
import { openPlace, runCli } from './run-cli';

const execute = promisify(execFile);

/** What real bash offers after `words`, the last of which is being typed. */
async function offered(script: string, words: readonly string[]): Promise<readonly string[]> {
  const list = words.map((word) => `'${word}'`).join(' ');
  const program = `${script}\nCOMP_WORDS=(testbed ${list}); COMP_CWORD=${words.length}; _testbed; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await execute('bash', ['--noprofile', '--norc', '-uc', program], { cwd: '/' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

test.each([
  [
    [''],
    [
      'quickstart',
      'doctor',
      'init',
      'validate',
      'preview',
      'up',
      'list',
      'show',
      'connect',
      'logs',
      'exec',
      'database',
      'capacity',
      'upgrade',
      'drift',
      'down',
      'orphans',
      'state',
      'keys',
      'tools',
      'images',
      'cluster',
      'shared',
      'policy',
      'completion',
      '--help',
      '--version',
    ],
  ],
  [['cl'], ['cluster']],
  [
    ['cluster', ''],
    ['up', 'down', 'status', 'kubeconfig', '--help'],
  ],
  [['--lang', 'ko', 'cluster', 'st'], ['status']],
  [['cluster', 'down', '--d'], ['--data']],
  [['down', 'my-testbed', '--y'], ['--yes']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish', '--output', '--lang', '--help', '--version'],
  ],
  [
    ['list', '--output', ''],
    ['table', 'json', 'yaml'],
  ],
  [['list', '-o', 'j'], ['json']],
  [
    ['init', '--preset', ''],
    ['minimal', 'database', 'startup'],
  ],
  [['tools', 'path', 'kube-s'], ['kube-scheduler']],
  [['nonsense', ''], []],
] as const)('real bash completes %j', async (words, expected) => {
  await using place = openPlace();
  const { code, stdout } = await runCli(['completion', 'bash'], place);
  expect(code).toBe(0);
  expect(await offered(stdout, words)).toEqual(expected);
});

test('real bash completes the names of files where a file is wanted', async () => {
  await using place = openPlace();
  const { stdout } = await runCli(['completion', 'bash'], place);
  expect(await offered(stdout, ['validate', '-f', '/etc/passw'])).toContain('/etc/passwd');
});

test('the scripts of zsh and fish name every command and flag', async () => {
  const commands = await loadAll(COMMANDS);
  for (const shell of ['zsh', 'fish'] as const) {
    const script = completionScript(shell, commands);
    for (const command of commands) {
      for (const word of command.name.split(' ')) expect(script).toContain(word);
      for (const flag of Object.keys(command.flags)) expect(script).toContain(flag);
    }
  }
});
