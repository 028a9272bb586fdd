import { expect, test } from 'vitest';
import { openPlace, runCli } from './run-cli';

test.each([
  [['lsit'], "error: there is no command 'lsit'; 'list' is near\nhint: testbed list\n"],
  [['frobnicate'], "error: there is no command 'frobnicate'\nhint: testbed --help\n"],
  [
    ['cluster', 'stauts'],
    "error: there is no command 'cluster stauts'; 'cluster status' is near\nhint: testbed cluster status\n",
  ],
  [
    ['validate', '--flie', 'x'],
    "error: --flie is unknown to 'testbed validate'; --file is near\nhint: testbed validate --help\n",
  ],
  [
    ['validate', '--frobnicate'],
    "error: --frobnicate is unknown to 'testbed validate'\nhint: testbed validate --help\n",
  ],
  [['validate', '-fx'], "error: -fx is unknown to 'testbed validate'\nhint: testbed validate --help\n"],
  [['validate', '-f', 'a', '--file', 'b'], 'error: --file is given more than once\nhint: testbed validate --help\n'],
  [['down', 'x', '--yes', '-y'], 'error: --yes is given more than once\nhint: testbed down --help\n'],
  [['down', 'x', '--yes=no'], 'error: --yes takes no value\nhint: testbed down --help\n'],
  [['validate', '-f'], 'error: --file needs a value: --file FILE\nhint: testbed validate --help\n'],
  [['validate', '--file='], 'error: --file needs a value: --file FILE\nhint: testbed validate --help\n'],
  [['validate', '--file', '--lang', 'en'], 'error: --file needs a value: --file FILE\nhint: testbed validate --help\n'],
  [['show'], 'error: NAME is missing\nhint: testbed show --help\n'],
  [['show', ''], 'error: NAME is missing\nhint: testbed show --help\n'],
  [['show', 'a', 'b'], "error: 'b' is one word too many\nhint: testbed show --help\n"],
  [['list', '--output', 'xml'], "error: --output is 'xml', which is none of table, json, yaml\n"],
  [['list', '--lang', 'fr'], "error: --lang is 'fr', which is none of en, ko\n"],
  [['init', '--preset', 'huge'], "error: --preset is 'huge', which is none of minimal, database, startup\n"],
  [
    ['cluster', 'up', '--nodes', 'simulated:0'],
    "error: --nodes is 'simulated:0': write auto, real, none, simulated, or simulated:N with N from 1 to 100\n",
  ],
  [['--yes', 'down', 'x'], 'error: --yes is unknown before a command\nhint: testbed --help\n'],
  [['list', '--__proto__=1'], "error: --__proto__ is unknown to 'testbed list'\nhint: testbed list --help\n"],
  [['show', 'x', '--no-lang'], "error: --no-lang is unknown to 'testbed show'\nhint: testbed show --help\n"],
] as const)('refuses the call %j with what is wrong and the way on', async (argv, stderr) => {
  await using place = openPlace();
  expect(await runCli(argv, place)).toEqual({ code: 2, signal: null, stdout: '', stderr });
});

test('words after -- are never flags', async () => {
  await using place = openPlace();
  const { code, stderr } = await runCli(['show', '--', '--help'], place);
  expect([code, stderr.split('\n')[0]]).toEqual([2, "error: there is no testbed '--help'"]);
});

test.each([
  [{}, 'error: NAME is missing'],
  [{ LANG: 'ko_KR.UTF-8' }, '오류: NAME 인자가 없습니다'],
  [{ LANG: 'ko_KR.UTF-8', TESTBED_LANG: 'en' }, 'error: NAME is missing'],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'ko_KR.UTF-8' }, '오류: NAME 인자가 없습니다'],
] as const)('speaks the language of the environment %j', async (environment, first) => {
  await using place = openPlace();
  expect((await runCli(['show'], place, environment)).stderr.split('\n')[0]).toBe(first);
});

test('the flag --lang wins over the environment, before the command and after it', async () => {
  await using place = openPlace();
  const environment = { TESTBED_LANG: 'en' };
  for (const argv of [
    ['--lang', 'ko', 'show'],
    ['show', '--lang=ko'],
  ])
    expect((await runCli(argv, place, environment)).stderr).toBe(
      '오류: NAME 인자가 없습니다\n해결: testbed show --help\n',
    );
});

test('with --output json an error is one JSON object on standard error', async () => {
  await using place = openPlace();
  for (const argv of [
    ['show', '-o', 'json'],
    ['--output=json', 'show'],
  ]) {
    const { code, stdout, stderr } = await runCli(argv, place);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(JSON.parse(stderr)).toEqual({
      code: 'UsageWrong',
      message: 'NAME is missing',
      hint: 'testbed show --help',
      details: [],
    });
  }
});

test('control and bidi characters of an argument reach no terminal', async () => {
  await using place = openPlace();
  const { stderr } = await runCli(['show', '\u001b[31mred\u202e'], place);
  expect(stderr).toBe(
    "error: there is no testbed '\\u001b[31mred\\u202e'\nhint: make one: testbed init, then testbed up\n",
  );
});
