import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { BIN, finished, openPlace, runCli, startCli, type Place } from './run-cli';
import { hangingServer } from '../support/hanging-server';

const execute = promisify(execFile);

/** Runs shell text in which $T is the command. */
async function shell(script: string, place: Place): Promise<{ stdout: string; stderr: string }> {
  const T = `'${process.execPath}' '${BIN}'`;
  return execute('bash', ['-c', script.replaceAll('$T', T)], { cwd: place.folder, env: place.environment });
}

/** What a person at a terminal of its own sees; `answer` is typed when the question stands there. */
async function atTerminal(argv: string, answer: string, place: Place): Promise<string> {
  const command = `'${process.execPath}' '${BIN}' ${argv}; echo "[$?]"`;
  const { stdout } = await shell(
    `printf '%s' '${answer}' | script -qec "${command.replaceAll('"', '\\"').replaceAll('$', '\\$')}" typescript`,
    place,
  );
  return stdout.replaceAll('\r', '');
}

test('a reader that goes away ends the output quietly', async () => {
  await using place = openPlace();
  const { stdout, stderr } = await shell('$T completion bash | head -n 1; echo "${PIPESTATUS[0]}"', place);
  expect(stdout).toBe('# bash completion of testbed. To use it: source <(testbed completion bash)\n0\n');
  expect(stderr).toBe('');
});

test('a closed standard output or standard error is no crash', async () => {
  await using place = openPlace();
  const { stdout } = await shell('$T lsit 2> >(exit 0); echo "[$?]"; $T --help > >(exit 0); echo "[$?]"', place);
  expect(stdout).toBe('[2]\n[0]\n');
});

test('colours appear on a terminal only, and not with NO_COLOR', async () => {
  await using place = openPlace();
  const coloured = await atTerminal('show', '', place);
  expect(coloured).toContain('\u001b[31merror:\u001b[39m NAME is missing');
  const plain = await atTerminal('show', '', { ...place, environment: { ...place.environment, NO_COLOR: '1' } });
  expect(plain).toContain('error: NAME is missing');
  expect(plain).not.toContain('\u001b');
});

test('a question without a terminal is refused and names the flag that answers it', async () => {
  await using place = openPlace();
  const { code, stdout, stderr } = await runCli(['cluster', 'down', '--data'], place);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^error: this needs an answer and there is no terminal to ask at: .*\nhint: give --yes to agree beforehand, or set TESTBED_YES=1\n$/,
  );
});

test.each(['n\n', '\n', 'yep\n'])(
  'at a terminal the answer %j declines: one soft line and exit code 1',
  async (answer) => {
    await using place = openPlace();
    const seen = await atTerminal('cluster down --data', answer, {
      ...place,
      environment: { ...place.environment, NO_COLOR: '1' },
    });
    expect(seen).toContain('[y/N] ');
    expect(seen).toContain('not done: you did not agree\n[1]\n');
    expect(seen).not.toContain('error:');
  },
);

test.each(['y\n', 'YES\n', '예\n', 'ㅛ\n'])('at a terminal the answer %j agrees', async (answer) => {
  await using place = openPlace();
  const seen = await atTerminal('cluster down --data', answer, {
    ...place,
    environment: { ...place.environment, NO_COLOR: '1' },
  });
  expect(seen).toContain('its data ended\n[0]\n');
});

test('an interruption ends long work in order with exit code 130 and says what may be left', async () => {
  await using place = openPlace();
  await using server = await hangingServer();
  const child = startCli(['tools', 'install', 'etcd'], place, { TESTBED_TOOLS_MIRROR: server.address });
  const end = finished(child);
  await server.asked;
  child.kill('SIGINT');
  const { code, stdout, stderr } = await end;
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(
    /^warning: stopping; once more ends at once\netcd .*: failed \(interrupted\).*\nerror: .*interrupted\nhint: finished tools stay .*\n$/,
  );
});

test('with --output json no plain progress stands between the objects on standard error', async () => {
  await using place = openPlace();
  await using server = await hangingServer();
  const child = startCli(['tools', 'install', 'etcd', '-o', 'json'], place, { TESTBED_TOOLS_MIRROR: server.address });
  const end = finished(child);
  await server.asked;
  child.kill('SIGTERM');
  const { code, stderr } = await end;
  const objects = stderr
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(code).toBe(130);
  expect(objects).toMatchObject([{ warning: 'stopping; once more ends at once' }, { code: 'Interrupted' }]);
});
