import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../package/root';
import { openStore } from '../../engine/store/open-store';
import { isFree } from '../../platform/cluster/ports';
import { testSurroundings } from '../support/cluster';
import { readReadme, type Readme } from './commands';

/*
 * The README as a user follows it: real processes, a site and an embedded cluster of its own. Not run here are `npm ci` and `npm test`, which
 * the gate runs; the tools are those of this run, so that nothing is fetched.
 */
const english = readReadme('README.md');
const korean = readReadme('README.ko.md');

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'testbed-readme-')));
const home = join(folder, 'home');
/** Stands for the clone, so that nothing is written into this one: npm and node see the same package through links. */
const clone = join(folder, 'clone');

beforeAll(() => {
  mkdirSync(clone);
  for (const name of ['package.json', 'bin', 'node_modules', '.npmrc'])
    symlinkSync(join(packageRoot(), name), join(clone, name));
});

afterAll(async () => {
  // Where all went well nothing runs any more, and this changes nothing.
  await run('npx testbed cluster down --data --yes');
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs shell text in the clone, at most two minutes. */
function run(command: string, input?: string): Promise<Ran> {
  const tools = Object.values(testSurroundings().tools).map(dirname);
  return new Promise((resolve) => {
    const running = execFile(
      'bash',
      ['-c', command],
      {
        cwd: clone,
        timeout: 120_000,
        env: {
          ...process.env,
          PATH: [...tools, process.env['PATH']].join(delimiter),
          TESTBED_HOME: home,
          TESTBED_TOOLS_FROM: 'path',
          // Nothing is cached there and nobody can be asked, so that nodes are simulated; the real one has its own test.
          XDG_CACHE_HOME: join(folder, 'cache'),
          TESTBED_YES: '',
          TESTBED_LANG: 'en',
          NO_COLOR: '1',
          // A missing command must not become a download of somebody's package.
          npm_config_offline: 'true',
          npm_config_yes: 'false',
        },
      },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
    );
    running.stdin?.end(input ?? '');
  });
}

/** At a terminal, where the command can ask. Both streams are one there. */
async function atTerminal(command: string, answer: string): Promise<Ran> {
  const ran = await run(`script -qec '${command}' /dev/null`, answer);
  return { ...ran, stdout: ran.stdout.replaceAll('\r', '') };
}

/** A screen without what differs from run to run. */
function masked(screen: string): string {
  return screen
    .replace(/tb-[a-z0-9]{6}/, 'tb-******')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replaceAll(/\d+\.\d ?(s|초)/g, 'TIME')
    .replace(/^(why|이유): .*$/m, '$1: WHY');
}

/** The README's screen of a real node as it is where nodes are simulated. */
function simulated({ screens }: Readme): string {
  const [real = '', instead = ''] = screens;
  return real.replace(/^.*PostgreSQL.*\n/m, instead).replace(/^.* database --psql\n/m, '');
}

/** What npm prints above the output of a script is npm's. */
function withoutNpm(stdout: string): string {
  return stdout.replace(/^\n(?:> .*\n)+\n/, '');
}

/** Processes that have the site's folder in their command line or environment. */
function processesOfSite(): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) =>
      ['cmdline', 'environ'].some((part) => {
        try {
          return readFileSync(`/proc/${pid}/${part}`, 'utf8').includes(home);
        } catch {
          // Another user's process, or one that has just ended.
          return false;
        }
      }),
    );
}

const clusterFile = z.looseObject({ ports: z.record(z.string(), z.number()) });
const statusDocument = z.looseObject({ components: z.array(z.looseObject({ name: z.string(), pid: z.number() })) });

/** What the README promises of each command of `Your own testbed`, on a site where the quickstart ran and was stopped. */
const PROMISES: readonly (readonly [command: string, promised: readonly RegExp[]])[] = [
  [
    'npx testbed cluster up',
    [
      /^cluster +ready$/m,
      /^nodes +3 simulated/m,
      /^etcd +running +\d+ +0$/m,
      /^simulated-storage +running/m,
      /^the cluster is up$/m,
    ],
  ],
  ['npx testbed shared up', [/^\d+ unchanged, /m, /^nothing to change$/m]],
  [
    'npx testbed init --preset startup',
    [/^written +.*\/clone\/testbed\.yaml$/m, /^next: edit it, then npx testbed validate$/m],
  ],
  ['npx testbed validate', [/^valid$/m, /^next: npx testbed preview$/m]],
  ['npx testbed preview', [/^21 unchanged, /m, /^'my-startup' is as the spec says$/m]],
  ['npx testbed up', [/^21 unchanged, /m, /^state +ready$/m, /^nothing to change: it is as the spec says$/m]],
  ['npx testbed policy list', [/^RULE +SEVERITY +OPEN +SENSITIVE/m, /^82 rules; open: \d+ mandatory/m]],
  [
    'npx testbed policy show pod-no-privileged',
    [/^title +No privileged container$/m, /^n2sf +N2SF-IS-5 +evidence for a part/m],
  ],
  ['npx testbed list', [/^NAME +ID +STATE/m, /^my-startup +tb-[a-z0-9]{6} +ready +open +small/m]],
  [
    'npx testbed show my-startup',
    [
      /^ends +\S+, \d+ days left$/m,
      /^StatefulSet +database +ready$/m,
      /^requests\.memory +256Mi +2Gi$/m,
      /^nodes are simulated/m,
    ],
  ],
  [
    'npx testbed connect my-startup',
    [
      /^kubeconfig +.*\/clone\/my-startup\.kubeconfig$/m,
      /^next: KUBECONFIG=\S+\/my-startup\.kubeconfig kubectl get pods$/m,
    ],
  ],
  ['npx testbed drift my-startup', [/^21 unchanged, /m, /^'my-startup' is as it was provisioned$/m]],
  [
    'npx testbed down my-startup',
    [
      /end 'my-startup' \(tb-[a-z0-9]{6}\) of 예시 스타트업 with all its data\? \[y\/N\] /,
      /21 ended, /,
      /objects found +0$/m,
      /; nothing is left$/m,
    ],
  ],
  ['npx testbed cluster down', [/^the cluster is down; no process of it is left$/m, /^its data is kept$/m]],
];
const ASKS = new Set(['npx testbed down my-startup']);

async function keeps(command: string, promised: readonly RegExp[]): Promise<void> {
  const ran = ASKS.has(command) ? await atTerminal(command, 'y\n') : await run(command);
  expect({ command, ...ran }).toMatchObject({ command, code: 0 });
  for (const words of promised) expect(ran.stdout).toMatch(words);
}

it(
  'leads from nothing to a running testbed, and from an own testbed.yaml to the end of all',
  { timeout: 600_000 },
  async () => {
    const [first] = english.blocks;
    const quickstart = first?.[0]?.command.split('&&').at(-1)?.trim() ?? '';
    expect(quickstart).toBe('npm run quickstart');

    const fresh = await run(quickstart);
    expect(fresh).toMatchObject({ code: 0 });
    expect(masked(withoutNpm(fresh.stdout))).toBe(masked(simulated(english)));
    expect(fresh.stdout).toMatch(
      /^why: (?:a real node needs images that are not there yet|no real node on this machine)/m,
    );
    // What is done, and which of how many; what it takes is told where it takes long enough.
    const stages = [
      'tools',
      'cluster',
      'shared: .*',
      'spec: the preset startup',
      'preview of my-startup',
      'testbed my-startup',
      'question to its database',
    ];
    for (const [index, stage] of stages.entries())
      expect(fresh.stderr).toMatch(
        new RegExp(`^\\[${index + 1}/7\\] ${stage}\n(?:(?:  |warning: ).*\n)*\\[${index + 1}/7\\] ${stage}: done`, 'm'),
      );
    const tools = ['pulumi', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
    for (const [index, tool] of tools.entries())
      expect(fresh.stderr).toMatch(new RegExp(`^  \\[${index + 1}/5\\] ${tool} \\d+\\.\\d+\\.\\d+: done \\(`, 'm'));
    expect(fresh.stderr).toMatch(/^  \[5\/5\] kwok \d+\.\d+\.\d+: done \(/m);
    expect(fresh.stderr).toMatch(/^\[2\/7\] cluster: done \(started\) \d+\.\d s$/m);
    expect(fresh.stderr).toMatch(/^\[5\/7\] preview of my-startup: done \(21 objects to create or change\)/m);
    // A line a thing, and its end is no second one.
    expect(fresh.stderr.match(/^ {2}create StatefulSet .*$/gm)).toHaveLength(1);

    const again = await run(quickstart);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/^21 unchanged, /m);
    expect(again.stdout).toMatch(/^all of it stood already: nothing changed, it keeps running$/m);
    for (const stage of [2, 3, 6])
      expect(again.stderr).toMatch(new RegExp(`^\\[${stage}/7\\] .*: done \\(unchanged\\)`, 'm'));
    expect(again.stderr).not.toMatch(/create|update|replace|end /);

    const inKorean = await run(`${quickstart} -- --lang ko`);
    expect(inKorean).toMatchObject({ code: 0 });
    const shown = masked(simulated(korean));
    const unchanged = shown
      .replace('생성 21개', '변경 없음 21개')
      .replace('TIME 만에 준비되었으며 계속 실행됩니다', '이미 모두 갖춰져 있어 변경한 것이 없으며 계속 실행됩니다');
    expect(masked(withoutNpm(inKorean.stdout))).toBe(unchanged);

    // The last line of the screen's ways on: the walk then starts a cluster that has its guard rails.
    expect(await run('npx testbed cluster down')).toMatchObject({ code: 0 });

    const walk = english.blocks.at(-1)?.map(({ command }) => command) ?? [];
    expect(walk).toEqual(PROMISES.map(([command]) => command));
    for (const [command, promised] of PROMISES.slice(0, -1)) await keeps(command, promised);
    const status = statusDocument.parse(JSON.parse((await run('npx testbed cluster status -o json')).stdout));
    const running = processesOfSite();
    for (const { name, pid } of status.components) expect([name, running.includes(String(pid))]).toEqual([name, true]);
    const record = readFileSync(join(home, 'clusters', 'embedded', 'cluster.json'), 'utf8');
    const ports = Object.values(clusterFile.parse(JSON.parse(record)).ports);
    expect(await Promise.all(ports.map(isFree))).toEqual([false, false, false]);
    for (const [command, promised] of PROMISES.slice(-1)) await keeps(command, promised);
    expect(existsSync(join(clone, 'testbed.yaml'))).toBe(true);
    expect(processesOfSite()).toEqual([]);
    expect(await Promise.all(ports.map(isFree))).toEqual([true, true, true]);

    // `--data ends its data too`: what was recorded of it must not pass for true on the next one.
    expect(await run('npx testbed cluster down --data --yes')).toMatchObject({ code: 0 });
    expect(readdirSync(join(home, 'clusters'))).toEqual([]);
    // What stays is that they were, by id, and which key wraps the data keys to come.
    const left = (await keysOfStore(join(home, 'store'))).map((key) => key.replace(/tb-[a-z0-9]{6}$/, 'ID'));
    expect([...new Set(left)]).toEqual(['records/ended/ID', 'site/key']);
    expect(readdirSync(join(home, 'keys'))).toEqual(['site.secret']);
  },
);

async function keysOfStore(directory: string): Promise<readonly string[]> {
  const store = await openStore({ directory, environment: {} });
  const keys: string[] = [];
  for await (const key of store.list('')) keys.push(key);
  await store.close();
  return keys;
}
