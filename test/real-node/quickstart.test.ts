import { expect, it } from 'vitest';
import { readReadme } from '../readme/commands';
import { openPlace, runCli } from '../scripts/run-cli';
import { onRealNode } from '../support/real-node';

const node = onRealNode();

/** A screen without what differs from run to run: names that are chosen, days, times, the database's minor version. */
function masked(screen: string): string {
  return screen
    .replace(/tb-[a-z0-9]{6}/, 'tb-******')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replaceAll(/\d+(?:\.\d)? ?(?:ms|s|초)\b/g, 'TIME')
    .replaceAll(/(?:\d+ min )?TIME/g, 'TIME')
    .replace(/PostgreSQL 15\.\d+/, 'PostgreSQL 15');
}

it('the quickstart ends with a database that answered as its developer asks it: the screen is the README’s', async () => {
  await using place = openPlace();
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const ran = await runCli(['quickstart'], place, {
    ...environment,
    TESTBED_HOME: node().home,
    TESTBED_LANG: 'en',
    NO_COLOR: '1',
  });
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).toMatch(/^\[7\/7\] question to its database: done \(answered\)/m);
  expect(masked(ran.stdout)).toBe(masked(readReadme('README.md').screens[0] ?? ''));
});
