import { parseArgs } from 'node:util';

interface Option {
  /** What stands behind it; none for a switch. */
  readonly value?: 'number' | 'names';
  readonly suites: string;
  readonly words: string;
}

/** Everything that a call of `npm run endure` may say. */
const OPTIONS: Readonly<Record<string, Option>> = {
  only: { value: 'names', suites: 'all', words: 'the suites to run; default all of them' },
  fresh: { suites: 'all', words: 'begin anew instead of going on where the last run was killed' },
  help: { suites: 'all', words: 'this text; nothing runs' },
  testbeds: { value: 'number', suites: 'many, thousand', words: 'how many; default 20 and 1000' },
  cycles: { value: 'number', suites: 'many', words: 'creations and ends after each other; default 50' },
  chunk: { value: 'number', suites: 'thousand', words: 'testbeds that are measured as one; default 50' },
  'at-once': { value: 'number', suites: 'thousand', words: 'how many work at the same time; default the cores' },
  victims: { value: 'names', suites: 'crash', words: 'all,command,engine; default each' },
  flows: { value: 'names', suites: 'crash, stop', words: 'up,update,down; default each' },
  at: { value: 'names', suites: 'crash, stop', words: 'single writes, as up:3,down:10' },
  every: { value: 'number', suites: 'crash, stop', words: 'one of so many points' },
  lanes: { value: 'number', suites: 'stop', words: 'how many points beside each other; default 4' },
  classes: { value: 'names', suites: 'faults', words: 'F1,F2,…; default all thirty' },
  seed: { value: 'number', suites: 'many, faults', words: 'of what is drawn; default another one each time' },
};

export interface EndureCall {
  readonly only: readonly string[] | undefined;
  readonly fresh: boolean;
  /** Wants to know what there is, and nothing else. */
  readonly help: boolean;
  readonly option: (name: string) => string | undefined;
}

/** Reads a call; the `--` that npm leaves between its own and ours is passed over. Throws an error that names the word which is none, before anything runs. */
export function readCall(words: readonly string[]): EndureCall {
  const { values } = parseArgs({
    args: words.filter((word) => word !== '--'),
    options: Object.fromEntries(
      Object.entries(OPTIONS).map(([name, { value }]) => [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: true,
  });
  const option = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  for (const [name, { value }] of Object.entries(OPTIONS)) {
    const given = option(name);
    if (value === 'number' && given !== undefined && !/^\d{1,10}$/.test(given))
      throw new Error(`--${name} takes a whole number, not '${given}'`);
  }
  return { only: option('only')?.split(','), fresh: values['fresh'] === true, help: values['help'] === true, option };
}

/** For people. */
export function helpText(suites: readonly string[]): string {
  const lines = Object.entries(OPTIONS).map(
    ([name, { value, suites: of, words }]) =>
      `  --${`${name}${value === undefined ? '' : value === 'number' ? ' N' : ' A,B'}`.padEnd(16)}${of.padEnd(16)}${words}`,
  );
  return [
    'npm run endure -- [options]: the long trials, in the order in which they run:',
    `  ${suites.join(', ')}`,
    'Each goes on where a run was killed, and writes endure/<date>-<suite>.json.',
    ...lines,
    '',
  ].join('\n');
}
