import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/engine';
import { TestbedError, text, type Text } from '../../errors';
import { nodeFindings, realNodeFinding, withOurEnforcement } from '../../operations/doctor-node';
import { decideNodes } from '../../operations/nodes-decision';
import { testbedProgram } from '../../operations/program';
import type { Surroundings } from '../../operations/surroundings';
import { realNodeObstacle, type ComponentStatus, type NodesChoice } from '../../platform/cluster';
import { admissionObjects } from '../../policies/admission/policies';
import { loadCatalogue } from '../../policies/catalogue/load';
import { judgePlan } from '../../policies/plan/judge-plan';
import { judgeGrade, loadPreset } from '../../spec';
import { openPlace, runCli } from '../scripts/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'testbed-nodes-'));
let obstacle: Text | undefined;
beforeAll(async () => {
  obstacle = await realNodeObstacle(undefined, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An empty cache, so that no image is there; nobody but `confirm` decides. */
function surroundings(confirm: Surroundings['confirm']): Surroundings {
  return {
    environment: { PATH: '/usr/bin:/bin', XDG_CACHE_HOME: folder, TESTBED_TOOLS_FROM: 'path' },
    cwd: folder,
    now: () => new Date(),
    language: 'en',
    onProgress: () => undefined,
    onWarning: () => undefined,
    confirm,
    signal: new AbortController().signal,
  };
}

const nobodyToAsk: Surroundings['confirm'] = () =>
  Promise.reject(new TestbedError('UsageWrong', text('there is no terminal', '터미널이 없습니다')));
const declines: Surroundings['confirm'] = () =>
  Promise.reject(new TestbedError('Declined', text('not done', '실행하지 않았습니다')));

const grounds = (known?: NodesChoice): Parameters<typeof decideNodes>[1] => ({
  known,
  directory: join(folder, 'clusters', 'embedded'),
  offline: false,
});

describe('which nodes a cluster gets', () => {
  it.each([{ kind: 'none' }, { kind: 'simulated', count: 7 }] as const)(
    'what is asked for by name, %o, is taken, whatever stands',
    async (wish) => {
      expect(await decideNodes(wish, grounds({ kind: 'real' }), surroundings(nobodyToAsk))).toEqual({ nodes: wish });
    },
  );

  it.each([{ kind: 'none' }, { kind: 'simulated', count: 7 }] as const)(
    'auto keeps the nodes that a cluster has: %o',
    async (known) => {
      expect(await decideNodes({ kind: 'auto' }, grounds(known), surroundings(nobodyToAsk))).toEqual({ nodes: known });
    },
  );

  it.each([
    ['nobody can be asked', nobodyToAsk, 'nobody could be asked about the download'],
    ['somebody declines', declines, 'you did not agree to the download'],
  ] as const)('where %s, auto goes on with simulated nodes and says why', async (_, confirm, why) => {
    const { nodes, instead } = await decideNodes({ kind: 'auto' }, grounds(), surroundings(confirm));
    expect(nodes).toEqual({ kind: 'simulated', count: 3 });
    expect(instead?.en).toBe(
      obstacle === undefined
        ? `a real node needs images that are not there yet (node, pause, coredns, base, postgres), and ${why}`
        : `no real node on this machine: ${obstacle.en}`,
    );
  });

  it('where a real one was asked for by name, the same ends the command', async () => {
    await expect(decideNodes({ kind: 'real' }, grounds(), surroundings(nobodyToAsk))).rejects.toMatchObject({
      code: obstacle === undefined ? 'ImageMissing' : 'ClusterUnsuitable',
      outcome: 'failed',
    });
  });

  it('a cluster that has a real node never gets simulated ones instead', async () => {
    await expect(
      decideNodes({ kind: 'auto' }, grounds({ kind: 'real' }), surroundings(nobodyToAsk)),
    ).rejects.toMatchObject({ code: obstacle === undefined ? 'ImageMissing' : 'ClusterUnsuitable' });
  });

  it('the question names what is downloaded, what for, and that nothing is installed', async () => {
    const asked: string[] = [];
    await decideNodes(
      { kind: 'auto' },
      grounds(),
      surroundings((question) => {
        asked.push(question.en);
        return declines(question);
      }),
    );
    expect(asked).toEqual(
      obstacle === undefined
        ? [
            "download Debian packages (about 100 MB, from this machine's own package sources) to build what a real node runs: node, pause, coredns, base, postgres? Nothing is installed on this machine.",
          ]
        : [],
    );
  });

  it('an interruption is no reason for simulated nodes', async () => {
    const interrupted = new TestbedError('Interrupted', text('interrupted', '중단됨'));
    const asked = decideNodes(
      { kind: 'auto' },
      grounds(),
      surroundings(() => Promise.reject(interrupted)),
    );
    const outcome = await asked.then(
      ({ nodes }) => nodes.kind,
      (error: unknown) => error,
    );
    expect(outcome).toBe(obstacle === undefined ? interrupted : 'simulated');
  });
});

describe('the commands', () => {
  it('`cluster down` refuses to end and to keep the data at once', async () => {
    await using place = openPlace();
    const { code, stderr } = await runCli(['cluster', 'down', '--data', '--keep-data', '--yes'], place);
    expect([code, stderr]).toEqual([2, 'error: --data ends the data and --keep-data keeps it: give one of them\n']);
  });

  it('`cluster down --keep-data` is the default by its name', async () => {
    await using place = openPlace();
    const { code, stdout } = await runCli(['cluster', 'down', '--keep-data'], place);
    expect([code, stdout]).toEqual([
      0,
      'the cluster did not run\nits data is kept\nstart it again: npx testbed cluster up\n',
    ]);
  });

  it('TESTBED_YES=1 agrees to what is asked, and nothing else does', async () => {
    await using place = openPlace();
    const argv = ['cluster', 'down', '--data'];
    expect((await runCli(argv, place, { TESTBED_YES: 'yes' })).code).toBe(2);
    const agreed = await runCli(argv, place, { TESTBED_YES: '1' });
    expect([agreed.code, agreed.stderr]).toEqual([0, '']);
  });
});

describe('images of the cluster’s own node', () => {
  const engine = createEngine({ runners: 1 });
  afterAll(() => engine.close());
  const pin = `localhost/testbed/postgres@sha256:${'ab'.repeat(32)}`;

  async function refusals(nodeImages: boolean): Promise<readonly string[]> {
    const loaded = loadPreset('database', { now: new Date() });
    if (!loaded.ok) throw new Error('the preset database does not load');
    const admitted = judgeGrade(loaded.spec);
    if (!admitted.ok) throw admitted.refusal;
    const program = testbedProgram('tb-abc123', admitted.spec, { pins: { 'postgres:15': pin } });
    const planned = await engine.rehearse({ program, stack: 'tb-abc123' });
    const judgement = judgePlan(planned, {
      catalogue: loadCatalogue({ nodeImages }),
      grade: admitted.spec.grade,
      now: new Date(),
    });
    return judgement.refusals.map(({ rule, finding }) => `${rule.id}: ${finding}`);
  }

  it('are let through by the plan where the cluster has such a node', async () => {
    expect(await refusals(true)).toEqual([]);
  });

  it('are refused by the plan everywhere else', async () => {
    const found = await refusals(false);
    expect(new Set(found.map((one) => one.split(':')[0]))).toEqual(new Set(['image-registry-allowlist']));
    expect(found[0]).toContain(pin);
  });

  it.each([true, false])('admission agrees: %s', (nodeImages) => {
    const { parameters } = admissionObjects(loadCatalogue({ nodeImages }), { minor: '1.34' });
    for (const { data } of Object.values(parameters)) {
      const registries = data['image-registry-allowlist.registries']?.split('\n') ?? [];
      expect(registries.includes('localhost/testbed')).toBe(nodeImages);
      // What the site has approved stays approved.
      expect(registries).toContain('docker.io/library');
    }
  });
});

describe('what doctor says of nodes', () => {
  const running = (name: ComponentStatus['name']): ComponentStatus => ({ name, state: 'running', restarts: 1 });
  const components = ['containerd', 'kubelet', 'kube-proxy', 'calico-felix', 'etcd'] as const;

  it('a real node is possible, or why not and what happens instead', async () => {
    const finding = await realNodeFinding(folder, new AbortController().signal);
    const instead = finding.remedy?.en.startsWith('without it nodes are simulated: ') ?? false;
    expect([finding.id, finding.state, finding.detail.en, instead]).toEqual(
      obstacle === undefined
        ? ['real-node', 'ok', 'possible here', false]
        : ['real-node', 'warning', obstacle.en, true],
    );
  });

  it('its parts and their restarts, and that egress of a spec has no effect there', () => {
    const findings = nodeFindings({ nodes: { kind: 'real' }, components: components.map(running) });
    expect(findings.map(({ id, state }) => [id, state])).toEqual([
      ['node-parts', 'ok'],
      ['node-egress', 'ok'],
    ]);
    expect(findings[0]?.detail.en).toBe(
      'containerd running, kubelet running, kube-proxy running, calico-felix running; 4 restarts',
    );
    expect(findings[1]?.detail.en).toContain('network.egress of a testbed.yaml has no effect here');
  });

  it('a part that is not running is a warning', () => {
    const broken = [...components.map(running), { name: 'node-sandbox', state: 'backing-off', restarts: 3 } as const];
    expect(nodeFindings({ nodes: { kind: 'real' }, components: broken })[0]?.state).toBe('warning');
  });

  it('nothing of this is said of simulated nodes', () => {
    expect(nodeFindings({ nodes: { kind: 'simulated', count: 3 }, components: [] })).toEqual([]);
  });

  it('who enforces network policies is known where felix runs, and only there', () => {
    const unknown = {
      id: 'network-policy',
      state: 'unknown',
      title: text('network policies', '네트워크 정책'),
      detail: text('no known agent', '알려진 에이전트 없음'),
    } as const;
    const real = { nodes: { kind: 'real' }, components: components.map(running) } as const;
    expect(withOurEnforcement([unknown], real)[0]?.state).toBe('ok');
    expect(withOurEnforcement([unknown], { ...real, components: [] })).toEqual([unknown]);
    expect(withOurEnforcement([unknown], { ...real, nodes: { kind: 'simulated', count: 3 } })).toEqual([unknown]);
  });
});
